"""What every service keeps of who may see what: the nodes things lie in, memberships, and the logins of persons.

The service that owns them writes these rows in the commit that changes them; all others with the event (`AccessCopy`).
What belongs to a node stays where it is when the node's parent moves: only the node's own row changes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from shared.base.clock import to_day
from shared.contracts.language import Aggregate, entry_of
from shared.contracts.projects.organisation import Membership, MembershipState
from shared.contracts.projects.strategy import Portfolio, Programme
from shared.contracts.projects.structure import Project
from shared.contracts.resources.people import Identity
from shared.store import Statement, Store

NODE_KINDS = ("portfolio", "programme", "project")
"""What may have memberships and may be confidential, the widest first."""

_NODE = """
INSERT INTO access_node (id, version, kind, parent_id, other_parent_id, confidential) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, parent_id = excluded.parent_id,
    other_parent_id = excluded.other_parent_id, confidential = excluded.confidential
WHERE excluded.version >= access_node.version
"""
_MEMBERSHIP = """
INSERT INTO access_membership (id, version, kind, holder, role, node_id, starts_on, ends_on, counts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, starts_on = excluded.starts_on,
    ends_on = excluded.ends_on, counts = excluded.counts
WHERE excluded.version >= access_membership.version
"""
_LOGIN = """
INSERT INTO access_login (id, version, hash, person_id, counts) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, hash = excluded.hash, counts = excluded.counts
WHERE excluded.version >= access_login.version
"""
_TICK = """
INSERT INTO access_clock (one, changes) VALUES (1, 1)
ON CONFLICT (one) DO UPDATE SET changes = access_clock.changes + 1
"""
"""Every other process knows by this count that what it remembers of access is out of date."""
CLOCK = "SELECT changes FROM access_clock"

Row = tuple[Any, ...]


def login_hash(issuer: str, subject: str) -> str:
    """What services keep of a login: who knows the login can compute it, and nobody the other way."""
    return sha256(f"{len(issuer)} {issuer} {subject}".encode()).hexdigest()


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)


def parents_of(node: Aggregate) -> tuple[UUID | None, UUID | None]:
    """What a node stands under: a project under its programme and its portfolio."""
    match node:
        case Portfolio():
            return node.parent_id, None
        case Programme():
            return node.portfolio_id, None
        case Project():
            return node.programme_id, node.portfolio_id
        case _:
            raise TypeError(f"a {type(node).__name__} is no node")


def is_node(shape: type[Aggregate]) -> bool:
    """Whether other things lie in it."""
    return shape in (Portfolio, Programme, Project)


def _node_row(node: Aggregate) -> Row:
    parent, other = parents_of(node)
    confidential = bool(cast(Any, node).confidential)
    kind = entry_of(type(node)).name
    return str(node.id), node.version, kind, _text(parent), _text(other), int(confidential)


def _membership_row(one: Membership) -> Row:
    holder = one.principal
    kind = next(
        kind for kind in ("person_id", "service_account", "group") if getattr(holder, kind) is not None
    )
    return (
        str(one.id),
        one.version,
        kind.removesuffix("_id"),
        str(getattr(holder, kind)),
        one.role.value,
        str(one.scope_id),
        None if one.starts_on is None else to_day(one.starts_on),
        None if one.ends_on is None else to_day(one.ends_on),
        int(one.state is MembershipState.GRANTED and one.archived_at is None),
    )


def _login_row(one: Identity) -> Row:
    counts = one.archived_at is None and one.erased_at is None
    hash = login_hash(one.issuer, one.subject) if counts else ""
    return str(one.id), one.version, hash, str(one.person_id), int(counts)


_MEMBERSHIP_COLUMNS = "id, version, kind, holder, role, node_id, starts_on, ends_on, counts"
_NODE_COLUMNS = "id, version, kind, parent_id, other_parent_id, confidential"


@dataclass(frozen=True)
class _Keeping:
    """How an aggregate is kept: table and columns, the statement, its row, and the members that it follows from."""

    table: str
    columns: str
    statement: str
    row: Callable[[Any], Row]
    members: tuple[str, ...]


_KEPT_SHAPES: dict[type[Aggregate], _Keeping] = {
    Portfolio: _Keeping("access_node", _NODE_COLUMNS, _NODE, _node_row, ("parent_id", "confidential")),
    Programme: _Keeping("access_node", _NODE_COLUMNS, _NODE, _node_row, ("portfolio_id", "confidential")),
    Project: _Keeping(
        "access_node", _NODE_COLUMNS, _NODE, _node_row, ("programme_id", "portfolio_id", "confidential")
    ),
    Membership: _Keeping(
        "access_membership",
        _MEMBERSHIP_COLUMNS,
        _MEMBERSHIP,
        _membership_row,
        ("state", "starts_on", "ends_on", "archived_at"),
    ),
    Identity: _Keeping(
        "access_login",
        "id, version, hash, person_id, counts",
        _LOGIN,
        _login_row,
        ("archived_at", "erased_at"),
    ),
}


def statements(one: Aggregate, changed: Iterable[str] | None = None) -> list[Statement]:
    """What keeps access up to date with an aggregate; nothing where it says nothing of access, or where none of its
    members that do is among those that `changed` (None: all are new)."""
    keeping = _KEPT_SHAPES.get(type(one))
    if keeping is None or (changed is not None and not set(keeping.members) & set(changed)):
        return []
    return [Statement(keeping.statement, [keeping.row(one)]), Statement(_TICK, [()])]


def table_of(shape: type[Aggregate]) -> str:
    """Where what an aggregate says of access is kept."""
    return _KEPT_SHAPES[shape].table


def row_of(one: Aggregate) -> Row:
    """As it is kept: the id, the version, and what it says."""
    return _KEPT_SHAPES[type(one)].row(one)


async def rows_of(store: Store, shape: type[Aggregate], ids: Iterable[UUID]) -> list[Row]:
    """The stored rows of some aggregates."""
    keeping, texts = _KEPT_SHAPES[shape], sorted(map(str, ids))
    marks = ", ".join("?" * len(texts))
    return await store.fetch(f"SELECT {keeping.columns} FROM {keeping.table} WHERE id IN ({marks})", texts)
