"""The page of alignment with the strategic objectives."""

from services.reporting.asof import AsOfQuery
from services.reporting.dashboards.alignment.api import ALIGNMENT
from services.reporting.reading import reading_of
from services.reporting.web import sessions
from services.reporting.web.page import page
from shared.http.call import Answer, Call
from shared.http.routes import Routes

routes = Routes("reporting", "Alignment page", pages=True)


@routes.get("/alignment", session=sessions.principal, produces=("text/html",))
async def alignment_page(call: Call, query: AsOfQuery) -> Answer:
    """Alignment with the strategic objectives."""
    reading = reading_of(call, query)
    return page(call, "alignment.html", reading.at, **await ALIGNMENT.content(reading))
