"""`/me`: who I am here, my sessions, and my personal access tokens."""

import re
from datetime import datetime

from services.reporting.web import cookies, session_rows, sessions
from services.reporting.web.page import page, redirect
from services.reporting.web.registers.client import Api, Reply
from services.reporting.web.session_rows import hashed
from shared.base.clock import from_micros
from shared.contracts.language import Shape
from shared.domain.access.grants import memberships_of
from shared.http import personal_tokens
from shared.http.call import Answer, Call
from shared.http.operation import FORM
from shared.http.path import Id
from shared.http.routes import Routes

BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
"""As they call themselves, the most particular first: all but Firefox name others too."""
NAMES = {"Edg": "Edge", "OPR": "Opera"}
SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
COUNT = "COUNT(*)"
DAYS = re.compile("[0-9]{1,3}")

routes = Routes("reporting", "Pages", pages=True)


class OwnForm(Shape):
    """The proof that the form was ours."""

    form: str


class TokenForm(OwnForm):
    """What a personal access token is to be."""

    name: str
    scope: str = ""
    days: str = "90"


@routes.get("/me", session=sessions.principal, scope=None, produces=("text/html",))
async def account_page(call: Call) -> Answer:
    """Who I am, my sessions and my tokens."""
    return await _page(call)


@routes.post("/me/sessions/{id}/end", public=True, produces=("text/html",), media_type=FORM)
async def end_session(call: Call, id: Id, body: OwnForm) -> Answer:
    """End one of my sessions."""
    await _identified(call, body)
    await session_rows.delete_one(call.kernel.store, call.principal.issuer, call.principal.subject, id)
    return redirect("/me")


@routes.post("/me/tokens", public=True, produces=("text/html",), media_type=FORM)
async def make_token(call: Call, body: TokenForm) -> Answer:
    """Make a personal access token."""
    await _identified(call, body)
    days = int(body.days) if DAYS.fullmatch(body.days) else 0
    token_request: dict[str, object] = {"name": body.name, "scope": body.scope.strip() or None, "days": days}
    reply = await Api(call).send("POST", "/resources/v1/me/tokens", body=token_request)
    if reply.is_refusal:
        return await _page(call, refused=reply, typed=body)
    return await _page(call, new_token=reply.body["token"])


@routes.post("/me/tokens/{id}/revoke", public=True, produces=("text/html",), media_type=FORM)
async def revoke_token(call: Call, id: Id, body: OwnForm) -> Answer:
    """Revoke one of my personal access tokens."""
    await _identified(call, body)
    reply = await Api(call).send("DELETE", f"/resources/v1/me/tokens/{id}")
    return await _page(call, refused=reply) if reply.is_refusal else redirect("/me")


async def _identified(call: Call, body: OwnForm) -> None:
    call.principal = await sessions.principal(call)
    cookies.check_form(call, sessions.COOKIE, body.form)


async def _page(
    call: Call, refused: Reply | None = None, new_token: str = "", typed: TokenForm | None = None
) -> Answer:
    store, principal = call.kernel.store, call.principal
    on = sessions.today(call)
    here = hashed(call.cookies.get(sessions.COOKIE, ""))
    open_sessions = await session_rows.of_subject(store, principal.issuer, principal.subject)
    provider = call.kernel.tokens.providers.get(principal.issuer)
    return page(
        call,
        "account.html",
        status=refused.status if refused else 200,
        issuer_name=provider.trusted.title if provider else "",
        memberships=(await memberships_of(store, principal, on, COUNT))[0][0],
        sessions=[
            (
                one.id,
                one.hash == here,
                browser_of(one.agent),
                _moment(call, one.begun_at),
                _moment(call, one.seen_at),
            )
            for one in open_sessions
        ],
        tokens=[
            (id, name, scope, _moment(call, expires_at))
            for id, name, scope, _, expires_at, _ in await personal_tokens.of_caller(call)
        ],
        tokens_allowed=call.kernel.settings.personal_token_days,
        refusal=refused.problem if refused else None,
        new_token=new_token,
        typed=typed,
    )


def _moment(call: Call, at: int) -> datetime:
    """In the zone of the instance."""
    return from_micros(at).astimezone(call.kernel.settings.zone)


def browser_of(agent: str) -> str:
    """What a User-Agent header says of browser and system, in a few words; nothing where it says none that is known."""
    browser = next((NAMES.get(name, name) for name in BROWSERS if f"{name}/" in agent), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    return ", ".join(filter(None, (browser, system)))
