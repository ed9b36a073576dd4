"""What would take ever longer as aggregates come is done in tenths: another tenth each day, all of them in ten.

`TESTS_PART=all` does everything, as `make chaos` does; `TESTS_PART=3` does the tenth of another day again. Where a suite
can tell what the last commit changed, it does that as well (`changed`).
"""

import os
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TypeVar
from zlib import crc32

PARTS = 10
VARIABLE = "TESTS_PART"
ROOT = Path(__file__).parents[2]
T = TypeVar("T")


def part() -> int | None:
    """Which tenth is done now, from 0; None where all are."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen == "all":
        return None
    return int(chosen) if chosen else datetime.now(UTC).toordinal() % PARTS


def turn(items: Iterable[T], name: Callable[[T], str]) -> list[T]:
    """Those of the items whose turn it is, by their names."""
    now = part()
    return [item for item in items if now is None or crc32(name(item).encode()) % PARTS == now]


@cache
def changed_files() -> frozenset[str]:
    """The files that differ from the commit before this one; none where there is no git, or no such commit."""
    command = ["git", "diff", "--name-only", "--relative", "HEAD~1"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(done.stdout.splitlines()) if done.returncode == 0 else frozenset()


def changed(path: Path) -> bool:
    return path.relative_to(ROOT).as_posix() in changed_files()


def summary() -> str:
    now = part()
    return f"rotating suites: {'everything' if now is None else f'part {now} of {PARTS}; {VARIABLE}=all does all'}"
