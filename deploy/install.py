"""Installs what a lock names, and says how far it is: `python deploy/install.py requirements.lock`.

It runs before anything else is installed, so it needs nothing but Python and pip.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path

PINNED = re.compile(r"^[A-Za-z0-9._-]+(?:\[[^]]*\])?==", re.MULTILINE)
BEGUN = re.compile(r"Collecting ([A-Za-z0-9._-]+)|Requirement already satisfied: ([A-Za-z0-9._-]+)")
WRITING = "Installing collected packages"
Say = Callable[[str], None]


def main(lock: Path) -> int:
    """pip's exit code; what pip said is shown where it failed."""
    command = [
        sys.executable, "-m", "pip", "install", "--no-input", "--progress-bar", "off", "--require-hashes",
        "-r", str(lock),
    ]  # fmt: skip
    output: list[str] = []
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(  # noqa: S603 our own Python, with the lock that was named
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as pip:
        assert pip.stdout is not None
        follow(_recorded(pip.stdout, output), len(PINNED.findall(lock.read_text())), _on_one_line())
    if pip.returncode:
        sys.stderr.write("".join(output))
    return pip.returncode


def follow(lines: Iterable[str], total: int, say: Say) -> None:
    """Tell each package as pip comes to it, and when it begins to write them."""
    reached = 0
    for line in lines:
        if found := BEGUN.match(line.strip()):
            reached = min(reached + 1, total)
            say(f"  {reached} of {total} packages fetched: {found[1] or found[2]}")
        elif line.startswith(WRITING):
            say(f"  writing {total} packages, which takes a minute or two …")
    say("")


def _recorded(lines: Iterable[str], output: list[str]) -> Iterable[str]:
    for line in lines:
        output.append(line)
        yield line


def _on_one_line() -> Say:
    """On a terminal one line that is written over; elsewhere every tenth package, and what is no package."""
    if sys.stdout.isatty():
        return lambda text: print(f"\r\033[K{text[:100]}", end="", flush=True)
    counted = count()

    def say(text: str) -> None:
        if text and ("writing" in text or next(counted) % 10 == 0):
            print(text, flush=True)

    return say


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
