"""The page of the pipeline of requests."""

from services.reporting.asof import AsOfQuery
from services.reporting.dashboards.pipeline.api import PIPELINE
from services.reporting.reading import reading_of
from services.reporting.web import sessions
from services.reporting.web.page import page
from shared.http.call import Answer, Call
from shared.http.routes import Routes

routes = Routes("reporting", "Pipeline page", pages=True)


@routes.get("/pipeline", session=sessions.principal, produces=("text/html",))
async def pipeline_page(call: Call, query: AsOfQuery) -> Answer:
    """Pipeline of requests."""
    reading = reading_of(call, query)
    return page(call, "pipeline.html", reading.at, **await PIPELINE.content(reading))
