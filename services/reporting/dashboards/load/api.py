"""Resource load by month."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

<<<<<<< HEAD
from services.reporting.asof import AsOf, as_of, positions
from services.reporting.dashboards.load.view import end_of_month, load, months_from
from services.reporting.history.view import states
from services.reporting.memo import remembered
from services.reporting.scope import ScopedQuery, Within, within
from services.reporting.working_days import working_days
from shared.base.clock import parse_day
from shared.contracts.language import AnswerShape, Day, Id
from shared.http.call import Answer, Call
=======
from services.reporting.dashboard import Dashboard, DashboardAnswer, from_rows
from services.reporting.dashboards.load.view import load, months_from, persons_with_load
from services.reporting.reading import Reading, State
from services.reporting.scope import ScopedQuery
from shared.base.clock import parse_day
from shared.base.working_days import Holidays
from shared.contracts.language import AnswerShape, Id
>>>>>>> main
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
    return load(await persons_of(reading), bookings, months_of(reading), Holidays(reading.settings.holidays))


async def persons_of(reading: Reading[LoadQuery]) -> list[State]:
    """Those whose load is shown for the months of the query."""
    persons, bookings = (
        await reading.states("person", archived=True),
        await reading.states_in_scope("allocation"),
    )
    return persons_with_load(persons, bookings, months_of(reading))


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


<<<<<<< HEAD
class ResourceLoad(AnswerShape):
    """Load in per cent of a person's capacity, by month; working days are those of the organisation's calendar.
=======
class ResourceLoad(DashboardAnswer):
    """Resource load by month. Per cent of a person's capacity; working days are Monday to Friday without the holidays.
>>>>>>> main

    A month is overloaded where hard and soft bookings come to more than 100 per cent on one of its working days.
    """

    items: Annotated[list[PersonLoad], from_rows(load_by_month)]
    """The persons, by name."""


<<<<<<< HEAD
routes = Routes("reporting", "Load", names_service=True, about="How far persons are booked, by month.")


@routes.get("/v1/load")
async def resource_load(call: Call, query: LoadQuery) -> Answer[ResourceLoad]:
    """Resource load by month."""
    at = as_of(call, query)
    months = months_from(query.first or at.on.replace(day=1), query.months)

    async def make() -> bytes:
        items = await load_by_month(call, at, await within(call.kernel.store, at, query), months)
        return json.dumps(
            {"items": items, "as_of": at.on.isoformat(), "positions": await positions(call)}
        ).encode()

    return Answer(200, await remembered(call.kernel.store, ("load", at, query), make))


async def load_by_month(call: Call, at: AsOf, scope: Within, months: list[date]) -> list[dict[str, Any]]:
    shown, booked = await persons_and_bookings(call, at, scope, months)
    days = await working_days(
        call.kernel.store, call.kernel.settings, at, months[0], end_of_month(months[-1])
    )
    return load(shown, booked, months, days)


async def persons_and_bookings(
    call: Call, at: AsOf, scope: Within, months: list[date]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Who is shown for these months, and what is booked within the scope, as of the day."""
    store = call.kernel.store
    booked = [a for a in await states(store, "allocation", at.until) if scope.holds(a)]
    persons = await states(store, "person", at.until, archived=True)
    return _shown(persons, booked, months), booked


def _shown(
    persons: list[dict[str, Any]], booked: list[dict[str, Any]], months: list[date]
) -> list[dict[str, Any]]:
    """Those who are there, and those who are archived and were booked in these months: what they worked counts. Of who
    was erased only months before that are told."""
    first, last = months[0].isoformat(), end_of_month(months[-1]).isoformat()
    bookings: dict[str, list[dict[str, Any]]] = {}
    for allocation in booked:
        bookings.setdefault(allocation["person_id"], []).append(allocation)

    def worked(person: dict[str, Any]) -> bool:
        until = min(last, person["erased_at"][:7] + "-00") if person["erased_at"] else last
        return any(
            max(a["starts_on"], first) <= min(a["ends_on"], until) for a in bookings.get(person["id"], ())
        )

    return [p for p in persons if p["archived_at"] is None or worked(p)]
=======
LOAD = Dashboard("/v1/load", ResourceLoad, LoadQuery, tag="Load")
>>>>>>> main
