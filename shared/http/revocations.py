"""Revoked tokens: kept in the database of each service, and looked at again every two seconds by each of its processes.

A token of any issuer is revoked alone, by its `jti`, or with all that was given until now: in a session of the issuer
(`sid`), to its subject, or to everybody. A revocation is kept for as long as a token that it concerns may live. The sessions
of the pages end with the tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from shared.base import telemetry
from shared.base.clock import machine_micros
from shared.base.ids import new_id_text
from shared.http.auth import Principal
from shared.store import Store, Unreachable

LOOK_AGAIN_S = 2.0
LONGEST_LIFE_US = 366 * 86_400 * 1_000_000
"""No token lives longer: the local issuer gives them a year at most."""

Kind = Literal["token", "session", "subject", "all"]

_KEEP = """
INSERT INTO revocation (id, kind, issuer, value, revoked_at, expires_at, revoked_by) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING RETURNING id
"""


@dataclass
class Revocations:
    """What one service knows of them, in this process."""

    _revoked_until: dict[tuple[str, str, str], float] = field(default_factory=dict)
    """(kind, issuer, value) -> what was issued until then is revoked, in seconds since 1970."""

    def concern(self, principal: Principal) -> bool:
        """Whether the token of a principal was revoked."""
        if not self._revoked_until:
            return False
        token, subject = principal.token_id, principal.subject
        if token and any(
            ("token", issuer, token) in self._revoked_until for issuer in ("", principal.issuer)
        ):
            return True
        kinds = [("subject", subject), ("all", "")]
        kinds += [("session", principal.session_id)] if principal.session_id else []
        keys = [(kind, issuer, value) for kind, value in kinds for issuer in ("", principal.issuer)]
        return any(self._revoked_until.get(key, -1.0) >= principal.issued_at for key in keys)

    async def look(self, store: Store) -> None:
        """Know what the database knows."""
        rows = await store.fetch(
            "SELECT kind, issuer, value, MAX(revoked_at) FROM revocation GROUP BY 1, 2, 3"
        )
        self._revoked_until = {(kind, issuer, value): at / 1_000_000 for kind, issuer, value, at in rows}


async def revoke(
    store: Store, kind: Kind, value: str, issuer: str, by: str, at: int | None = None, id: str | None = None
) -> bool:
    """Keep a revocation; `at` (microseconds, default now) is till when what was issued is revoked.

    Answers whether it is news: with an `id` it is kept once.
    """
    until = at or machine_micros()
    params = (id or new_id_text(), kind, issuer, value, until, until + LONGEST_LIFE_US, by)
    return bool(await store.run(_KEEP, params))


async def listed(store: Store, members: Sequence[str], limit: int) -> list[tuple[Any, ...]]:
    """The newest, by the names of their members."""
    return await store.fetch(
        f"SELECT {', '.join(members)} FROM revocation ORDER BY revoked_at DESC, id LIMIT {int(limit)}"
    )


async def look_once(revocations: Revocations, store: Store, service: str) -> None:
    """Where the database is away, what was known stays known."""
    try:
        await revocations.look(store)
    except Unreachable as error:
        telemetry.LOG.event("warning", service, "revocations cannot be read", error=repr(error))
