"""Resource load by month."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from services.reporting.dashboard import Dashboard, DashboardAnswer, from_rows
from services.reporting.dashboards.load.view import end_of_month, load, months_from, persons_with_load
from services.reporting.history.view import states
from services.reporting.reading import Reading, State
from services.reporting.scope import ScopedQuery
from services.reporting.working_days import working_days
from shared.base.clock import parse_day
from shared.base.working_days import WorkingDays
from shared.contracts.language import AnswerShape, Id
from shared.domain.access.rights import EVERYTHING
from shared.http.operation import Parameter
from shared.http.query import Whole

MONTHS = 12
_FROM = Parameter(
    "from",
    "The first month; default: that of the day.",
    {"type": "string", "pattern": "^(19[5-9][0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])$"},
)


def _first_day(month: str) -> date:
    return parse_day(f"{month}-01")


class LoadQuery(ScopedQuery):
    """As of which day, of what, and of which months."""

    first: Annotated[date | None, BeforeValidator(_first_day), _FROM] = Field(default=None, alias="from")
    months: Whole = Field(default=MONTHS, ge=1, le=36, description=f"How many, {MONTHS} by default.")


async def load_by_month(reading: Reading[LoadQuery]) -> list[State]:
    bookings = await reading.states_in_scope("allocation")
    return load(await persons_of(reading), bookings, months_of(reading), await days_of(reading))


async def persons_of(reading: Reading[LoadQuery]) -> list[State]:
    """Those whose load is shown for the months of the query."""
    persons, bookings = await _persons(reading), await reading.states_in_scope("allocation")
    return persons_with_load(persons, bookings, months_of(reading))


async def _persons(reading: Reading[LoadQuery]) -> list[State]:
    """Who sees only some projects sees of the persons those who are booked there."""
    if reading.sight.only is None:
        return await reading.states("person", archived=True)
    booked = {allocation["person_id"] for allocation in await reading.states("allocation")}
    persons = await states(reading.store, "person", reading.at.until, EVERYTHING, archived=True)
    return [person for person in persons if person["id"] in booked]


async def days_of(reading: Reading[LoadQuery]) -> WorkingDays:
    """The working days of the months of the query."""
    months = months_of(reading)
    return await working_days(reading, months[0], end_of_month(months[-1]))


def months_of(reading: Reading[LoadQuery]) -> list[date]:
    """The first days of the months of the query, the month of the day by default."""
    return months_from(reading.query.first or reading.at.on.replace(day=1), reading.query.months)


class MonthLoad(AnswerShape):
    month: str
    """The month, such as 2026-06."""
    hard_pct: float
    """Committed bookings, per cent of the capacity of the month."""
    soft_pct: float
    """Bookings that may still move, per cent of the capacity of the month."""
    hours: float
    """All bookings, in hours."""
    overloaded: bool
    """Whether one of its working days is booked above 100 per cent."""


class LoadedPerson(AnswerShape):
    id: Id
    """The id of the person."""
    name: str
    """The name of the person."""
    employment: str
    """Internal or external."""
    unit_id: Id | None
    """The unit that the person belongs to; null where none is told."""


class PersonLoad(AnswerShape):
    person: LoadedPerson
    """Who is booked."""
    months: list[MonthLoad]
    """The load, month by month."""


class ResourceLoad(DashboardAnswer):
    """Resource load by month. Per cent of a person's capacity; working days are those of the organisation.

    A month is overloaded where hard and soft bookings come to more than 100 per cent on one of its working days.
    """

    items: Annotated[list[PersonLoad], from_rows(load_by_month)]
    """The persons, by name."""


LOAD = Dashboard("/v1/load", ResourceLoad, LoadQuery, tag="Load")
