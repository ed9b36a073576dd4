"""Alignment with the strategic objectives, as of any day."""

from typing import Annotated

from services.reporting.asof import AsOfQuery
from services.reporting.dashboard import Dashboard, DashboardAnswer, from_rows
from services.reporting.dashboards.alignment import view
from services.reporting.reading import Reading, State
from shared.base.money import Money
from shared.base.turns import in_turns
from shared.contracts.language import AnswerShape, Id


async def objectives(reading: Reading[AsOfQuery]) -> list[State]:
    return await reading.once("alignment", lambda: _objectives(reading))


async def _objectives(reading: Reading[AsOfQuery]) -> list[State]:
    serving: dict[str, list[view.Serving]] = {}
    for kind in ("project", "request"):
        async for state in in_turns(await reading.standing_in_scope(kind, view.GOING_ON[kind])):
            for one in view.servings(kind, state):
                serving.setdefault(one.objective_id, []).append(one)
    tree = view.Tree(await reading.states("strategic_objective"))
    return view.lines(tree, serving, reading.currency)


async def unserved(reading: Reading[AsOfQuery]) -> list[State]:
    return view.unserved(await objectives(reading))


async def projects(reading: Reading[AsOfQuery]) -> list[State]:
    return await reading.standing_in_scope("project", view.GOING_ON["project"])


async def serving_none(reading: Reading[AsOfQuery]) -> list[State]:
    return view.serves_none(await projects(reading))


async def coverage(reading: Reading[AsOfQuery]) -> State:
    going_on = await projects(reading)
    return view.coverage(going_on, view.serves_none(going_on), reading.currency)


class ServedBy(AnswerShape):
    """What serves an objective."""

    kind: str
    """A project or a request."""
    id: Id
    """Its id."""
    code: str | None
    """Its code."""
    title: str
    """What it is called."""
    contribution: str
    """How much it contributes."""
    money: Money | None
    """Its share of the money: by its contributions, divided among all objectives that it serves."""


class AlignedObjective(AnswerShape):
    """A strategic objective, and what serves it."""

    id: Id
    """The id of the objective."""
    title: str
    """The objective."""
    theme: str | None
    """The theme of the strategy to which it belongs."""
    parent_id: Id | None
    """The objective that it serves itself."""
    unit_id: Id | None
    """The unit whose objective it is."""
    state: str
    """Whether it is in force."""
    depth: int
    """How many objectives stand above it."""
    projects: int
    """How many projects contribute to it."""
    projects_in_all: int
    """How many contribute to it or to what serves it."""
    requests: int
    """How many open requests would contribute to it."""
    requests_in_all: int
    """How many would contribute to it or to what serves it."""
    planned: Money | None
    """The planned cost of these projects, as far as it is for this objective."""
    planned_in_all: Money | None
    """The same with what serves it."""
    requested: Money | None
    """The likely cost of these requests, as far as it is for this objective."""
    requested_in_all: Money | None
    """The same with what serves it."""
    is_served: bool
    """Whether anything contributes to it, or to what serves it."""
    served_by: list[ServedBy]
    """What contributes to it, at most 50 of them, those first that contribute most."""
    reasons: dict[str, str]
    """Why a sum is null, by its name."""


class UnservedObjective(AnswerShape):
    """An objective in force that nothing serves."""

    id: Id
    """The id of the objective."""
    title: str
    """The objective."""


class ProjectServingNone(AnswerShape):
    """A project that contributes to no objective."""

    id: Id
    """The id of the project."""
    code: str | None
    """Its code."""
    name: str
    """Its name."""
    stage: str
    """Where it stands."""
    portfolio_id: Id | None
    """The portfolio in which it is."""
    planned_cost: Money | None
    """What it costs."""


class Coverage(AnswerShape):
    """How much of what goes on serves an objective."""

    projects: int
    """How many projects have not ended."""
    projects_serving: int
    """How many of them contribute to an objective."""
    planned: Money | None
    """The planned cost of all of them."""
    serving: Money | None
    """The planned cost of those that contribute."""
    serving_none: Money | None
    """The planned cost of those that do not."""
    reasons: dict[str, str]
    """Why a sum is null, by its name."""


class Alignment(DashboardAnswer):
    """Alignment with the strategic objectives."""

    items: Annotated[list[AlignedObjective], from_rows(objectives)]
    """The objectives, those that serve one right behind it."""
    unserved: Annotated[list[UnservedObjective], from_rows(unserved)]
    """The objectives in force that nothing serves."""
    serving_none: Annotated[list[ProjectServingNone], from_rows(serving_none)]
    """The projects that have not ended and contribute to no objective."""
    coverage: Annotated[Coverage, from_rows(coverage)]
    """How much of the projects and of their money serves an objective."""


ALIGNMENT = Dashboard("/v1/alignment", Alignment, AsOfQuery, tag="Alignment")
