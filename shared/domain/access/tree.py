"""What every service keeps of who may see what: the nodes things lie in, memberships, and the logins of persons.

The service that owns them writes these rows in the commit that changes them; all others with the event (`AccessCopy`).
What belongs to a node stays where it is when the node's parent moves: only the node's own row changes.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData

from shared.base.clock import to_day, to_micros
from shared.base.ids import new_id_text
from shared.contracts.language import Aggregate, entry_of
from shared.contracts.projects.intake import BecameKind, Request
from shared.contracts.projects.organisation import Membership, MembershipState, Organisation
from shared.contracts.projects.strategy import Portfolio, Programme
from shared.contracts.projects.structure import Project
from shared.contracts.resources.people import Identity, OrgUnit, PersonalToken
from shared.store import Statement, Store
from shared.store.columns import Mirror
from shared.store.sql import on_conflict, upsert
from shared.store.tables import kernel_tables
from shared.store.unit import RowWrite

NODE_SHAPES = (Portfolio, Programme, Project, OrgUnit, Request)
"""In what others lie. All but requests may have memberships, and all but units and requests may be confidential."""

TABLES = MetaData()
kernel_tables(TABLES)

CLOCK = "SELECT mark FROM access_clock"

Row = tuple[Any, ...]


def login_hash(issuer: str, subject: str) -> str:
    """What services keep of a login: who knows the login can compute it, and nobody the other way."""
    return sha256(f"{len(issuer)} {issuer} {subject}".encode()).hexdigest()


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)


def parents_of(node: Aggregate) -> tuple[UUID | None, UUID | None]:
    """What a node stands under: a project under its programme and its portfolio, a request under its unit and what it became,
    or where it is decided."""
    match node:
        case Portfolio():
            return node.parent_id, None
        case Programme():
            return node.portfolio_id, None
        case Project():
            return node.programme_id, node.portfolio_id
        case OrgUnit():
            return node.parent_id, None
        case Request():
            became = node.became
            if became is not None and became.kind is BecameKind.PROJECT:
                return node.unit_id, became.id
            return node.unit_id, node.portfolio_id or node.programme_id
        case _:
            raise TypeError(f"a {type(node).__name__} is no node")


def is_node(shape: type[Aggregate]) -> bool:
    """Whether other things lie in it."""
    return shape in NODE_SHAPES


def is_open_node(one: Aggregate) -> bool:
    """Whether it is a node that is not confidential itself."""
    return is_node(type(one)) and not is_confidential(one)


def is_confidential(node: Aggregate) -> bool:
    """Whether it is confidential itself; a unit and a request never are."""
    return bool(getattr(node, "confidential", False))


def _node_row(node: Aggregate) -> Row:
    parent, other = parents_of(node)
    kind = entry_of(type(node)).name
    return str(node.id), node.version, kind, _text(parent), _text(other), int(is_confidential(node))


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


def _organisation_row(one: Organisation) -> Row:
    return str(one.id), one.version, one.four_eyes.value


def _token_row(one: PersonalToken) -> Row:
    """Once it was revoked or its owner erased, nothing of it remains but that it was there."""
    counts = one.archived_at is None and one.erased_at is None and one.revoked_at is None
    return (
        str(one.id),
        one.version,
        one.token_hash if counts else "",
        one.issuer if counts else "",
        one.subject if counts else "",
        one.name if counts else "",
        " ".join(one.roles),
        json.dumps(one.groups if counts else []),
        one.scope,
        to_micros(one.created_at),
        to_micros(one.expires_at),
        to_micros(one.confirmed_at),
        int(counts),
    )


def _mirror(shape: type[Aggregate], name: str) -> Mirror:
    """How the rows of a kernel table are written beside those of aggregates."""
    table = TABLES.tables[name]
    return Mirror(entry_of(shape), table, [column.name for column in table.columns], (), (), (), name)


_CLOCK = _mirror(Membership, "access_clock")


@dataclass(frozen=True, eq=False)
class _Keeping:
    """How an aggregate is kept: its table, its row, and the members that the row follows from."""

    mirror: Mirror
    row: Callable[[Any], Row]
    members: frozenset[str]

    @cached_property
    def statement(self) -> str:
        """Writes a row where none is stored of a later version."""
        mirror = self.mirror
        columns, marks = ", ".join(mirror.columns), ", ".join("?" * len(mirror.columns))
        return (
            f"INSERT INTO {mirror.name} ({columns}) VALUES ({marks}) {on_conflict(mirror)}"
            f" WHERE excluded.version >= {mirror.name}.version"
        )


def _keeping(shape: type[Aggregate], table: str, row: Callable[[Any], Row], *members: str) -> _Keeping:
    return _Keeping(_mirror(shape, table), row, frozenset(members))


_KEPT_SHAPES: dict[type[Aggregate], _Keeping] = {
    Portfolio: _keeping(Portfolio, "access_node", _node_row, "parent_id", "confidential"),
    Programme: _keeping(Programme, "access_node", _node_row, "portfolio_id", "confidential"),
    Project: _keeping(Project, "access_node", _node_row, "programme_id", "portfolio_id", "confidential"),
    OrgUnit: _keeping(OrgUnit, "access_node", _node_row, "parent_id"),
    Request: _keeping(Request, "access_node", _node_row, "unit_id", "portfolio_id", "programme_id", "became"),
    Organisation: _keeping(Organisation, "access_organisation", _organisation_row, "four_eyes"),
    Membership: _keeping(
        Membership, "access_membership", _membership_row, "state", "starts_on", "ends_on", "archived_at"
    ),
    Identity: _keeping(Identity, "access_login", _login_row, "archived_at", "erased_at"),
    PersonalToken: _keeping(
        PersonalToken,
        "access_token",
        _token_row,
        "roles",
        "groups",
        "confirmed_at",
        "revoked_at",
        "erased_at",
    ),
}


def _tick() -> Row:
    """Every process knows by another mark that what it remembers of access is out of date."""
    return "clock", new_id_text()


def rows_to_write(one: Aggregate, changed: Iterable[str]) -> list[RowWrite]:
    """What is written in the commit of an aggregate: nothing where none of the members that `changed` says anything of
    access."""
    keeping = _KEPT_SHAPES.get(type(one))
    if keeping is None or keeping.members.isdisjoint(changed):
        return []
    return [RowWrite(keeping.mirror, keeping.row(one), None), RowWrite(_CLOCK, _tick(), None)]


def statements(one: Aggregate) -> list[Statement]:
    """What is written of an aggregate that an event brings: nothing of an older version than the stored one."""
    keeping = _KEPT_SHAPES[type(one)]
    return [Statement(keeping.statement, [keeping.row(one)]), Statement(upsert(_CLOCK), [_tick()])]


def table_of(shape: type[Aggregate]) -> str:
    """Where what an aggregate says of access is kept."""
    return _KEPT_SHAPES[shape].mirror.name


def row_of(one: Aggregate) -> Row:
    """As it is kept: the id, the version, and what it says."""
    return _KEPT_SHAPES[type(one)].row(one)


async def rows_of(store: Store, shape: type[Aggregate], ids: Iterable[UUID]) -> list[Row]:
    """The stored rows of some aggregates."""
    mirror, texts = _KEPT_SHAPES[shape].mirror, sorted(map(str, ids))
    marks = ", ".join("?" * len(texts))
    return await store.fetch(
        f"SELECT {', '.join(mirror.columns)} FROM {mirror.name} WHERE id IN ({marks})", texts
    )
