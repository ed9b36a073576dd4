"""What processes cost while nobody asks for anything: of a core, over a while, in both shapes.

The times of processes are read from `/proc`, so these figures exist on Linux only.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from benchmarks.figure import Figure
from deploy.kafka.install import missing_tools
from shared.http.auth.roles import SERVICES
from tests.system.running import EmbeddedProcess, running_stack

SETTLED_S = 8.0
"""Until the consumers have their partitions."""
WATCHED_S = 20.0
PROC = Path("/proc")


def figures() -> list[Figure]:
    if not (PROC / "self/stat").exists():
        return []
    return [_embedded(), *([] if missing_tools() else _on_kafka())]


def _embedded() -> Figure:
    with TemporaryDirectory(prefix="portolan-bench-") as folder:
        one = EmbeddedProcess(Path(folder) / "data")
        one.start()
        try:
            share = _shares({"all": one.process.pid})["all"]
        finally:
            one.end()
    return Figure("idle_embedded", share, "% of a core", 1.5, note="five services in one process, on SQLite")


def _on_kafka() -> list[Figure]:
    with (
        TemporaryDirectory(prefix="portolan-bench-") as folder,
        running_stack(Path(folder) / "data") as stack,
    ):
        shares = _shares({service: stack.pid(service) for service in SERVICES})
    dearest = max(shares, key=lambda service: shares[service])
    every = ", ".join(f"{service} {share:.2f}" for service, share in shares.items())
    return [Figure("idle_kafka", shares[dearest], "% of a core", 1.5, note=f"the most of {every}")]


def _shares(pids: Mapping[str, int]) -> dict[str, float]:
    """Of one core, in percent, by the name of the process."""
    sleep(SETTLED_S)
    before, started = {name: _worked(pid) for name, pid in pids.items()}, monotonic()
    sleep(WATCHED_S)
    elapsed = monotonic() - started
    return {name: 100 * (_worked(pid) - before[name]) / elapsed for name, pid in pids.items()}


def _worked(pid: int) -> float:
    """Seconds of processor time, in user and kernel mode."""
    after_the_name = (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    user, kernel = after_the_name[11:13]
    return (int(user) + int(kernel)) / os.sysconf("SC_CLK_TCK")
