"""The entries: `select` for the optimum with its proof, `select_quickly` for a good answer at once."""

import math

from shared.errors import Fault, Invalid
from shared.typed import mistyped_if_it_falls

from . import greedy
from .answer import Choice, Selection
from .checks import refuse_flaws, within
from .explanation import near_misses, usages
from .model import Portfolio
from .table import Table, tabulate

_ROUNDING = 1e-9  # the bound is added up by a solver in floats


def select(portfolio: Portfolio, *, gap: float = 0.001, seconds: float = 10.0) -> Selection:
    """The selection of greatest value, proved to within `gap` (relative) of the best there is.

    Stops after about `seconds` with the best selection found so far and the gap it has. Raises `Invalid`
    naming every flaw, a contradiction, or the limits that what is forced in does not fit.
    """
    _refuse_options(gap, seconds)
    table = _tabulated(portfolio)
    if not table.columns:
        return _nothing(table)
    from .optimum import Programme

    programme = Programme(table, seconds)
    found = programme.optimum(gap)
    reduced = (max(float(cost), 0.0) for cost in programme.relaxation.reduced)
    ranked = sorted(zip(table.columns, reduced, strict=True), key=lambda each: each[1])
    chosen, reason = found.chosen, None
    if chosen is None:
        chosen = greedy.pick(table, [column for column, _ in ranked]).chosen
        reason = f"{seconds:g} s were too short for more than a quick answer"
    value = math.fsum(column.value for column in chosen)
    reached = _gap(value, found.bound, max(abs(column.value) for column in table.columns))
    return Selection(
        choices=tuple(Choice(c.candidate.key, c.start.quarters_later, c.value) for c in chosen),
        value=value,
        bound=max(found.bound, value),
        gap=reached,
        proved=reached is not None and reached <= gap,
        usages=usages(table, chosen, programme.limit_prices()),
        near_misses=near_misses(table, chosen, ranked),
        reason=reason,
    )


def select_quickly(portfolio: Portfolio) -> Selection:
    """A good selection in milliseconds, without a proof and without prices. Raises as `select` does."""
    table = _tabulated(portfolio)
    picked = greedy.best_pick(table)
    return Selection(
        choices=tuple(Choice(c.candidate.key, c.start.quarters_later, c.value) for c in picked.chosen),
        value=picked.value,
        bound=None,
        gap=None,
        proved=False,
        usages=usages(table, picked.chosen, None),
        near_misses=near_misses(table, picked.chosen, ((column, None) for column in picked.ranked)),
        reason="a quick answer proves nothing: ask for the optimum",
    )


def _tabulated(portfolio: Portfolio) -> Table:
    """The portfolio as a table; refuses its flaws."""
    with mistyped_if_it_falls(portfolio, Portfolio, ""):
        refuse_flaws(portfolio)
        return tabulate(portfolio)


def _nothing(table: Table) -> Selection:
    """There is one selection from no candidates, and it is worth nothing."""
    return Selection((), 0.0, 0.0, 0.0, True, usages(table, (), None), ())


def _gap(value: float, bound: float, largest: float) -> float | None:
    """(bound - value) / |value|, what is rounding taken for none; None where there is nothing to divide by."""
    short = bound - value
    if short <= _ROUNDING * max(abs(value), largest):
        return 0.0
    return short / abs(value) if value else None


def _refuse_options(gap: float, seconds: float) -> None:
    if not within(gap, 0, 1) or gap == 1:
        raise Invalid(
            f"the gap {gap!r} is not within 0..1", Fault("gap", "0 <= gap < 1", parameter="gap"), code="gap"
        )
    if not within(seconds, 0, 3600) or not seconds:
        raise Invalid(
            f"{seconds!r} seconds are not between 0 and an hour",
            Fault("seconds", "0 < seconds <= 3600", parameter="seconds"),
            code="seconds",
        )
