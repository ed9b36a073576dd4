"""The milestone trend of a project, as of any day: read of the versions of its milestones alone.

It belongs to one project and reads no other: so its route stands beside the sheet, and it is no dashboard that a query
narrows.
"""

from services.reporting.asof import FOREVER, AsOfQuery, positions
from services.reporting.dashboards.milestone_trend import view
from services.reporting.dashboards.projects.view import one
from services.reporting.history.view import versions_of_project
from services.reporting.reading import Reading, State
from shared.base.errors import NotFound


async def milestone_trend(reading: Reading[AsOfQuery], id: str) -> State:
    """The whole answer. NotFound where the project was not there by the day, or is not seen."""
    frame = {"as_of": reading.at.on.isoformat(), "positions": await positions(reading.call)}
    if not reading.sight.sees(id) or await one(reading.store, id, reading.at) is None:
        raise NotFound("there is no such project by that day")
    until = FOREVER if reading.at.until is None else reading.at.until
    versions = await versions_of_project(reading.store, id, "milestone", until)
    return frame | {"project_id": id, "items": view.lines(versions, reading.at.on, reading.settings.zone)}
