"""Records, marks, and what every bus must do."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

import msgspec

from shared.base.clock import read_wire
from shared.contracts.envelope import Envelope
from shared.contracts.language import Shape
from shared.contracts.stored import STORED

S = TypeVar("S", bound=Shape)

CLASSES_SHOWN = "Portolan-Classes"
"""The header in which a page of a feed names the classes of events that the token may see: others are passed over."""
SIGHT_SHOWN = "Portolan-Sight"
ALL = "all"
"""The header that says `all` where nothing is ever hidden from the token, whatever becomes confidential."""


_DECODE = msgspec.json.Decoder(Envelope).decode


@dataclass(slots=True, weakref_slot=True)
class Record:
    """One event at its place on the bus; a foreign message has a negative position (see `foreign`).

    A tombstone has no value. It follows the event whose position it has, and carries no other information.
    """

    topic: str
    partition: int
    offset: int
    position: int
    previous: int
    epoch: int
    value: bytes
    _event: Envelope | None = field(default=None, compare=False, repr=False)
    _state: Shape | None = field(default=None, compare=False, repr=False)

    @property
    def event(self) -> Envelope:
        """The event, typed, decoded when first asked for; msgspec.DecodeError where it is none."""
        if self._event is None:  # not a cached_property, whose lock costs more than the decoding
            self._event = _DECODE(self.value)
        return self._event

    @property
    def foreign(self) -> bool:
        """Whether it is no event of Portolan. It then has no position, and can only become a dead letter."""
        return self.position < 0

    @property
    def tombstone(self) -> bool:
        return not self.foreign and not self.value

    @property
    def effective_at(self) -> int:
        return read_wire(self.event.data.effective_at)

    @property
    def recorded_at(self) -> int:
        return read_wire(self.event.recordedat)

    @property
    def is_history(self) -> bool:
        """Whether it happened in another instance and was read in here."""
        return bool(self.event.importedby)

    def state(self, shape: type[S]) -> S:
        """The state as this version knows it: members of a newer producer are left out.

        It is read once: copies and reactions share what they get, and change nothing of it.
        """
        state = self._state
        if not isinstance(state, shape):
            data = bytes(self.event.data.state)
            self._state = state = shape.model_validate_json(data, extra="ignore", context=STORED)
        return state

    def fact(self, shape: type[S]) -> S:
        """What belongs to this event alone."""
        return shape.model_validate_json(bytes(self.event.data.fact), extra="ignore", context=STORED)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a consumer is in a partition: the position last applied, and the offset to read next.

    `reacted` is how far its reactions had come when it began to read again.
    """

    epoch: int
    position: int
    next_offset: int
    reacted: int = 0

    def after(self, record: Record) -> "Mark":
        """The mark once a record is applied; a healed one has no offset, a foreign one no position."""
        if record.foreign:
            return replace(self, next_offset=record.offset + 1)
        next_offset = self.next_offset if record.offset < 0 else record.offset + 1
        return Mark(record.epoch, record.position, next_offset, self.reacted)


UNREAD = Mark(0, 0, 0)
"""The mark of a partition of which nothing has been applied."""

Marks = dict[tuple[str, int], Mark]
"""(topic, partition) -> mark."""


class LostCommits(Exception):
    """A source ends before the last applied position: its store lost its last commits. What it writes now has
    positions that it had used before."""

    def __init__(self, service: str, last: int, mark: int) -> None:
        super().__init__(
            f"{service} ends at position {last}, but {mark} was applied: its store lost its last commits; restore"
            " a backup, or see `A store that went back` in docs/operations.md"
        )


LoadMarks = Callable[[], Awaitable[Marks]]
"""Reads the marks again from the consumer's database; the consumer keeps the answer up to date."""


class Bus(Protocol):
    """Where records come from."""

    def read(
        self, consumer: str, topics: Sequence[str], load: LoadMarks
    ) -> AsyncGenerator[list[Record], None]:
        """Batches after the marks, without end; per partition in order, at least once.

        Marks are loaded at the start, and again whenever partitions change hands between replicas.
        """

    async def heal(self, topic: str, partition: int, after: int, until: int) -> list[Record]:
        """The records of a partition between two positions (both excluded), from the source itself."""

    async def last(self, service: str) -> int:
        """The position of the last event that a service has published; 0 before the first. Unreachable where it does
        not answer."""

    async def close(self) -> None: ...
