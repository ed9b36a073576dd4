"""Personal access tokens as every service recognises them: by a hash, in the database of the service.

    ptl_ + 43 characters by chance + 8 of a checksum

The beginning and the checksum let scanners of sources find one that was published. A service looks each up at most every two
seconds, so that a revoked one is refused within five. Wrong ones are counted by address.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from secrets import token_urlsafe
from time import monotonic
from typing import Any

from shared.base.clock import DAY_US, epoch_seconds, machine_micros
from shared.base.errors import Unauthenticated
from shared.base.texts import Text
from shared.http import attempts
from shared.http.auth import Principal
from shared.http.auth.roles import bounds_of, scopes_of
from shared.http.call import Call

PREFIX = "ptl_"
FORM = re.compile("(ptl_[A-Za-z0-9_-]{43})([0-9a-f]{8})", re.ASCII)
LOOK_AGAIN_S = 2.0
REMEMBERED = 10_000
USED_AGAIN_US = 3600 * 1_000_000
"""When a token was used last is noted no more often."""

_FIND = """
SELECT t.id, issuer, subject, roles, group_names, scope, made_at, t.expires_at, confirmed_at, u.used_at
FROM access_token t LEFT JOIN access_token_use u ON u.id = t.id WHERE hash = ? AND counts = 1
"""
_USED = """
INSERT INTO access_token_use (id, used_at, expires_at) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at RETURNING 1
"""
_OF_OWNER = """
SELECT t.id, name, scope, made_at, t.expires_at, u.used_at
FROM access_token t LEFT JOIN access_token_use u ON u.id = t.id
WHERE issuer = ? AND subject = ? AND counts = 1 AND t.expires_at > ? ORDER BY made_at DESC, t.id
"""


def new_token() -> str:
    body = PREFIX + token_urlsafe(32)
    return body + _checksum(body)


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _checksum(body: str) -> str:
    return sha256(body.encode()).hexdigest()[:8]


def is_personal(token: str) -> bool:
    """Whether it claims to be one, right or wrong."""
    return token.startswith(PREFIX)


async def principal_of(call: Call, token: str) -> Principal:
    """Who holds a bearer token of either kind; Unauthenticated says why nobody does."""
    if not is_personal(token):
        return await call.kernel.tokens.principal(token)
    match = FORM.fullmatch(token)
    if match is None or _checksum(match[1]) != match[2]:
        raise _unknown()
    hash, known_tokens = hash_of(token), call.kernel.known_tokens
    principal, until = known_tokens.get(hash, (None, 0.0))
    if until <= monotonic():
        attempts.refuse_too_many(call)
        principal = await _look_up(call, hash)
        if len(known_tokens) >= REMEMBERED:
            known_tokens.clear()
        known_tokens[hash] = principal, monotonic() + LOOK_AGAIN_S
    if principal is None:
        attempts.note_failure(call)
        raise _unknown()
    if principal.expires_at <= epoch_seconds():
        raise Unauthenticated("the token has expired", code="token_expired")
    return principal


def _unknown() -> Unauthenticated:
    return Unauthenticated("the token is not known here, or was revoked", code="token_invalid")


async def _look_up(call: Call, hash: str) -> Principal | None:
    store, settings = call.kernel.store, call.kernel.settings
    rows = await store.fetch(_FIND, (hash,))
    if not rows or not settings.personal_token_days:
        return None
    id, issuer, subject, roles, groups, scope, made_at, expires_at, confirmed_at, used_at = rows[0]
    now = machine_micros()
    if not call.kernel.tokens.trusts(issuer):
        raise Unauthenticated("the token's issuer is not trusted here", code="unknown_issuer")
    if confirmed_at + settings.owner_seen_days * DAY_US < now:
        raise Unauthenticated(
            Text(
                "the owner of the token has not signed in for {owner_seen_days} days",
                owner_seen_days=settings.owner_seen_days,
            ),
            code="owner_not_seen",
        )
    if used_at is None or used_at + USED_AGAIN_US < now:
        await store.run(_USED, (id, now, expires_at))
    principal = Principal(
        subject, issuer, tuple(roles.split()), frozenset(), expires_at / 1_000_000, id, made_at / 1_000_000,
        tuple(json.loads(groups)), bounds_of(scope), personal_token=id,
    )  # fmt: skip
    return replace(principal, scopes=scopes_of(principal.roles, scope))


async def of_caller(call: Call) -> Sequence[tuple[Any, ...]]:
    """The caller's tokens that count: id, name, scope, and in microseconds when made, till when, and when used here. One that
    was revoked with all that its owner was given counts no more."""
    owner, revocations = call.principal, call.kernel.revocations
    rows = await call.kernel.store.fetch(_OF_OWNER, (owner.issuer, owner.subject, machine_micros()))
    tokens = [
        (replace(owner, token_id=row[0], issued_at=row[3] / 1_000_000, session_id=""), row) for row in rows
    ]
    return [row for token, row in tokens if not revocations.concern(token)]
