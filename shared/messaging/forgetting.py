"""What a consumer does about an erasure in a batch of records (see `shared.domain.erasure`)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import msgspec

from shared.contracts.language import Erasable, erased_by
from shared.domain.erasure import forgotten_event
from shared.messaging.bus.protocol import Record


def erasing(record: Record) -> type[Erasable] | None:
    """What the record erases; None for nearly every one, and for what cannot be read."""
    try:
        return erased_by(record.event.type)
    except msgspec.DecodeError:
        return None


def forgetting(records: Sequence[Record]) -> Sequence[Record]:
    """A batch in which persons whom a later record of it erases are redacted."""
    erased = {r.event.subject: (r.position, shape) for r in records if (shape := erasing(r))}
    return [_forgotten(record, erased) for record in records] if erased else records


def _forgotten(record: Record, erased: dict[str, tuple[int, type[Erasable]]]) -> Record:
    with suppress(msgspec.DecodeError):
        until, shape = erased.get(record.event.subject, (0, Erasable))
        if record.position < until:
            return replace(record, value=forgotten_event(shape, record.value), _event=None, _state=None)
    return record
