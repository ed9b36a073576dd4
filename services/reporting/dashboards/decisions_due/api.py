"""Decisions due, as of any day."""

from typing import Annotated

from services.reporting.dashboard import Dashboard, DashboardAnswer, from_rows
from services.reporting.dashboards.decisions_due import view
from services.reporting.reading import Reading, State
from services.reporting.scope import ScopedQuery
from shared.contracts.language import AnswerShape, Day, Id


async def lines(reading: Reading[ScopedQuery]) -> list[State]:
    items: list[State] = []
    for kind in view.standing():
        states = await reading.standing_in_scope(kind.aggregate, (kind.state,))
        items += view.lines(kind, states, reading.at.on, reading.settings.zone)
    return view.ordered(items)


async def counts(reading: Reading[ScopedQuery]) -> dict[str, int]:
    return view.counts(await lines(reading))


class DueDecision(AnswerShape):
    """Something that waits for a decision."""

    kind: str
    """What it is: a change, an exception, an approval, a gate, a mandate or a baseline."""
    id: Id
    """Its id."""
    title: str
    """What it is called."""
    project_id: Id | None
    """The project that it is about; null where it is about none."""
    decided_by: str | None
    """Who decides: the manager, the sponsor or a resolution; null where persons are named in it."""
    person_id: Id | None
    """The person whose consent is asked for; null where nobody is asked by name."""
    due_on: Day | None
    """The day by which it is to be decided; null where none is set."""
    days: int
    """For how many days it has stood as it is."""


class DecisionsDue(DashboardAnswer):
    """Decisions due."""

    counts: Annotated[dict[str, int], from_rows(counts)]
    """How many of each kind wait."""
    items: Annotated[list[DueDecision], from_rows(lines)]
    """What waits, that first which has stood longest."""


DECISIONS_DUE = Dashboard("/v1/decisions-due", DecisionsDue, ScopedQuery, tag="Decisions due")
