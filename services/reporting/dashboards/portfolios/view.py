"""Portfolios as counts and sums of what their projects add up to, those of sub-portfolios included (ADR 0028)."""

from collections.abc import Iterable, Mapping
from operator import add
from typing import Any, NamedTuple

from services.reporting.asof import AsOf
from services.reporting.figures.health import OVERALL
from services.reporting.sums import total, with_reasons
from services.reporting.totals.contributions import Cell
from services.reporting.totals.view import Cells, Sums
from shared.base.money import percent
from shared.base.text import sort_key
from shared.contracts.projects.structure import Stage


class Group(NamedTuple):
    """A cell without its portfolio."""

    stage: str
    currency: str
    health: str
    archived: int


Groups = dict[Group, Sums]


def overview(
    portfolios: Mapping[str, dict[str, Any]], cells: Cells, at: AsOf, reporting: str | None
) -> dict[str, Any]:
    """`items`, one per portfolio that is not archived by name, and the `total` of everything.

    `portfolios` has the archived ones too: what they hold counts in what they stand under.
    """
    groups_of = gathered(cells, above(portfolios))
    on = at.on.isoformat()
    items = [
        {"portfolio": reference(p), **summary(groups_of.get(p["id"], {}), reporting), "as_of": on}
        for p in listed(portfolios)
    ]
    return {"items": items, "total": {**summary(groups_of.get("", {}), reporting), "as_of": on}}


def listed(portfolios: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are not archived, by name."""
    there = [p for p in portfolios.values() if p["archived_at"] is None]
    return sorted(there, key=lambda p: (sort_key(p["name"]), p["id"]))


def reference(portfolio: Mapping[str, Any]) -> dict[str, Any]:
    return {name: portfolio[name] for name in ("id", "name", "parent_id")}


def gathered(cells: Cells, chains: Mapping[str, list[str]]) -> dict[str, Groups]:
    """Portfolio -> what lies in it and under it, by group; that of an empty text is the whole."""
    groups_of: dict[str, Groups] = {}
    for cell, sums in cells.items():
        gather(groups_of, chains, cell, sums)
    return groups_of


def gather(groups_of: dict[str, Groups], chains: Mapping[str, list[str]], cell: Cell, sums: Sums) -> None:
    """Add the sums of a cell to its portfolio, to all above it and to the whole."""
    group = Group(*cell[1:])
    for id in ("", *chains.get(cell.portfolio_id, ())):
        groups = groups_of.setdefault(id, {})
        there = groups.get(group)
        groups[group] = sums if there is None else Sums(*map(add, there, sums))


def above(portfolios: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Portfolio -> itself and everything above it."""
    chains: dict[str, list[str]] = {}
    for id in portfolios:
        chain, parent = [id], portfolios[id]["parent_id"]
        while parent in portfolios and parent not in chain:
            chain.append(parent)
            parent = portfolios[parent]["parent_id"]
        chains[id] = chain
    return chains


def descendants(portfolios: dict[str, dict[str, Any]]) -> dict[str, set[str]]:
    """Portfolio -> itself and everything under it."""
    below = {id: {id} for id in portfolios}
    for id in portfolios:
        seen, parent = {id}, portfolios[id]["parent_id"]
        while parent in portfolios and parent not in seen:
            below[parent].add(id)
            seen.add(parent)
            parent = portfolios[parent]["parent_id"]
    return below


def summary(groups: Mapping[Group, Sums], reporting: str | None) -> dict[str, Any]:
    """Counts by stage and by health of what is not archived, and the sums of cost, which count what is archived too: of
    all stages, and stage by stage."""
    counted = [(group, sums) for group, sums in groups.items() if sums.projects]
    live = [(group, sums) for group, sums in counted if not group.archived]
    by_stage: dict[str, list[tuple[Group, Sums]]] = {}
    for group, sums in counted:
        by_stage.setdefault(group.stage, []).append((group, sums))
    by_stage = {s.value: by_stage[s.value] for s in Stage if s.value in by_stage}
    return {
        "counts": {
            "projects": _projects(live),
            "archived": _projects(counted) - _projects(live),
            "by_stage": {
                stage: _projects(p for p in of if not p[0].archived) for stage, of in by_stage.items()
            },
            "by_health": {h: _projects(p for p in live if p[0].health == h) for h in OVERALL},
        },
        "without_information": sum(sums.without_information for _, sums in live),
        "cost": cost_sums(counted, reporting),
        "cost_by_stage": {stage: cost_sums(of, reporting) for stage, of in by_stage.items()},
    }


def _projects(counted: Iterable[tuple[Group, Sums]]) -> int:
    return sum(sums.projects for _, sums in counted)


_KNOWN_COUNT = {name: f"{name}_known" for name in ("planned", "forecast", "actual", "variance")}


def cost_sums(counted: Iterable[tuple[Group, Sums]], reporting: str | None) -> dict[str, Any]:
    """Plan, forecast, actual and variance; a sum that cannot be told is null with the reason."""
    by_currency: dict[str, Sums] = {}
    for group, own in counted:
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
    missing = of_all.projects - of_all.variance_known
    if missing and cost["variance"]:
        cost["reasons"]["variance"] = f"{missing} projects have no variance and are left out of it"
    return cost


NOTHING = Sums(*(0 for _ in Sums._fields))
