"""The routes of calendars."""

from datetime import timedelta

from pydantic import Field

from services.projects.organisation.organisation.model import OrganisationRow
from services.projects.structure.calendar import commands
from services.projects.structure.calendar.model import CalendarRow
from shared.base.clock import now
from shared.base.errors import Fault, Malformed
from shared.base.texts import Text
from shared.contracts.language import AnswerShape, Day
from shared.contracts.projects.structure import Calendar, Shift
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.query import Query
from shared.http.routes import Routes

LONGEST = 400
"""The most days of which the working time is told at once."""
USUAL = 28

CALENDARS = Register(
    Calendar,
    CalendarRow,
    check=commands.check,
    guard=commands.BASES.guard,
    acts=commands.ACTS,
    dependents=(Dependents(CalendarRow, "based_on_id"), Dependents(OrganisationRow, "calendar_id")),
)


class PeriodQuery(Query):
    """From which day to which."""

    first_on: Day | None = Field(default=None, description="The first day; default: today.")
    last_on: Day | None = Field(
        default=None,
        description=f"The last day; default: {USUAL} days in all. At most {LONGEST} days are told.",
    )


class WorkedDay(AnswerShape):
    on: Day
    """The day."""
    minutes: int
    """How long is worked, in minutes; 0 on a day off."""
    shifts: list[Shift]
    """When is worked."""


class WorkingTimeAnswer(AnswerShape):
    """What a calendar works, with its exceptions, its public holidays and what it is based on."""

    items: list[WorkedDay]
    """The days, in order."""
    minutes: int
    """How long is worked in all, in minutes."""
    working_days: int
    """On how many of the days is worked."""


routes = Routes("projects", "Calendars")
register_routes(routes, CALENDARS)


@routes.get("/v1/calendars/{id}/working-time", refusals=(404,))
async def working_time(call: Call, id: Id, query: PeriodQuery) -> Answer[WorkingTimeAnswer]:
    """Working time of a calendar, day by day."""
    first = query.first_on or now().astimezone(call.kernel.settings.zone).date()
    last = query.last_on or first + timedelta(days=USUAL - 1)
    if not 0 <= (last - first).days < LONGEST:
        fault = Fault(
            "invalid", Text("from the first on, at most {longest} days", longest=LONGEST), parameter="last_on"
        )
        raise Malformed(
            Text("a period has 1 to {longest} days", longest=LONGEST), fault, code="invalid_parameter"
        )
    days = await commands.worked(call.work, id, first, last)
    answer = WorkingTimeAnswer(
        items=[WorkedDay(on=day, minutes=minutes, shifts=shifts) for day, shifts, minutes in days],
        minutes=sum(minutes for _, _, minutes in days),
        working_days=sum(1 for _, _, minutes in days if minutes),
    )
    return Answer(200, answer.model_dump_json().encode())
