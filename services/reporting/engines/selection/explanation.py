"""Why a selection is what it is: how far each limit is used, and what was left out by how little."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from .answer import NearMiss, Shortfall, Usage
from .model import Portfolio
from .table import Column, Table, tolerance

NEAR_MISSES = 10


def usages(table: Table, columns: Iterable[Column], prices: Sequence[float] | None) -> tuple[Usage, ...]:
    """One for each limit, in their order."""
    used = table.used(columns)
    return tuple(
        Usage(limit, used[row], prices[row] if prices is not None else None)
        for row, limit in enumerate(table.limits)
    )


def near_misses(
    table: Table, columns: Sequence[Column], ranked: Iterable[tuple[Column, float | None]]
) -> tuple[NearMiss, ...]:
    """The first few candidates of the ranked columns that were left out, each with what it falls short of."""
    used = table.used(columns)
    keys = {column.candidate.key for column in columns}
    return tuple(
        NearMiss(
            key=column.candidate.key,
            quarters_later=column.start.quarters_later,
            value=column.value,
            value_short=short,
            shortfalls=tuple(_shortfalls(table, used, column)),
            lacks=tuple(key for key in column.candidate.requires if key not in keys),
            rivals=tuple(_rivals(table.portfolio, keys, column.candidate.key)),
        )
        for column, short in islice(_left_out(table.portfolio, keys, ranked), NEAR_MISSES)
    )


def _left_out(
    portfolio: Portfolio, keys: set[str], ranked: Iterable[tuple[Column, float | None]]
) -> Iterator[tuple[Column, float | None]]:
    passed = keys.union(portfolio.forced_out)
    for column, short in ranked:
        if column.candidate.key not in passed:
            passed.add(column.candidate.key)
            yield column, short


def _shortfalls(table: Table, used: Sequence[float], column: Column) -> Iterator[Shortfall]:
    for row, amount in column.takes:
        short = used[row] + amount - table.limits[row].limit
        if amount > 0 and short > tolerance(table.limits[row].limit):
            yield Shortfall(table.limits[row], short)


def _rivals(portfolio: Portfolio, keys: set[str], key: str) -> Iterator[str]:
    for exclusion in portfolio.exclusions:
        rivals = [other for other in exclusion.keys if other in keys]
        if key in exclusion.keys and len(rivals) >= exclusion.at_most:
            yield from rivals
