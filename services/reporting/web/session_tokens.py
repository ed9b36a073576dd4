"""The token with which the pages call the services for who is looking: the session's own, never more than it."""

from datetime import timedelta

from services.reporting.web import sessions
from shared.base.errors import Unauthenticated
from shared.http.call import Call

LASTS = timedelta(minutes=5)
"""A token that is minted for a session ends so soon: the session itself is looked at with every page."""


async def token_of(call: Call, lasts: timedelta = LASTS) -> str:
    """The bearer token of the session behind the request: what its issuer gave, or one that the instance issues itself.
    `lasts`: how long that one does.

    Unauthenticated where the session is over, or was begun with what the services do not accept.
    """
    session = await sessions.session_of(call)
    issued = session.tokens(call.kernel.secret, call.cookies.get(sessions.COOKIE, ""))
    if issued.access:
        return issued.access
    tokens = call.kernel.tokens
    if tokens.local is None:
        raise Unauthenticated("log in again to do this", code="no_session")
    return tokens.local.issue_for(session.principal, call.kernel.settings.audience, lasts)
