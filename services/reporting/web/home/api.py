"""The home page, and what is done on it: everything is marked as seen, portfolios are pinned."""

import asyncio
from typing import Literal

from pydantic import Field

from services.reporting.asof import AsOfQuery, as_of
from services.reporting.dashboards.portfolios.api import OVERVIEW
from services.reporting.history.portfolios import portfolios_seen
from services.reporting.reading import Reading
from services.reporting.scope import NarrowedQuery
from services.reporting.web import sessions
from services.reporting.web.home import visits
from services.reporting.web.home.news import AT_FIRST, FACTS, news
from services.reporting.web.home.reader import Reader
from services.reporting.web.home.waiting import waiting
from services.reporting.web.page import is_looked_at, page, path_of_ours, redirect
from services.reporting.web.registers.answering import shower_of
from services.reporting.web.registers.client import Api
from shared.base.errors import NotFound
from shared.contracts.language import Shape
from shared.domain.access.grants import person_of
from shared.http.call import Answer, Call
from shared.http.operation import FORM
from shared.http.query import Query
from shared.http.routes import Options, Routes

routes = Routes("reporting", "Pages", pages=True)

_READ: Options = {"session": sessions.principal, "produces": ("text/html",)}
_WRITE: Options = {**_READ, "media_type": FORM, "scope": "reporting.read"}


class HomeQuery(Query):
    """How much is shown."""

    news: Literal["all"] | None = Field(
        default=None, description="All that has changed, as far as it is read."
    )


class SeenForm(Shape):
    """The proof that the form was ours."""

    form: str


class PinForm(Shape):
    """Which portfolio is pinned, or is not any more, and where to go then."""

    form: str
    portfolio: str
    act: Literal["pin", "unpin"] = "pin"
    next: str = "/home"


@routes.get("/home", **_READ)
async def home_page(call: Call, query: HomeQuery) -> Answer:
    """What waits for the reader, and what has changed."""
    store, principal = call.kernel.store, call.principal
    remember = visits.note_visit if is_looked_at(call) else visits.visit_of
    visit, person_id = await remember(store, principal), await person_of(store, principal)
    reader = Reader(call, Api(call), shower_of(call), person_id, visit.since)
    waits, changed, pinned = await asyncio.gather(
        waiting(reader), news(reader, FACTS if query.news else AT_FIRST), pinned_portfolios(call, visit)
    )
    return page(
        call, "home.html", proof=sessions.form_token(call, call.cookies.get(sessions.COOKIE, "")),
        visit=visit, waiting=waits, news=changed, pinned=pinned, person_id=person_id, zone=call.kernel.settings.zone,
    )  # fmt: skip


async def pinned_portfolios(call: Call, visit: visits.Visit) -> list[dict[str, object]]:
    """Those of the pinned portfolios that the reader sees, with their figures, in the order in which they were pinned."""
    if not visit.pinned:
        return []
    answer = await OVERVIEW.content(Reading(call, as_of(call, AsOfQuery()), NarrowedQuery()))
    items = {item["portfolio"]["id"]: item | {"depth": 0} for item in answer["items"]}
    return [items[id] for id in visit.pinned if id in items]


@routes.post("/home/seen", **_WRITE)
async def mark_seen(call: Call, body: SeenForm) -> Answer:
    """Mark everything until now as seen."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    await visits.end_visit(call.kernel.store, call.principal)
    return redirect("/home")


@routes.post("/home/pins", **_WRITE)
async def pin(call: Call, body: PinForm) -> Answer:
    """Pin a portfolio, or take it off again."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    if body.act == "unpin":
        await visits.unpin(call.kernel.store, call.principal, body.portfolio)
    else:
        await _refuse_unseen(call, body.portfolio)
        await visits.pin(call.kernel.store, call.principal, body.portfolio)
    return redirect(path_of_ours(body.next))


async def _refuse_unseen(call: Call, portfolio_id: str) -> None:
    """NotFound where the reader sees no such portfolio."""
    seen_portfolios = await portfolios_seen(call.kernel.store, as_of(call, AsOfQuery()), call.sight)
    if portfolio_id not in seen_portfolios:
        raise NotFound("there is no such resource")
