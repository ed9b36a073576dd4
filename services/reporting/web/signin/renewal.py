"""Tokens of a session, renewed before they end: by one request at a time, in all processes.

An issuer that rotates refresh tokens takes a second use for theft and ends the session. So who renews claims the row first.
Meanwhile others go on with the tokens that still hold, or wait.
"""

import asyncio
from time import monotonic

from services.reporting.web import session_rows
from services.reporting.web.session_rows import Session, sealed
from services.reporting.web.signin.provider import Granted, Provider, RenewalRefused
from shared.base.clock import epoch_seconds, machine_micros
from shared.base.errors import Unauthenticated, Unavailable
from shared.http.call import Call

BEFORE_END_S = 60.0
"""So long before they end tokens are renewed."""
CLAIMED_S = 15.0
"""Longer than the issuer may take: who claimed a renewal and has not done it by then has ended."""
LOOK_AGAIN_S = 0.1


def provider_of(call: Call, issuer: str) -> Provider | None:
    """The client of an issuer; None where nobody logs in there."""
    provider = call.kernel.tokens.providers.get(issuer)
    if provider is None or not provider.trusted.client_id:
        return None
    back = f"{call.kernel.settings.base_url}/login/{provider.trusted.key}/callback"
    return Provider(provider, call.kernel.tokens, back)


async def renewed(call: Call, cookie: str, session: Session) -> Session:
    """The session with tokens that hold for a while; Unauthenticated where it is over, Unavailable where the issuer is
    away and what it gave has ended."""
    provider = provider_of(call, session.principal.issuer)
    if provider is None or not session.sealed or session.tokens_end_at > _micros(BEFORE_END_S):
        return session
    stored = session.tokens(call.kernel.secret, cookie)
    if not stored.refresh:
        return session
    store = call.kernel.store
    if not await session_rows.claim_renewal(store, session, _micros(CLAIMED_S)):
        return session if session.tokens_end_at > machine_micros() else await _wait(call, cookie, session)
    try:
        granted = await provider.renew(stored.refresh, stored.id, session.principal)
    except RenewalRefused as error:
        await session_rows.delete(store, session.hash)
        raise Unauthenticated("the session has ended; log in again", code="no_session") from error
    except Unavailable:
        if session.tokens_end_at > machine_micros():
            return session
        raise
    await keep(call, cookie, session, granted)
    return await _reloaded(call, cookie)


async def keep(call: Call, cookie: str, session: Session, granted: Granted) -> None:
    tokens = sealed(granted.tokens, call.kernel.secret, cookie)
    ends_at = int(granted.ends_at * 1_000_000)
    await session_rows.renewed(call.kernel.store, session, granted.principal, tokens, ends_at)


async def _wait(call: Call, cookie: str, session: Session) -> Session:
    """Until somebody else has renewed the tokens."""
    until = monotonic() + CLAIMED_S
    while monotonic() < until:
        await asyncio.sleep(LOOK_AGAIN_S)
        now_kept = await _reloaded(call, cookie)
        if now_kept.tokens_end_at != session.tokens_end_at:
            return now_kept
    raise Unavailable("the issuer cannot be reached now", code="issuer_away", headers={"Retry-After": "5"})


async def _reloaded(call: Call, cookie: str) -> Session:
    session = await session_rows.find(call.kernel.store, cookie)
    if session is None:
        raise Unauthenticated("the session has ended; log in again", code="no_session")
    return session


def _micros(later_s: float) -> int:
    return int((epoch_seconds() + later_s) * 1_000_000)
