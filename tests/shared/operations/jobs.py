"""What the workers of these tests compute: nothing of use, each in its own bad way."""

import os
import signal
import sys
from dataclasses import dataclass
from time import monotonic, sleep

from shared.base.computation import Computation, Report
from shared.base.errors import Fault, Invalid


@dataclass(frozen=True, slots=True)
class Job:
    """What to do."""

    seconds: float = 0.0
    """Of waiting."""
    megabytes: int = 0
    """Of memory to fill."""
    dies: bool = False
    """Whether the worker is killed by it."""
    breaks: bool = False
    """Whether it meets a defect."""
    refuses: bool = False
    """Whether it refuses while it computes."""
    items: tuple[int, ...] = ()
    """Numbers, as many as a test wants."""
    answers: int = 0
    """How many numbers are answered."""
    imports: str = ""
    """A computation, of which the worker imports the engine first."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    process: int
    """The id of the worker."""
    modules: tuple[str, ...]
    """The libraries that it has loaded."""
    environment: tuple[str, ...]
    """The names of its environment."""
    numbers: tuple[int, ...]
    """As many as were wanted."""


def check(job: Job) -> None:
    if job.seconds < 0:
        raise Invalid("/seconds: nobody waits so", Fault("negative", "0 or more", pointer="/seconds"))


def run(job: Job, report: Report) -> Done:
    until = monotonic() + job.seconds
    while (remaining := until - monotonic()) > 0:
        report(1 - remaining / job.seconds, "waiting")
        sleep(min(remaining, 0.02))
    if job.dies:
        os.kill(os.getpid(), signal.SIGKILL)
    if job.breaks:
        raise ZeroDivisionError("as it was asked to")
    if job.refuses:
        raise Invalid("it refuses", Fault("refused", "as it was asked to", pointer="/refuses"), code="no")
    filled = bytearray(job.megabytes * 1024 * 1024)
    if job.imports:
        __import__(job.imports)
    modules = {name.partition(".")[0] for name in sys.modules}
    return Done(
        os.getpid(), tuple(sorted(modules)), tuple(os.environ), tuple(range(len(filled[:0]), job.answers))
    )


JOB = Computation(Job, Done, run, check)
