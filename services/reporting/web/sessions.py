"""Browser sessions: begun by a one-time code or a token, kept in reporting's database, named by a cookie.

A cookie is only looked at by the pages and their stream; the API knows bearer tokens alone. What changes something
(logging in and out) needs, beside the cookie, a token of the form that only our own pages can have put there.
"""

import json
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from urllib.parse import urlsplit

from services.reporting.mail.logins import note_login
from shared.base.clock import epoch_seconds, now_micros
from shared.base.errors import Forbidden, Unauthenticated
from shared.http.auth import Principal
from shared.http.auth.issuers import LOCAL
from shared.http.auth.roles import scopes_of
from shared.http.call import Call
from shared.store import Store

COOKIE = "portolan_session"
FORM_COOKIE = "portolan_form"
CODE_LASTS = timedelta(minutes=15)
FORM_LASTS = timedelta(hours=1)
REMEMBERED = timedelta(days=1)
"""How long a browser keeps the cookie of a session that is over, so that the next page can say that it has ended."""


async def offer(store: Store, subject: str, role: str) -> str:
    """A code with which `subject` may log in once, in `role`."""
    code = token_urlsafe(18)
    await store.run(
        "INSERT INTO login_code (hash, subject, role, expires_at) VALUES (?, ?, ?, ?)",
        (_hashed(code), subject, role, _after(CODE_LASTS)),
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
        "DELETE FROM login_code WHERE hash = ? RETURNING subject, role, expires_at", (_hashed(code),)
    )
    if not rows or rows[0][2] < now_micros():
        return None
    subject, role, _ = rows[0]
    at = epoch_seconds()
    return Principal(
        subject, LOCAL, (role,), scopes_of((role,), None), at + lasts.total_seconds(), issued_at=at
    )


def lasting(call: Call) -> timedelta:
    """How long a session lasts at most."""
    return timedelta(hours=call.kernel.settings.session_hours)


async def begin(call: Call, principal: Principal) -> str:
    """The Set-Cookie header of a new session; it ends no later than what proved who it is."""
    store = call.kernel.store
    await note_login(store, principal)
    cookie = token_urlsafe(32)
    until = min(int(principal.expires_at * 1_000_000), _after(lasting(call)))
    await store.run(
        "INSERT INTO browser_session (hash, subject, issuer, roles, scopes, expires_at, token_id, issued_at, group_names,"
        " bounds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _hashed(cookie),
            principal.subject,
            principal.issuer,
            " ".join(principal.roles),
            " ".join(sorted(principal.scopes)),
            until,
            principal.token_id,
            int(principal.issued_at * 1_000_000),
            json.dumps(principal.groups),
            None if principal.bounds is None else " ".join(sorted(principal.bounds)),
        ),
    )
    return set_cookie(call, COOKIE, cookie, lasting(call) + REMEMBERED)


async def principal(call: Call) -> Principal:
    """Who the request's cookie stands for; Unauthenticated where it stands for nobody."""
    cookie = call.cookies.get(COOKIE)
    rows = await call.kernel.store.fetch(
        "SELECT subject, issuer, roles, scopes, expires_at, token_id, issued_at, group_names, bounds FROM browser_session"
        " WHERE hash = ? AND expires_at > ?",
        (_hashed(cookie or ""), now_micros()),
    )
    if not rows:
        raise Unauthenticated("log in to see this page", code="no_session")
    subject, issuer, roles, scopes, until, token_id, issued_at, groups, bounds = rows[0]
    principal = Principal(
        subject,
        issuer,
        tuple(roles.split()),
        frozenset(scopes.split()),
        until / 1_000_000,
        token_id,
        issued_at / 1_000_000,
        tuple(json.loads(groups)),
        None if bounds is None else frozenset(bounds.split()),
    )
    if not call.kernel.tokens.trusts(issuer) or call.kernel.revocations.concern(principal):
        raise Unauthenticated("log in to see this page", code="no_session")
    return principal


async def is_open(call: Call) -> bool:
    """Whether the session still stands, for a stream that outlives the check at its start."""
    try:
        await principal(call)
    except Unauthenticated:
        return False
    return True


async def end(call: Call) -> str:
    """The Set-Cookie header that makes the browser forget the session, which is gone here too."""
    await call.kernel.store.run("DELETE FROM browser_session WHERE hash = ?", (_hash_of_session(call),))
    return set_cookie(call, COOKIE, "", timedelta(0))


async def end_everywhere(call: Call) -> str:
    """The same, and all other sessions of the same person are gone too: in every browser, at every replica."""
    await call.kernel.store.run(
        "DELETE FROM browser_session WHERE (issuer, subject) IN"
        " (SELECT issuer, subject FROM browser_session WHERE hash = ?)",
        (_hash_of_session(call),),
    )
    return set_cookie(call, COOKIE, "", timedelta(0))


def _hash_of_session(call: Call) -> str:
    return _hashed(call.cookies.get(COOKIE, ""))


def set_cookie(call: Call, name: str, value: str, lasts: timedelta) -> str:
    secure = "; Secure" if call.kernel.settings.base_url.startswith("https:") else ""
    return f"{name}={value}; Path=/; Max-Age={int(lasts.total_seconds())}; HttpOnly; SameSite=Lax{secure}"


def form_token(call: Call, cookie: str) -> str:
    """What a form carries to show that it came from a page of ours: only we can sign what the cookie says."""
    return call.kernel.sign(b"form:" + cookie.encode()).hex()


def check_form(call: Call, cookie_name: str, proof: str) -> None:
    """Refuse (403) a form that another site may have made the browser send."""
    if not _is_from_here(call):
        raise Forbidden("the form was sent by another site", code="form_of_another_site")
    cookie = call.cookies.get(cookie_name, "")
    if not cookie or not compare_digest(form_token(call, cookie).encode(), proof.encode()):
        raise Forbidden("the form has expired; load the page again", code="form_expired")


def _is_from_here(call: Call) -> bool:
    """What the browser says of the page that sent the form; if it says nothing, only the form is checked."""
    if (site := call.header("sec-fetch-site")) is not None and site not in ("same-origin", "none"):
        return False
    origin = call.header("origin")
    if origin is None:
        return True
    sent_by, ours = urlsplit(origin), urlsplit(call.kernel.settings.base_url)
    return sent_by.scheme in ("http", "https") and sent_by.netloc.lower() in (
        ours.netloc.lower(),
        (call.header("host") or "").lower(),
    )


def _hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _after(lasts: timedelta) -> int:
    return now_micros() + lasts // timedelta(microseconds=1)
