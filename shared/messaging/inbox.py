"""The inbox: a consumer stores how far it is in the transaction of what it writes, so each event counts once.

    batch -> skip what was applied, heal gaps -> apply -> [ rows + marks, one commit ]
             new_records.py                      applying.py   positions.py

A temporary error is retried for ever, with pauses. An event that can never be applied becomes a dead letter
in the transaction that moves the marks, and from then on its aggregate is parked (`dead_letters.py`).
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import msgspec

from shared.base import telemetry
from shared.contracts.language import EVENT_TYPES
from shared.domain.kernel import Kernel
from shared.domain.work import Work
from shared.messaging.applying import apply
from shared.messaging.birth import births_of, changes
from shared.messaging.bus import Bus, LostCommits, Marks, Record
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.forgetting import forgetting
from shared.messaging.new_records import NewEpoch, new_records
from shared.messaging.positions import OtherCopies, Positions
from shared.store import Part, StaleVersion, Unit, Unreachable
from shared.store.outbox import Origin

PAUSE_S = 0.5
AGAIN_S = 0.01


class Inbox:
    """One consumer at work in one process."""

    def __init__(self, kernel: Kernel, bus: Bus, consumer: Consumer) -> None:
        self.kernel = kernel
        self.bus = bus
        self.consumer = consumer
        self._positions = Positions(kernel.store, consumer)
        self._letters = DeadLetters(kernel.store, kernel.service, consumer.name)
        self.stopped: str | None = f"{consumer.name} does not read yet"
        """Why the consumer applies nothing; None while it does."""
        self.positions_are_void = False
        """Whether its marks refer to other events than its sources have. Then it is unknown which were applied."""
        self._is_born = False
        self._turn = asyncio.Lock()
        """Held while something is folded (a batch, or dead letters once more), and while the marks are read."""
        self._labels = (kernel.service, consumer.name)
        telemetry.begin(telemetry.OF_A_CONSUMER, *self._labels)
        telemetry.CONSUMER_STOPPED.labels(*self._labels).set(0)

    @property
    def marks(self) -> Marks:
        """How far the consumer has come."""
        return self._positions.marks

    async def run(self) -> None:
        """Without end; temporary errors are counted, logged and retried."""
        while True:
            try:
                await self._be_born()
                async with aclosing(
                    self.bus.read(self.consumer.name, self.consumer.topics, self._load)
                ) as batches:
                    async for batch in batches:
                        await self._take_until_committed(batch)
            except (NewEpoch, LostCommits, OtherCopies) as epoch:
                self.stopped, self.positions_are_void = str(epoch), not isinstance(epoch, OtherCopies)
                telemetry.CONSUMER_STOPPED.labels(*self._labels).set(1)
                telemetry.LOG.event("error", self.kernel.service, self.stopped, consumer=self.consumer.name)
                return
            except (Unreachable, StaleVersion, OSError) as error:
                await self._pause(error)
            except Exception as error:  # noqa: BLE001 the consumer's loop must not end; it is logged and tried again
                await self._pause(error)

    @property
    def _way_on(self) -> str:
        """What an operator does after a new epoch: only projections can be computed again."""
        if self.consumer.fold is not None:
            return "run `portolan rebuild`, and start the service again"
        return "bring a backup of all back, or see `A store that went back` in docs/operations.md"

    async def _be_born(self) -> None:
        """Once per process, before anything is read: update the birth positions to the declaration of the copies."""
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

    async def _take_until_committed(self, batch: Sequence[Record]) -> None:
        """Read and decide again where the database does not answer, or another writer changed the same rows."""
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
        async with self._turn:
            await self._positions.load()
            await self._letters.load()
        self.stopped = None
        return self.marks

    async def count_letters(self) -> None:
        """Set the metrics to the letters that wait for a decision, whichever replica stored them."""
        await self._letters.count()

    async def take(self, batch: Sequence[Record]) -> None:
        """Fold what is new of a batch; on return it is committed."""
        async with self._turn:
            fresh = await new_records(self.bus, self.marks, batch, self._labels, self._way_on)
            if fresh:
                await self._take_in(forgetting(fresh))

    async def _take_in(self, fresh: Sequence[Record]) -> None:
        if self._letters.parked:  # another replica may have decided on dead letters
            await self._letters.load()
        try:
            await self._commit(fresh, singly=False)
        except (Unreachable, StaleVersion):
            raise
        except Exception:  # noqa: BLE001 one of them cannot be folded: find out which
            for record in fresh:
                await self._commit([record], singly=True)
        telemetry.FOLDED.labels(*self._labels).inc(len(fresh))

    async def _commit(self, records: Sequence[Record], singly: bool) -> None:
        """Apply and commit. A single record that cannot be applied or written becomes a dead letter."""
        work = self._work()
        foldable = [r for r in records if not self._put_aside(work, r)]
        try:
            await self._letters.forget(work, records)
            await self._apply(work, foldable)
            await self._finish(work, records)
        except (Unreachable, StaleVersion):
            raise
        except Exception as error:
            if not singly:
                raise
            work = self._work()
            for record in records:
                self._letters.bury(work, record, repr(error))
            await self._letters.forget(work, records)
            await self._finish(work, records)

    async def _finish(self, work: Work, records: Sequence[Record]) -> None:
        moved = self._positions.after(records)
        self._positions.stage(work, moved)
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

    async def _apply(self, work: Work, records: Sequence[Record]) -> None:
        await apply(self.consumer, self._positions, work, records)

    def _put_aside(self, work: Work, record: Record) -> bool:
        """Whether the record is not folded: of an unknown type (counted), of a parked aggregate or no event at all."""
        try:
            event = record.event
        except msgspec.DecodeError as error:
            self._letters.bury(work, record, repr(error))
            return True
        if event.type not in EVENT_TYPES:
            telemetry.UNKNOWN.labels(*self._labels).inc()
            return True
        if event.subject in self._letters.parked:
            self._letters.bury(work, record, "its aggregate is parked")
            return True
        return False

    async def retry(self, aggregate_id: str) -> str | None:
        """Fold the dead letters of an aggregate again, in order and in one commit; answers what still fails, or None."""
        async with self._turn:
            letters = await self._letters.of(aggregate_id)
            work = self._work()
            try:
                await self._apply(work, list(letters.values()))
                await self._letters.release(work, aggregate_id, letters)
            except (Unreachable, StaleVersion):
                raise
            except Exception as error:  # noqa: BLE001 any error is answered, and the letters stay
                return repr(error)
        return None

    async def discard(self, aggregate_id: str) -> None:
        """Discard the dead letters of an aggregate, and apply later events of it again."""
        async with self._turn:
            await self._letters.release(self._work(), aggregate_id, await self._letters.of(aggregate_id))
