"""A unit of work: load aggregates, let rules change them, save them with the fact; one commit, before the answer.

It is two things: what was read (`work.reading`), and what will be written (`work.unit`). `work.save(entity, fact)` is the
only way to write. It makes the wire form once: that text is the row's document, the event's state and the answer.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache, partial
from types import NoneType
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from shared.base.clock import DAY_US, EARLIEST, from_micros, now, now_micros, to_micros
from shared.base.errors import (
    Busy,
    Duplicate,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
)
from shared.base.ids import new_id
from shared.base.settings import Settings
from shared.base.texts import Text
from shared.contracts.language import Aggregate, ExternalRef, Fact, entry_of
from shared.contracts.stored import Members, codec_of, construct
from shared.domain.access import tree
from shared.domain.access.conditions import Condition, rows_seen
from shared.domain.access.grants import Caller, grants_in, person_of
from shared.domain.access.rights import Rights, admit, places_of
from shared.domain.access.tree import is_node
from shared.domain.clock_watch import ClockWatch
from shared.domain.due import rows as due_rows
from shared.domain.due.calendar import almanac_of
from shared.domain.due.declaring import DUES, Due
from shared.domain.reading import Key, Memory, Reading, Version
from shared.store import Document, Part, StaleVersion, Statement, Store, UniqueTaken, Unit
from shared.store.columns import Mirror
from shared.store.outbox import Origin, event
from shared.store.unit import RowWrite

A = TypeVar("A", bound=Aggregate)
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Match:
    """Which versions a precondition names: these, or any."""

    versions: frozenset[int] = frozenset()
    any: bool = False

    def holds(self, version: int) -> bool:
        return self.any or version in self.versions


class Work:
    """What one request (or one reaction) reads and writes."""

    __slots__ = (
        "_floor",
        "_new_access",
        "_new_nodes",
        "_origin_json",
        "_recorded_last",
        "after_commit",
        "caller",
        "dry",
        "effective_at",
        "login",
        "mirrors",
        "needs",
        "origin",
        "part",
        "reading",
        "rights",
        "scopes",
        "settings",
        "store",
        "telling",
        "unit",
        "waits_until",
        "watch",
        "written",
    )  # fmt: skip

    def __init__(
        self,
        store: Store,
        mirrors: Mapping[type[Aggregate], Mirror],
        origin: Origin,
        effective_at: datetime | None = None,
        scopes: frozenset[str] = frozenset(),
        dry: bool = False,
        settings: Settings | None = None,
        watch: ClockWatch | None = None,
        rights: Rights | None = None,
        needs: Collection[str] = (),
        login: str = "",
        caller: Caller | None = None,
    ) -> None:
        self.store = store
        self.mirrors = mirrors
        self.origin = origin
        self.effective_at = effective_at
        """When what is written is true; None means now."""
        self.scopes = scopes
        self.rights = rights
        """What who asked sees and may do; None where nobody asked: then nothing is hidden and everything allowed."""
        self.caller = caller
        """Who asked; None where nobody did, as in a reaction."""
        self.needs = needs
        """The scopes that the operation asks for, wherever something is saved."""
        self.login = login
        """The hash of the login of who asked; empty where nobody did."""
        self.dry = dry
        """Whether this only validates (`validate_only`): nothing is written, drawn or waited for."""
        self.settings = settings or Settings()
        self.watch = watch or ClockWatch()
        self.reading = Reading()
        self.unit = Unit()
        self.part = self.unit.parts[0]
        self.written: set[Key] = set()
        """What this unit has saved."""
        self.after_commit: list[Callable[[], None]] = []
        """What the process forgets or begins as soon as what is written here can be read, or may be."""
        self.waits_until = 0.0
        """Till when references that may still arrive are waited for (monotonic seconds); 0 before the first."""
        self.telling: Due | None = None
        """What has become due and is told now; None where somebody writes."""
        self._origin_json: str | None = None
        self._floor: int | None = None
        self._recorded_last = 0
        self._new_nodes: set[str] = set()
        self._new_access: list[Aggregate] = []

    def set_cause(self, event_id: str, correlation_id: str, traceparent: str, effective_at: int) -> None:
        """What follows is caused by this event, and is effective no earlier than it."""
        self.origin = msgspec.structs.replace(
            self.origin, causation_id=event_id, correlation_id=correlation_id, traceparent=traceparent or None
        )
        self._origin_json = None
        self._floor = effective_at

    @contextmanager
    def effective_from(self, at: int) -> Iterator[None]:
        """What is written within is effective from `at` on (microseconds): it follows from a fact older than the cause."""
        floor, self._floor = self._floor, at
        try:
            yield
        finally:
            self._floor = floor

    # Reading

    async def load(self, shape: type[A], id: UUID | str) -> A:
        """The aggregate as this unit sees it, archived or not: read once, then as it was read or staged; NotFound where
        there is none."""
        table, known_id = self.mirrors[shape].name, id if isinstance(id, UUID) else UUID(id)
        version = self.reading.version(table, known_id)
        if version is not None:
            if self._is_hidden(shape, version.state):
                raise NotFound(Text("there is no {noun} {id}", noun=entry_of(shape).noun, id=id))
            return self._copied(shape, table, version)
        state, _, effective_at = await self._document(shape, id)
        return self._read(shape, state, effective_at)

    # Seeing

    def _is_hidden(self, shape: type[Aggregate], state: str) -> bool:
        """Whether who asked does not see an aggregate, given its document."""
        rights, entry = self.rights, entry_of(shape)
        if rights is None or rights.sight_of(entry).is_everything:
            return False
        return not rights.shows(entry, msgspec.json.decode(state))

    @property
    def sees_everything(self) -> bool:
        """Whether nothing is hidden from who asked."""
        return self.rights is None or self.rights.sight.is_everything

    def hides(self, one: Aggregate) -> bool:
        """Whether who asked does not see an aggregate that this unit has read."""
        return self.rights is not None and not self.rights.shows(entry_of(type(one)), vars(one))

    def rows_seen(self, table: str) -> Condition | None:
        """The rows that who asked may name of one of the service's own tables; None where all are.

        What lies in no node may be named by who knows its id."""
        if self.rights is None:
            return None
        mirror = next((mirror for mirror in self.mirrors.values() if mirror.name == table), None)
        if mirror is None or not mirror.entry.scope:
            return None
        condition = rows_seen(self.rights.sight_of(mirror.entry), mirror, self.store.dialect)
        if condition is None or mirror.entry.is_restricted:
            return condition
        nowhere = " AND ".join(f"{member} IS NULL" for member in mirror.entry.scope)
        return f"(({condition[0]}) OR ({nowhere}))", condition[1]

    def hides_node(self, id: UUID | str) -> bool:
        """Whether who asked does not see a portfolio, programme or project."""
        return self.rights is not None and not self.rights.sight.sees(id)

    def allowed_scopes(self, one: Aggregate) -> frozenset[str]:
        """All that who asked may do with an aggregate, where it lies."""
        if self.rights is None:
            return self.scopes
        return self.rights.scopes_at(places_of(one))

    async def person(self) -> UUID | None:
        """The person whose login asked; None where nobody did, or the login belongs to no person."""
        id = None if self.caller is None else await person_of(self.store, self.caller)
        return None if id is None else UUID(id)

    def require_at(self, scope: str, one: Aggregate) -> None:
        """Refuse (403) unless who asked may do this with an aggregate, where it lies."""
        if self.rights is not None and not self.rights.may(scope, places_of(one)):
            raise Forbidden("your role does not allow this here", code="scope_missing", needs=scope)

    # Reading, unread

    async def document(self, shape: type[Aggregate], id: UUID | str) -> tuple[str, int]:
        """The state as JSON text, not parsed, and its version; NotFound where there is none."""
        state, version, _ = await self._document(shape, id)
        return state, version

    async def document_by_ref(self, shape: type[Aggregate], ref: ExternalRef) -> tuple[str, int]:
        """The same by an external key."""
        rows = await self.store.fetch(
            f"SELECT document, version FROM {self.mirrors[shape].name}"
            " WHERE external_source = ? AND external_id = ?",
            (ref.source, ref.id),
        )
        if not rows:
            raise NotFound(Text("there is no {noun} with this key", noun=entry_of(shape).noun))
        if self._is_hidden(shape, rows[0][0]):
            raise NotFound(Text("there is no {noun} with this key", noun=entry_of(shape).noun))
        return rows[0][0], rows[0][1]

    async def _document(self, shape: type[Aggregate], id: UUID | str) -> Document:
        document = await self.store.document(self.mirrors[shape].name, str(id))
        if document is None or self._is_hidden(shape, document[0]):
            raise NotFound(Text("there is no {noun} {id}", noun=entry_of(shape).noun, id=id))
        return document

    async def find_by_id(self, shape: type[A], id: UUID) -> A | None:
        """The aggregate as this unit sees it, staged changes included; None where there is none."""
        table = self.mirrors[shape].name
        version = self.reading.version(table, id)
        if version is not None:
            return self._copied(shape, table, version)
        return await self.find(shape, "id = ?", (str(id),))

    async def find(
        self, shape: type[A], where: str, params: Sequence[Any] = (), *, archived: bool = True
    ) -> A | None:
        """The one aggregate that a condition over its columns names, or None."""
        rows = await self.select(shape, f"{where} LIMIT 1", params, archived=archived)
        return rows[0] if rows else None

    async def select(
        self, shape: type[A], where: str, params: Sequence[Any] = (), *, archived: bool = False
    ) -> list[A]:
        """The aggregates that a condition over their columns names."""
        table = self.mirrors[shape].name
        only = "" if archived else "archived = 0 AND "
        rows = await self.store.fetch(
            f"SELECT document, effective_at FROM {table} WHERE {only}{where}", params
        )
        return [self._read(shape, row[0], row[1]) for row in rows]

    def _read(self, shape: type[A], state: str, effective_at: int) -> A:
        """The aggregate in a row; as the unit has it, where it has been read or saved before."""
        members, table = codec_of(shape).read(state), self.mirrors[shape].name
        version = self.reading.version(table, members["id"])
        if version is not None:
            return self._copied(shape, table, version)
        self.reading.keep(table, Version(shape, members, state, effective_at))
        return construct(shape, dict(members))

    def _copied(self, shape: type[A], table: str, version: Version[Any]) -> A:
        """A copy that may be changed. What is decided from a staged version depends on that being committed."""
        self.relies_on(table, version.members["id"])
        return cast(A, version.copy())

    def staged(self, shape: type[A]) -> dict[UUID, A]:
        """What this unit has written so far (the items of a batch before this one), which no query sees yet."""
        return {id: codec_of(shape).one(state) for id, state in self.staged_states(shape).items()}

    def staged_states(self, shape: type[Aggregate]) -> dict[UUID, str]:
        """The same as documents."""
        mirror, versions = self.mirrors[shape], self.reading.versions
        ids = [UUID(row.values[0]) for part in self.unit.parts for row in part.rows if row.mirror is mirror]
        return {id: versions[mirror.name, id.int].state for id in ids}

    def with_staged(self, shape: type[A], stored: Iterable[A], concerns: Callable[[A], bool]) -> list[A]:
        """Of what a query answered and of what this unit writes besides, as the unit leaves it, what `concerns`."""
        standing, staged = {one.id: one for one in stored}, self.staged(shape)
        for id, one in staged.items():
            if id in standing or concerns(one):
                self.relies_on(self.mirrors[shape].name, id)
        return [one for one in (standing | staged).values() if concerns(one)]

    def archived_here(self, table: str) -> frozenset[str]:
        """The ids of what this unit archives in a table, as it leaves it."""
        versions = self.reading.versions
        return frozenset(
            str(id)
            for name, id in self.written
            if name == table and versions[name, id.int].members["archived_at"] is not None
        )

    def relies_on(self, table: str, id: UUID) -> bool:
        """Whether this unit writes the aggregate; if so, the current part depends on that being committed."""
        if (table, id) not in self.written:
            return False
        self.part.relies_on.add(str(id))
        return True

    def memory(self, kind: Memory[K, V]) -> dict[K, V]:
        """What the unit remembers of one kind that is not in the database."""
        return kind.of(self.reading)

    # Writing

    @contextmanager
    def following(self) -> Iterator[None]:
        """What is written within follows from what was allowed: it asks for no right of its own where it lies, and nothing
        that it names is hidden."""
        rights, self.rights = self.rights, None
        try:
            yield
        finally:
            self.rights = rights

    def new(self, shape: type[A], id: UUID | None = None, **members: Any) -> A:
        """A fresh aggregate, checked; its first `save` is version 1."""
        at = from_micros(now_micros())
        return shape(id=id or new_id(), version=1, created_at=at, updated_at=at, **members)

    def new_of(self, shape: type[A], content: Members, supplied: Members) -> A:
        """The same of content that a request shape has checked, member by member as the aggregate's own, and of members
        that the service supplies, which are checked here."""
        at = from_micros(now_micros())
        members = _fresh(shape)
        members.update(content)
        for name, value in supplied.items():
            if value is None or content.get(name) is not value:
                members[name] = _checker(shape, name).validate_python(value)
        members.update(id=new_id(), version=1, created_at=at, updated_at=at)
        return construct(shape, members)

    def before(self, entity: A) -> A | None:
        """The aggregate as it was read, or as this unit saved it last, to look at; None where it is not saved yet."""
        version = self.reading.versions.get((self.mirrors[type(entity)].name, entity.id.int))
        return None if version is None else cast(A, version.one)

    def state_of(self, entity: Aggregate) -> str:
        """The document of an aggregate that this unit has read or saved."""
        version = self._version(entity)
        assert version is not None, "it is not saved yet"
        return version.state

    def _version(self, entity: A) -> Version[A] | None:
        return self.reading.version(self.mirrors[type(entity)].name, entity.id)

    def is_archived(self, table: str, id: UUID) -> bool | None:
        """Whether an aggregate is archived as the unit leaves it; None where the unit has neither read nor saved it."""
        version = self.reading.version(table, id)
        if version is None or (entry_of(version.shape).scope and self.hides(version.one)):
            return None
        return version.members["archived_at"] is not None

    def is_changed(self, entity: Aggregate) -> bool:
        return bool(_changed(self._version(entity), vars(entity)))

    def save(self, entity: A, fact: Fact) -> A:
        """Write the aggregate at its next version, and publish the fact."""
        shape = type(entity)
        mirror, members = self.mirrors[shape], vars(entity)
        before = self.reading.version(mirror.name, entity.id)
        changed = _changed(before, members)
        self._admit(entity, before)
        recorded, version, effective = now_micros(), 1, EARLIEST
        if before is None:
            self.watch.check(recorded)
        else:
            last = to_micros(before.members["updated_at"])
            self.watch.check(recorded, last)
            recorded = max(recorded, last + 1)
            version, effective = before.members["version"] + 1, before.effective_at
        entity.take(version=version, updated_at=from_micros(recorded))
        effective = self._effective(effective, recorded)
        if self._origin_json is None:
            self._origin_json = self.origin.to_json()
        self._stage(entity, fact, before, changed, changed, effective, recorded, self._origin_json)
        if shape in DUES:
            self._keep_dues(entity, before, recorded)
        return entity

    def take_in(
        self, entity: A, fact: Fact, changed: Sequence[str], effective_at: int, origin: Origin
    ) -> None:
        """Write a version as another instance wrote it: with its number, its times, what it changed and who did it. What
        comes before it is read or written already; that it follows from that is for the caller to know."""
        shape = type(entity)
        before = self.reading.version(self.mirrors[shape].name, entity.id)
        self._admit(entity, before)
        self._recorded_last = recorded = max(now_micros(), self._recorded_last + 1)
        self.watch.check(recorded)
        differing = _changed(before, vars(entity))
        self._stage(entity, fact, before, differing, changed, effective_at, recorded, origin.to_json())
        if shape in DUES:
            was = None if before is None else before.one
            almanac = almanac_of(self.store, self.settings.zone)
            self.part.rows += due_rows.rows_of_history(DUES[shape], entity, was, fact, almanac, recorded)

    def _admit(self, entity: Aggregate, before: Version[Any] | None) -> None:
        """Refused (403 or 404) where whoever writes may not write this one."""
        if self.rights is not None:
            admit(self.rights, self.needs, entity, None if before is None else before.one, self._new_nodes)
            if before is None and is_node(type(entity)):
                self._new_nodes.add(str(entity.id))

    def effective_at_of(self, entity: Aggregate) -> int:
        """From when the last version that this unit has read or saved of an aggregate is effective, in microseconds."""
        version = self._version(entity)
        return EARLIEST if version is None else version.effective_at

    def _stage(
        self,
        entity: Aggregate,
        fact: Fact,
        before: Version[Any] | None,
        differing: Sequence[str],
        changed: Sequence[str],
        effective: int,
        recorded: int,
        origin: str,
    ) -> None:
        """Stage the row and the event of a version; instants in microseconds. `changed` is what its event tells: an erased
        version may have changed more than what differs now."""
        shape = type(entity)
        mirror, members = self.mirrors[shape], vars(entity)
        state = codec_of(shape).write(members).decode()
        published = event(entity, state, fact, changed, effective, recorded, origin, self.settings.base_url)
        places = None if before is None else mirror.places(tuple(differing))
        self.part.rows.append(RowWrite(mirror, mirror.values(members, effective, state), places))
        self.part.events.append(published)
        if staged := tree.rows_to_write(entity, differing):
            self.part.rows += staged
            self._new_access.append(entity)
        self.written.add((mirror.name, entity.id))
        self.reading.keep(mirror.name, Version(shape, dict(members), state, effective))

    def _keep_dues(self, entity: Aggregate, before: Version[Any] | None, recorded: int) -> None:
        """Write what is due of an aggregate from now on. What time itself tells is no update of it."""
        dues, was = DUES[type(entity)], None if before is None else before.one
        if self.telling is not None and was is not None:
            dues = tuple(due for due in dues if due is not self.telling)
            entity = entity.model_copy(update={"updated_at": was.updated_at})
        occasion = due_rows.Occasion(recorded, self._is_backdated(recorded))
        almanac = almanac_of(self.store, self.settings.zone)
        self.part.rows += due_rows.rows_to_write(dues, entity, was, almanac, occasion)
        if entity.archived_at is not None and was is not None and was.archived_at is None:
            self.part.statements += [due_rows.withdrawal(due, entity.id) for due in dues if due.is_foreign]

    def _is_backdated(self, recorded: int) -> bool:
        """Whether a write tells of the past; a reaction does where its cause is older than a day."""
        if self._floor is not None:
            return recorded - self._floor > DAY_US
        return self.effective_at is not None and to_micros(self.effective_at) < recorded

    def keep_access(self, one: Aggregate) -> None:
        """Keep what an aggregate of another service says of who may see what."""
        self.part.statements += tree.statements(one)
        self._new_access.append(one)

    def _effective(self, last: int, recorded: int) -> int:
        if self._floor is not None:
            return max(self._floor, last)
        if self.effective_at is None:
            return max(recorded, last)
        wanted = to_micros(self.effective_at)
        if wanted < last:
            raise Invalid(
                "the aggregate already has a version that is effective later; history is written oldest first",
                Fault(
                    "effective_at_decreases", "earlier than the last version", header="Portolan-Effective-At"
                ),
                code="effective_at_decreases",
            )
        return wanted

    @property
    def effective_on(self) -> date:
        """The day, in the instance's time zone, from which what this unit writes is true."""
        at = self._floor if self._floor is not None else to_micros(self.effective_at or now())
        return from_micros(at).astimezone(self.settings.zone).date()

    async def guard(self, key: str) -> None:
        """Hold `key` for this unit: of two units that read under the same guard only the first commits."""
        await self.read_guards([key])
        self.part.guards[key] = self.reading.guards[key]

    async def read_guards(self, keys: Iterable[str]) -> None:
        """Read guards that may be held later, before what is read under them: the first reading is the one that counts."""
        guards = self.reading.guards
        unread = sorted(set(keys) - set(guards))
        if unread:
            marks = ", ".join("?" * len(unread))
            rows = await self.store.fetch(f"SELECT key, version FROM guard WHERE key IN ({marks})", unread)
            guards.update(dict.fromkeys(unread, 0) | {row[0]: row[1] for row in rows})

    def add_statement(
        self,
        sql: str,
        rows: Sequence[tuple[Any, ...]],
        expect: int | None = None,
        types: tuple[str, ...] = (),
        is_check: bool = False,
    ) -> None:
        """A statement in the same transaction: a service's private copy of a foreign fact, a mark (see `Statement`)."""
        self.part.statements.append(Statement(sql, rows, expect, types, is_check))

    def next_part(self) -> None:
        """Begin the next item of a batch."""
        self.part = Part()
        self.unit.parts.append(self.part)

    async def commit(self) -> None:
        """Make it durable; of a trial (`dry`) nothing stays. Raises StaleVersion (read again and decide again) or a refusal."""
        if self.dry:
            await self.store.trial(self.unit)
            self.unit.positions = []
            return
        try:
            await self.store.commit(self.unit)
        finally:
            if self._new_access:
                grants_in(self.store).note_change(self._new_access)
            for act in self.after_commit:
                act()

    # What was written

    def positions(self) -> dict[tuple[str, int], int]:
        """(topic, partition) -> the highest position this unit published there."""
        highest: dict[tuple[str, int], int] = {}
        for part, positions in zip(self.unit.parts, self.unit.positions, strict=False):
            for e, position in zip(part.events, positions, strict=False):
                highest[e.topic, e.partition] = position
        return highest


def _changed(before: Version[Any] | None, members: Members) -> list[str]:
    """The members that differ from the version that the unit started from, in the order of the shape."""
    if before is None:
        return list(members)
    return [
        name
        for name, was in before.members.items()
        if (value := members[name]) is not was and value != was and name != "version" and name != "updated_at"
    ]


_SHARED = (str, int, float, bool, Enum, date, NoneType, tuple)
"""Types of immutable defaults: all aggregates can share one object."""


def _fresh(shape: type[Aggregate]) -> Members:
    """All members of a shape with their default values, to be filled in."""
    shared, made_anew = _defaults(shape)
    members = dict(shared)
    for name, default in made_anew.items():
        members[name] = default()
    return members


@cache
def _defaults(shape: type[Aggregate]) -> tuple[Members, Mapping[str, Callable[[], Any]]]:
    """All members in the order of the shape with their defaults, and factories of those that must not be shared."""
    shared: Members = {name: None if f.is_required() else f.default for name, f in shape.model_fields.items()}
    made_anew = {
        name: _maker(field)
        for name, field in shape.model_fields.items()
        if field.default_factory is not None or not isinstance(shared[name], _SHARED)
    }
    return shared, made_anew


def _maker(field: FieldInfo) -> Callable[[], Any]:
    """What makes the default of a member; its own factory where that needs nothing, which pydantic asks anew each time."""
    if field.default_factory is None or field.default_factory_takes_validated_data:
        return partial(field.get_default, call_default_factory=True)
    return cast("Callable[[], Any]", field.default_factory)


@cache
def _checker(shape: type[Aggregate], name: str) -> TypeAdapter[Any]:
    field = shape.model_fields[name]
    return TypeAdapter(field.rebuild_annotation())


def expect_version(entity: Aggregate, if_match: Match | None) -> None:
    """Refuse a write whose If-Match is missing (428) or names another version (412)."""
    if if_match is None:
        raise PreconditionRequired(
            "send If-Match with the ETag you read", Fault("required", "If-Match is needed", header="If-Match")
        )
    if if_match.holds(entity.version):
        return
    current = {"ETag": f'"{entity.version}"'}
    if not if_match.versions:
        raise PreconditionFailed(
            "If-Match names no version: send the ETag of the whole resource as it came; a weak one (W/) never matches",
            headers=current,
            version=entity.version,
        )
    raise PreconditionFailed(
        "the resource has changed since it was read", headers=current, version=entity.version
    )


def refusal_of(error: Exception) -> Exception:
    """A failure of the store as a refusal, where the request caused it."""
    if isinstance(error, UniqueTaken):
        members = [c for c in error.columns if c not in ("external_source", "external_id")]
        pointer = f"/{members[-1]}" if members else "/external_ref"  # what it is unique within stands first
        return Duplicate(
            "another resource has this key", Fault("duplicate", "already taken", pointer=pointer)
        )
    if isinstance(error, StaleVersion):
        return Busy("others changed it at the same time, again and again", headers={"Retry-After": "1"})
    return error
