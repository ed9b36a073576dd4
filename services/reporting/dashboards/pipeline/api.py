"""The pipeline of requests, as of any day."""

from typing import Annotated

from services.reporting.asof import FOREVER, AsOfQuery
from services.reporting.dashboard import Dashboard, DashboardAnswer, from_rows
from services.reporting.dashboards.pipeline import view
from services.reporting.history.view import versions
from services.reporting.reading import Reading, State
from shared.base.money import Money
from shared.contracts.language import AnswerShape, Id


async def columns(reading: Reading[AsOfQuery]) -> list[State]:
    requests = await reading.standing_in_scope("request", view.OPEN)
    return view.board(requests, reading.at.on, reading.settings.zone, reading.currency)


async def lines(reading: Reading[AsOfQuery]) -> list[State]:
    requests = await reading.standing_in_scope("request", view.OPEN)
    return view.lines(requests, reading.at.on, reading.settings.zone)


async def ended(reading: Reading[AsOfQuery]) -> dict[str, int]:
    return await reading.counts_in_scope("request", view.ENDED)


async def steps(reading: Reading[AsOfQuery]) -> list[State]:
    ids = {one["id"] for one in await reading.states("request")}
    until = FOREVER if reading.at.until is None else reading.at.until
    history = await versions(reading.store, "request", until)
    return view.funnel((state for _, state in history), ids)


class PipelineState(AnswerShape):
    """A state in which requests stand."""

    state: str
    """The state."""
    requests: int
    """How many stand there."""
    likely: Money | None
    """The sum of their likely costs, of those that say it."""
    oldest_days: int | None
    """For how many days the one that came first has stood there; null where there is none."""
    median_days: float | None
    """For how many days half of them have stood there at most; null where there is none."""
    reasons: dict[str, str]
    """Why a sum is null, by its name."""


class PipelineRequest(AnswerShape):
    """An open request."""

    id: Id
    """The id of the request."""
    code: str
    """Its code."""
    title: str
    """What is asked for."""
    state: str
    """Where it stands."""
    days: int
    """For how many days it has stood there."""
    category: str
    """Why it would be done."""
    urgency: str
    """How urgent the requester finds it."""
    portfolio_id: Id | None
    """The portfolio in which it is decided."""
    unit_id: Id | None
    """The unit that has the need."""
    cost_likely: Money | None
    """What it will cost most likely."""


class PipelineStep(AnswerShape):
    """A step on the way from a need to a project."""

    state: str
    """The state that is reached."""
    requests: int
    """How many ever reached it, or a step after it."""
    share_pct: float | None
    """How many that is of those that reached the step before, in per cent; null for the first, and of none."""


class Pipeline(DashboardAnswer):
    """Pipeline of requests."""

    states: Annotated[list[PipelineState], from_rows(columns)]
    """The open states in the order of the way through."""
    items: Annotated[list[PipelineRequest], from_rows(lines)]
    """The open requests, those first that have stood longest."""
    ended: Annotated[dict[str, int], from_rows(ended)]
    """How many were rejected, withdrawn or converted."""
    funnel: Annotated[list[PipelineStep], from_rows(steps)]
    """How many come through."""


PIPELINE = Dashboard("/v1/pipeline", Pipeline, AsOfQuery, tag="Pipeline")
