"""The words the sample portfolio is told in: references, puts, moves, chapters and days."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple


class Ref(NamedTuple):
    """A resource by its collection (`projects/v1/projects`) and its key in the sample."""

    collection: str
    key: str


vendor = partial(Ref, "finance/v1/vendors")
unit = partial(Ref, "resources/v1/org-units")
role = partial(Ref, "resources/v1/roles")
person = partial(Ref, "resources/v1/persons")
identity = partial(Ref, "resources/v1/identities")
portfolio = partial(Ref, "projects/v1/portfolios")
programme = partial(Ref, "projects/v1/programmes")
project = partial(Ref, "projects/v1/projects")
objective = partial(Ref, "projects/v1/strategic-objectives")
orientation = partial(Ref, "projects/v1/orientations")
request = partial(Ref, "projects/v1/requests")
milestone = partial(Ref, "projects/v1/milestones")
action = partial(Ref, "projects/v1/actions")
deliverable = partial(Ref, "projects/v1/deliverables")
acceptance = partial(Ref, "projects/v1/acceptances")
requirement = partial(Ref, "projects/v1/requirements")
decision = partial(Ref, "projects/v1/decisions")
project_role = partial(Ref, "projects/v1/project-roles")
mandate = partial(Ref, "projects/v1/mandates")
paper = partial(Ref, "projects/v1/decision-papers")
package = partial(Ref, "projects/v1/work-packages")
activity = partial(Ref, "projects/v1/activities")
dependency = partial(Ref, "projects/v1/dependencies")
baseline = partial(Ref, "projects/v1/baselines")
change = partial(Ref, "projects/v1/changes")
method = partial(Ref, "projects/v1/methods")
"""One that Portolan comes with, by its title."""
scoring_model = partial(Ref, "projects/v1/scoring-models")
scoring = partial(Ref, "projects/v1/scorings")
ranking = partial(Ref, "projects/v1/rankings")
rate_card = partial(Ref, "finance/v1/rate-cards")
budget_line = partial(Ref, "finance/v1/budget-lines")
envelope = partial(Ref, "finance/v1/envelopes")
estimate = partial(Ref, "finance/v1/cost-estimates")
business_case = partial(Ref, "finance/v1/business-cases")
contract = partial(Ref, "finance/v1/contracts")
cost = partial(Ref, "finance/v1/actual-costs")
forecast = partial(Ref, "finance/v1/forecasts")
allocation = partial(Ref, "resources/v1/allocations")
risk = partial(Ref, "risk/v1/risks")
assessment = partial(Ref, "risk/v1/assessments")


@dataclass(frozen=True, slots=True)
class Put:
    """How a resource looks from now on; a later put names only what differs. A `Ref` stands for an id."""

    what: Ref
    body: Mapping[str, Any]


REVISE = "revise"
"""The verb of a move that changes members of what came by itself."""


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a lifecycle, such as `approve`, with its body."""

    what: Ref
    verb: str
    body: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""
    """The key of the person under whose login it is made; nothing: by the import."""
    reads: Sequence[str] = ()
    """Members of the body that are as they stand."""
    is_asked: bool = False
    """Whether it is made on the approval that the paper `what` asks of the person."""
    among: str = ""
    """The collection in which the project `what` has what is moved, where that came by itself, such as a gate of a method."""
    having: Mapping[str, Any] = field(default_factory=dict)
    """Which of them it is, by its members."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """What happened until a day: puts in their order (parents first), then moves in theirs.

    `health` says which projects a dashboard as of that day shows red or amber; all others are green.
    """

    days_ago: int
    title: str
    puts: Sequence[Put]
    moves: Sequence[Move] = ()
    health: Mapping[str, str] = field(default_factory=dict)


Day = Callable[[int], str]
"""Days from today (negative: ago) -> the date on the wire."""


def days_from(today: date) -> Day:
    return lambda offset: (today + timedelta(days=offset)).isoformat()


def chf(francs: int) -> dict[str, str]:
    return {"amount": f"{francs}.00", "currency": "CHF"}


def eur(euros: int) -> dict[str, str]:
    return {"amount": f"{euros}.00", "currency": "EUR"}
