"""How late a project is on a day: the same rules as the SQL of `judging.py`, with the reason where nothing is known."""

from typing import NamedTuple, Protocol

from services.reporting.figures.judging import NOT_BEGUN
from shared.domain.stages import ENDED, NOT_APPROVED


class Dated(Protocol):
    """What lateness is judged by: a stage, and days as ordinals."""

    @property
    def stage(self) -> str: ...
    @property
    def planned_start(self) -> int | None: ...
    @property
    def forecast_start(self) -> int | None: ...
    @property
    def actual_start(self) -> int | None: ...
    @property
    def planned_finish(self) -> int | None: ...
    @property
    def forecast_finish(self) -> int | None: ...
    @property
    def actual_finish(self) -> int | None: ...


def variance_days(f: Dated, day: int) -> tuple[int | None, str | None]:
    """Of the finish, the same rule as FINISH_DAYS, with the reason where it is null."""
    if f.planned_finish is None:
        return None, "no planned finish"
    if f.actual_finish is not None:
        return f.planned_finish - f.actual_finish, None
    if f.stage in ENDED:
        return None, f"{f.stage} without an actual finish"
    if f.forecast_finish is not None:
        return f.planned_finish - max(f.forecast_finish, day), None
    overdue = f.planned_start if waits(f) and f.planned_start is not None else f.planned_finish
    late = min(overdue, f.planned_finish) - day
    return (late, None) if late < 0 else (None, "no forecast or actual finish")


def start_variance_days(f: Dated, day: int) -> tuple[int | None, str | None]:
    """Of the start, the same rule as START_DAYS, with the reason where it is null."""
    if f.planned_start is None:
        return None, "no planned start"
    if f.actual_start is not None:
        return f.planned_start - f.actual_start, None
    if f.stage not in NOT_BEGUN:
        return None, "not approved yet" if f.stage in NOT_APPROVED else f"{f.stage} without an actual start"
    if f.forecast_start is not None:
        return f.planned_start - max(f.forecast_start, day), None
    late = f.planned_start - day
    return (late, None) if late < 0 else (None, "no forecast or actual start")


def time_days(f: Dated, finish_days: int | None, start_days: int | None) -> int | None:
    """What the time health is judged by: of what has not begun, the worse of start and finish."""
    if waits(f) and start_days is not None and (finish_days is None or start_days < finish_days):
        return start_days
    return finish_days


def waits(f: Dated) -> bool:
    """Whether the project is still to begin."""
    return f.actual_start is None and f.stage in NOT_BEGUN


class Lateness(NamedTuple):
    """From what the days of a row follow on any day: a list sorts by these, and no value is computed for each project.

    `fixed` is the variance while time does not change it: of an actual day, or of a forecast until that day has come.
    From `due` on a project gets later with every day: the variance is `due` less the day.
    """

    finish_fixed: int | None
    finish_due: int | None
    start_fixed: int | None
    start_due: int | None


def lateness(f: Dated) -> Lateness:
    """The same rules as `variance_days` and `start_variance_days`, for all days at once."""
    return Lateness(*_finish_lateness(f), *_start_lateness(f))


def _finish_lateness(f: Dated) -> tuple[int | None, int | None]:
    if f.planned_finish is None:
        return None, None
    if f.actual_finish is not None:
        return f.planned_finish - f.actual_finish, None
    if f.stage in ENDED:
        return None, None
    if f.forecast_finish is not None:
        return f.planned_finish - f.forecast_finish, f.planned_finish
    overdue = f.planned_start if waits(f) and f.planned_start is not None else f.planned_finish
    return None, min(overdue, f.planned_finish)


def _start_lateness(f: Dated) -> tuple[int | None, int | None]:
    if f.planned_start is None:
        return None, None
    if f.actual_start is not None:
        return f.planned_start - f.actual_start, None
    if f.stage not in NOT_BEGUN:
        return None, None
    return None if f.forecast_start is None else f.planned_start - f.forecast_start, f.planned_start


def due_days(f: Dated) -> list[int]:
    """The days from which on a project gets later with every day; none where time alone changes nothing."""
    due = []
    if f.planned_finish is not None and f.actual_finish is None and f.stage not in ENDED:
        due.append(f.planned_finish)
    if f.planned_start is not None and waits(f):
        due.append(f.planned_start)
    return due
