"""Risk exposure."""

from typing import Annotated

from pydantic import Field

from services.reporting.dashboard import Dashboard, DashboardAnswer, from_rows
from services.reporting.dashboards.exposure import view
from services.reporting.reading import Reading, State
from services.reporting.scope import ScopedQuery
from shared.contracts.language import AnswerShape, Id


async def risk_matrix(reading: Reading[ScopedQuery]) -> list[list[int]]:
    return view.matrix(await _risks_of_open_projects(reading))


async def risks_by_state(reading: Reading[ScopedQuery]) -> dict[str, int]:
    return view.by_state(await reading.states_in_scope("risk"))


async def worst_risks(reading: Reading[ScopedQuery]) -> list[State]:
    return view.worst(await _risks_of_open_projects(reading))


async def newest_ratings(reading: Reading[ScopedQuery]) -> dict[str, int]:
    return view.by_rating(await _latest_assessments(reading))


async def without_rating(reading: Reading[ScopedQuery]) -> int:
    return sum(assessment["rating"] is None for assessment in await _latest_assessments(reading))


async def _latest_assessments(reading: Reading[ScopedQuery]) -> list[State]:
    ended = await reading.ended_projects()
    states = await reading.states_in_scope("assessment")
    return view.latest((a for a in states if a["project_id"] not in ended), reading.at.on)


async def _risks_of_open_projects(reading: Reading[ScopedQuery]) -> list[State]:
    ended = await reading.ended_projects()
    return [risk for risk in await reading.states_in_scope("risk") if risk["project_id"] not in ended]


class RiskLine(AnswerShape):
    id: Id
    """The id of the risk."""
    project_id: Id
    """The project that is at risk."""
    title: str
    """The risk in a few words."""
    state: str
    """Where it stands."""
    probability: int | None
    """From 1 (very low) to 5 (very high); null until assessed."""
    impact: int | None
    """From 1 (very low) to 5 (very high); null until assessed."""
    score: int | None
    """Probability times impact."""
    owner_id: Id | None
    """The person who watches it."""


class RiskExposure(DashboardAnswer):
    """Risk exposure."""

    matrix: Annotated[list[list[int]], from_rows(risk_matrix)] = Field(
        description="Open threats of projects that have not ended: row = probability 1-5, column = impact 1-5."
    )
    by_state: Annotated[dict[str, int], from_rows(risks_by_state)]
    """How many risks are in each state."""
    worst: Annotated[list[RiskLine], from_rows(worst_risks)]
    """The open threats with the highest scores."""
    ratings: Annotated[dict[str, int], from_rows(newest_ratings)] = Field(
        description="Projects that have not ended, and programmes, by their newest rating; 1 is high risk."
    )
    unrated: Annotated[int, from_rows(without_rating)] = Field(
        description="How many of those the newest assessment gives no rating, and says why."
    )


EXPOSURE = Dashboard("/v1/risk-exposure", RiskExposure, ScopedQuery, tag="Risk exposure")
