"""The inbox: a consumer stores how far it is in the transaction of what it writes, so each event counts once.

    batch -> skip what was applied -> heal gaps -> fold -> [ rows + marks, one commit ]

A temporary error is retried for ever, with pauses. An event that can never be applied becomes a dead letter
in the transaction that moves the marks, and from then on its aggregate is parked.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from shared.base import telemetry
from shared.base.clock import now_micros
from shared.base.ids import new_id_text
from shared.contracts.language import (
    EVENT_TYPES,
    OPEN_TO_READERS,
    Visibility,
    entry_of,
    service_of,
    topics_of,
)
from shared.domain.copies import Known
from shared.domain.erasure import forgotten_event
from shared.domain.kernel import Kernel
from shared.domain.work import Work
from shared.messaging.birth import Births, births_of, changes, declared
from shared.messaging.bus import UNREAD, Bus, LostCommits, Mark, Marks, Record
from shared.messaging.forgetting import erasing, forgetting
from shared.messaging.reactions import On, Reaction, by_event_type, sources_of
from shared.store import Part, StaleVersion, Unit, Unreachable
from shared.store.outbox import Origin

PAUSE_S = 0.5
AGAIN_S = 0.01

Fold = Callable[[Work, Sequence[Record]], Awaitable[None]]


@dataclass(frozen=True)
class Consumer:
    """Who listens to which services, and what is done with their events.

    Either `copies` and `reactions` (event type -> what follows, one event at a time, in order) or `fold` (a projection,
    many at once). Events of types that nobody reacts to only move the marks.
    """

    name: str
    sources: Sequence[str]
    copies: Sequence[Known] = ()
    """What is kept of foreign aggregates; filled before the reactions to the same event."""
    reactions: dict[str, Reaction] = field(default_factory=dict)
    fold: Fold | None = None
    measures: bool = False
    """Whether its reactions only measure: then all history counts, however late the consumer comes."""
    classes: Collection[Visibility] = OPEN_TO_READERS
    """Restricted events are applied only by a consumer that declares it, and shown only to callers that may
    see them."""

    @property
    def topics(self) -> list[str]:
        return topics_of(*self.sources, classes=self.classes)

    @cached_property
    def declared(self) -> dict[str, str]:
        """Source -> the declaration of the copies that are kept of it; nothing for what takes all history in."""
        return (
            {}
            if self.fold or self.measures
            else {source: declared(self.copies, source) for source in self.sources}
        )

    @cached_property
    def kept(self) -> dict[str, list[Known]]:
        """Event type -> the copies that it fills."""
        kept: dict[str, list[Known]] = {}
        for copy in self.copies:
            entry = entry_of(copy.shape)
            for fact in entry.facts:
                kept.setdefault(entry.event_type(fact), []).append(copy)
        return kept


def reacting(
    service: str, declarations: Iterable[Known | On], name: str = "reactions", measures: bool = False
) -> Consumer:
    """The consumer that fills the copies of a service and reacts. It consumes from the services that publish
    those."""
    declarations = tuple(declarations)
    copies = tuple(one for one in declarations if isinstance(one, Known))
    return Consumer(
        f"{service}.{name}",
        sources_of(declarations),
        copies=copies,
        reactions=by_event_type(declarations),
        measures=measures,
    )


class NewEpoch(Exception):
    """The source was restored from a backup: positions cannot be compared any more, the projection must be rebuilt."""


class OtherCopies(Exception):
    """Another version of the service has declared other copies: this process is about to be replaced."""


class Inbox:
    """One consumer at work in one process."""

    def __init__(self, kernel: Kernel, bus: Bus, consumer: Consumer) -> None:
        self.kernel = kernel
        self.bus = bus
        self.consumer = consumer
        self.marks: Marks = {}
        self.stopped: str | None = f"{consumer.name} does not read yet"
        """Why the consumer takes nothing in; None while it does."""
        self.positions_are_void = False
        """Whether its marks mean other events than those of its sources: then it is unknown what was
        applied."""
        self._births: Births = {}
        self._is_born = False
        self._parked: set[str] = set()
        self._turn = asyncio.Lock()
        """Held while something is folded (a batch, or dead letters once more), and while the marks are read."""
        self._labels = (kernel.service, consumer.name)
        telemetry.begin(telemetry.OF_A_CONSUMER, *self._labels)
        telemetry.CONSUMER_STOPPED.labels(*self._labels).set(0)

    async def run(self) -> None:
        """For ever; what goes wrong in passing is counted, logged and tried again."""
        while True:
            try:
                await self._be_born()
                async with aclosing(
                    self.bus.read(self.consumer.name, self.consumer.topics, self._load)
                ) as batches:
                    async for batch in batches:
                        await self._take_for_sure(batch)
            except (NewEpoch, LostCommits, OtherCopies) as epoch:
                self.stopped, self.positions_are_void = str(epoch), not isinstance(epoch, OtherCopies)
                telemetry.CONSUMER_STOPPED.labels(*self._labels).set(1)
                telemetry.LOG.event("error", self.kernel.service, self.stopped, consumer=self.consumer.name)
                return
            except (Unreachable, StaleVersion, OSError) as error:
                await self._pause(error)
            except Exception as error:  # noqa: BLE001 the consumer's loop must not end; it is told and tried again
                await self._pause(error)

    @property
    def _way_on(self) -> str:
        """What an operator does after a new epoch: only projections can be computed again."""
        if self.consumer.fold is not None:
            return "run `portolan rebuild`, and start the service again"
        return "bring a backup of all back, or see `A store that went back` in docs/operations.md"

    async def _be_born(self) -> None:
        """Once a process, before anything is read: bring the births up to date with the declaration of the copies."""
        if self._is_born:
            return
        store, consumer = self.kernel.store, self.consumer
        births = await births_of(store, consumer.name)
        statements = await changes(consumer.name, consumer.declared, births, self.bus)
        if statements:
            await store.commit(Unit([Part(statements=statements)]))
        self._is_born = True

    async def _pause(self, error: Exception, seconds: float = PAUSE_S) -> None:
        telemetry.FOLD_ERRORS.labels(*self._labels).inc()
        telemetry.LOG.event("warning", self.kernel.service, "the consumer tries again", error=repr(error))
        await asyncio.sleep(seconds)

    async def _take_for_sure(self, batch: Sequence[Record]) -> None:
        """Where the database is away, or somebody else wrote what the batch touches: read again, decide again."""
        marks_in_doubt = False
        while True:
            try:
                if marks_in_doubt:
                    await self._load()
                return await self.take(batch)
            except (Unreachable, StaleVersion) as error:
                marks_in_doubt = True
                await self._pause(error, AGAIN_S if isinstance(error, StaleVersion) else PAUSE_S)

    async def _load(self) -> Marks:
        """Read the marks again, but not during a fold: a fold must find the marks that it started from, or be
        refused."""
        store, name = self.kernel.store, self.consumer.name
        async with self._turn:
            rows = await store.fetch(
                "SELECT topic, partition, epoch, position, next_offset, reacted FROM inbox_position"
                " WHERE consumer = ?",
                (name,),
            )
            self._births = await births_of(store, name)
            if any(
                self._births[s].copies != text
                for s, text in self.consumer.declared.items()
                if s in self._births
            ):
                raise OtherCopies(f"another version of {name} keeps other copies: this one takes nothing in")
            self.marks.clear()
            self.marks.update({(r[0], r[1]): Mark(*r[2:]) for r in rows})
            self._parked = await self._parked_now()
        self.stopped = None
        return self.marks

    async def count_letters(self) -> None:
        """Tell the metrics what waits for a decision, whichever replica put it aside."""
        name = (self.consumer.name,)
        rows = await self.kernel.store.fetch(
            "SELECT (SELECT COUNT(*) FROM dead_letter WHERE consumer = ?),"
            " (SELECT COUNT(*) FROM parked WHERE consumer = ?)",
            name * 2,
        )
        telemetry.LETTERS_WAITING.labels(*self._labels).set(rows[0][0])
        telemetry.PARKED.labels(*self._labels).set(rows[0][1])

    async def _parked_now(self) -> set[str]:
        rows = await self.kernel.store.fetch(
            "SELECT aggregate_id FROM parked WHERE consumer = ?", (self.consumer.name,)
        )
        return {row[0] for row in rows}

    async def take(self, batch: Sequence[Record]) -> None:
        """Fold what is new of a batch; on return it is committed."""
        async with self._turn:
            fresh = await self._fresh(batch)
            if fresh:
                await self._take_in(forgetting(fresh))

    async def _take_in(self, fresh: Sequence[Record]) -> None:
        if self._parked:  # another replica may have decided on dead letters
            self._parked = await self._parked_now()
        try:
            await self._commit(fresh, singly=False)
        except (Unreachable, StaleVersion):
            raise
        except Exception:  # noqa: BLE001 one of them cannot be folded: find out which
            for record in fresh:
                await self._commit([record], singly=True)
        telemetry.FOLDED.labels(*self._labels).inc(len(fresh))

    async def _fresh(self, batch: Sequence[Record]) -> list[Record]:
        """Without what was applied before, and with what is missing in between."""
        heads = {key: mark.position for key, mark in self.marks.items()}
        epochs = {topic: mark.epoch for (topic, _), mark in self.marks.items() if mark.position}
        fresh: list[Record] = []
        for record in batch:
            key = (record.topic, record.partition)
            mark = self.marks.get(key, UNREAD)
            if record.foreign:
                if record.offset >= mark.next_offset:
                    fresh.append(record)
                continue
            if epochs.setdefault(record.topic, record.epoch) != record.epoch:
                raise NewEpoch(f"{record.topic} began epoch {record.epoch}; {self._way_on}")
            stand = heads.get(key, 0)
            if record.position <= stand:
                telemetry.DUPLICATES.labels(*self._labels).inc()
                continue
            if record.previous > stand or record.offset < 0:  # lost on the way, itself or what is before it
                telemetry.GAPS.labels(*self._labels).inc()
                fresh.extend(await self.bus.heal(record.topic, record.partition, stand, record.previous + 1))
            if not record.tombstone:
                fresh.append(record)
            heads[key] = record.position
        return fresh

    async def _commit(self, records: Sequence[Record], singly: bool) -> None:
        """Fold and commit; what cannot be folded, or not be written, is buried once it stands alone."""
        work = self._work()
        known = [r for r in records if not self._put_aside(work, r)]
        try:
            await self._forget_letters(work, records)
            await self._fold(work, known)
            await self._finish(work, records)
        except (Unreachable, StaleVersion):
            raise
        except Exception as error:
            if not singly:
                raise
            work = self._work()
            for record in records:
                self._bury(work, record, repr(error))
            await self._forget_letters(work, records)
            await self._finish(work, records)

    async def _finish(self, work: Work, records: Sequence[Record]) -> None:
        moved = self._moved(records)
        self._mark(work, moved)
        await work.commit()
        self.marks.update(moved)

    def _work(self) -> Work:
        """What follows from an event is decided already: a reaction has the rights of a caller that may
        decide, within its service."""
        service = self.kernel.service
        origin = Origin(self.kernel.source, "system", f"system:{self.consumer.name}", self.consumer.name)
        scopes = frozenset({f"{service}.write", f"{service}.decide"})
        kernel = self.kernel
        return Work(
            kernel.store, kernel.mirrors, origin, scopes=scopes, settings=kernel.settings, watch=kernel.watch
        )

    async def _fold(self, work: Work, records: Sequence[Record]) -> None:
        if self.consumer.fold:
            await self.consumer.fold(work, records)
            return
        await self._foresee(work, records)
        for record in records:
            news = True
            for copy in self.consumer.kept.get(record.event.type, ()):
                news = await copy.remember(work, record.state(copy.shape)) and news
            reaction = self.consumer.reactions.get(record.event.type)
            if reaction and news and self._triggers(record):
                work.set_cause(
                    record.event.id, record.event.correlationid, record.event.traceparent, record.effective_at
                )
                await reaction(work, record)

    async def _foresee(self, work: Work, records: Sequence[Record]) -> None:
        """Read at once the copies that the records may change."""
        wanted: dict[Known, set[UUID]] = {}
        for record in records:
            for copy in self.consumer.kept.get(record.event.type, ()):
                wanted.setdefault(copy, set()).add(UUID(record.event.subject))
        for copy, ids in wanted.items():
            await copy.foresee(work, ids)

    def _triggers(self, record: Record) -> bool:
        """Whether reactions follow: not to what was before the consumer's birth, nor again to what is read again."""
        birth = self._births.get(service_of(record.topic))
        mark = self.marks.get((record.topic, record.partition), UNREAD)
        return record.position > max(mark.reacted, birth.position if birth else 0)

    def _put_aside(self, work: Work, record: Record) -> bool:
        """Whether the record is not folded: of an unknown type (counted), of a parked aggregate or no event at all."""
        try:
            event = record.event
        except msgspec.DecodeError as error:
            self._bury(work, record, repr(error))
            return True
        if event.type not in EVENT_TYPES:
            telemetry.UNKNOWN.labels(*self._labels).inc()
            return True
        if event.subject in self._parked:
            self._bury(work, record, "its aggregate is parked")
            return True
        return False

    def _bury(self, work: Work, record: Record, error: str) -> None:
        """To the dead letters; the aggregate is parked until somebody decides."""
        subject, kind = _addressed(record)
        telemetry.DEAD_LETTERS.labels(*self._labels).inc()
        telemetry.LOG.event(
            "error", self.kernel.service, "a dead letter", subject=subject, type=kind, error=error
        )
        name, at = self.consumer.name, now_micros()
        work.add_statement(
            "INSERT INTO dead_letter (id, consumer, topic, partition, position, aggregate_id, type, event, error,"
            " recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    new_id_text(), name, record.topic, record.partition, record.position, subject, kind,
                    record.value.decode("utf-8", "replace"), error, at,
                )
            ],
        )  # fmt: skip
        if subject:
            work.add_statement(
                "INSERT INTO parked (consumer, aggregate_id, since) VALUES (?, ?, ?)"
                " ON CONFLICT (consumer, aggregate_id) DO NOTHING",
                [(name, subject, at)],
            )
            self._parked.add(subject)

    async def _forget_letters(self, work: Work, records: Sequence[Record]) -> None:
        """The dead letters of an erased person are redacted too, parked or not."""
        for record in records:
            if shape := erasing(record):
                letters = await self._letters(record.event.subject)
                told = [(forgotten_event(shape, letter.value).decode(), id) for id, letter in letters.items()]
                work.add_statement("UPDATE dead_letter SET event = ? WHERE id = ?", told)

    async def retry(self, aggregate_id: str) -> str | None:
        """Fold the dead letters of an aggregate again, in order and in one commit; answers what still fails, or None."""
        async with self._turn:
            letters = await self._letters(aggregate_id)
            work = self._work()
            try:
                await self._fold(work, list(letters.values()))
                await self._release(work, aggregate_id, letters)
            except (Unreachable, StaleVersion):
                raise
            except Exception as error:  # noqa: BLE001 whatever it is, it is told and the letters stay
                return repr(error)
        return None

    async def discard(self, aggregate_id: str) -> None:
        """Discard the dead letters of an aggregate, and apply later events of it again."""
        async with self._turn:
            await self._release(self._work(), aggregate_id, await self._letters(aggregate_id))

    async def _letters(self, aggregate_id: str) -> dict[str, Record]:
        rows = await self.kernel.store.fetch(
            "SELECT id, topic, partition, position, event FROM dead_letter"
            " WHERE consumer = ? AND aggregate_id = ? ORDER BY topic, partition, position",
            (self.consumer.name, aggregate_id),
        )
        return {id: Record(t, p, 0, position, 0, 0, event.encode()) for id, t, p, position, event in rows}

    async def _release(self, work: Work, aggregate_id: str, letters: Iterable[str]) -> None:
        """Commit without the letters; the aggregate stays parked where another replica buried more of it."""
        work.add_statement("DELETE FROM dead_letter WHERE id = ?", [(id,) for id in letters])
        work.add_statement(
            "DELETE FROM parked WHERE consumer = ? AND aggregate_id = ? AND NOT EXISTS (SELECT 1 FROM dead_letter d"
            " WHERE d.consumer = parked.consumer AND d.aggregate_id = parked.aggregate_id)",
            [(self.consumer.name, aggregate_id)],
        )
        await work.commit()
        self._parked = await self._parked_now()

    def _moved(self, records: Sequence[Record]) -> Marks:
        moved: Marks = {}
        for record in records:
            key = (record.topic, record.partition)
            moved[key] = (moved.get(key) or self.marks.get(key) or UNREAD).after(record)
        return moved

    def _hold_births(self, work: Work, sources: Iterable[str]) -> None:
        """A first mark meets no other: it is fenced by the copies that its consumer fills."""
        born = [(self.consumer.name, s, self._births[s].copies) for s in sources if s in self._births]
        if born:
            still = "UPDATE birth SET copies = copies WHERE consumer = ? AND source = ? AND copies = ?"
            work.add_statement(still, born, expect=len(born))

    def _mark(self, work: Work, moved: Marks) -> None:
        """Move the marks, fenced: a consumer that lost its partitions finds other marks there, and starts over."""
        name = self.consumer.name
        new = [
            (name, t, p, m.epoch, m.next_offset, m.position)
            for (t, p), m in moved.items()
            if (t, p) not in self.marks
        ]
        if new:
            work.add_statement(
                "INSERT INTO inbox_position (consumer, topic, partition, epoch, next_offset, position)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (consumer, topic, partition) DO NOTHING",
                new,
                expect=len(new),
            )
            self._hold_births(work, {service_of(t) for _, t, *_ in new})
        old = [
            (
                m.epoch,
                m.next_offset,
                m.position,
                name,
                t,
                p,
                self.marks[t, p].next_offset,
                self.marks[t, p].position,
            )
            for (t, p), m in moved.items()
            if (t, p) in self.marks
        ]
        if old:
            work.add_statement(
                "UPDATE inbox_position SET epoch = ?, next_offset = ?, position = ?"
                " WHERE consumer = ? AND topic = ? AND partition = ? AND next_offset = ? AND position = ?",
                old,
                expect=len(old),
            )


def _addressed(record: Record) -> tuple[str, str]:
    """Subject and type, as far as they can be read."""
    try:
        told: Any = json.loads(record.value)
        return str(told.get("subject", ""))[:36], str(told.get("type", ""))
    except (ValueError, AttributeError):
        return "", ""
