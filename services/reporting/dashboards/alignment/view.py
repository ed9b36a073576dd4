"""What serves which strategic objective, and with how much money. Pure functions over states.

The money of a project counts once: it is divided among the objectives that it contributes to, by how much it contributes. The
parts add up to the whole exactly, to the smallest unit of the currency.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from services.reporting.sums import total
from shared.base.money import Money
from shared.base.text import sort_key
from shared.contracts.projects.intake import RequestState
from shared.contracts.projects.strategy import ContributionLevel, StrategicObjectiveState
from shared.contracts.projects.structure import Stage
from shared.domain.stages import ENDED

State = dict[str, Any]

WEIGHTS = {
    ContributionLevel.NONE.value: 0,
    ContributionLevel.LOW.value: 1,
    ContributionLevel.MODERATE.value: 2,
    ContributionLevel.STRONG.value: 3,
    ContributionLevel.EXTREME.value: 4,
}
"""How much a contribution counts beside the others of the same project: in equal steps."""
NO_REQUEST = (RequestState.REJECTED, RequestState.WITHDRAWN, RequestState.CONVERTED)
"""A request in one of these states serves nothing any more: a converted one does as the project that it became."""
GOING_ON = {
    "project": tuple(stage.value for stage in Stage if stage not in ENDED),
    "request": tuple(state.value for state in RequestState if state not in NO_REQUEST),
}
"""Where what serves anything now stands: what has ended does not."""
MOST_SERVING = 50
"""So many of what serves an objective are listed; `projects` and `requests` count all."""


class Serving(NamedTuple):
    """One contribution: of what, how much of it, and its share of the money (in minor units)."""

    kind: str
    id: str
    code: str | None
    title: str
    objective_id: str
    contribution: str
    currency: str | None
    share: int | None


def servings(kind: str, state: State) -> Iterator[Serving]:
    """What one project or request contributes; a contribution of nothing is none."""
    contributions = [(one, WEIGHTS[one["contribution"]]) for one in state["objectives"]]
    contributions = [(one, weight) for one, weight in contributions if weight]
    cost = state["cost_likely" if kind == "request" else "planned_cost"]
    money = Money.model_validate(cost) if cost else None
    shares: Sequence[int | None] = [None] * len(contributions)
    if money is not None:
        shares = divided(money.minor, [weight for _, weight in contributions])
    for (one, _), share in zip(contributions, shares, strict=True):
        yield Serving(
            kind,
            state["id"],
            state["code"],
            state["title" if kind == "request" else "name"],
            one["objective_id"],
            one["contribution"],
            None if money is None else money.currency,
            share,
        )


def divided(minor: int, weights: Sequence[int]) -> list[int]:
    """An amount in parts by weights, which add up to it: each part ends where its share of the whole does."""
    whole = sum(weights)
    ends = [minor * up_to // whole for up_to in accumulate(weights)] if whole else []
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


class Tree:
    """Objectives with those that serve them; what names one that is not there stands at the top."""

    def __init__(self, objectives: Iterable[State]) -> None:
        self.by_id = {one["id"]: one for one in objectives}
        self._below: dict[str | None, list[State]] = {}
        for one in sorted(self.by_id.values(), key=lambda one: (sort_key(one["title"]), one["id"])):
            parent = one["parent_id"] if one["parent_id"] in self.by_id else None
            self._below.setdefault(parent, []).append(one)

    def in_order(self, parent: str | None = None, depth: int = 0) -> Iterator[tuple[State, int]]:
        """Each with its depth, those that serve an objective right behind it."""
        for one in self._below.get(parent, ()):
            yield one, depth
            yield from self.in_order(one["id"], depth + 1)

    def with_parts(self, id: str) -> list[str]:
        """It, and all that serve it."""
        return [id, *(one["id"] for one, _ in self.in_order(id))]


def lines(
    tree: Tree, serving: Mapping[str, Sequence[Serving]], reporting: str | None
) -> list[State]:  # fmt: skip
    """The objectives, each with what serves it directly, and with what serves it or those below it."""
    return [_line(one, depth, tree, serving, reporting) for one, depth in tree.in_order()]


def _line(
    one: State, depth: int, tree: Tree, serving: Mapping[str, Sequence[Serving]], reporting: str | None
) -> State:
    own = serving.get(one["id"], ())
    whole = [each for id in tree.with_parts(one["id"]) for each in serving.get(id, ())]
    money = {
        "planned": _sum(own, "project", reporting),
        "planned_in_all": _sum(whole, "project", reporting),
        "requested": _sum(own, "request", reporting),
        "requested_in_all": _sum(whole, "request", reporting),
    }
    return {
        **{name: one[name] for name in ("id", "title", "theme", "parent_id", "unit_id", "state")},
        "depth": depth,
        "projects": _count(own, "project"),
        "projects_in_all": _count(whole, "project"),
        "requests": _count(own, "request"),
        "requests_in_all": _count(whole, "request"),
        **{name: amount for name, (amount, _) in money.items()},
        "is_served": bool(whole),
        "served_by": [_served_by(each) for each in sorted(own, key=_strongest_first)[:MOST_SERVING]],
        "reasons": {name: reason for name, (_, reason) in money.items() if reason},
    }


def _sum(serving: Iterable[Serving], kind: str, reporting: str | None) -> tuple[Any, str | None]:
    return total(((one.currency, one.share) for one in serving if one.kind == kind), reporting)


def _count(serving: Iterable[Serving], kind: str) -> int:
    """What serves an objective and one below it is one thing."""
    return len({one.id for one in serving if one.kind == kind})


def _strongest_first(one: Serving) -> tuple[int, str, str | None, str]:
    return -WEIGHTS[one.contribution], one.kind, sort_key(one.title), one.id


def _served_by(one: Serving) -> State:
    money = None if one.share is None or one.currency is None else Money.of(one.share, one.currency)
    return {
        "kind": one.kind,
        "id": one.id,
        "code": one.code,
        "title": one.title,
        "contribution": one.contribution,
        "money": None if money is None else money.model_dump(),
    }


def unserved(objectives: Iterable[State]) -> list[State]:
    """Of such lines those in force that nothing serves, and nothing that serves them either."""
    return [
        {"id": one["id"], "title": one["title"]}
        for one in objectives
        if one["state"] == StrategicObjectiveState.IN_FORCE and not one["is_served"]
    ]


def serves_none(projects: Iterable[State]) -> list[State]:
    """Projects that go on and contribute to no objective, by name."""
    idle = [one for one in projects if not any(WEIGHTS[each["contribution"]] for each in one["objectives"])]
    return [
        {name: one[name] for name in ("id", "code", "name", "stage", "portfolio_id", "planned_cost")}
        for one in sorted(idle, key=lambda one: (sort_key(one["name"]), one["id"]))
    ]


def coverage(projects: Sequence[State], idle: Sequence[State], reporting: str | None) -> State:
    """How much of the projects and of their money serves an objective."""

    def money(of: Iterable[State]) -> tuple[Any, str | None]:
        costs = [Money.model_validate(one["planned_cost"]) for one in of if one["planned_cost"]]
        return total(((cost.currency, cost.minor) for cost in costs), reporting)

    idle_ids = {one["id"] for one in idle}
    sums = {
        "planned": money(projects),
        "serving": money(one for one in projects if one["id"] not in idle_ids),
        "serving_none": money(idle),
    }
    return {
        "projects": len(projects),
        "projects_serving": len(projects) - len(idle),
        **{name: amount for name, (amount, _) in sums.items()},
        "reasons": {name: reason for name, (_, reason) in sums.items() if reason},
    }
