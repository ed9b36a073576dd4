"""What a hundred more aggregates cost at start: CPU time and memory of each, and the whole process with all of them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.figure import Figure
from benchmarks.made_up import write

MADE_UP = 100
ROUNDS = 3
PATIENCE_S = 120


def figures() -> list[Figure]:
    with _sources(0) as none, _sources(MADE_UP) as many:
        pairs = [(_started(none), _started(many)) for _ in range(ROUNDS)]
    own_s = median(more[0] - less[0] for less, more in pairs)
    own_mb = median(more[1] - less[1] for less, more in pairs)
    note = f"CPU time until ready, {MADE_UP} of the usual size"
    return [
        Figure("aggregate_start", own_s / MADE_UP * 1000, "ms", 10, note=note),
        Figure("aggregate_memory", own_mb / MADE_UP, "MB", 0.4, note="resident, the same"),
        Figure("ready_with_100_more", median(m[0] for _, m in pairs), "s", 3, note="CPU time, stores made"),
        Figure("memory_with_100_more", median(m[1] for _, m in pairs), "MB", 150, note="resident"),
    ]


@contextmanager
def _sources(number: int) -> Iterator[Path]:
    with TemporaryDirectory(prefix="portolan-bench-") as folder:
        write(Path(folder), number)
        yield Path(folder)


def _started(sources: Path) -> tuple[float, float]:
    """(CPU seconds until every service is ready, resident megabytes then)."""
    with TemporaryDirectory(prefix="portolan-bench-") as data:
        command = [sys.executable, "-m", "benchmarks.made_up", str(sources), data]
        output = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=PATIENCE_S
        ).stdout
    [ready] = [line for line in output.splitlines() if line.startswith("ready ")]
    _, seconds, megabytes = ready.split()
    return float(seconds), float(megabytes)
