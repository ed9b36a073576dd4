"""Resource load by month."""

import json
from datetime import date
from typing import Any

from services.reporting.asof import AS_OF, AsOf, as_of, positions
from services.reporting.history.view import states
from services.reporting.load.view import end_of_month, load, months_from
from services.reporting.memo import remembered
from services.reporting.scope import PORTFOLIO, PROJECT, Within, within
from shared.base.clock import parse_day
from shared.base.errors import Fault, Malformed
from shared.base.working_days import Holidays
from shared.contracts.language import AnswerShape, Day, Id
from shared.http.call import Answer, Call
from shared.http.operation import Parameter
from shared.http.routes import Routes

MONTHS = 12
_FROM = Parameter(
    "from",
    "The first month; default: that of the day.",
    {"type": "string", "pattern": "^(19[5-9][0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])$"},
)
_MONTHS = Parameter("months", "How many, 12 by default.", {"type": "integer", "minimum": 1, "maximum": 36})


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


class PersonLoad(AnswerShape):
    person: LoadedPerson
    """Who is booked."""
    months: list[MonthLoad]
    """The load, month by month."""


class ResourceLoad(AnswerShape):
    """Load in per cent of a person's capacity, by month; working days are Monday to Friday without the holidays.

    A month is overloaded where hard and soft bookings come to more than 100 per cent on one of its working days.
    """

    items: list[PersonLoad]
    """The persons, by name."""
    as_of: Day
    """The day of the figures."""
    positions: dict[str, str]
    """Up to where each source was read: topic and partition, with the position."""


routes = Routes("reporting", "Load")


@routes.route("GET", "/v1/load", id="reporting_load", summary="Resource load by month", shape=ResourceLoad,
              parameters=(AS_OF, PORTFOLIO, PROJECT, _FROM, _MONTHS))  # fmt: skip
async def resource_load(call: Call) -> Answer:
    at = as_of(call)
    months = months_from(_first(call, at.on), _count(call))

    async def make() -> bytes:
        items = await load_by_month(call, at, await within(call, at), months)
        return json.dumps(
            {"items": items, "as_of": at.on.isoformat(), "positions": await positions(call)}
        ).encode()

    key = ("load", at, call.one("portfolio_id"), call.one("project_id"), months[0], len(months))
    return Answer(200, await remembered(call.kernel.store, key, make))


async def load_by_month(call: Call, at: AsOf, scope: Within, months: list[date]) -> list[dict[str, Any]]:
    store = call.kernel.store
    booked = [a for a in await states(store, "allocation", at.until) if scope.holds(a)]
    persons = await states(store, "person", at.until, archived=True)
    shown = _shown(persons, booked, months)
    return load(shown, booked, months, Holidays(call.kernel.settings.holidays))


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


def _first(call: Call, default: date) -> date:
    given = call.one("from")
    try:
        return parse_day(f"{given}-01") if given else default.replace(day=1)
    except ValueError as error:
        raise Malformed("from is not a month", Fault("invalid", "write 2026-06", parameter="from")) from error


def _count(call: Call) -> int:
    given = call.one("months") or str(MONTHS)
    if not (given.isascii() and given.isdigit()) or len(given) > 2 or not 1 <= int(given) <= 36:
        raise Malformed("months is not acceptable", Fault("invalid", "1 to 36", parameter="months"))
    return int(given)
