"""The workers of a process: it starts them when there is work, and ends them when there was none for a while.

Each has pipes of its own, so that killing one (a cancelled job, one that takes too long) harms no other; see
docs/adr/0040 for why this is no pool of a library. A worker inherits the path of imports, and nothing of the
environment that it does not need: no address of a database, no token.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.base import worker
from shared.base.bare_environment import bare_environment
from shared.base.errors import Fault, Invalid
from shared.base.texts import from_plain
from shared.base.worker import HEAD, Order, Progress

IDLE_S = 30.0
"""A worker without work ends after so long."""
WRITTEN_AT_ONCE = 256 * 1024
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Each worker has one core: threads of its own would be taken from other workers and from the server."""

Report = Callable[[Progress], None]


class WorkerLost(Exception):
    """The worker ended before it answered; `exit_code` is negative where a signal ended it."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(f"the worker ended with {exit_code}")
        self.exit_code = exit_code


class OutOfMemory(Exception):
    """The job asked for more memory than it may use."""


class ComputationFailed(Exception):
    """A defect of the engine; the text is its traceback."""


def _ignore(_: Progress) -> None:
    """Nobody asks how far it is."""


@dataclass
class Workers:
    """`most` jobs at a time, and one check of a body beside them; each in a process of its own."""

    most: int
    megabytes: int
    idle_s: float = IDLE_S
    busy: int = 0
    """Jobs that run now."""
    _idle: list["_Worker"] = field(default_factory=list)
    _all: set["_Worker"] = field(default_factory=set)
    _ending: set["asyncio.Task[None]"] = field(default_factory=set)
    _checking: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting_checks: int = 0
    """Bodies that are being checked, or wait for it."""
    freed: list[Callable[[], None]] = field(default_factory=list)
    """Called when a job has ended: each service of the process may have one that waits."""

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes that are alive."""
        return tuple(one.process.pid for one in self._all if one.process.returncode is None)

    async def check(self, target: str, body: bytes) -> bytes:
        """The body, compressed, where it is what the target takes; otherwise Invalid says what is wrong.

        Bodies are checked one after another: so many large ones are in memory at a time.
        """
        self.waiting_checks += 1
        try:
            async with self._checking:
                return await self._do(Order(target, True, self.megabytes), body, _ignore)
        finally:
            self.waiting_checks -= 1

    async def read(self, target: str, content: bytes) -> bytes:
        """What the target makes of a compressed body, compressed; one after another, as checks are."""
        self.waiting_checks += 1
        try:
            async with self._checking:
                return await self._do(Order(target, False, self.megabytes), content, _ignore)
        finally:
            self.waiting_checks -= 1

    async def run(self, target: str, content: bytes, report: Report = _ignore) -> bytes:
        """The result, compressed. Invalid, OutOfMemory, ComputationFailed or WorkerLost say why there is none.

        Cancelling the task that waits for it kills the worker at once.
        """
        return await self._do(Order(target, False, self.megabytes), content, report)

    def reserve(self) -> bool:
        """Keep a place for a job that is about to be taken; whether there was one. `release` gives it back."""
        if self.busy >= self.most:
            return False
        self.busy += 1
        return True

    def release(self) -> None:
        self.busy -= 1
        for note in self.freed:
            note()

    async def close(self) -> None:
        """End all workers; what they compute is lost."""
        await asyncio.gather(*(one.kill() for one in self._all), *self._ending)
        self._idle.clear()
        self._all.clear()

    async def _do(self, order: Order, content: bytes, report: Report) -> bytes:
        one = await self._take()
        try:
            answer = await one.do(order, content, report)
        except BaseException as error:
            if isinstance(error, Invalid | ComputationFailed):
                self._give_back(one)
            else:
                self._all.discard(one)
                await asyncio.shield(one.kill())
            raise
        self._give_back(one)
        return answer

    async def _take(self) -> "_Worker":
        while self._idle:
            one = self._idle.pop()
            one.stay()
            if one.process.returncode is None:
                return one
            self._all.discard(one)
        one = await _Worker.start()
        self._all.add(one)
        return one

    def _give_back(self, one: "_Worker") -> None:
        self._idle.append(one)
        one.end_after(self.idle_s, lambda: self._end(one))

    def _end(self, one: "_Worker") -> None:
        """Its input ends, and so does the worker."""
        self._idle.remove(one)
        self._all.discard(one)
        task = asyncio.create_task(one.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


class _Worker:
    """One process, and what is sent to it and read from it."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls) -> "_Worker":
        program = f"import sys; sys.path[:] = {sys.path!r}; from {worker.__name__} import main; main()"
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable, "-s", "-c", program, stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
                env=bare_environment() | _ONE_THREAD, start_new_session=True,
            )
        )  # fmt: skip

    async def do(self, order: Order, content: bytes, report: Report) -> bytes:
        try:
            await self._send(worker.ORDER, msgspec.json.encode(order))
            await self._send(worker.INPUT, content)
            while True:
                kind, answer = await self._receive()
                if kind != worker.PROGRESS:
                    break
                report(msgspec.json.decode(answer, type=Progress))
        except (OSError, asyncio.IncompleteReadError) as error:
            raise WorkerLost(await self.process.wait()) from error
        if kind == worker.NO_MEMORY:
            raise OutOfMemory
        if kind == worker.FAILED:
            raise ComputationFailed(answer.decode())
        if kind == worker.REFUSED:
            raise _refusal(msgspec.json.decode(answer))
        return answer

    async def _send(self, kind: bytes, content: bytes) -> None:
        """A large input piece by piece: as much as the pipe takes is copied in one go."""
        assert self.process.stdin is not None
        self.process.stdin.write(HEAD.pack(kind, len(content)))
        for start in range(0, len(content), WRITTEN_AT_ONCE):
            self.process.stdin.write(content[start : start + WRITTEN_AT_ONCE])
            await self.process.stdin.drain()

    async def _receive(self) -> tuple[bytes, bytes]:
        assert self.process.stdout is not None
        kind, size = HEAD.unpack(await self.process.stdout.readexactly(HEAD.size))
        return kind, await self.process.stdout.readexactly(size)

    def end_after(self, seconds: float, end: Callable[[], None]) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, end)

    def stay(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def end(self) -> None:
        """It reads that there is no more to do, and ends."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self._ended()

    async def kill(self) -> None:
        self.stay()
        with suppress(ProcessLookupError):
            self.process.kill()
        await self._ended()

    async def _ended(self) -> None:
        """Until the process and its pipes are gone: the loop may be closed then."""
        try:
            await self.process.communicate()
        except RuntimeError:  # who waits for its answer reads the pipe
            await self.process.wait()


def _refusal(answer: dict[str, Any]) -> Invalid:
    """The refusal that was raised there."""
    faults = [Fault(**fault | {"detail": from_plain(fault["detail"])}) for fault in answer["faults"]]
    refusal = Invalid(from_plain(answer["detail"]), *faults, code=answer["code"], **answer["extensions"])
    refusal.status, refusal.title = answer["status"], answer["title"]
    return refusal
