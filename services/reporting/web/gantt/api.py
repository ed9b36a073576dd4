"""The page of a project's bars: plan against baseline, the critical path, today, links from other projects."""

import asyncio

from pydantic import Field

from services.reporting.asof import AsOfQuery, as_of
from services.reporting.web import sessions
from services.reporting.web.gantt.drawing import draw_chart
from services.reporting.web.page import page
from services.reporting.web.reading import words_of
from services.reporting.web.registers.client import Api
from shared.http.call import Answer, Call
from shared.http.path import Id
from shared.http.routes import Routes

MOST = 2_000

routes = Routes("reporting", "Gantt page", pages=True)


class GanttPageQuery(AsOfQuery):
    """Which of the bars."""

    first: int = Field(default=1, ge=1, le=100_000, description="The number of the first bar, from 1.")


@routes.get("/project/{id}/gantt", session=sessions.principal, produces=("text/html",))
async def gantt_page(call: Call, id: Id, query: GanttPageQuery) -> Answer:
    """The bars of a project's plan."""
    at, words, api = as_of(call, query), words_of(call), Api(call)
    project = await api.get(f"/projects/v1/projects/{id}")
    plan = await api.get(
        f"/projects/v1/projects/{id}/gantt", [("first", str(query.first)), ("most", str(MOST))]
    )
    rows = [one | {"href": f"/registers/projects/activities/{one['id']}"} for one in plan["items"]]
    title = words.gettext("Plan of %s") % project["name"]
    chart = await asyncio.to_thread(draw_chart, rows, plan["links"], at.on, words, title) if rows else None
    return page(
        call,
        "gantt.html",
        at,
        project=project,
        plan=plan,
        rows=rows,
        chart=chart,
        first=query.first,
        most=MOST,
    )
