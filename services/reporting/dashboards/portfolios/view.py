"""Portfolios as counts and sums of what their projects add up to, those of sub-portfolios included (ADR 0028)."""

from collections.abc import Iterable
from operator import add
from typing import Any

from services.reporting.figures.health import OVERALL
from services.reporting.kept_sums import NOTHING, Group, Part
from services.reporting.sums import total, with_reasons
from services.reporting.totals.view import Sums
from shared.base.money import percent
from shared.contracts.projects.structure import Stage


def portfolio_summary(part: Part) -> dict[str, Any]:
    """The summary of a portfolio with everything under it."""
    assert part.portfolio is not None
    return {
        "portfolio": {name: part.portfolio[name] for name in ("id", "name", "parent_id")},
        **summary(part),
    }


def summary(part: Part) -> dict[str, Any]:
    """Counts by stage and by health of what is not archived, and the sums of cost: of all stages, and stage by stage.
    The sums count what is archived too, as far as it has amounts."""
    pairs = [(group, sums) for group, sums in part.groups.items() if sums.projects]
    live = [(group, sums) for group, sums in pairs if not group.archived]
    counted = [(group, sums) for group, sums in pairs if not group.archived or _has_amounts(sums)]
    by_stage: dict[str, list[tuple[Group, Sums]]] = {}
    for group, sums in counted:
        by_stage.setdefault(group.stage, []).append((group, sums))
    by_stage = {s.value: by_stage[s.value] for s in Stage if s.value in by_stage}
    return {
        "counts": {
            "projects": _projects(live),
            "archived": _projects(pairs) - _projects(live),
            "by_stage": {
                stage: _projects(p for p in of if not p[0].archived) for stage, of in by_stage.items()
            },
            "by_health": {h: _projects(p for p in live if p[0].health == h) for h in OVERALL},
        },
        "without_information": sum(sums.without_information for _, sums in live),
        "cost": cost_sums(counted, part.currency),
        "cost_by_stage": {stage: cost_sums(of, part.currency) for stage, of in by_stage.items()},
        "as_of": part.at.on.isoformat(),
    }


def _projects(pairs: Iterable[tuple[Group, Sums]]) -> int:
    return sum(sums.projects for _, sums in pairs)


def _has_amounts(sums: Sums) -> bool:
    """Whether a plan, a forecast or a cost stands: what was archived without any is missing nowhere."""
    return bool(sums.planned_known or sums.forecast_known or sums.actual)


_KNOWN_COUNT = {name: f"{name}_known" for name in ("planned", "forecast", "actual", "variance")}


def cost_sums(pairs: Iterable[tuple[Group, Sums]], reporting: str | None) -> dict[str, Any]:
    """Plan, forecast, actual and variance; a sum that cannot be told is null with the reason."""
    by_currency: dict[str, Sums] = {}
    missing = 0
    for group, own in pairs:
        compared = max(own.planned_known, own.forecast_known) if group.archived else own.projects
        missing += compared - own.variance_known
        there = by_currency.get(group.currency)
        by_currency[group.currency] = own if there is None else Sums(*map(add, there, own))
    of_all = Sums(*map(sum, zip(*by_currency.values(), strict=True))) if by_currency else NOTHING
    sums = {
        name: total(
            ((c, getattr(own, name)) for c, own in by_currency.items() if getattr(own, count_of_known)),
            reporting,
        )
        for name, count_of_known in _KNOWN_COUNT.items()
    }
    for name, foreign in (("forecast", of_all.foreign_forecasts), ("actual", of_all.foreign_actuals)):
        if foreign:
            sums[name] = (
                None,
                f"{foreign} of the amounts {'is' if foreign == 1 else 'are'} not of the plan's currency, and no rate",
            )
    cost = with_reasons(sums)
    cost["variance_pct"] = percent(of_all.variance, of_all.comparable) if cost["variance"] else None
    if missing and cost["variance"]:
        cost["reasons"]["variance"] = f"{missing} projects have no variance and are left out of it"
    return cost
