"""Logging in and out: by the one-time link of an instance at hand, or with a token of an issuer that is trusted."""

from secrets import token_urlsafe
from urllib.parse import quote

from services.reporting.web import sessions
from services.reporting.web.command import command_of
from services.reporting.web.page import page, redirect
from shared.contracts.language import Shape
from shared.errors import Unauthenticated
from shared.http.call import Answer, Call
from shared.http.routes import FORM, Parameter, Routes

routes = Routes("reporting", "Pages", pages=True)

BEFORE = ("ended", "left")
"""The session ended by itself, or its holder logged out: then every other page of the browser hears of it."""


class LoginForm(Shape):
    """A token of a trusted issuer, and the proof that the form was ours."""

    token: str
    form: str
    next: str = "/"


class LogoutForm(Shape):
    form: str


@routes.route("GET", "/login", id="login_page", summary="Log in", scope=None, public=True, produces=("text/html",),
              parameters=(
                  Parameter("code", "The code of a one-time link."), Parameter("next", "Where to go then."),
                  Parameter("session", "What became of the session before.", {"type": "string", "enum": list(BEFORE)}),
              ))  # fmt: skip
async def login_page(call: Call) -> Answer:
    code, then = call.one("code"), _own(call.one("next"))
    if call.method == "HEAD":  # whoever only looks must not use the code up
        return _form(call, then)
    principal = await sessions.redeem(call.kernel.store, code) if code is not None else None
    if principal is not None:
        return redirect(then, **{"Set-Cookie": await sessions.begin(call, principal)})
    if await sessions.is_open(call):
        return redirect(then)
    if code is not None:
        return _form(call, then, status=401, code="link_used")
    return _form(call, then, before=call.one("session"))


@routes.route("POST", "/login", id="login", summary="Begin a session with a token", scope=None, public=True,
              produces=("text/html",), body=LoginForm, media_type=FORM)  # fmt: skip
async def login(call: Call, body: LoginForm) -> Answer:
    sessions.check_form(call, sessions.FORM_COOKIE, body.form)
    then = _own(body.next)
    try:
        principal = await call.kernel.tokens.principal(body.token.strip())
    except Unauthenticated as refusal:
        return _form(call, then, status=401, code=refusal.code)
    return redirect(then, **{"Set-Cookie": await sessions.begin(call, principal)})


@routes.route("POST", "/logout", id="logout", summary="End the session", scope=None, public=True,
              produces=("text/html",), body=LogoutForm, media_type=FORM)  # fmt: skip
async def logout(call: Call, body: LogoutForm) -> Answer:
    sessions.check_form(call, sessions.COOKIE, body.form)
    return redirect("/login?session=left", **{"Set-Cookie": await sessions.end(call)})


def _form(
    call: Call, then: str, status: int = 200, code: str | None = None, before: str | None = None
) -> Answer:
    proof = token_urlsafe(18)
    made = page(
        call, "login.html", status=status, form=sessions.form_token(proof), then=then, code=code,
        before=before, link_command=command_of(call.kernel.settings, "login-link"),
    )  # fmt: skip
    made.headers["Set-Cookie"] = sessions.set_cookie(call, sessions.FORM_COOKIE, proof, sessions.FORM_LASTS)
    return made


def _own(address: str | None) -> str:
    """A path of ours: an address that would leave for another site becomes `/`."""
    given = address or "/"
    if not given.startswith("/") or given.startswith(("//", "/\\")) or len(given) > 2000:
        return "/"
    path, _, query = given.partition("?")
    return quote(path, safe="/%:@-._~") + (f"?{quote(query, safe='=&%:@-._~+')}" if query else "")
