"""The milestone trend of a project, as of any day.

It is of one project and reads no other: so it is a route beside the sheet, and no dashboard that a query narrows.
"""

import json

from services.reporting.asof import FOREVER, AsOfQuery, positions
from services.reporting.dashboards.milestone_trend import view
from services.reporting.dashboards.milestone_trend.shapes import MilestoneTrend
from services.reporting.dashboards.projects.view import one
from services.reporting.history.view import versions_of_project
from services.reporting.reading import Reading, State, reading_of
from shared.base.errors import NotFound
from shared.http.call import Answer, Call
from shared.http.path import Id
from shared.http.routes import Routes

routes = Routes(
    "reporting",
    "Milestone trend",
    names_service=True,
    about="How expected days moved, from report to report.",
)


@routes.get("/v1/projects/{id}/milestone-trend", refusals=(404,))
async def milestone_trend(call: Call, id: Id, query: AsOfQuery) -> Answer[MilestoneTrend]:
    """The milestone trend of a project. When each milestone was expected, at every day on which that changed: a line that
    rises comes later, one that falls earlier."""
    reading = reading_of(call, query)
    frame = {"as_of": reading.at.on.isoformat(), "positions": await positions(call)}
    return Answer(200, json.dumps(frame | await trend(reading, id)).encode())


async def trend(reading: Reading[AsOfQuery], id: str) -> State:
    """The same for the sheet; NotFound where the project was not there by the day, or is not seen."""
    if not reading.sight.sees(id) or await one(reading.store, id, reading.at) is None:
        raise NotFound("there is no such project by that day")
    until = FOREVER if reading.at.until is None else reading.at.until
    versions = await versions_of_project(reading.store, id, "milestone", until)
    return {"project_id": id, "items": view.lines(versions, reading.at.on, reading.settings.zone)}
