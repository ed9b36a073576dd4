"""Ends what a test process has started and left behind: brokers, databases, servers.

A fixture ends its server. Where the test process itself is killed (by the controller of several workers too), no fixture
runs any more. So each test process starts a janitor, which waits for it to be gone. Then the janitor ends every process
that has inherited the mark of the test process in its environment. It looks into /proc, and so works on Linux only.

It watches the test process by its id: the end of a pipe would not come while a forked child still holds the pipe. And it
holds no output of the test process: who reads that output to its end need not wait for the janitor.
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
LOOKS_EVERY_S = 0.2


def hire() -> None:
    """Start the janitor of this process."""
    if not Path("/proc/self/environ").exists():
        return
    os.environ[MARK] = mark = uuid4().hex
    janitor = subprocess.Popen(
        [sys.executable, "-I", __file__, mark, str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if k != MARK},
        start_new_session=True,
    )
    janitor.returncode = 0  # nobody waits for it


def marked(mark: str) -> list[int]:
    """The processes with the mark in their environment."""
    wanted = f"{MARK}={mark}".encode()
    collected = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                collected.append(int(entry.name))
    return collected


def clean(mark: str) -> None:
    """In order where they listen, by force after a while."""
    until = monotonic() + PATIENCE_S
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in marked(mark):
            with suppress(ProcessLookupError):
                os.kill(process, number)
        while marked(mark) and monotonic() < until:
            sleep(LOOKS_EVERY_S)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    mark, watched = sys.argv[1], int(sys.argv[2])
    while os.getppid() == watched:
        sleep(LOOKS_EVERY_S)
    clean(mark)


if __name__ == "__main__":
    main()
