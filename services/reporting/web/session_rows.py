"""The table of browser sessions: one row each, named by the hash of its cookie, shared by all replicas."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from shared.base.clock import machine_micros
from shared.base.ids import new_id_text
from shared.base.sealing import seal, unseal
from shared.http.auth import Principal
from shared.store import Store

_COLUMNS = (
    "hash", "id", "subject", "issuer", "roles", "scopes", "expires_at", "token_id", "issued_at", "group_names",
    "bounds", "session_id", "name", "begun_at", "seen_at", "agent", "sealed", "tokens_end_at",
)  # fmt: skip
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM browser_session"
_INSERT = f"INSERT INTO browser_session ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_CLAIM = """
UPDATE browser_session SET renewing_until = ? WHERE hash = ? AND renewing_until < ? AND tokens_end_at = ? RETURNING 1
"""


@dataclass(frozen=True)
class KeptTokens:
    """What an issuer gave for a session."""

    access: str = ""
    """What services accept; empty where they do not."""
    refresh: str = ""
    id: str = ""


@dataclass(frozen=True)
class Session:
    """A session as it is kept."""

    hash: str
    id: str
    principal: Principal
    begun_at: int
    """Microseconds since 1970, as the other times."""
    seen_at: int
    agent: str
    """What the browser says of itself."""
    sealed: str
    """Its tokens, which only who has the cookie and the instance's secret can read; empty where it has none."""
    tokens_end_at: int

    def tokens(self, secret: bytes, cookie: str) -> KeptTokens:
        """None of them, where they cannot be read any more."""
        text = unseal(secret, _purpose(cookie), self.sealed) if self.sealed else None
        return KeptTokens(**json.loads(text)) if text else KeptTokens()


def hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _purpose(cookie: str) -> str:
    return f"the tokens of the session {cookie}"


def sealed(tokens: KeptTokens, secret: bytes, cookie: str) -> str:
    """As they are stored; nothing where there are none."""
    return "" if tokens == KeptTokens() else seal(secret, _purpose(cookie), json.dumps(vars(tokens)))


async def insert(
    store: Store,
    cookie: str,
    principal: Principal,
    until: int,
    agent: str,
    sealed_tokens: str,
    tokens_end_at: int,
) -> None:
    """A new session, which ends at `until` (microseconds)."""
    now = machine_micros()
    values = _members(principal) | {
        "hash": hashed(cookie), "id": new_id_text(), "subject": principal.subject, "issuer": principal.issuer,
        "issued_at": int(principal.issued_at * 1_000_000), "expires_at": until, "begun_at": now, "seen_at": now,
        "agent": agent, "sealed": sealed_tokens, "tokens_end_at": tokens_end_at,
    }  # fmt: skip
    await store.run(_INSERT + " RETURNING 1", [values[column] for column in _COLUMNS])


def _members(principal: Principal) -> dict[str, Any]:
    """What new tokens may say otherwise."""
    bounds = principal.bounds
    return {
        "roles": " ".join(principal.roles),
        "scopes": " ".join(sorted(principal.scopes)),
        "token_id": principal.token_id,
        "group_names": json.dumps(principal.groups),
        "bounds": None if bounds is None else " ".join(sorted(bounds)),
        "session_id": principal.session_id,
        "name": principal.name,
    }


def _session(row: Sequence[Any]) -> Session:
    of = dict(zip(_COLUMNS, row, strict=True))
    principal = Principal(
        of["subject"],
        of["issuer"],
        tuple(of["roles"].split()),
        frozenset(of["scopes"].split()),
        of["expires_at"] / 1_000_000,
        of["token_id"],
        of["issued_at"] / 1_000_000,
        tuple(json.loads(of["group_names"])),
        None if of["bounds"] is None else frozenset(of["bounds"].split()),
        session_id=of["session_id"],
        name=of["name"],
    )
    others = (of[name] for name in ("begun_at", "seen_at", "agent", "sealed", "tokens_end_at"))
    return Session(of["hash"], of["id"], principal, *others)


async def find(store: Store, cookie: str) -> Session | None:
    """The session of a cookie; None where there is none, or it is over."""
    rows = await store.fetch(
        f"{_SELECT} WHERE hash = ? AND expires_at > ?", (hashed(cookie), machine_micros())
    )
    return _session(rows[0]) if rows else None


async def of_subject(store: Store, issuer: str, subject: str) -> list[Session]:
    """All sessions of somebody, the newest first."""
    condition = "WHERE issuer = ? AND subject = ? AND expires_at > ? ORDER BY begun_at DESC, id"
    return [
        _session(row)
        for row in await store.fetch(f"{_SELECT} {condition}", (issuer, subject, machine_micros()))
    ]


async def note_seen(store: Store, session: Session) -> None:
    await store.run(
        "UPDATE browser_session SET seen_at = ? WHERE hash = ? RETURNING 1", (machine_micros(), session.hash)
    )


async def claim_renewal(store: Store, session: Session, until: int) -> bool:
    """Whether this process is the one that renews the tokens that were read: nobody else does until then."""
    params = (until, session.hash, machine_micros(), session.tokens_end_at)
    return bool(await store.run(_CLAIM, params))


async def renewed(
    store: Store, session: Session, principal: Principal, sealed_tokens: str, ends_at: int
) -> None:
    """Keep new tokens, and what they say of the person. The session ends when it would have, and what revokes what was
    given when it began revokes it still."""
    changed = _members(principal) | {"sealed": sealed_tokens, "tokens_end_at": ends_at, "renewing_until": 0}
    assignments = ", ".join(f"{name} = ?" for name in changed)
    await store.run(
        f"UPDATE browser_session SET {assignments} WHERE hash = ? RETURNING 1",
        (*changed.values(), session.hash),
    )


async def delete(store: Store, hash: str) -> None:
    await store.run("DELETE FROM browser_session WHERE hash = ? RETURNING 1", (hash,))


async def delete_one(store: Store, issuer: str, subject: str, id: str) -> bool:
    """Whether that session of somebody was there; it is gone."""
    condition = "issuer = ? AND subject = ? AND id = ?"
    return bool(
        await store.run(f"DELETE FROM browser_session WHERE {condition} RETURNING 1", (issuer, subject, id))
    )


async def delete_all(store: Store, issuer: str, subject: str, session_id: str = "") -> int:
    """End all sessions of somebody, or those of one session of the issuer; answers how many."""
    condition, value = ("session_id = ?", session_id) if session_id else ("subject = ?", subject)
    both = " AND subject = ?" if session_id and subject else ""
    params = (issuer, value, *((subject,) if both else ()))
    rows = await store.run(
        f"DELETE FROM browser_session WHERE issuer = ? AND {condition}{both} RETURNING 1", params
    )
    return len(rows)
