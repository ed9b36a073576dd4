"""The language of the pages, where a reader wants another one than the browser asks for."""

from datetime import timedelta

from pydantic import Field

from services.reporting.web.page import LANGUAGE_COOKIE, path_of_ours, redirect
from services.reporting.web.sessions import set_cookie
from services.reporting.web.words import languages
from shared.base.errors import NotFound
from shared.http.call import Answer, Call
from shared.http.query import Query
from shared.http.routes import Routes

routes = Routes("reporting", "Pages", pages=True)

REMEMBERED = timedelta(days=365)


class LanguageQuery(Query):
    """Where to go then."""

    next: str | None = Field(None, description="The page that was looked at.")


@routes.get("/language/{code}", public=True, produces=("text/html",))
async def language_page(call: Call, code: str, query: LanguageQuery) -> Answer:
    """Read the pages in this language."""
    if code not in languages():
        raise NotFound("there is no such resource")
    cookie = set_cookie(call, LANGUAGE_COOKIE, code, REMEMBERED)
    return redirect(path_of_ours(query.next), **{"Set-Cookie": cookie})
