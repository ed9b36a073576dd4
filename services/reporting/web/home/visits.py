"""What the home page remembers of a login: when the visit before this one ended, and which portfolios are pinned.

One row for each login, which goes when nobody has come for long.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.base.clock import from_micros, now_micros
from shared.base.errors import Conflict
from shared.base.texts import Text
from shared.domain.access.tree import login_hash
from shared.http.auth import Principal
from shared.store import Store

PAUSE_US = 30 * 60 * 1_000_000
"""Who has not looked for so long was away, and comes back as a new visit."""
NOTED_AGAIN_US = 60 * 1_000_000
"""That somebody looks is written down no more often."""
FIRST = timedelta(days=7)
"""What a first visit is shown."""
FURTHEST = timedelta(days=30)
"""What anybody is shown at most."""
FORGOTTEN_US = 400 * 86_400 * 1_000_000
MOST_PINNED = 20

READ = "SELECT before_at, seen_at, pinned FROM home WHERE login = ?"
WRITE = """
INSERT INTO home (login, before_at, seen_at, pinned, expires_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (login) DO UPDATE SET before_at = excluded.before_at, seen_at = excluded.seen_at, pinned = excluded.pinned,
    expires_at = excluded.expires_at
"""


@dataclass(frozen=True)
class Visit:
    """Of one login."""

    before_at: int
    """When the visit before this one ended; microseconds."""
    seen_at: int
    pinned: tuple[str, ...] = ()
    """Ids of portfolios, the one that was pinned last at the end."""
    is_first: bool = False

    @property
    def since(self) -> datetime:
        return from_micros(self.before_at)


async def visit_of(store: Store, principal: Principal) -> Visit:
    """As it is remembered; nothing is written."""
    rows = await store.fetch(READ, (login_of(principal),))
    at = now_micros()
    if not rows:
        return Visit(at - FIRST // timedelta(microseconds=1), at, is_first=True)
    before_at, seen_at, pinned = rows[0]
    return Visit(before_at, seen_at, tuple(json.loads(pinned)))


async def note_visit(store: Store, principal: Principal) -> Visit:
    """Somebody looks: a new visit where they were away."""
    visit, at = await visit_of(store, principal), now_micros()
    if not visit.is_first and at - visit.seen_at < NOTED_AGAIN_US:
        return visit
    furthest = at - FURTHEST // timedelta(microseconds=1)
    before_at = visit.seen_at if at - visit.seen_at > PAUSE_US else visit.before_at
    visit = Visit(max(before_at, furthest), at, visit.pinned, visit.is_first)
    await _write(store, principal, visit)
    return visit


async def end_visit(store: Store, principal: Principal) -> None:
    """Everything until now was seen."""
    at = now_micros()
    await _write(store, principal, Visit(at, at, (await visit_of(store, principal)).pinned))


async def pin(store: Store, principal: Principal, portfolio_id: str) -> None:
    """Refused (409) where as many are pinned as there may be."""
    visit = await visit_of(store, principal)
    if portfolio_id in visit.pinned:
        return
    if len(visit.pinned) >= MOST_PINNED:
        raise Conflict(Text("at most {most} portfolios are pinned", most=MOST_PINNED), code="too_many_pinned")
    await _pin(store, principal, visit, (*visit.pinned, portfolio_id))


async def unpin(store: Store, principal: Principal, portfolio_id: str) -> None:
    visit = await visit_of(store, principal)
    await _pin(store, principal, visit, tuple(id for id in visit.pinned if id != portfolio_id))


async def _pin(store: Store, principal: Principal, visit: Visit, pinned: Sequence[str]) -> None:
    await _write(store, principal, Visit(visit.before_at, visit.seen_at, tuple(pinned)))


async def _write(store: Store, principal: Principal, visit: Visit) -> None:
    row = (login_of(principal), visit.before_at, visit.seen_at, json.dumps(visit.pinned))
    await store.run(WRITE, (*row, now_micros() + FORGOTTEN_US))


def login_of(principal: Principal) -> str:
    """Under what it is remembered: a hash, as everywhere."""
    return login_hash(principal.issuer, principal.subject)
