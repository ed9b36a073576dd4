"""A log-in between its two halves: what the browser carries to the issuer and back, sealed.

Nothing is stored for somebody who is still unknown. Each log-in has a cookie of its own, so that two tabs do not disturb one
another, and the cookie is gone after its answer.
"""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import compare_digest, token_urlsafe
from typing import Any

from services.reporting.web.cookies import set_cookie
from shared.base.clock import epoch_seconds
from shared.base.errors import Forbidden
from shared.base.sealing import seal, unseal
from shared.http.call import Call

COOKIE = "portolan_login_"
LASTS = timedelta(minutes=10)
PURPOSE = "a log-in that has begun"


@dataclass(frozen=True)
class LoginAttempt:
    """What a log-in was begun with."""

    key: str
    """Of the issuer: an answer of another one is not of this log-in."""
    next: str
    state: str
    nonce: str
    verifier: str
    """Of PKCE (RFC 7636)."""
    ends_at: float

    def cookie(self, call: Call) -> str:
        """The Set-Cookie header."""
        sealed = seal(call.kernel.secret, PURPOSE, json.dumps(asdict(self)))
        return set_cookie(call, _name(self.state), sealed, LASTS)


def begin(key: str, then: str) -> LoginAttempt:
    return LoginAttempt(
        key, then, token_urlsafe(24), token_urlsafe(24), token_urlsafe(48),
        epoch_seconds() + LASTS.total_seconds(),
    )  # fmt: skip


def attempt_of(call: Call, key: str, state: str) -> LoginAttempt:
    """The log-in to which an answer belongs; Forbidden where this browser began none with this state at this issuer."""
    sealed = call.cookies.get(_name(state), "")
    members: dict[str, Any] | None = json.loads(unseal(call.kernel.secret, PURPOSE, sealed) or "null")
    attempt = LoginAttempt(**members) if members else None
    if attempt is None or attempt.ends_at < epoch_seconds():
        raise Forbidden(
            "this browser has begun no such log-in, or too long ago; log in again", code="sign_in_unknown"
        )
    if attempt.key != key or not compare_digest(attempt.state.encode(), state.encode()):
        raise Forbidden("the answer belongs to another log-in; log in again", code="sign_in_mixed_up")
    return attempt


def forget(call: Call, state: str) -> str:
    """The Set-Cookie header after the answer."""
    return set_cookie(call, _name(state), "", timedelta(0))


def _name(state: str) -> str:
    return COOKIE + sha256(state.encode()).hexdigest()[:12]
