"""The language of the pages, where a reader wants another one than the browser asks for."""

from contextlib import suppress

from pydantic import Field

from services.reporting.mail.logins import choose_language
from services.reporting.web import sessions
from services.reporting.web.cookies import is_from_here
from services.reporting.web.page import path_of_ours, redirect
from services.reporting.web.reading import language_cookie
from services.reporting.web.words import languages_of
from shared.base.errors import NotFound, Unauthenticated
from shared.domain.organisation import organisation_in
from shared.http.call import Answer, Call
from shared.http.query import Query
from shared.http.routes import Routes

routes = Routes("reporting", "Pages", pages=True)


class LanguageQuery(Query):
    """Where to go then."""

    next: str | None = Field(None, description="The page that was looked at.")


@routes.get("/language/{code}", public=True, produces=("text/html",))
async def language_page(call: Call, code: str, query: LanguageQuery) -> Answer:
    """Read the pages in this language."""
    if code not in languages_of(organisation_in(call.kernel.store)):
        raise NotFound("there is no such resource")
    if is_from_here(call):
        await _keep(call, code)
    return redirect(path_of_ours(query.next), **{"Set-Cookie": language_cookie(call, code)})


async def _keep(call: Call, code: str) -> None:
    """With the login, where somebody is logged in."""
    with suppress(Unauthenticated):
        await choose_language(call.kernel.store, await sessions.principal(call), code)
