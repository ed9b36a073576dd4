"""What counts of a row of figures: rows as they were before a fold and as they are after it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, NamedTuple

from services.reporting.figures.compute import Figures
from shared.store import Store


class Counted(NamedTuple):
    """What counts of the figures of a project; money in minor units, days as ordinals."""

    portfolio_id: str | None
    stage: str
    currency: str | None
    archived: int
    planned: int | None
    forecast: int | None
    actual: int | None
    variance: int | None
    cost_reason: str | None
    earned_currency: str | None
    planned_start: int | None
    forecast_start: int | None
    actual_start: int | None
    planned_finish: int | None
    forecast_finish: int | None
    actual_finish: int | None
    worst_risk: int
    occurred_risks: int


assert set(Counted._fields) <= {f.name for f in fields(Figures)}
_counted = attrgetter(*Counted._fields)

COLUMNS = ("project_id", "from_day", "until_day", *Counted._fields)
VALID = "from_day <= ? AND until_day >= ?"
"""The condition of the rows that hold on a day, which is given twice."""


class Valid(NamedTuple):
    """What counts of a project from one day until another, both included."""

    project_id: str
    from_day: int
    until_day: int
    counted: Counted


@dataclass(slots=True)
class Rewritten:
    """The rows that a fold replaces, as they are stored, and what they become."""

    before: list[Valid] = field(default_factory=list)
    after: list[Valid] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.before or self.after)


def counted_of(figures: Figures) -> Counted:
    return Counted(*_counted(figures))


def valid_of(row: Sequence[Any]) -> Valid:
    """A stored row of `COLUMNS`."""
    return Valid(row[0], row[1], row[2], Counted(*row[3:]))


async def valid_rows(store: Store, condition: str, params: Sequence[Any]) -> list[Valid]:
    """The stored rows of a condition; `condition` may end with an order and a limit."""
    text = f"SELECT {', '.join(COLUMNS)} FROM figures WHERE {condition}"
    return [valid_of(row) for row in await store.fetch(text, params)]
