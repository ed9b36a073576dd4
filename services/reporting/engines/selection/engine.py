"""The entries: `select` for the optimum with its proof, `select_quickly` for a good answer at once."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import mistyped_on_failure

from . import greedy
from .answer import Choice, Selection
from .checks import refuse_flaws, within
from .explanation import near_misses, usages
from .model import Portfolio
from .table import Column, Table, tabulate

if TYPE_CHECKING:  # the solver is only loaded by who asks for the optimum
    from .optimum import Optimum

_ROUNDING = 1e-9  # the bound is added up by a solver in floats


def select(portfolio: Portfolio, *, gap: float = 0.001, seconds: float = 10.0) -> Selection:
    """The selection of greatest value, proved to within `gap` (relative) of the best there is.

    Stops after about `seconds` with the best selection found so far and the gap it has, never a worse one than
    `select_quickly` finds. `reason` then says so. Raises `Invalid`
    naming every flaw, a contradiction, or the limits that what is forced in does not fit.
    """
    _refuse_options(gap, seconds)
    table = _tabulated(portfolio)
    if not table.columns:
        return _nothing(table)
    from .optimum import Programme

    programme = Programme(table, seconds)
    optimum = programme.optimum(gap)
    ranked = _ranked(table, programme.relaxation.reduced)
    largest = max(abs(column.value) for column in table.columns)
    columns, reason = optimum.columns, None
    if columns is None or not _proves(optimum, gap, largest):
        columns, reason = _best_known(table, optimum, [column for column, _ in ranked], seconds)
    value = math.fsum(column.value for column in columns)
    reached = gap_of(value, optimum.bound, largest)
    prices = programme.limit_prices()
    return Selection(
        choices=tuple(Choice(c.candidate.key, c.start.quarters_later, c.value) for c in columns),
        value=value,
        bound=max(optimum.bound, value),
        gap=reached,
        proved=reached is not None and reached <= gap,
        usages=usages(table, columns, prices),
        near_misses=near_misses(table, columns, ranked),
        reason="; ".join(filter(None, (reason, None if prices is not None else _NO_PRICES))) or None,
    )


_NO_PRICES = "the solver gave no prices of the limits"


def _ranked(table: Table, reduced: Iterable[float] | None) -> list[tuple[Column, float | None]]:
    """The columns, those that come closest to being taken first, by reduced cost or else by density."""
    if reduced is None:
        return [(column, None) for column in greedy.by_density(table)]
    shorts = [max(float(cost), 0.0) for cost in reduced]
    order = sorted(range(len(shorts)), key=shorts.__getitem__)
    return [(table.columns[x], shorts[x]) for x in order]


def _proves(optimum: "Optimum", gap: float, largest: float) -> bool:
    reached = gap_of(optimum.value, optimum.bound, largest)
    return reached is not None and reached <= gap


def _best_known(
    table: Table, optimum: "Optimum", ranked: list[Column], seconds: float
) -> tuple[list[Column], str]:
    """The best of what the solver and the quick answers have found, and why nothing is proved."""
    picks = [*_quick(lambda: greedy.best_pick(table)), *_quick(lambda: greedy.pick(table, ranked))]
    quick = max((each.columns for each in picks), key=worth, default=None)
    late = f"{seconds:g} s were too short for"
    if optimum.columns is None and quick is None:
        greedy.pick(table, ranked)  # refuses, with its reason
    if optimum.columns is None or (quick is not None and worth(quick) > optimum.value):
        assert quick is not None
        return quick, f"{late} more than a quick answer"
    return optimum.columns, f"{late} a proof: this is the best that was found"


def worth(columns: Iterable[Column]) -> float:
    return math.fsum(column.value for column in columns)


def _quick(pick: Callable[[], greedy.Pick]) -> Iterator[greedy.Pick]:
    """The pick, if what is forced in leaves room for one."""
    try:
        yield pick()
    except Invalid as refusal:
        if refusal.code != "no_quick_answer":
            raise


def select_quickly(portfolio: Portfolio) -> Selection:
    """A good selection in milliseconds, without a proof and without prices. Raises as `select` does."""
    table = _tabulated(portfolio)
    picked = greedy.best_pick(table)
    return Selection(
        choices=tuple(Choice(c.candidate.key, c.start.quarters_later, c.value) for c in picked.columns),
        value=picked.value,
        bound=None,
        gap=None,
        proved=False,
        usages=usages(table, picked.columns, None),
        near_misses=near_misses(table, picked.columns, ((column, None) for column in picked.ranked)),
        reason="a quick answer proves nothing: ask for the optimum",
    )


def _tabulated(portfolio: Portfolio) -> Table:
    """The portfolio as a table; refuses its flaws."""
    with mistyped_on_failure(portfolio, Portfolio, ""):
        refuse_flaws(portfolio)
        return tabulate(portfolio)


def _nothing(table: Table) -> Selection:
    """There is one selection from no candidates, and it is worth nothing."""
    return Selection((), 0.0, 0.0, 0.0, True, usages(table, (), None), ())


def gap_of(value: float, bound: float, largest: float) -> float | None:
    """(bound - value) / |value|, what is rounding taken for none; None where there is nothing to divide by."""
    short = bound - value
    if short <= _ROUNDING * max(abs(value), largest):
        return 0.0
    return short / abs(value) if value else None


def _refuse_options(gap: float, seconds: float) -> None:
    if not within(gap, 0, 1) or gap == 1:
        raise Invalid(
            Text("the gap {gap!r} is not within 0..1", gap=gap),
            Fault("gap", "0 <= gap < 1", parameter="gap"),
            code="gap",
        )
    if not within(seconds, 0, 3600) or not seconds:
        raise Invalid(
            Text("{seconds!r} seconds are not between 0 and an hour", seconds=seconds),
            Fault("seconds", "0 < seconds <= 3600", parameter="seconds"),
            code="seconds",
        )
