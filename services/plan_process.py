"""The process in which plans that need Java are read: it writes a line of JSON for each file, in their order."""

import resource
import sys
from collections.abc import Sequence
from pathlib import Path

SECONDS_OF_WORK = 240


def main(paths: Sequence[str]) -> None:
    """Write what each file is. Java bounds its own memory; what it reserves of addresses is more than a worker may have."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_OF_WORK, SECONDS_OF_WORK))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    answers, sys.stdout = (
        sys.stdout.buffer,
        sys.stderr,
    )  # what a library prints must not stand among the answers
    from services.plan_reading import line_of

    for path in paths:
        answers.write(line_of(Path(path)) + b"\n")
        answers.flush()
