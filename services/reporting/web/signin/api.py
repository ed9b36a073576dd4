"""Where browsers go to log in at an issuer and come back from it, and where an issuer says that somebody has logged out."""

import re
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import ConfigDict, Field

from services.reporting.web import session_rows, sessions
from services.reporting.web.login_form import login_form
from services.reporting.web.page import landing, redirect
from services.reporting.web.signin.attempt import LoginAttempt, attempt_of, begin, forget
from services.reporting.web.signin.provider import Granted, Provider
from services.reporting.web.signin.renewal import provider_of
from shared.base.errors import Forbidden, Malformed, NotFound, Unauthenticated
from shared.base.texts import Text
from shared.contracts.language import Shape
from shared.http import attempts
from shared.http.auth.claims import is_subject, is_token_id
from shared.http.call import Answer, Call
from shared.http.operation import FORM
from shared.http.query import Query
from shared.http.revocations import revoke
from shared.http.routes import Routes

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
ERROR = re.compile("[a-z_]{1,60}")

routes = Routes("reporting", "Pages", pages=True)


class LogInQuery(Query):
    """Where to go then."""

    next: str | None = Field(None, description="The page that was asked for.")


class LogoutNotice(Shape):
    """What an issuer sends when somebody has logged out there (OpenID Connect Back-Channel Logout 1.0)."""

    model_config = ConfigDict(extra="ignore")

    logout_token: str


@routes.get("/login/{key}", public=True, produces=("text/html",))
async def begin_at_issuer(call: Call, key: str, query: LogInQuery) -> Answer:
    """Go to an issuer to log in."""
    provider, attempt = _provider(call, key), begin(key, landing(query.next))
    address = await provider.log_in_address(attempt.state, attempt.nonce, attempt.verifier)
    return redirect(address, **{"Set-Cookie": attempt.cookie(call)})


@routes.get("/login/{key}/callback", public=True, any_query=True, produces=("text/html",))
async def come_back(call: Call, key: str) -> Answer:
    """Come back from an issuer, and begin a session."""
    attempts.refuse_too_many(call)
    provider, state, then = _provider(call, key), call.one("state") or "", "/"
    try:
        attempt = attempt_of(call, key, state)
        then = attempt.next
        granted = await _granted(call, provider, attempt)
        if call.kernel.revocations.concern(granted.principal):
            raise Unauthenticated("the token was revoked", code="token_revoked")
    except (Forbidden, Unauthenticated) as refusal:
        attempts.note_failure(call)
        return login_form(call, then, refusal.status, refusal.code, problem=refusal.detail)
    cookies = await sessions.begin(call, granted.principal, granted.tokens, granted.ends_at, granted.locale)
    return redirect(then, **{"Set-Cookie": f"{cookies}\n{forget(call, state)}"})


async def _granted(call: Call, provider: Provider, attempt: LoginAttempt) -> Granted:
    """What the answer brings, if it is the issuer's to which this log-in was sent (RFC 9207)."""
    says, metadata = call.one("iss"), await provider.issuer.metadata.content()
    if says != provider.issuer.trusted.issuer and (says is not None or metadata.names_itself):
        raise Unauthenticated("the answer is another issuer's; log in again", code="sign_in_mixed_up")
    if (error := call.one("error")) is not None:
        if not ERROR.fullmatch(error):
            raise Unauthenticated("the issuer has logged nobody in", code="sign_in_refused")
        raise Unauthenticated(
            Text("the issuer has logged nobody in: {error}", error=error), code="sign_in_refused"
        )
    if not (code := call.one("code")):
        raise Unauthenticated("the answer of the issuer has no code; log in again", code="sign_in_refused")
    return await provider.redeem(code, attempt.verifier, attempt.nonce)


@routes.post("/login/{key}/logout", public=True, media_type=FORM)
async def end_from_issuer(call: Call, key: str, body: LogoutNotice) -> Answer:
    """End the sessions of somebody who has logged out at an issuer."""
    attempts.refuse_too_many(call)
    try:
        issuer, subject, session_id, token_id = await _logged_out(
            call, _provider(call, key), body.logout_token
        )
    except Unauthenticated as refusal:
        attempts.note_failure(call)
        raise Malformed(refusal.detail, code="logout_token_invalid") from refusal
    store, id = call.kernel.store, str(uuid5(NAMESPACE_URL, f"{issuer} {token_id}"))
    value = session_id or f"every session of {subject}"
    if not await revoke(store, "session", value, issuer, "the issuer's logout", id=id):
        raise Malformed("this logout token came before", code="logout_token_invalid")
    await session_rows.delete_all(store, issuer, subject, session_id)
    await call.kernel.revocations.look(store)
    return Answer(200, headers={"Cache-Control": "no-store"})


async def _logged_out(call: Call, provider: Provider, token: str) -> tuple[str, str, str, str]:
    """Issuer, subject, session and token id; Unauthenticated where it is no logout token of this issuer for us."""
    trusted = provider.issuer.trusted
    header, claims, _ = await call.kernel.tokens.verified(
        token, provider.issuer, trusted.client_id, ("exp", "iat", "iss", "aud", "jti")
    )
    subject, session_id, token_id = (_text(claims, name) for name in ("sub", "sid", "jti"))
    events = claims.get("events")
    is_logout = isinstance(events, dict) and isinstance(events.get(LOGOUT), dict)
    is_other = str(header.get("typ", "JWT")).lower() not in ("jwt", "logout+jwt")
    if not is_logout or is_other or "nonce" in claims or not token_id or not (subject or session_id):
        raise Unauthenticated("this is no logout token", code="logout_token_invalid")
    if (subject and not is_subject(subject)) or not (is_token_id(session_id) and is_token_id(token_id)):
        raise Unauthenticated("this is no logout token", code="logout_token_invalid")
    return trusted.issuer, subject, session_id, token_id


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value if isinstance(value, str) else ""


def _provider(call: Call, key: str) -> Provider:
    for issuer in call.kernel.tokens.providers.values():
        if issuer.trusted.key == key and (provider := provider_of(call, issuer.trusted.issuer)) is not None:
            return provider
    raise NotFound("there is no such issuer to log in at")
