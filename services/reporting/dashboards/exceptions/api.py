"""Exceptions, as of any day."""

from typing import Annotated

from services.reporting.dashboard import Dashboard, DashboardAnswer, from_rows
from services.reporting.dashboards.exceptions import view
from services.reporting.reading import Reading, State
from services.reporting.scope import ScopedQuery
from shared.base.money import Money
from shared.contracts.language import AnswerShape, Id
from shared.contracts.projects.change import AxisValue


async def lines(reading: Reading[ScopedQuery]) -> list[State]:
    exceptions = await reading.standing_in_scope("exception", view.OPEN)
    return view.lines(exceptions, reading.at.on, reading.settings.zone)


async def by_axis(reading: Reading[ScopedQuery]) -> list[State]:
    return view.by_axis(await lines(reading))


async def ended(reading: Reading[ScopedQuery]) -> dict[str, int]:
    return await reading.counts_in_scope("exception", view.ENDED)


class AxisExceptions(AnswerShape):
    """The open exceptions on one axis."""

    axis: str
    """What they are about."""
    exceptions: int
    """How many are open."""
    oldest_days: int | None
    """For how many days the first has been open; null where there is none."""


class OpenException(AnswerShape):
    """An exception that is not closed."""

    id: Id
    """The id of the exception."""
    project_id: Id
    """The project whose tolerance is left."""
    axis: str
    """What it is about."""
    level: str
    """Whose tolerance it is."""
    state: str
    """Where it stands."""
    tolerance: AxisValue
    """How far the forecast may go."""
    forecast: AxisValue
    """What is expected."""
    beyond_days: int | None
    """By how many days it is beyond; null on other axes."""
    beyond_cost: Money | None
    """By how much it is beyond; null on other axes, and where the currencies differ."""
    beyond_pct: str | None
    """The same in per cent of what is tolerated."""
    beyond_score: int | None
    """By how many points the score is beyond; null on other axes."""
    days: int
    """For how many days it has been open."""
    change_id: Id | None
    """The change by which it is dealt with."""


class Exceptions(DashboardAnswer):
    """Exceptions."""

    axes: Annotated[list[AxisExceptions], from_rows(by_axis)]
    """The open ones by axis."""
    items: Annotated[list[OpenException], from_rows(lines)]
    """The open ones, those first that have been open longest."""
    ended: Annotated[dict[str, int], from_rows(ended)]
    """How many are closed, or lapsed."""


EXCEPTIONS = Dashboard("/v1/exceptions", Exceptions, ScopedQuery, tag="Exceptions")
