"""The routes of orientations."""

from pydantic import Field

from services.projects.strategy.orientation import commands, rules
from services.projects.strategy.orientation.model import OrientationRow
from shared.base.clock import now
from shared.contracts.language import AnswerShape, Day
from shared.contracts.projects.strategy import Orientation
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.query import Query
from shared.http.routes import Routes

ORIENTATIONS = Register(
    Orientation, OrientationRow, check=commands.check, after=commands.after, lifecycle=rules.LIFECYCLE
)


class DayQuery(Query):
    """On which day."""

    on: Day | None = Field(default=None, description="The day; default: today.")


class OrientationsInForce(AnswerShape):
    """What is to be followed on a day."""

    on: Day
    """The day."""
    items: list[Orientation]
    """The orientations in force, by title."""


routes = Routes("projects", "Orientations")
register_routes(routes, ORIENTATIONS)


@routes.get("/v1/orientations-in-force")
async def in_force(call: Call, query: DayQuery) -> Answer[OrientationsInForce]:
    """Orientations in force on a day."""
    on = query.on or now().astimezone(call.kernel.settings.zone).date()
    answer = OrientationsInForce(on=on, items=await commands.in_force(call.work, on))
    return Answer(200, answer.model_dump_json().encode())
