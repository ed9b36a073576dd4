"""A history that is read into an empty store: versions as another instance wrote them, the oldest first (ADR 0060).

Two guards say how far a store is: `BEGIN_MARK` stands once a first version was taken in, `END_MARK` once its reader says that all
are there. In between nothing becomes due. A version is taken in where it follows the one before; nothing else follows from
it, for that was read in too.

What Portolan comes with (`SHIPPED_BY`) is there from the start, and a store that has nothing else counts as empty. Its
versions stand: those of the same record that are read in are passed over, and later ones follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from pydantic import BaseModel, ValidationError

from shared.base.clock import now_micros, to_micros
from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.base.validation import invalid_from
from shared.contracts.envelope import Change
from shared.contracts.language import EVENT_TYPES, Aggregate, Fact, entry_of
from shared.contracts.stored import codec_of
from shared.domain import custom_fields, four_eyes, freezing
from shared.domain.register import Register
from shared.domain.work import Work
from shared.store import Store
from shared.store.outbox import Origin

S = TypeVar("S", bound=BaseModel)

BEGIN_MARK = "history begun"
END_MARK = "history ended"
NEVER_PASSED_ON = frozenset({"resources.personal_token"})
"""Kinds of aggregates that are of one instance: no export has them, and none is read in. They are keys to it."""
MARKS = f"SELECT key FROM guard WHERE key IN ('{BEGIN_MARK}', '{END_MARK}')"
SHIPPED_BY = "system:shipped-methods"
"""Who makes what Portolan comes with, when a service starts."""
_MADE_HERE = f'"authid":"{SHIPPED_BY}"'
IN_USE = f"SELECT 1 FROM outbox WHERE headers NOT LIKE '%{_MADE_HERE}%' LIMIT 1"
"""It ends at the first record of somebody else: what Portolan comes with is never much."""
STORED_VERSION = """
SELECT payload, headers FROM outbox WHERE aggregate_type = ? AND aggregate_id = ? AND aggregate_version = ?
"""
_CHANGE = msgspec.json.Decoder(Change).decode


class HistoryState(StrEnum):
    """How far a store is."""

    EMPTY = "empty"
    BEING_READ = "being_read"
    ENDED = "ended"
    IN_USE = "in_use"


async def state_of(store: Store) -> HistoryState:
    """As the database has it."""
    marks = await _marks_of(store)
    if END_MARK in marks:
        return HistoryState.ENDED
    if BEGIN_MARK in marks:
        return HistoryState.BEING_READ
    return HistoryState.IN_USE if await store.fetch(IN_USE) else HistoryState.EMPTY


async def is_being_read_in(store: Store) -> bool:
    """Whether a history is being read into the store, and is not whole yet."""
    return await _marks_of(store) == {BEGIN_MARK}


async def _marks_of(store: Store) -> set[str]:
    return {row[0] for row in await store.fetch(MARKS)}


async def admit(work: Work) -> None:
    """Hold the guard of the reading. Refused (409) where it has ended, or where the store holds anything else."""
    await work.guard(BEGIN_MARK)
    await work.read_guards([END_MARK])
    if work.reading.guards[END_MARK]:
        raise Conflict("a history was read in here already, and it is whole", code="history_ended")
    if not work.reading.guards[BEGIN_MARK] and await work.store.fetch(IN_USE):
        raise Conflict(
            "a history is read into an empty store only, and this one has records", code="not_empty"
        )


async def end(work: Work) -> None:
    """All versions are there: from now on things become due, and nothing more is read in."""
    await admit(work)
    await work.guard(END_MARK)


@dataclass(frozen=True)
class PastVersion:
    """One version of an aggregate, checked as far as it can be alone."""

    register: Register[Any]
    aggregate: Aggregate
    fact: Fact
    changed: Sequence[str]
    """The members that differed from the version before."""
    effective_at: int
    """In microseconds."""
    origin: Origin
    login: str
    """The hash of the login with which it was written."""


def kind_of(registers: Sequence[Register[Any]], event_type: str) -> tuple[Register[Any], type[Fact]]:
    """The register and the fact of an event type; 422 where the service has none such."""
    declared = EVENT_TYPES.get(event_type)
    for register in registers:
        if declared is not None and declared[0].shape is register.shape:
            if f"{declared[0].service}.{declared[0].name}" in NEVER_PASSED_ON:
                break
            return register, declared[1]
    raise Invalid(
        "the service has no such fact",
        Fault("unknown_fact", "none of its facts", pointer="/type"),
        code="unknown_fact",
    )


def read_shape(shape: type[S], members: dict[str, Any], member: str) -> S:
    """A state or a fact, as a member of the request; 422 where it is not valid."""
    try:
        return shape.model_validate_json(msgspec.json.encode(members), strict=True)
    except ValidationError as error:
        raise invalid_from(error, (member,)) from error


def read_state(shape: type[Aggregate], members: dict[str, Any], id: UUID, version: int) -> Aggregate:
    """An aggregate; 422 where it is another one, or at another version, than the request says."""
    aggregate = read_shape(shape, members, "state")
    if (aggregate.id, aggregate.version) != (id, version):
        raise Invalid(
            "the state is of another version", Fault("mismatch", "not this id and version", pointer="/state")
        )
    return aggregate


def read_changed(shape: type[Aggregate], names: Sequence[str]) -> Sequence[str]:
    """The members that changed; 422 where the shape has no such member."""
    for place, name in enumerate(names):
        if name not in shape.model_fields:
            raise Invalid(
                "the record has no such member",
                Fault("unknown_member", "none of its members", pointer=f"/changed/{place}"),
            )
    return names


def read_past(effective_at: datetime) -> int:
    """In microseconds; 422 where it is to come."""
    at = to_micros(effective_at)
    if at > now_micros():
        raise Invalid(
            "what is to come is no history",
            Fault("in_the_future", "write a past moment", pointer="/effective_at"),
        )
    return at


async def foresee(
    work: Work, registers: Sequence[Register[Any]], requested: Sequence[tuple[str, str]]
) -> None:
    """Read at once what stands of some aggregates, given their event types and ids."""
    ids: dict[type[Aggregate], set[str]] = {}
    shapes = {register.shape for register in registers}
    for event_type, id in requested:
        declared = EVENT_TYPES.get(event_type)
        if declared is not None and declared[0].shape in shapes:
            ids.setdefault(declared[0].shape, set()).add(id)
    for shape, of_shape in ids.items():
        marks = ", ".join("?" * len(of_shape))
        await work.select(shape, f"id IN ({marks})", sorted(of_shape), archived=True)


async def take_in(work: Work, past: PastVersion) -> bool:
    """Stage a version that follows the one before; answers whether it was not there yet.

    Refused (409) where another one is there in its place, unless Portolan comes with that, and (422) where the one before is missing or effective later.
    """
    await work.guard(BEGIN_MARK)
    aggregate, before = past.aggregate, await work.find_by_id(type(past.aggregate), past.aggregate.id)
    standing = 0 if before is None else before.version
    if aggregate.version <= standing:
        return await _stands(work, past)
    if aggregate.version > standing + 1:
        raise Invalid(
            Text("version {version} is missing: history is written oldest first", version=standing + 1),
            Fault("version_missing", "the version before is not there", pointer="/version"),
            code="version_missing",
        )
    if before is not None and past.effective_at < work.effective_at_of(before):
        raise Invalid(
            "the version before is effective later; history is written oldest first",
            Fault("effective_at_decreases", "earlier than the version before", pointer="/effective_at"),
            code="effective_at_decreases",
        )
    await write(work, past, before)
    return True


async def write(work: Work, past: PastVersion, before: Aggregate | None) -> None:
    """Stage a version, and what it has beside its row. That it follows from the one before is for the caller to know."""
    aggregate = past.aggregate
    work.take_in(aggregate, past.fact, past.changed, past.effective_at, past.origin)
    await custom_fields.keep_values(work, aggregate, {} if before is None else before.custom)
    await freezing.read_in(work, aggregate, before)
    four_eyes.note_history(work, past.register.lifecycle, aggregate, past.fact, past.login)
    await past.register.read_in(work, aggregate, past.fact)


async def _stands(work: Work, past: PastVersion) -> bool:
    """Nothing is written: it was sent again, as after an interruption, or Portolan comes with it."""
    entry, one = entry_of(type(past.aggregate)), past.aggregate
    [(payload, headers)] = await work.store.fetch(STORED_VERSION, (entry.name, str(one.id), one.version))
    made_here = _MADE_HERE in headers and '"importedby":' not in headers
    if made_here or bytes(_CHANGE(payload.encode()).state) == codec_of(type(one)).write(vars(one)):
        return False
    raise Conflict("another version stands in its place", code="version_differs")
