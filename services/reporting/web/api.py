"""The pages: overview, portfolio, projects, project."""

from collections.abc import Awaitable
from typing import Any

from services.reporting.asof import AS_OF, AsOf, as_of
from services.reporting.figures.health import OVERALL
from services.reporting.projects.api import LISTED
from services.reporting.web import contents, sessions
from services.reporting.web.changes import folded
from services.reporting.web.page import page, words_of
from services.reporting.web.words import STAGES
from shared.http.call import Answer, Call
from shared.http.operation import Parameter
from shared.http.routes import Routes

routes = Routes("reporting", "Pages", pages=True)

_READ = {"scope": "reporting.read", "session": sessions.principal, "produces": ("text/html",)}
_AMOUNTS = Parameter(
    "amounts",
    "In full, with the reasons of those that are missing.",
    {"type": "string", "enum": ["exact"]},
)
_SHOWN = (AS_OF, _AMOUNTS)
_PAGED = (_AMOUNTS, *(p for p in LISTED if p.name in ("as_of", "sort", "cursor")))
_FOUND = (
    _AMOUNTS,
    *(p for p in LISTED if p.name in ("as_of", "sort", "cursor", "q", "programme_id")),
    Parameter("health", "Projects of this health.", {"type": "string", "enum": ["", *OVERALL]}),
    Parameter("stage", "Projects at this stage.", {"type": "string", "enum": ["", *STAGES]}),
    Parameter("portfolio", "Projects in no portfolio.", {"type": "string", "enum": ["none"]}),
)


@routes.route("GET", "/", id="overview_page", summary="The portfolio overview", parameters=_SHOWN, **_READ)
async def overview_page(call: Call) -> Answer:
    at = as_of(call)
    return await _page(call, "overview.html", at, contents.whole(call, at, words_of(call)))


@routes.route(
    "GET", "/portfolio/{id}", id="portfolio_page", summary="A portfolio", parameters=_PAGED, **_READ
)
async def portfolio_page(call: Call, id: str) -> Answer:
    at = as_of(call)
    shown = contents.portfolio(call, at, words_of(call), id)
    order, paged = call.one("sort") or "", call.one("cursor") is not None
    return await _page(call, "portfolio.html", at, shown, sort=order, paged=paged)


@routes.route("GET", "/project", id="projects_page", summary="Projects, found", parameters=_FOUND, **_READ)
async def projects_page(call: Call) -> Answer:
    call.query = {name: values for name, values in call.query.items() if values != [""]}  # as a form sends it
    at = as_of(call)
    return await _page(call, "projects.html", at, contents.projects(call, at), sort=call.one("sort") or "")


@routes.route(
    "GET", "/project/{id}", id="project_page", summary="The sheet of a project", parameters=_SHOWN, **_READ
)
async def project_page(call: Call, id: str) -> Answer:
    at = as_of(call)
    return await _page(call, "project.html", at, contents.project(call, at, words_of(call), id))


async def _page(
    call: Call, template: str, at: AsOf, shown: Awaitable[contents.Contents], **rest: Any
) -> Answer:
    """The page, with the mark of what was folded before it was read: by it an open page knows what it lacks."""
    mark = await folded(call)
    return page(call, template, at, folded=mark, **await shown, **rest)
