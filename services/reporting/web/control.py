"""The page of control: which forecasts are beyond their tolerances, and what waits for a decision."""

from services.reporting.dashboards.decisions_due.api import DECISIONS_DUE
from services.reporting.dashboards.decisions_due.view import collections
from services.reporting.dashboards.exceptions.api import EXCEPTIONS
from services.reporting.reading import Reading, State, reading_of
from services.reporting.scope import ScopedQuery
from services.reporting.web import sessions
from services.reporting.web.names import directory_names
from services.reporting.web.page import page
from shared.http.call import Answer, Call
from shared.http.routes import Routes

routes = Routes("reporting", "Control page", pages=True)
LISTED = 200
"""So many lines of each list are shown."""


@routes.get("/control", session=sessions.principal, produces=("text/html",))
async def control_page(call: Call, query: ScopedQuery) -> Answer:
    """Exceptions and decisions due."""
    reading = reading_of(call, query)
    contents = await control(reading)
    lines = [*contents["exceptions"]["items"][:LISTED], *contents["due"]["items"][:LISTED]]
    ids = (line.get(member) for line in lines for member in ("project_id", "person_id"))
    names = {id: name.text for id, name in (await directory_names(call, filter(None, ids))).items()}
    return page(call, "control.html", reading.at, **contents, names=names)


async def control(reading: Reading[ScopedQuery]) -> State:
    """What the page shows, and the same of one project on its sheet."""
    return {
        "exceptions": await EXCEPTIONS.content(reading),
        "due": await DECISIONS_DUE.content(reading),
        "collections": collections(),
    }
