"""A unit of work: load aggregates, let rules change them, save them with the fact; one commit, before the answer.

`work.save(entity, fact)` is the only way to tell the world. It makes the wire form once: that text is the row's
document, the event's state and the answer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec

from shared.base.clock import EARLIEST, from_micros, now, now_micros, to_micros
from shared.base.errors import (
    Busy,
    Duplicate,
    Fault,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
)
from shared.base.ids import new_id
from shared.base.settings import Settings
from shared.contracts.language import STORED, Aggregate, ExternalRef, Fact, entry_of
from shared.domain.clock_watch import ClockWatch
from shared.store import Document, Part, StaleVersion, Statement, Store, UniqueTaken, Unit
from shared.store.columns import Mirror
from shared.store.outbox import Origin, event

A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, slots=True)
class Match:
    """Which versions a precondition names: these, or any."""

    versions: frozenset[int] = frozenset()
    any: bool = False

    def holds(self, version: int) -> bool:
        return self.any or version in self.versions


@dataclass(slots=True)
class Loaded:
    """An aggregate as it was read, to tell what changed."""

    before: Aggregate | None
    effective_at: int


@dataclass(slots=True)
class Work:
    """What one request (or one reaction) reads and writes. `effective_at` is when it is true; None means now."""

    store: Store
    mirrors: dict[type[Aggregate], Mirror]
    origin: Origin
    effective_at: datetime | None = None
    scopes: frozenset[str] = frozenset()
    dry: bool = False
    """Only asked about (`validate_only`): nothing is written, drawn or waited for."""
    settings: Settings = field(default_factory=Settings)
    watch: ClockWatch = field(default_factory=ClockWatch)
    unit: Unit = field(default_factory=Unit)
    part: Part = field(init=False)
    states: dict[UUID, str] = field(default_factory=dict)
    written: set[tuple[str, UUID]] = field(default_factory=set)
    """(table, id) of what this unit saved."""
    memory: dict[Any, Any] = field(default_factory=dict)
    """What a service's reactions know beyond the database: private rows that this unit has changed already."""
    seen: set[tuple[str, UUID]] = field(default_factory=set)
    """(table, id) of what this unit has read or saved, and so has in `states`."""
    foreign: dict[tuple[str, UUID], Any] = field(default_factory=dict)
    """(table, id) -> the service's own copy of a foreign aggregate, as this unit read it: a row by column names."""
    _guards: dict[str, int] = field(default_factory=dict)
    _loaded: dict[UUID, Loaded] = field(default_factory=dict)
    _origin_json: str = ""
    _floor: int | None = None
    waits_until: float = 0.0
    """Till when references that may still arrive are waited for (monotonic seconds); 0 before the first."""

    def __post_init__(self) -> None:
        self.part = self.unit.parts[0]
        self._origin_json = self.origin.to_json()

    def because_of(self, event_id: str, correlation_id: str, traceparent: str, effective_at: int) -> None:
        """What follows is caused by this event, and is effective no earlier than it."""
        self.origin = msgspec.structs.replace(
            self.origin, causation_id=event_id, correlation_id=correlation_id, traceparent=traceparent or None
        )
        self._origin_json = self.origin.to_json()
        self._floor = effective_at

    # Reading

    async def load(self, shape: type[A], id: UUID | str) -> A:
        """The aggregate as this unit sees it, archived or not: read once, then as it was read or staged; NotFound where
        there is none."""
        if (self.mirrors[shape].name, UUID(str(id))) in self.seen:
            return self._again(shape, UUID(str(id)))
        state, _, effective_at = await self._document(shape, id)
        return self._remember(shape, state, effective_at)

    async def document(self, shape: type[Aggregate], id: UUID | str) -> tuple[str, int]:
        """The state as it was answered last, unread, and its version; NotFound where there is none."""
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
            raise NotFound(f"there is no {entry_of(shape).noun} with this key")
        return rows[0][0], rows[0][1]

    async def _document(self, shape: type[Aggregate], id: UUID | str) -> Document:
        found = await self.store.document(self.mirrors[shape].name, str(id))
        if found is None:
            raise NotFound(f"there is no {entry_of(shape).noun} {id}")
        return found

    async def known(self, shape: type[A], id: UUID) -> A | None:
        """The aggregate as this unit sees it, staged changes included; None where there is none."""
        if (self.mirrors[shape].name, id) in self.seen:
            return self._again(shape, id)
        return await self.find(shape, "id = ?", (str(id),))

    async def find(
        self, shape: type[A], where: str, params: Sequence[Any] = (), *, archived: bool = True
    ) -> A | None:
        """The one aggregate that a condition over its columns names, or None."""
        found = await self.select(shape, f"{where} LIMIT 1", params, archived=archived)
        return found[0] if found else None

    async def select(
        self, shape: type[A], where: str, params: Sequence[Any] = (), *, archived: bool = False
    ) -> list[A]:
        """The aggregates that a condition over their columns names."""
        table = self.mirrors[shape].name
        only = "" if archived else "archived = 0 AND "
        rows = await self.store.fetch(
            f"SELECT document, effective_at FROM {table} WHERE {only}{where}", params
        )
        return [self._remember(shape, row[0], row[1]) for row in rows]

    def _remember(self, shape: type[A], state: str, effective_at: int) -> A:
        known = shape.model_validate_json(state, context=STORED)
        pending = self._loaded.get(known.id)
        if pending and pending.before is not None and known.id in self.states:
            return self._again(shape, known.id)
        self._loaded[known.id] = Loaded(known.model_copy(), effective_at)
        self.states[known.id] = state
        self.seen.add((self.mirrors[shape].name, known.id))
        return known

    def _again(self, shape: type[A], id: UUID) -> A:
        """As it was read, or as this unit has saved it since."""
        self.relies_on(self.mirrors[shape].name, id)
        return cast(A, self._loaded[id].before).model_copy()

    def staged(self, shape: type[A]) -> dict[UUID, A]:
        """What this unit has written so far (the items of a batch before this one), which no query sees yet."""
        mirror = self.mirrors[shape]
        ids = [UUID(values[0]) for part in self.unit.parts for table, values in part.rows if table is mirror]
        return {id: shape.model_validate_json(self.states[id], context=STORED) for id in ids}

    def as_left(self, shape: type[A], found: Iterable[A], concerns: Callable[[A], bool]) -> list[A]:
        """Of what a query found and of what this unit writes besides, as the unit leaves it, what `concerns`."""
        standing, staged = {one.id: one for one in found}, self.staged(shape)
        for id, one in staged.items():
            if id in standing or concerns(one):
                self.relies_on(self.mirrors[shape].name, id)
        return [one for one in (standing | staged).values() if concerns(one)]

    def relies_on(self, table: str, id: UUID) -> bool:
        """Whether this unit writes the aggregate: then what is decided now stands and falls with that."""
        if (table, id) not in self.written:
            return False
        self.part.relies_on.add(str(id))
        return True

    # Writing

    def new(self, shape: type[A], id: UUID | None = None, **members: Any) -> A:
        """A fresh aggregate, checked; its first `save` is version 1."""
        at = from_micros(now_micros())
        made = shape(id=id or new_id(), version=1, created_at=at, updated_at=at, **members)
        self._loaded[made.id] = Loaded(None, EARLIEST)
        return made

    def before(self, entity: A) -> A | None:
        """The aggregate as it was read; None where this unit made it."""
        return cast(A | None, self._loaded[entity.id].before)

    def is_archived(self, id: UUID) -> bool:
        """Whether an aggregate that this unit has read or saved is archived as the unit leaves it."""
        known = self._loaded[id].before
        return known is not None and known.archived_at is not None

    def is_changed(self, entity: Aggregate) -> bool:
        return bool(self._changed(entity))

    def _changed(self, entity: Aggregate) -> list[str]:
        before, members = self._loaded[entity.id].before, vars(entity)
        if before is None:
            return list(members)
        return [
            name
            for name, was in vars(before).items()
            if was != members[name] and name not in ("version", "updated_at")
        ]

    def save(self, entity: A, fact: Fact) -> A:
        """Write the aggregate at its next version, and publish the fact."""
        loaded = self._loaded[entity.id]
        changed = self._changed(entity)
        recorded, version = now_micros(), 1
        self.watch.check(recorded, to_micros(loaded.before.updated_at) if loaded.before is not None else 0)
        if loaded.before is not None:
            recorded = max(recorded, to_micros(loaded.before.updated_at) + 1)
            version = loaded.before.version + 1
        entity.take(version=version, updated_at=from_micros(recorded))
        effective = self._effective(loaded.effective_at, recorded)
        state = entity.to_json().decode()
        self.part.rows.append(
            (self.mirrors[type(entity)], self.mirrors[type(entity)].values(entity, effective, state))
        )
        self.part.events.append(
            event(entity, state, fact, changed, effective, self._origin_json, self.settings.base_url)
        )
        self.states[entity.id] = state
        self.written.add((self.mirrors[type(entity)].name, entity.id))
        self.seen.add((self.mirrors[type(entity)].name, entity.id))
        self._loaded[entity.id] = Loaded(entity.model_copy(), effective)
        return entity

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
        self.part.guards[key] = self._guards[key]

    async def read_guards(self, keys: Iterable[str]) -> None:
        """Read guards that may be held later, before what is read under them: the first reading is the one that counts."""
        unread = sorted(set(keys) - set(self._guards))
        if unread:
            marks = ", ".join("?" * len(unread))
            rows = await self.store.fetch(f"SELECT key, version FROM guard WHERE key IN ({marks})", unread)
            self._guards |= dict.fromkeys(unread, 0) | {row[0]: row[1] for row in rows}

    def also(
        self,
        sql: str,
        rows: Sequence[tuple[Any, ...]],
        expect: int | None = None,
        types: tuple[str, ...] = (),
    ) -> None:
        """A statement in the same transaction: a service's private copy of a foreign fact, a mark (see `Statement`)."""
        self.part.statements.append(Statement(sql, rows, expect, types))

    def next_part(self) -> None:
        """Begin the next item of a batch."""
        self.part = Part()
        self.unit.parts.append(self.part)

    async def commit(self) -> None:
        """Make it durable. Raises StaleVersion (read again and decide again) or a refusal."""
        await self.store.commit(self.unit)

    # What was written

    def positions(self) -> dict[tuple[str, int], int]:
        """(topic, partition) -> the highest position this unit published there."""
        highest: dict[tuple[str, int], int] = {}
        for part, positions in zip(self.unit.parts, self.unit.positions, strict=False):
            for e, position in zip(part.events, positions, strict=False):
                highest[e.topic, e.partition] = position
        return highest


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
        )
    raise PreconditionFailed("the resource has changed since it was read", headers=current)


def refusal_of(error: Exception) -> Exception:
    """A store's complaint as a refusal, where it is the caller's."""
    if isinstance(error, UniqueTaken):
        members = [c for c in error.columns if c not in ("external_source", "external_id")]
        pointer = f"/{members[-1]}" if members else "/external_ref"  # what it is unique within stands first
        return Duplicate(
            "another resource has this key", Fault("duplicate", "already taken", pointer=pointer)
        )
    if isinstance(error, StaleVersion):
        return Busy("others changed it at the same time, again and again", headers={"Retry-After": "1"})
    return error
