"""The cells as of a day: how many projects lie in each, and what their costs come to.

Today they are read as they stand, brought on by the days since the last fold. A day of the past is the sum of the
differences before it, or the sums of today less the differences since, whichever days are fewer: those of whole blocks
of days, and of single days at the ends.
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

_SUBTRACTED = ", ".join((*Cell._fields, *(f"-{m}" for m in MEASURES)))
SINCE = f"""
SELECT {_CELL}, {_SUMMED} FROM (
    SELECT {_ALL} FROM portfolio_standing
    UNION ALL
    SELECT {_SUBTRACTED} FROM portfolio_difference WHERE span = {BLOCK} AND starts >= ? AND starts < ?
    UNION ALL
    SELECT {_SUBTRACTED} FROM portfolio_difference WHERE span = 1 AND starts > ? AND starts < ?
    UNION ALL
    SELECT {_SUBTRACTED} FROM portfolio_difference WHERE span = 1 AND starts >= ? AND starts <= ?
) cells GROUP BY {_CELL}
"""
FIRST = f"SELECT MIN(starts) FROM portfolio_difference WHERE span = {BLOCK}"

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
        elif day < clock.day and await _is_late(store, day, clock.day):
            rows = await store.scan(SINCE, _since(day, clock.day))
        else:
            start = _block(day + 1)
            rows = await store.scan(PAST, (start, start, day))
            break
        if (await clock_of(store)).day == clock.day:
            break  # else the standing sums were brought to another day meanwhile
    width = len(Cell._fields)
    return {Cell(*row[:width]): sums_in(row[width:]) for row in rows if any(row[width:])}


def _block(day: int) -> int:
    """The first day of the block that the day lies in."""
    return day - day % BLOCK


async def _is_late(store: Store, day: int, today: int) -> bool:
    """Whether fewer days lie between the day and today than before it."""
    [(first,)] = await store.fetch(FIRST)
    return first is not None and today - day < day - first


def _since(day: int, today: int) -> tuple[int, ...]:
    """The parameters of SINCE: blocks between, the days up to them, and the days behind them until today."""
    following, last = _block(day) + BLOCK, _block(today + 1)
    if last < following:  # no whole block between
        return 0, 0, day, day, day + 1, today
    return following, last, day, following, last, today


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
