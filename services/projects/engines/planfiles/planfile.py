"""What reading a plan file gives: the plan, and a list of everything in the file the plan does not hold."""

from dataclasses import dataclass
from enum import StrEnum

from services.projects.engines.planning.plan import Plan
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

MAX_TASKS = 50_000
"""The most tasks a plan file may hold, the row that stands for the project and blank ones not counted."""
MAX_BYTES = 40_000_000
"""About ten thousand tasks as Microsoft Project writes them, and many times that as this package does."""


def check_size(tasks: int) -> None:
    """Raises Invalid for a file of more tasks than anything that follows is made for."""
    if tasks > MAX_TASKS:
        what = Text(
            "a plan file has at most {max_tasks:,} tasks, this one has {tasks:,}",
            max_tasks=MAX_TASKS,
            tasks=tasks,
        )
        raise Invalid(what, Fault("too_large", what), code="too_large")


def check_bytes(size: int) -> None:
    """Raises Invalid for a file that is longer than any that is read."""
    if size > MAX_BYTES:
        what = Text(
            "a plan file has at most {max_bytes:,} bytes, this one has {size:,}",
            max_bytes=MAX_BYTES,
            size=size,
        )
        raise Invalid(what, Fault("too_large", what), code="too_large")


class Reason(StrEnum):
    """Why an element was not taken."""

    COMPUTED = "computed"
    """It is a result that is computed again: a slack, an early start, an earned value."""
    SETTING = "setting"
    """It says how the program that wrote the file shows or schedules: a view, a filter, a default."""
    NO_PLACE = "no_place"
    """A plan has no place for it."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An element or field of the file, how often it occurs, and why the plan does not hold it."""

    path: str
    count: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan as read, and what of its file was not taken, in order of path."""

    plan: Plan
    not_taken: tuple[NotTaken, ...] = ()
