"""References: within a service they must exist; to another service, its event must have arrived.

A service keeps what it must know of foreign aggregates (`shared/domain/copies.py`). A command that names one
not yet seen waits a little for it to arrive, then refuses in a way that says: try again. An archived
aggregate takes nothing new: no new reference to it is allowed, and nothing inside it is restored. Existing
references stay valid.
"""

import asyncio
from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from time import monotonic
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from sqlmodel import SQLModel

from shared.base.errors import Conflict, Fault, Invalid, NotYetKnown
from shared.base.texts import Text
from shared.contracts.language import CATALOGUE, Aggregate, AggregateType
from shared.contracts.words import COMMON, Called
from shared.domain.access.tree import is_node
from shared.domain.copies import COPY_INFO, Known
from shared.domain.dependents import still_there
from shared.domain.work import Work

WAIT_S = 1.0
POLL_S = 0.02

R = TypeVar("R", bound=SQLModel)

Named = type[SQLModel] | Known
"""Where what a member names is looked up: a table of this service, or its copies of another's."""


class Copies(NamedTuple):
    """How a table of copies is read: its name, its columns as a SELECT names them, and a row by the columns' names."""

    table: str
    columns: str
    row: Callable[[Iterable[Any]], Any]


@cache
def copies(row: Named) -> Copies:
    """A store that was upgraded has its columns in another order than a fresh one: they are always named."""
    if isinstance(row, Known):
        return Copies(row.name, row.columns, cast(Any, row.row))
    table: Any = row.__table__  # type: ignore[attr-defined]
    names = [column.name for column in table.columns]
    return Copies(table.name, ", ".join(names), cast(Any, namedtuple(row.__name__, names))._make)


def tables_named(row: type[SQLModel], entry: AggregateType) -> dict[str, Named]:
    """Member -> the table in which what it names is looked up: the service's own, or its copies of another's.

    What the service keeps no copy of is in none.
    """
    kinds = entry.members.references
    tables = _tables_of(row, entry, set(kinds.values()))
    return {member: tables[kind] for member, kind in kinds.items() if kind in tables}


def tables_within(row: type[SQLModel], entry: AggregateType) -> dict[tuple[str, ...], Named]:
    """Path -> the table in which what the ids there name is looked up: of parts and lists, as `tables_named` of members."""
    places = {path: mark.aggregate for path, mark in entry.references_within.items() if mark.checked}
    tables = _tables_of(row, entry, set(places.values()))
    return {path: tables[kind] for path, kind in places.items() if kind in tables}


def _tables_of(row: type[SQLModel], entry: AggregateType, kinds: Collection[str]) -> dict[str, Named]:
    """Kind -> its table, of those that this service has or keeps copies of."""
    mappers: Any = row._sa_registry.mappers
    tables: dict[str, Named] = {mapper.local_table.name: mapper.class_ for mapper in mappers}
    tables |= {name: t.info[COPY_INFO] for name, t in row.metadata.tables.items() if COPY_INFO in t.info}
    own = {other.name for other in CATALOGUE.values() if other.service == entry.service}
    by_kind = {kind: tables.get(kind if kind in own else f"known_{kind}") for kind in kinds}
    return {kind: table for kind, table in by_kind.items() if table is not None}


async def exists(work: Work, row: type[SQLModel], id: UUID | None, pointer: str) -> None:
    """Refuse (422) a reference within the service to what is not there; what this unit makes is there."""
    if id is not None and await _archived(work, copies(row).table, id) is None:
        raise _nothing(pointer)


async def takes_new(work: Work, row: type[SQLModel], entity: Aggregate, member: str) -> None:
    """Refuse a reference to nothing in this service (422), or a new one to an archived aggregate (409)."""
    id: UUID | None = getattr(entity, member)
    if id is None:
        return
    archived = await _archived(work, copies(row).table, id)
    if archived is None:
        raise _nothing(f"/{member}")
    if is_named_anew(work, entity, member):
        if archived:
            raise archived_reference(member)
        still_there(work, row, id)


async def archived_in(work: Work, row: type[SQLModel], id: UUID, pointer: str) -> bool:
    """Whether an aggregate of this service is archived; 422 where there is none."""
    archived = await _archived(work, copies(row).table, id)
    if archived is None:
        raise _nothing(pointer)
    return archived


def _nothing(pointer: str) -> Invalid:
    return Invalid(
        "a reference names nothing", Fault("not_found", "there is none with this id", pointer=pointer)
    )


async def _archived(work: Work, table: str, id: UUID) -> bool | None:
    """Whether it is archived as this unit sees it; None where there is none, or none that who asked sees."""
    work.relies_on(table, id)
    if (archived := work.is_archived(table, id)) is not None:
        return archived
    condition = work.rows_seen(table)
    text, params = ("", []) if condition is None else (f" AND {condition[0]}", condition[1])
    rows = await work.store.fetch(f"SELECT archived FROM {table} WHERE id = ?{text}", (str(id), *params))
    return bool(rows[0][0]) if rows else None


def is_named_anew(work: Work, entity: Aggregate, member: str) -> bool:
    """Whether the unit makes the aggregate, brings it back, or changes what the member names."""
    before = work.before(entity)
    if before is None or before.archived_at is not None:
        return True
    return bool(getattr(before, member) != getattr(entity, member))


def archived_reference(member: str, pointer: str = "") -> Conflict:
    """`pointer` where it is no member of the aggregate itself."""
    return Conflict(
        Text(
            "{member}: what is archived takes nothing new",
            member=Called("member", f"{COMMON}.{member}", member.removesuffix("_id").replace("_", " ")),
        ),
        Fault("archived", "is archived", pointer=pointer or f"/{member}"),
        code="archived",
    )


async def known_copy(work: Work, row: Named, id: UUID | None, pointer: str) -> Any:
    """The service's own copy of a foreign aggregate; 409 with Retry-After where it does not arrive.

    What who asked does not see has not arrived for them. A unit waits at most a second in all, for all its
    references together, so a batch of unknown ones is answered. A dry run does not wait.
    """
    if id is None:
        return None
    copy = copies(row)
    copied = work.reading.copies.get((copy.table, id))
    if copied is not None and not _is_hidden(work, row, copied):
        return copied
    work.waits_until = work.waits_until or monotonic() + (0 if work.dry else WAIT_S)
    while True:
        rows = await work.store.fetch(f"SELECT {copy.columns} FROM {copy.table} WHERE id = ?", (str(id),))
        if rows and not _is_hidden(work, row, copied := copy.row(rows[0])):
            work.reading.copies[copy.table, id] = copied
            return copied
        if monotonic() >= work.waits_until:
            raise NotYetKnown(
                "a reference has not arrived here yet",
                Fault("not_yet_known", "not known here yet", pointer=pointer),
                headers={"Retry-After": "1"},
            )
        await asyncio.sleep(POLL_S)


def _is_hidden(work: Work, row: Named, copied: Any) -> bool:
    """Whether who asked does not see what the copy is of: a node, or what lies in a project."""
    if isinstance(row, Known) and is_node(row.shape):
        return work.hides_node(copied.id)
    project_id = getattr(copied, "project_id", None)
    return project_id is not None and work.hides_node(project_id)


async def takes_new_of(work: Work, row: Named, entity: Aggregate, member: str) -> Any:
    """The service's own copy of the aggregate that a member refers to in another service. A new reference to
    an archived one is refused (409). The copy has a column `archived`."""
    copied = await known_copy(work, row, getattr(entity, member), f"/{member}")
    if copied is not None and copied.archived and is_named_anew(work, entity, member):
        raise archived_reference(member)
    return copied


async def check_own(work: Work, names: Mapping[str, type[SQLModel]], entity: Aggregate) -> None:
    """Refuse a new reference within the service to nothing (422) or to an archived aggregate (409).

    What was named before is there still: nothing is ever deleted."""
    for member, table in names.items():
        if is_named_anew(work, entity, member):
            await takes_new(work, table, entity, member)


async def check_named_anew(work: Work, names: Mapping[str, Named], entity: Aggregate) -> None:
    """Refuse (409) each new reference to an aggregate of another service that has not arrived here, or is
    archived.

    Existing references of the aggregate stay as they are."""
    before = work.before(entity) if names else None
    for member, copy in names.items():
        if isinstance(copy, Known) and _names_anew(copy, entity, before, member):
            await takes_new_of(work, copy, entity, member)


def ids_at(one: object, path: Sequence[str], pointer: str = "") -> Iterator[tuple[str, UUID]]:
    """Pointer and id, of what a path through parts and lists leads to."""
    if isinstance(one, list):
        for place, item in enumerate(one):
            yield from ids_at(item, path, f"{pointer}/{place}")
    elif isinstance(one, UUID):
        yield pointer, one
    elif path and one is not None:
        yield from ids_at(getattr(one, path[0]), path[1:], f"{pointer}/{path[0]}")


async def check_within(work: Work, tables: Mapping[tuple[str, ...], Named], entity: Aggregate) -> None:
    """Refuse what ids in parts and lists name anew: nothing (422, or 409 where it may still arrive), or what is archived
    (409). What they named before stays."""
    for path, table in tables.items():
        anew = named_anew_within(work, path, entity)
        await _read_ahead(work, {table: set(anew.values())} if anew else {})
        for pointer, id in anew.items():
            if isinstance(table, Known):
                copied = await known_copy(work, table, id, pointer)
                archived = copied is not None and copied.archived
            else:
                archived = await archived_in(work, table, id, pointer)
                still_there(work, table, id)
            if archived:
                raise archived_reference(path[-1], pointer)


def named_anew_within(work: Work, path: tuple[str, ...], entity: Aggregate) -> dict[str, UUID]:
    """Pointer -> id, of what ids on a path through parts and lists name now and did not before."""
    before = work.before(entity)
    is_back = before is None or (before.archived_at is not None and entity.archived_at is None)
    standing = set() if is_back else {id for _, id in ids_at(before, path)}
    return {pointer: id for pointer, id in ids_at(entity, path) if id not in standing}


async def check_named_by_move(work: Work, names: Mapping[str, Named], entity: Aggregate) -> None:
    """Refuse what a move names anew: what is in no table here (422, or 409 where it may still arrive), and what is
    archived (409).

    A move runs the register's own check of content only where it says so: the tables of this service are asked too.
    """
    before = work.before(entity) if names else None
    anew = {m: table for m, table in names.items() if getattr(before, m, None) != getattr(entity, m)}
    if not anew:
        return
    await check_named_anew(work, anew, entity)
    for member, table in anew.items():
        if not isinstance(table, Known):
            await takes_new(work, table, entity, member)


def _names_anew(copy: Known, entity: Aggregate, before: Aggregate | None, member: str) -> bool:
    if before is None or (copy.contains and before.archived_at is not None):
        return True
    return bool(getattr(before, member) != getattr(entity, member))


async def foresee(work: Work, names: Mapping[str, Named], bodies: Iterable[object]) -> None:
    """Read at once what the members of many requests or aggregates name: of each table what will be asked for, in one
    query."""
    wanted: dict[Named, set[UUID]] = {}
    for body in bodies:
        for member, row in names.items():
            # what no request gives (who wrote it, in what it lies) is no member of one
            if (id := getattr(body, member, None)) is not None:
                wanted.setdefault(row, set()).add(id)
    await _read_ahead(work, wanted)


async def _read_ahead(work: Work, wanted: Mapping[Named, set[UUID]]) -> None:
    """One query for each table."""
    own = {mirror.name: shape for shape, mirror in work.mirrors.items()}
    for row, ids in wanted.items():
        if isinstance(row, Known):
            await row.foresee(work, ids)
            continue
        copy = copies(row)
        condition, params = f"id IN ({', '.join('?' * len(ids))})", sorted(map(str, ids))
        if copy.table in own:
            await work.select(own[copy.table], condition, params, archived=True)
        else:
            await _remember(work, copy, condition, params)


async def _remember(work: Work, copy: Copies, condition: str, params: Sequence[str]) -> None:
    rows = await work.store.fetch(f"SELECT {copy.columns} FROM {copy.table} WHERE {condition}", params)
    for copied in map(copy.row, rows):
        work.reading.copies[copy.table, UUID(copied.id)] = copied
