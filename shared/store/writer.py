"""The writer: units that queue while a transaction runs go into the next one together; what fails is found singly.

    queue -> admit those that can share -> one transaction
                                           └ failed: each unit alone
                                             └ failed, and separable: each part on a savepoint

The same for every database; what a transaction is, the store says.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.base.supervision import Supervised
from shared.store import group
from shared.store.base import Unreachable
from shared.store.unit import Unit

C = TypeVar("C")

Job = Callable[[C], Any]
"""What is done with a connection within one transaction; a coroutine function where the driver is asynchronous."""

Outcome = tuple[Any, Exception | None]

Request = tuple[Unit | Job[C], "asyncio.Future[Any]"]
"""Work, and who waits for it."""


class TakenBack(Exception):
    """The transaction was a trial: all of it could be written, and nothing of it stays."""


@dataclass(frozen=True)
class Transactions(Generic[C]):
    """What the writer needs of a database."""

    attempt: Callable[[Job[C]], Awaitable[Outcome]]
    """Run a job in a transaction of its own; what went wrong is answered in the store's words, not raised."""
    write: Callable[[C, list[Unit]], Any]
    """Write units as they are, all or none."""
    write_separately: Callable[[C, Unit], Any]
    """Write a unit part by part; those that fail are noted in it."""


class Writer(Generic[C]):
    """One task that writes, and the queue before it."""

    def __init__(self, transactions: Transactions[C], service: str) -> None:
        self._transactions = transactions
        self._loop = asyncio.get_running_loop()
        self._queue: deque[Request[C]] = deque()
        self._being_written: list[Request[C]] = []
        self._woken = asyncio.Event()
        self.nudges: list[Callable[[], None]] = []
        """Called after each round that wrote."""
        self.task = Supervised(service, "the writer of the store", self._write_for_ever)

    def queued(self, work: Unit | Job[C]) -> "asyncio.Future[Any]":
        """Done when the work is durable, or failed."""
        if self.task.ended:
            raise Unreachable("the store is closed")
        future = self._loop.create_future()
        self._queue.append((work, future))
        self._woken.set()
        return future

    async def close(self, patience_s: float) -> None:
        """Requests are still written; those that would wait longer get an error."""
        if unanswered := self._unanswered():
            await asyncio.wait(unanswered, timeout=patience_s)
        await self.task.end()
        for future in self._unanswered():
            _tell(future, None, Unreachable("the store is closed"))

    def _unanswered(self) -> list["asyncio.Future[Any]"]:
        return [future for _, future in (*self._being_written, *self._queue) if not future.done()]

    async def _write_for_ever(self) -> None:
        """Units that a failed writer had begun may be written or not: their callers get an error that says
        so."""
        for _, future in self._being_written:
            _tell(future, None, Unreachable("the writer of the store failed"))
        self._being_written = []
        while True:
            if not self._queue and not self._being_written:
                self._woken.clear()
                await self._woken.wait()
            while len(self._being_written) < group.LARGEST_GROUP and self._queue:
                self._being_written.append(self._queue.popleft())
            self._being_written = await self._write_some(self._being_written)

    async def _write_some(self, waiting: list["Request[C]"]) -> list["Request[C]"]:
        """Write what can go together and return what waits for the next round."""
        futures = {id(work): future for work, future in waiting}
        together, later = group.admit([work for work, _ in waiting if isinstance(work, Unit)])
        for work, future in waiting:
            if not isinstance(work, Unit):
                _tell(future, *await self._transactions.attempt(work))
        for unit, error in await self._write_group(together):
            _tell(futures[id(unit)], None, error)
        for nudge in self.nudges:
            nudge()
        return [(unit, futures[id(unit)]) for unit in later]

    async def _write_group(self, units: list[Unit]) -> list[tuple[Unit, Exception | None]]:
        if not units:
            return []
        error = await self._write(units)
        if error is None or isinstance(error, Unreachable):
            return [(unit, error) for unit in units]
        if len(units) > 1:
            return [(unit, await self._write_alone(unit)) for unit in units]
        return [(units[0], await self._write_parts(units[0], error))]

    async def _write_alone(self, unit: Unit) -> Exception | None:
        error = await self._write([unit])
        return await self._write_parts(unit, error) if error else None

    async def _write(self, units: list[Unit]) -> Exception | None:
        _, error = await self._transactions.attempt(lambda c: self._transactions.write(c, units))
        return error

    async def _write_parts(self, unit: Unit, error: Exception) -> Exception | None:
        """Once more, part by part on savepoints, if the unit is one whose parts may fail singly."""
        if not unit.separable or isinstance(error, Unreachable):
            return error
        _, error_again = await self._transactions.attempt(
            lambda c: self._transactions.write_separately(c, unit)
        )
        return error_again


def _tell(future: "asyncio.Future[Any]", result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
