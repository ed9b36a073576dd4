"""Selections beside each other: what more money would buy, and what a scenario changes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import mistyped_on_failure, refuse_mistyped, require_instance

from .answer import Selection, Usage
from .checks import refuse_flaws, within
from .engine import gap_of, select
from .model import Portfolio


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the frontier: the selection when every budget is multiplied by `scale`.

    `budget` is the sum of the scaled budgets, `spent` what is used of them. `selection` is None where what is
    forced in does not fit, with the `reason`.
    """

    scale: float
    budget: float
    spent: float | None
    selection: Selection | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A scenario against the reference: what it gains, which projects enter, leave, start at another time."""

    name: str
    value: float
    gained: float
    entered: tuple[str, ...]
    dropped: tuple[str, ...]
    moved: tuple[str, ...]


def frontier(
    portfolio: Portfolio,
    scales: Sequence[float] = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5),
    *,
    gap: float = 0.001,
    seconds: float = 10.0,
) -> tuple[Point, ...]:
    """The efficient frontier: the best value for each budget, capacities unchanged, budgets ascending.

    Each point takes up to `seconds`. What a smaller budget allows, a larger one allows too. Where the larger one
    finds no more, the selection of the smaller one is kept. So value never falls along the frontier, and no
    point spends more than another for the same.
    """
    refuse_mistyped(scales, Sequence[Any], "/scales")
    if not all(within(scale, 0, 1000) for scale in scales):
        raise Invalid(
            "a scale is not within 0..1000",
            Fault("scale", Text("{scales!r}", scales=scales), parameter="scales"),
            code="scale",
        )
    with mistyped_on_failure(portfolio, Portfolio, ""):
        refuse_flaws(portfolio)
    points: list[Point] = []
    for scale in sorted(scales):
        before = points[-1].selection if points else None
        points.append(_point(_scaled(portfolio, scale), scale, before, gap, seconds))
    return tuple(points)


def compare(selections: Mapping[str, Selection]) -> tuple[Difference, ...]:
    """Every selection against the first one, which is the reference and comes first, without differences."""
    refuse_mistyped(selections, Mapping[str, Any], "/selections")
    for name, selection in selections.items():
        require_instance(selection, Selection, f"/selections/{name}")
    reference = next(iter(selections.values()), None)
    if reference is None:
        return ()
    return tuple(_difference(name, reference, selection) for name, selection in selections.items())


def _point(portfolio: Portfolio, scale: float, before: Selection | None, gap: float, seconds: float) -> Point:
    budget = math.fsum(b.limit for b in portfolio.budgets)
    try:
        selection = select(portfolio, gap=gap, seconds=seconds)
    except Invalid as refused:
        if refused.code != "infeasible":
            raise
        return Point(scale, budget, None, None, refused.detail)
    if before is not None and before.value >= selection.value:
        selection = _choices_of_smaller(before, selection, gap)
    return Point(scale, budget, sum(u.used for u in selection.usages[: len(portfolio.budgets)]), selection)


def _choices_of_smaller(before: Selection, selection: Selection, gap: float) -> Selection:
    """The choices of the smaller budget under the limits, prices and bound of the larger one."""
    usages = tuple(
        Usage(now.limit, then.used, now.price)
        for then, now in zip(before.usages, selection.usages, strict=True)
    )
    reached = gap_of(before.value, selection.bound or before.value, abs(before.value))
    proved = selection.proved or (reached is not None and reached <= gap)
    return replace(
        selection, choices=before.choices, value=before.value, usages=usages, gap=reached, proved=proved
    )


def _scaled(portfolio: Portfolio, scale: float) -> Portfolio:
    return replace(
        portfolio, budgets=tuple(replace(b, limit=float(b.limit) * float(scale)) for b in portfolio.budgets)
    )


def _difference(name: str, reference: Selection, selection: Selection) -> Difference:
    before = {choice.key: choice.quarters_later for choice in reference.choices}
    after = {choice.key: choice.quarters_later for choice in selection.choices}
    return Difference(
        name=name,
        value=selection.value,
        gained=selection.value - reference.value,
        entered=tuple(key for key in after if key not in before),
        dropped=tuple(key for key in before if key not in after),
        moved=tuple(key for key in after if key in before and after[key] != before[key]),
    )
