"""What an aggregate declares of what becomes due, beside its register.

    OVERDUE = Due(WorkPackageOverdue, after=finish, stands=is_open)
    Register(WorkPackage, …, dues=(OVERDUE,))

One of `after`, `on` and `at` says when: at the end of a day, at the begin of one (a lead before it), or at an instant.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import Any

from shared.contracts.language import Aggregate, TimeFact, entry_of
from shared.domain.due.days import ON_THE_DAY, Almanac, Lead


class Late(Enum):
    """Whether that is told whose instant has passed when it begins to stand."""

    NEVER = "never"
    IF_CHANGED = "if changed"
    """Where a change of the aggregate brought it about; what is made anew with an instant of the past is history."""
    ALWAYS = "always"
    """Of a new aggregate too, as long as the day that it warns of lies ahead."""


def _always(entity: Any) -> bool:
    return True


def _nothing(entity: Any) -> None:
    """Most facts of time leave the state as it is."""


async def _still(work: Any, entity: Any) -> bool:
    return True


@dataclass(frozen=True)
class Due:
    """One kind of what becomes due of an aggregate, told by one fact.

    Of a foreign due none of `after`, `on` and `at` is given: a reaction writes it (`rows.set_due`).
    """

    fact: type[TimeFact]
    after: Callable[[Any], date | None] | None = None
    """The day after which it is due; None where there is none."""
    on: Callable[[Any], date | None] | None = None
    """The day with which it is due, less the lead."""
    at: Callable[[Any], datetime | None] | None = None
    """The instant at which it is due."""
    lead: Lead = ON_THE_DAY
    stands: Callable[[Any], bool] = _always
    """In which states it is due at all; an archived aggregate has nothing due."""
    late: Late = Late.IF_CHANGED
    still: Callable[[Any, Any], Awaitable[bool]] = _still
    """Asked of the unit of work and the aggregate before it is told: what is no longer so is withdrawn instead."""
    effect: Callable[[Any], None] = _nothing
    """What time changes of the state; a move that nobody makes."""
    version: int = 1
    """Raise it where the rule changes and its text does not show that: the rows are then made anew."""

    @cached_property
    def kind(self) -> str:
        """`work_package.overdue`"""
        return f"{entry_of(self.fact.of).name}.{self.fact.name}"

    @property
    def is_foreign(self) -> bool:
        return self.after is None and self.on is None and self.at is None

    def declaration(self, almanac_mark: str) -> str:
        """What the instants follow from, as a text: where it changes, all are computed again."""
        calendar = f" {almanac_mark}" if self.lead.working else ""
        return f"{self.version} {self.lead.days}{calendar}"

    def instant(self, entity: Any, almanac: Almanac) -> datetime | None:
        """When it is due of an aggregate as it stands; None where it is not."""
        if entity.archived_at is not None or not self.stands(entity):
            return None
        if self.at is not None:
            return self.at(entity)
        if self.after is not None:
            day = self.after(entity)
            return None if day is None else almanac.end(almanac.before(day, self.lead))
        assert self.on is not None
        day = self.on(entity)
        return None if day is None else almanac.begin(almanac.before(day, self.lead))

    def deadline(self, entity: Any, almanac: Almanac) -> datetime | None:
        """The end of the day that it warns of."""
        day_of = self.on or self.after
        day = None if day_of is None else day_of(entity)
        return None if day is None else almanac.end(day)


DUES: dict[type[Aggregate], tuple[Due, ...]] = {}
"""Shape -> what becomes due of it."""


def declare(shape: type[Aggregate], dues: tuple[Due, ...]) -> None:
    """TypeError where a fact is of another aggregate, or where it is not said when."""
    for due in dues:
        times = [one for one in (due.after, due.on, due.at) if one is not None]
        if getattr(due.fact, "of", None) is not shape:
            raise TypeError(f"{due.fact.__name__} is no fact of {shape.__name__}")
        if len(times) > 1:
            raise TypeError(f"{due.kind}: say one of `after`, `on` and `at`")
    if len({due.kind for due in dues}) < len(dues):
        raise TypeError(f"{shape.__name__}: each fact of time is declared once")
    if dues:
        DUES[shape] = dues
