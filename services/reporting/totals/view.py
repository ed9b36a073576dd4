"""The cells as of a day: how many projects lie in each, and what their costs come to.

Today they are read as they stand, brought on by the days since the last fold. A day of the past is the sum of the
differences of whole blocks of days before it, and of the single days of its own block.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from services.reporting.totals.contributions import AMOUNTS, COUNTS, MEASURES, Cell
from services.reporting.totals.projection import BLOCK, CLOCK, Clock
from shared.domain.measured import joined
from shared.store import Store

_CELL = ", ".join(Cell._fields)
_SUMMED = ", ".join(f"SUM({m})" for m in MEASURES)
_ALL = ", ".join((*Cell._fields, *MEASURES))

STANDING = f"""
SELECT {_CELL}, {_SUMMED} FROM (
    SELECT {_ALL} FROM portfolio_standing
    UNION ALL
    SELECT {_ALL} FROM portfolio_difference WHERE span = 1 AND starts > ? AND starts <= ?
) cells GROUP BY {_CELL}
"""
PAST = f"""
SELECT {_CELL}, {_SUMMED} FROM (
    SELECT {_ALL} FROM portfolio_difference WHERE span = {BLOCK} AND starts < ?
    UNION ALL
    SELECT {_ALL} FROM portfolio_difference WHERE span = 1 AND starts >= ? AND starts <= ?
) cells GROUP BY {_CELL}
"""


CHANGED = f"""
SELECT {_ALL}, changed, (SELECT day FROM totals_clock WHERE id = 1) FROM portfolio_standing WHERE changed > ?
"""


class Sums(NamedTuple):
    """Of the projects of a cell; money in minor units of the cell's currency, 0 where nothing is known."""

    planned: int
    forecast: int
    actual: int
    variance: int
    comparable: int
    projects: int
    planned_known: int
    forecast_known: int
    actual_known: int
    variance_known: int
    foreign_forecasts: int
    foreign_actuals: int
    without_information: int


Cells = dict[Cell, Sums]

assert Sums._fields == (*AMOUNTS, *COUNTS)
_AMOUNTS = range(0, 2 * len(AMOUNTS), 2)


def sums_in(measures: Sequence[Any]) -> Sums:
    """From a stored row of `MEASURES`."""
    amounts = (joined(measures[i], measures[i + 1]) for i in _AMOUNTS)
    return Sums(*amounts, *map(int, measures[2 * len(AMOUNTS) :]))


async def cells(store: Store, day: int) -> Cells:
    """The cells in which there is anything by the end of a day."""
    while True:
        clock = await clock_of(store)
        if clock.day is None:
            return {}
        if clock.day <= day <= clock.day + BLOCK:
            rows = await store.fetch(STANDING, (clock.day, day))
        else:
            start = (day + 1) - (day + 1) % BLOCK
            rows = await store.scan(PAST, (start, start, day))
        if day < clock.day or (await clock_of(store)).day == clock.day:
            break  # else the standing sums were brought to another day meanwhile
    width = len(Cell._fields)
    return {Cell(*row[:width]): sums_in(row[width:]) for row in rows if any(row[width:])}


async def changed_cells(store: Store, since: int) -> tuple[Cells, int, int | None]:
    """The standing cells that were written after a count of the clock, the last count of them, and the day of the
    sums; no day where nothing was written."""
    rows = await store.fetch(CHANGED, (since,))
    width = len(Cell._fields)
    sums_by_cell = {Cell(*row[:width]): sums_in(row[width:-2]) for row in rows}
    return sums_by_cell, max((row[-2] for row in rows), default=since), rows[0][-1] if rows else None


async def clock_of(store: Store) -> Clock:
    rows = await store.fetch(CLOCK)
    return Clock(*rows[0]) if rows else Clock()
