"""Logging in and out: by the one-time link of an instance at hand, or with a token of an issuer that is trusted."""

from typing import Literal

from pydantic import Field

from services.reporting.web import session_rows, sessions
from services.reporting.web.login_form import login_form
from services.reporting.web.page import is_looked_at, landing, page, redirect
from services.reporting.web.session_rows import KeptTokens
from services.reporting.web.signin.renewal import provider_of
from shared.base.errors import Forbidden, Unauthenticated
from shared.contracts.language import Shape
from shared.http import attempts
from shared.http.auth import Principal
from shared.http.auth.issuers import LOCAL
from shared.http.call import Answer, Call
from shared.http.operation import FORM
from shared.http.personal_tokens import is_personal
from shared.http.query import Query
from shared.http.routes import Routes

routes = Routes("reporting", "Pages", pages=True)


class LoginForm(Shape):
    """A token of a trusted issuer, and the proof that the form was ours."""

    token: str
    form: str
    next: str = "/"


class LogoutForm(Shape):
    """The proof that the form was ours; with `everywhere` all sessions of the person end."""

    form: str
    everywhere: str = ""


class LoginQuery(Query):
    """How somebody comes to the page."""

    code: str | None = Field(None, description="The code of a one-time link.")
    next: str | None = Field(None, description="Where to go then.")
    session: Literal["ended", "left"] | None = Field(
        default=None,
        description="What became of the session before: it ended by itself, or its holder logged out. Then every other page"
        " of the browser hears of it.",
    )


@routes.get("/login", public=True, produces=("text/html",))
async def login_page(call: Call, query: LoginQuery) -> Answer:
    """Log in."""
    code, then = query.code, landing(query.next)
    if not is_looked_at(call):
        return login_form(call, then)
    principal = await _redeemed(call, code) if code is not None else None
    if principal is not None:
        return redirect(then, **{"Set-Cookie": await sessions.begin(call, principal)})
    if await sessions.is_open(call):
        return redirect(then)
    if code is not None:
        used = call.kernel.tokens.trusts(LOCAL)
        return login_form(call, then, status=401, code="link_used" if used else "no_links")
    return login_form(call, then, before=query.session)


@routes.post("/login", public=True, produces=("text/html",), media_type=FORM)
async def login(call: Call, body: LoginForm) -> Answer:
    """Begin a session with a token."""
    attempts.refuse_too_many(call)
    then = landing(body.next)
    try:
        sessions.check_form(call, sessions.FORM_COOKIE, body.form)
        token = body.token.strip()
        if is_personal(token):
            raise Unauthenticated("the token is one for programs", code="token_of_a_program")
        principal = await call.kernel.tokens.principal(token)
        if call.kernel.revocations.concern(principal):
            raise Unauthenticated("the token was revoked", code="token_revoked")
    except Forbidden:
        attempts.note_failure(call)
        raise
    except Unauthenticated as refusal:
        attempts.note_failure(call)
        return login_form(call, then, status=401, code=refusal.code)
    session_cookie = await sessions.begin(call, principal, KeptTokens(access=token), principal.expires_at)
    return redirect(then, **{"Set-Cookie": session_cookie})


@routes.get("/logout", public=True, any_query=True, produces=("text/html",))
async def logged_out(call: Call) -> Answer:
    """Come back from an issuer after logging out there."""
    return redirect("/login?session=left")


@routes.post("/logout", public=True, produces=("text/html",), media_type=FORM)
async def logout(call: Call, body: LogoutForm) -> Answer:
    """End the session."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    issuer_page = await _log_out_at_issuer(call)
    end = sessions.end_everywhere if body.everywhere else sessions.end
    ended = {"Set-Cookie": await end(call)}
    if issuer_page is None:
        return redirect("/login?session=left", **ended)
    answer = page(call, "leaving.html", issuer_page=issuer_page)
    answer.headers |= ended
    return answer


async def _log_out_at_issuer(call: Call) -> str | None:
    """Where the browser goes to log out of the issuer too, by a page of ours: a form may only be answered from here."""
    cookie = call.cookies.get(sessions.COOKIE, "")
    session = await session_rows.find(call.kernel.store, cookie)
    provider = None if session is None else provider_of(call, session.principal.issuer)
    if session is None or provider is None:
        return None
    id_token = session.tokens(call.kernel.secret, cookie).id
    back_to = f"{call.kernel.settings.base_url}/logout"
    return await provider.log_out_address(id_token, back_to) if id_token else None


async def _redeemed(call: Call, code: str) -> Principal | None:
    attempts.refuse_too_many(call)
    if not call.kernel.tokens.trusts(LOCAL):
        return None
    principal = await sessions.redeem(call.kernel.store, code, sessions.lasting(call))
    if principal is None:
        attempts.note_failure(call)
    return principal
