"""Browser sessions: begun by a one-time code, a token or a log-in at an issuer, and named by a cookie.

A cookie is only looked at by the pages and their stream; the API knows bearer tokens alone. What changes something
(logging in and out) needs, beside the cookie, a token of the form that only our own pages can have put there.
"""

from datetime import date, timedelta
from secrets import token_urlsafe

from services.reporting.mail.logins import note_login
from services.reporting.web import session_rows
from services.reporting.web.cookies import check_form, form_token, set_cookie
from services.reporting.web.reading import chosen_in, issuer_cookie, language_cookie, words_of
from services.reporting.web.session_rows import KeptTokens, Session, hashed, sealed
from services.reporting.web.signin.renewal import renewed
from shared.base.clock import epoch_seconds, machine_micros, now
from shared.base.errors import Unauthenticated
from shared.http.auth import Principal
from shared.http.auth.issuers import LOCAL
from shared.http.auth.roles import scopes_of
from shared.http.call import Call
from shared.store import Store

__all__ = [
    "COOKIE", "FORM_COOKIE", "FORM_LASTS", "begin", "check_form", "end", "end_everywhere", "form_token", "is_open",
    "lasting", "link", "offer", "principal", "redeem", "session_of", "set_cookie", "today",
]  # fmt: skip

COOKIE = "portolan_session"
FORM_COOKIE = "portolan_form"
CODE_LASTS = timedelta(minutes=15)
FORM_LASTS = timedelta(hours=1)
REMEMBERED = timedelta(days=1)
"""How long a browser keeps the cookie of a session that is over, so that the next page can say that it has ended."""
SEEN_AGAIN_US = 5 * 60 * 1_000_000
"""When a session was seen last is noted no more often."""
LONGEST_AGENT = 200


def today(call: Call) -> date:
    """The day of the instance."""
    return now().astimezone(call.kernel.settings.zone).date()


async def offer(store: Store, subject: str, role: str) -> str:
    """A code with which `subject` may log in once, in `role`."""
    code = token_urlsafe(18)
    await store.run(
        "INSERT INTO login_code (hash, subject, role, expires_at) VALUES (?, ?, ?, ?)",
        (hashed(code), subject, role, _after(CODE_LASTS)),
    )
    return code


def link(address: str, code: str) -> str:
    """Where the code is redeemed, at the front door."""
    return f"{address}/login?code={code}"


async def redeem(store: Store, code: str, lasts: timedelta) -> Principal | None:
    """Whom the code lets in, and for how long; None where it was used, has expired or never was.

    It is worth nothing afterwards.
    """
    rows = await store.run(
        "DELETE FROM login_code WHERE hash = ? RETURNING subject, role, expires_at", (hashed(code),)
    )
    if not rows or rows[0][2] < machine_micros():
        return None
    subject, role, _ = rows[0]
    at = epoch_seconds()
    return Principal(
        subject, LOCAL, (role,), scopes_of((role,), None), at + lasts.total_seconds(), issued_at=at
    )


def lasting(call: Call) -> timedelta:
    """How long a session lasts at most."""
    return timedelta(hours=call.kernel.settings.session_hours)


async def begin(
    call: Call,
    principal: Principal,
    tokens: KeptTokens | None = None,
    tokens_end_at: float = 0.0,
    locale: str = "",
) -> str:
    """The Set-Cookie headers of a new session, and of the language that its holder has chosen elsewhere, or at the issuer
    (`locale`). The session that the browser had is gone: nobody who gave it that one is in.

    It ends no later than what proved who it is, unless that can be renewed. `tokens_end_at`: in seconds since 1970.
    """
    store, cookie = call.kernel.store, token_urlsafe(32)
    choice = chosen_in(call)
    language = await note_login(store, principal, choice, words_of(call, locale).language)
    until = _after(lasting(call))
    if tokens is None or not tokens.refresh:
        until = min(int(principal.expires_at * 1_000_000), until)
    if (before := call.cookies.get(COOKIE)) is not None:
        await session_rows.delete(store, hashed(before))
    sealed_tokens = sealed(tokens or KeptTokens(), call.kernel.secret, cookie)
    agent = "".join(c for c in (call.header("user-agent") or "") if c.isprintable())[:LONGEST_AGENT]
    ends_at = int(tokens_end_at * 1_000_000)
    await session_rows.insert(store, cookie, principal, until, agent, sealed_tokens, ends_at)
    headers = [
        set_cookie(call, COOKIE, cookie, lasting(call) + REMEMBERED),
        issuer_cookie(call, locale, lasting(call)),
        "" if language in (None, choice) else language_cookie(call, language),
    ]
    return "\n".join(filter(None, headers))


async def principal(call: Call) -> Principal:
    """Who the request's cookie stands for; Unauthenticated where it stands for nobody."""
    return (await session_of(call)).principal


async def session_of(call: Call) -> Session:
    """The session of the request's cookie, with tokens that hold; Unauthenticated where there is none."""
    cookie = call.cookies.get(COOKIE) or ""
    session = await _standing(call, cookie)
    if session.sealed:
        session = await renewed(call, cookie, session)
    if machine_micros() - session.seen_at > SEEN_AGAIN_US:
        await session_rows.note_seen(call.kernel.store, session)
    return session


async def _standing(call: Call, cookie: str) -> Session:
    session = await session_rows.find(call.kernel.store, cookie) if cookie else None
    if session is None or not _counts(call, session.principal):
        raise Unauthenticated("log in to see this page", code="no_session")
    return session


def _counts(call: Call, principal: Principal) -> bool:
    return call.kernel.tokens.trusts(principal.issuer) and not call.kernel.revocations.concern(principal)


async def is_open(call: Call) -> bool:
    """Whether the session still stands, for a stream that outlives the check at its start: it renews nothing, so that an
    open page that nobody looks at keeps no session alive at the issuer."""
    try:
        await _standing(call, call.cookies.get(COOKIE) or "")
    except Unauthenticated:
        return False
    return True


async def end(call: Call) -> str:
    """The Set-Cookie header that makes the browser forget the session, which is gone here too."""
    await session_rows.delete(call.kernel.store, hashed(call.cookies.get(COOKIE, "")))
    return set_cookie(call, COOKIE, "", timedelta(0))


async def end_everywhere(call: Call) -> str:
    """The same, and all other sessions of the same person are gone too: in every browser, at every replica."""
    store = call.kernel.store
    if (session := await session_rows.find(store, call.cookies.get(COOKIE, ""))) is not None:
        await session_rows.delete_all(store, session.principal.issuer, session.principal.subject)
    return await end(call)


def _after(lasts: timedelta) -> int:
    return machine_micros() + lasts // timedelta(microseconds=1)
