"""What was granted to one caller, as the database of this service knows it, and which nodes lie below which.

A process remembers the rights of callers. What it remembers is void as soon as the mark of the last change in the database is
another. Where something is confidential, or a caller sees only parts, the mark is read in every request: before it
writes, and after it has read. Else a change of another process is noticed within two seconds, and one of this process at once.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from shared.base.clock import now, to_day
from shared.contracts.language import Aggregate
from shared.domain.access.rights import Reach, Rights, rights_from
from shared.domain.access.roles import EVERY_GRANT, UNHIDDEN, granted_by
from shared.domain.access.tree import is_open_node, login_hash
from shared.store import Store

REMEMBERED = 500
"""Callers whose rights one process remembers for one service."""

LOOK = """
SELECT (SELECT mark FROM access_clock),
    CASE WHEN EXISTS (SELECT 1 FROM access_node WHERE confidential = 1) THEN 1 ELSE 0 END,
    CASE WHEN EXISTS (SELECT 1 FROM access_membership WHERE counts = 1) THEN 1 ELSE 0 END
"""
MEMBERSHIPS = """
SELECT {columns} FROM access_membership WHERE counts = 1
    AND (starts_on IS NULL OR starts_on <= ?) AND (ends_on IS NULL OR ends_on >= ?)
    AND ((kind = 'person' AND holder {person})
        OR (kind = 'service_account' AND holder = ?){groups})
"""
OF_LOGIN = "IN (SELECT person_id FROM access_login WHERE hash = ? AND counts = 1)"
OF_PERSON = "= ?"
OF_GROUPS = " OR (kind = 'group' AND holder IN ({marks}))"
PERSON = "SELECT person_id FROM access_login WHERE hash = ? AND counts = 1 LIMIT 1"
CONFIDENTIAL = "SELECT id FROM access_node WHERE confidential = 1"
VALUES = {
    "sqlite": "SELECT value FROM json_each(?)",
    "postgresql": "SELECT json_array_elements_text(CAST(? AS json))",
}
"""The texts of a JSON array as rows."""
BELOW = """
WITH RECURSIVE below (id) AS (
    SELECT id FROM access_node WHERE id IN ({values})
    UNION
    SELECT n.id FROM access_node n JOIN below ON n.parent_id = below.id OR n.other_parent_id = below.id
)
SELECT id FROM below
"""


ABOVE = """
WITH RECURSIVE above (id, parent_id, other_parent_id) AS (
    SELECT id, parent_id, other_parent_id FROM access_node WHERE id IN ({values})
    UNION
    SELECT n.id, n.parent_id, n.other_parent_id FROM access_node n
    JOIN above ON n.id = above.parent_id OR n.id = above.other_parent_id
)
SELECT id FROM above
"""


class Caller(Protocol):
    """What of a principal decides what was granted to it."""

    @property
    def key(self) -> str: ...
    @property
    def account_name(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def groups(self) -> tuple[str, ...]: ...
    @property
    def bounds(self) -> frozenset[str] | None: ...


@dataclass
class Grants:
    """What one process knows of access in one database."""

    mark: str | None = None
    """Of the last change."""
    has_confidential: bool = False
    has_memberships: bool = False
    changes: int = 1
    """What this process changed of it, counted; the first look is owed."""
    changes_known: int = 0
    """Of them, those that were there when a look began that is answered: one that is under way knows nothing yet."""
    remembered_rights: dict[object, Rights] = field(default_factory=dict)
    looks: int = 0
    newest: int = 0
    """Of the looks, the last one whose answer counts."""

    def note_change(self, changed: Iterable[Aggregate]) -> None:
        """These were written. Where nobody has memberships and nothing is confidential, one more open node is no news."""
        is_plain = not (self.is_outdated or self.has_memberships or self.has_confidential)
        self.changes += not (is_plain and all(map(is_open_node, changed)))

    @property
    def is_outdated(self) -> bool:
        """Whether this process changed something of it since it was looked at."""
        return self.changes_known < self.changes

    async def look(self, store: Store) -> None:
        """Know how the database stands."""
        self.looks += 1
        turn, changes = self.looks, self.changes
        [(mark, confidential, memberships)] = await store.fetch(LOOK)
        if turn < self.newest:  # who looked later was answered earlier
            return
        self.newest, self.changes_known = turn, changes
        if mark != self.mark or len(self.remembered_rights) >= REMEMBERED:
            self.remembered_rights = {}
        self.mark, self.has_confidential, self.has_memberships = (
            mark,
            bool(confidential),
            bool(memberships),
        )


_GRANTS: "WeakKeyDictionary[Store, Grants]" = WeakKeyDictionary()


def grants_in(store: Store) -> Grants:
    return _GRANTS.setdefault(store, Grants())


async def rights_of(
    store: Store, service: str, caller: Caller, zone: tzinfo, *, as_remembered: bool = False
) -> Rights:
    """What the caller sees and may do in a service today, in the zone of the instance.

    `as_remembered`: as this process looked last, which another process may have changed since. Whoever reads so asks
    `have_changed` once the answer is made, and makes it again."""
    if caller.scopes >= EVERY_GRANT:
        return rights_from(service, caller.scopes)
    grants = grants_in(store)
    sees_all = UNHIDDEN in caller.scopes and f"{service}.read" in caller.scopes
    if grants.is_outdated or (not as_remembered and not sees_all and _is_partial(grants, service, caller)):
        await grants.look(store)
    if not grants.has_memberships and (sees_all or not grants.has_confidential):
        return rights_from(service, caller.scopes)
    on = now().astimezone(zone).date()
    key = (caller.key, caller.account_name, caller.scopes, caller.groups, caller.bounds, on)
    while (rights := grants.remembered_rights.get(key)) is None:
        remembered = grants.remembered_rights
        remembered[key] = await _rights(
            store, service, caller, on, grants.has_confidential and not sees_all
        )  # where somebody looked meanwhile, others are remembered by now, and these are read again
    return rights


async def have_changed(store: Store, service: str, caller: Caller, rights: Rights, since: str | None) -> bool:
    """Whether the caller's rights may be others than they were at the mark `since`.

    Without memberships and confidential things only a change by this process is noticed; that costs nothing."""
    grants = grants_in(store)
    if rights.sees_all:
        return False
    if grants.is_outdated or _is_partial(grants, service, caller):
        await grants.look(store)
    return grants.mark != since


def _is_partial(grants: Grants, service: str, caller: Caller) -> bool:
    return grants.has_confidential or (grants.has_memberships and f"{service}.read" not in caller.scopes)


async def rights_of_person(
    store: Store, service: str, person_id: str, scopes: frozenset[str], groups: Sequence[str], zone: tzinfo
) -> Rights:
    """What a person sees and may do today who is not calling: by their memberships, those of `groups`, and `scopes` for the
    instance. It is read anew each time."""
    on = now().astimezone(zone).date()
    rows = await _memberships(store, OF_PERSON, (person_id, "", *groups), len(groups), on, "role, node_id")
    confidential = frozenset[str]() if UNHIDDEN in scopes else await _confidential(store)
    return rights_from(service, scopes, await _reaches(store, rows, None), confidential)


async def _rights(store: Store, service: str, caller: Caller, on: date, hides: bool) -> Rights:
    rows = await memberships_of(store, caller, on, "role, node_id")
    confidential = await _confidential(store) if hides else frozenset[str]()
    return rights_from(service, caller.scopes, await _reaches(store, rows, caller.bounds), confidential)


async def _confidential(store: Store) -> frozenset[str]:
    """What only members see."""
    return await nodes_below(store, [row[0] for row in await store.fetch(CONFIDENTIAL)])


async def _reaches(
    store: Store, memberships: Iterable[tuple[Any, ...]], bounds: frozenset[str] | None
) -> Sequence[Reach]:
    """What memberships (each its role and its node) allow, and where."""
    nodes_by_role: dict[str, list[str]] = {}
    for role, node_id in memberships:
        nodes_by_role.setdefault(role, []).append(node_id)
    return [
        Reach(scopes, await nodes_below(store, nodes))
        for role, nodes in sorted(nodes_by_role.items())
        if (scopes := _within(granted_by(role), bounds))
    ]


async def memberships_of(store: Store, caller: Caller, on: date, columns: str) -> list[tuple[Any, ...]]:
    """Of each membership that counts for the caller on a day, these columns."""
    holders = (login_hash(caller.issuer, caller.subject), caller.account_name, *caller.groups)
    return await _memberships(store, OF_LOGIN, holders, len(caller.groups), on, columns)


async def _memberships(
    store: Store, person: str, holders: Sequence[str], group_count: int, on: date, columns: str
) -> list[tuple[Any, ...]]:
    """`holders` are the person (or login, as `person` says), the service account and the groups."""
    groups = OF_GROUPS.format(marks=", ".join("?" * group_count)) if group_count else ""
    day, text = to_day(on), MEMBERSHIPS.format(columns=columns, person=person, groups=groups)
    return await store.fetch(text, (day, day, *holders))


def _within(scopes: frozenset[str], bounds: frozenset[str] | None) -> frozenset[str]:
    return scopes if bounds is None else scopes & bounds


async def person_of(store: Store, caller: Caller) -> str | None:
    """The id of the person whose login it is, as this service knows it."""
    rows = await store.fetch(PERSON, (login_hash(caller.issuer, caller.subject),))
    return rows[0][0] if rows else None


async def nodes_below(store: Store, ids: Collection[str]) -> frozenset[str]:
    """These nodes and all below them."""
    if not ids:
        return frozenset()
    text = BELOW.format(values=VALUES[store.dialect])
    return frozenset(row[0] for row in await store.fetch(text, (as_values(ids),)))


async def nodes_above(store: Store, ids: Collection[str]) -> frozenset[str]:
    """These nodes and all above them."""
    text = ABOVE.format(values=VALUES[store.dialect])
    return frozenset(row[0] for row in await store.fetch(text, (as_values(ids),)))


async def anything_confidential(store: Store) -> bool:
    """Whether anything is confidential, as this process knows; of other processes it hears within two seconds."""
    grants = grants_in(store)
    if grants.is_outdated:
        await grants.look(store)
    return grants.has_confidential


async def confidential_among(store: Store, ids: Collection[str]) -> frozenset[str]:
    """Which of these nodes are themselves confidential."""
    text = f"{CONFIDENTIAL} AND id IN ({VALUES[store.dialect]})"
    return frozenset(row[0] for row in await store.fetch(text, (as_values(ids),)))


def as_values(ids: Iterable[str]) -> str:
    """As VALUES reads them."""
    return json.dumps(sorted(ids), separators=(",", ":"))
