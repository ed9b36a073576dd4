"""The pages: overview, portfolio, projects, project."""

from collections.abc import Awaitable
from typing import Annotated, Any, Literal

from pydantic import Field

from services.reporting.asof import AsOf, AsOfQuery, as_of
from services.reporting.dashboards.projects.api import SEARCH, SORT, ProjectListQuery
from services.reporting.figures.health import OVERALL
from services.reporting.web import contents, sessions
from services.reporting.web.changes import folded
from services.reporting.web.home.visits import visit_of
from services.reporting.web.page import page
from services.reporting.web.reading import words_of
from shared.contracts.projects.structure import Stage
from shared.http.call import Answer, Call
from shared.http.operation import Parameter
from shared.http.path import Id
from shared.http.query import Cursor
from shared.http.routes import Options, Routes

routes = Routes("reporting", "Pages", pages=True)

_READ: Options = {"session": sessions.principal, "produces": ("text/html",)}
"""What every page is that speaks of somebody's data."""


class ShownQuery(AsOfQuery):
    """As of which day, and how amounts are written."""

    amounts: Literal["exact"] | None = Field(
        default=None, description="In full, with the reasons of those that are missing."
    )


class PagedQuery(ShownQuery):
    """And which projects of a list."""

    sort: SORT = None
    cursor: Cursor = None
    first: int = Field(
        default=1, ge=1, le=10**9, description="The number of the first row of the page among all, from 1."
    )


class FoundQuery(PagedQuery):
    """And which projects at all, as the form of the page sends it."""

    blank_means_absent = True

    q: SEARCH = None
    programme_id: Id | None = Field(default=None, description="Projects of this programme.")
    health: Annotated[
        str | None, Parameter("health", "Projects of this health.", {"type": "string", "enum": list(OVERALL)})
    ] = None
    stage: Stage | None = Field(default=None, description="Projects at this stage.")
    portfolio_id: Id | None = Field(
        default=None, description="Projects of this portfolio, with everything under it."
    )
    portfolio: Literal["none"] | None = Field(default=None, description="Projects in no portfolio.")


@routes.get("/", **_READ)
async def overview_page(call: Call, query: ShownQuery) -> Answer:
    """The portfolio overview."""
    at = as_of(call, query)
    may_begin = "projects.write" in call.rights.offered
    return await _page(
        call, "overview.html", at, contents.whole(call, at, words_of(call)), may_begin=may_begin
    )


@routes.get("/portfolio/{id}", **_READ)
async def portfolio_page(call: Call, id: Id, query: PagedQuery) -> Answer:
    """A portfolio."""
    at = as_of(call, query)
    page_contents = contents.portfolio(call, at, words_of(call), id)
    order = query.sort or ""
    pinned = id in (await visit_of(call.kernel.store, call.principal)).pinned
    return await _page(
        call, "portfolio.html", at, page_contents, sort=order, first=query.first, is_pinned=pinned
    )


@routes.get("/project", **_READ)
async def projects_page(call: Call, query: FoundQuery) -> Answer:
    """Projects, found."""
    at = as_of(call, query)
    list_query = ProjectListQuery(
        programme_id=(query.programme_id,) if query.programme_id else (),
        stage=(query.stage,) if query.stage else (),
        health=(query.health,) if query.health else (),
        portfolio_id=(query.portfolio_id,) if query.portfolio_id else (),
        q=query.q,
    )
    page_contents = contents.projects(call, at, list_query, alone=query.portfolio == "none")
    return await _page(call, "projects.html", at, page_contents, sort=query.sort or "", first=query.first)


@routes.get("/project/{id}", **_READ)
async def project_page(call: Call, id: Id, query: ShownQuery) -> Answer:
    """The sheet of a project."""
    at = as_of(call, query)
    return await _page(call, "project.html", at, contents.project(call, at, words_of(call), id))


async def _page(
    call: Call, template: str, at: AsOf, page_contents: Awaitable[contents.Contents], **rest: Any
) -> Answer:
    """The page, with the mark of what was folded before it was read: by it an open page knows what it lacks."""
    mark = await folded(call)
    return page(call, template, at, folded=mark, **await page_contents, **rest)
