"""Ends what a test process has started and left behind: brokers, databases, servers.

A fixture ends its server. Where the test process itself is killed (by the controller of several workers too), no fixture
runs any more. So each test process starts a janitor, which waits for it to be gone. Then the janitor ends every process
that has inherited the mark of the test process in its environment. It looks into /proc, and so works on Linux only.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

MARK = "TESTS_STARTED_BY"
"""The name of the environment variable that all children inherit."""
PATIENCE_S = 20.0


_hired: list["subprocess.Popen[bytes]"] = []
"""Held, so that its standard input stays open as long as this process lives."""


def hire() -> None:
    """Start the janitor of this process; its standard input ends when this process does."""
    if not Path("/proc/self/environ").exists():
        return
    os.environ[MARK] = mark = uuid4().hex
    janitor = subprocess.Popen(
        [sys.executable, "-I", __file__, mark],
        stdin=subprocess.PIPE,
        env={k: v for k, v in os.environ.items() if k != MARK},
        start_new_session=True,
    )
    janitor.returncode = 0  # nobody waits for it
    _hired.append(janitor)


def marked(mark: str) -> list[int]:
    """The processes with the mark in their environment."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def clean(mark: str) -> None:
    """In order where they listen, by force after a while."""
    until = monotonic() + PATIENCE_S
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in marked(mark):
            with suppress(ProcessLookupError):
                os.kill(process, number)
        while marked(mark) and monotonic() < until:
            sleep(0.2)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdin.buffer.read()
    clean(sys.argv[1])


if __name__ == "__main__":
    main()
