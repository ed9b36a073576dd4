"""A good selection at once: the candidates that give most value for what is scarce, one after the other.

The density is value over the weighted sum of what a candidate takes of the limits (Toyoda, 1975). A unit of
a limit weighs one over the limit at first, and then the less, the less of the limit the first selection
used.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

from .checks import required
from .table import Column, Table, tolerance

_SHARPNESS = 8  # a limit used to nine tenths weighs less than half of one that is used up


@dataclass(frozen=True, slots=True)
class Pick:
    """The chosen columns in the order of the candidates, and all in the order in which they were tried."""

    columns: list[Column]
    ranked: list[Column]

    @property
    def value(self) -> float:
        return math.fsum(column.value for column in self.columns)


def best_pick(table: Table) -> Pick:
    """The better of two rounds; refuses as `pick` does."""
    sizes, by_value = _sizes(table), _by_value(table)
    first = pick(table, _by_density(by_value, [1 / size for size in sizes]))
    fills = [min(abs(used) / size, 1.0) for used, size in zip(table.used(first.columns), sizes, strict=True)]
    weights = [fill**_SHARPNESS / size for fill, size in zip(fills, sizes, strict=True)]
    second = pick(table, _by_density(by_value, weights))
    return max(first, second, key=lambda each: each.value)


def pick(table: Table, ranked: list[Column]) -> Pick:
    """Takes what is forced in, then the `ranked` columns one after the other, with what each requires.

    Refuses where what is forced in does not fit, each at its first start that fits: the optimum still may.
    """
    picking = _Picking(table)
    needed = required(table.portfolio)
    for key in (candidate.key for candidate in table.portfolio.candidates if candidate.key in needed):
        if not any(map(picking.take_one, picking.starts[key])):
            detail = Text(
                "{key!r} is forced in, and none of its starts fits beside the others: ask for the optimum",
                key=key,
            )
            raise Invalid(detail, Fault("no_quick_answer", detail, "/forced_in"), code="no_quick_answer")
    out = table.portfolio.forced_out
    for column in ranked:
        key = column.candidate.key
        if column.value > 0 and key not in out and key not in picking.columns:
            if column.candidate.requires:
                picking.take(picking.with_prerequisites(column))
            else:
                picking.take_one(column)
    columns = picking.columns
    return Pick([columns[c.key] for c in table.portfolio.candidates if c.key in columns], ranked)


def by_density(table: Table) -> list[Column]:
    """All columns, the greatest value for what they take of all limits alike first."""
    return _by_density(_by_value(table), [1 / size for size in _sizes(table)])


def _sizes(table: Table) -> list[float]:
    return [max(limit.limit, tolerance(1.0)) for limit in table.limits]


def _by_value(table: Table) -> list[Column]:
    return sorted(table.columns, key=lambda column: column.value, reverse=True)


def _by_density(by_value: list[Column], weights: Sequence[float]) -> list[Column]:
    """The greatest value for scarce means first; equals stay in the order of their values."""

    def density(column: Column) -> float:
        _, _, value, takes = column
        demand = 0.0
        for row, amount in takes:
            demand += weights[row] * amount
        return value / demand if demand > 0 else math.copysign(math.inf, value)

    return sorted(by_value, key=density, reverse=True)


class _Picking:
    """What has been picked so far, and what is left of each limit and of each exclusion's places."""

    def __init__(self, table: Table) -> None:
        self.columns: dict[str, Column] = {}
        self.starts: dict[str, list[Column]] = {}
        for column in table.columns:
            self.starts.setdefault(column.candidate.key, []).append(column)
        self._forced_out = frozenset(table.portfolio.forced_out)
        self._room = [limit.limit + tolerance(limit.limit) for limit in table.limits]
        self._exclusions: dict[str, list[int]] = {}
        for i, exclusion in enumerate(table.portfolio.exclusions):
            for key in exclusion.keys:
                self._exclusions.setdefault(key, []).append(i)
        self._places = [exclusion.at_most for exclusion in table.portfolio.exclusions]

    def with_prerequisites(self, column: Column) -> dict[str, Column]:
        """The column with the first starts of all it requires, in turn, that are not chosen yet."""
        bundle = {column.candidate.key: column}
        waiting = [*column.candidate.requires]
        while waiting:
            key = waiting.pop()
            if key not in bundle and key not in self.columns:
                bundle[key] = self.starts[key][0]
                waiting += bundle[key].candidate.requires
        return bundle

    def take_one(self, column: Column) -> bool:
        """Takes the column; not if it is excluded or too much."""
        room, key = self._room, column.candidate.key
        for row, amount in column.takes:
            if amount > room[row] and amount > 0:
                return False
        if key in self._exclusions and not self._admitted([key]):
            return False
        for row, amount in column.takes:
            room[row] -= amount
        self.columns[key] = column
        return True

    def take(self, bundle: dict[str, Column]) -> None:
        """Takes the bundle; nothing if any of it is forced out, excluded or too much, or it brings a loss."""
        if sum(column.value for column in bundle.values()) <= 0:
            return
        demand, room = _together(bundle.values()), self._room
        if any(amount > room[row] and amount > 0 for row, amount in demand):
            return
        if not self._forced_out.isdisjoint(bundle) or not self._admitted([*bundle]):
            return
        for row, amount in demand:
            room[row] -= amount
        self.columns.update(bundle)

    def _admitted(self, keys: list[str]) -> bool:
        """Takes a place in each exclusion that the keys stand in, if there are places for all of them."""
        demand: dict[int, int] = {}
        for key in keys:
            for exclusion in self._exclusions.get(key, ()):
                demand[exclusion] = demand.get(exclusion, 0) + 1
        if any(self._places[exclusion] < count for exclusion, count in demand.items()):
            return False
        for exclusion, count in demand.items():
            self._places[exclusion] -= count
        return True


def _together(bundle: Iterable[Column]) -> list[tuple[int, float]]:
    """How much all columns of the bundle take of each limit."""
    total: dict[int, float] = {}
    for column in bundle:
        for row, amount in column.takes:
            total[row] = total.get(row, 0.0) + amount
    return [*total.items()]
