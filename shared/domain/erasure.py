"""Erasure: the personal members of an aggregate are redacted in every stored version.

The versions stay, with their ids, positions, types and times, so that no chain has a gap. Personal members
get the values that the shape declares for erased persons. Everything that stores a state redacts it by the
same function. A redacted history is therefore byte for byte the same as a rebuilt one.
"""

from typing import Any, TypeVar

import msgspec

from shared.base.clock import now, to_micros, to_wire
from shared.base.errors import Erased
from shared.contracts.envelope import Change
from shared.contracts.language import Erasable, Fact, entry_of
from shared.domain.custom_fields import values_to_forget
from shared.domain.work import Work
from shared.store import content

E = TypeVar("E", bound=Erasable)

EVENTS_OF_AGGREGATE = (
    "SELECT position, payload FROM outbox"
    " WHERE aggregate_type = ? AND aggregate_id = ? AND aggregate_version <= ? ORDER BY position"
)
REDACT_EVENT = "UPDATE outbox SET payload = ? WHERE position = ?"
REDACT_ATTEMPT = "UPDATE refused_attempt SET path = ? WHERE path = ?"

_CHANGE = msgspec.json.Decoder(Change).decode
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


async def erase(work: Work, entity: E, fact: Fact) -> E:
    """The last version of an aggregate; earlier ones are redacted in the same commit, and its files go with it.

    Remembered answers to Idempotency-Keys refer to versions in the outbox, and so tell no more than it does. Refused
    attempts may name the external key in their path: it becomes the id.
    """
    refuse_erased(entity)
    entry = entry_of(type(entity))
    events = await work.store.fetch(EVENTS_OF_AGGREGATE, (entry.name, str(entity.id), entity.version))
    redacted = [
        (redacted_data(type(entity), payload.encode()).decode(), position) for position, payload in events
    ]
    work.add_statement(REDACT_EVENT, redacted, expect=len(events))
    hashes = await content.uses_of(work.store, entry.name, str(entity.id))
    work.part.statements += content.released(entry.name, str(entity.id), hashes)
    if (ref := entity.external_ref) is not None:
        collection = f"/{entry.service}/v1/{entry.collection}"
        path = f"{collection}/by-ref/{ref.source}/{ref.id}"
        work.add_statement(REDACT_ATTEMPT, [(f"{collection}/{entity.id}", path)])
    work.part.statements.append(values_to_forget(entity.id))
    at = now()
    entity.take(**entity.PERSONAL, erased_at=at, archived_at=entity.archived_at or at)
    return work.save(entity, fact)


def refuse_erased(entity: object) -> None:
    if isinstance(entity, Erasable) and entity.erased_at is not None:
        raise Erased(f"erased at {to_wire(to_micros(entity.erased_at))}; nothing is written of it any more")


def forgotten_event(shape: type[Erasable], value: bytes) -> bytes:
    """A CloudEvent with its personal members redacted. One that cannot be read may hold anything, and is
    emptied."""
    try:
        members: dict[str, Any] = _MEMBERS(value)
        members["data"] = msgspec.Raw(redacted_data(shape, members["data"]))
    except (msgspec.DecodeError, KeyError):
        return b"{}"
    return msgspec.json.encode(members)


def redacted_data(shape: type[Erasable], payload: bytes | msgspec.Raw) -> bytes:
    """The same of an event's `data`."""
    change = _CHANGE(payload)
    change.state = msgspec.Raw(redacted_state(shape, change.state))
    return msgspec.json.encode(change)


def redacted_state(shape: type[Erasable], state: bytes | msgspec.Raw) -> bytes:
    """The same of a state; members that this version does not know are left out, since they may tell of the person."""
    remaining = {name: value for name, value in _MEMBERS(state).items() if name in shape.model_fields}
    return msgspec.json.encode(remaining | shape.PERSONAL)
