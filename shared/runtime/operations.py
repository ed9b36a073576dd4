"""The runner of operations: takes those that wait, has workers compute them, and commits how each ends.

claim -> worker ┬ result            -> concluded and succeeded, one commit
                ├ refused, too much -> failed, with its problem
                ├ worker died       -> queued again, after the last attempt failed
                ├ cancelled, or the lease is lost -> the worker is killed, nothing is written
                └ this process ends -> queued again, which counts as no attempt
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from socket import gethostname
from time import monotonic
from typing import Any

from shared.base import telemetry
from shared.base.errors import DeadlineExceeded, Defect, Refusal, TooLarge
from shared.base.ids import new_id_text
from shared.base.supervision import Supervised, end_all
from shared.base.texts import Text
from shared.base.worker import Progress
from shared.base.workers import ComputationFailed, OutOfMemory, WorkerLost
from shared.domain.operations import (
    MOST_ATTEMPTS,
    Claimed,
    OperationKind,
    claim,
    count_waiting,
    end,
    give_back,
    origin_of,
    renew,
)
from shared.domain.work import Work
from shared.http.problems import problem_in_all_languages
from shared.http.serving import Serving
from shared.runtime.service import Service
from shared.store import StaleVersion, Unreachable

LOOK_AGAIN_S = 1.0
"""After so long a runner looks for what other replicas were asked, and a job whether it was cancelled there."""


class Runner:
    """The operations of one service that this process computes."""

    def __init__(self, service: Service, kernel: Serving) -> None:
        self._kernel = kernel
        self._kinds = {kind.name: kind for kind in service.operations}
        self._holder = f"{gethostname()}:{os.getpid()}:{new_id_text()}"
        self._jobs: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until it is cancelled; then what it computes is given back."""
        waiting, workers = self._kernel.long_work.waiting, self._kernel.workers
        workers.freed.append(waiting.set)
        try:
            while True:
                waiting.clear()
                with suppress(Unreachable):
                    while await self._begin_one():
                        continue
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await waiting.wait()
        finally:
            workers.freed.remove(waiting.set)
            for job in self._jobs:
                job.cancel()
            await asyncio.gather(*self._jobs, return_exceptions=True)

    async def _begin_one(self) -> bool:
        """Whether one was begun, so that there may be more."""
        kernel = self._kernel
        number = await count_waiting(kernel.store)
        telemetry.OPERATIONS_WAITING.labels(kernel.service).set(number)
        if not number or not kernel.workers.reserve():
            return False
        try:
            claimed = await claim(kernel.store, self._holder, kernel.settings.operation_lease_s)
        except BaseException:
            kernel.workers.release()
            raise
        if claimed is None:
            kernel.workers.release()
            return False
        job = asyncio.create_task(self._carry_out(claimed))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return True

    async def _carry_out(self, claimed: Claimed) -> None:
        kernel = self._kernel
        running = telemetry.OPERATIONS_RUNNING.labels(kernel.service, claimed.kind)
        cancelled = kernel.long_work.cancelled[claimed.id] = asyncio.Event()
        began, how = monotonic(), "again"
        running.inc()
        try:
            how = await self._ended(claimed, cancelled)
        except Unreachable:  # its lease ends by itself, and somebody begins it again
            how = "lost"
        except Exception as error:  # noqa: BLE001 a defect of one kind must not leave the others without a runner
            self._log("an operation could not be ended", claimed, error=telemetry.trace_text(error))
            how = "lost"
        finally:
            del kernel.long_work.cancelled[claimed.id]
            running.dec()
            telemetry.OPERATIONS_ENDED.labels(kernel.service, claimed.kind, how).inc()
            telemetry.OPERATION_SECONDS.labels(kernel.service, claimed.kind).observe(monotonic() - began)
            kernel.workers.release()

    async def _ended(self, claimed: Claimed, cancelled: asyncio.Event) -> str:
        """Have it computed, and commit how it ends; the word for that."""
        kind = self._kinds.get(claimed.kind)
        if kind is None or claimed.attempts > MOST_ATTEMPTS:
            return await self._fail(claimed, _lost(claimed.attempts - 1) if kind else _unknown())
        at = Progress(0.0, "")

        def note(progress: Progress) -> None:
            nonlocal at
            at = progress

        job = asyncio.create_task(self._computed(kind, claimed, note))
        lease = asyncio.create_task(self._hold(claimed, cancelled, lambda: at))
        try:
            seconds = self._kernel.settings.worker_seconds
            done, _ = await asyncio.wait({job, lease}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if job in done:
                return await self._conclude(claimed, kind, job)
            if lease in done:
                return lease.result()
            await _stop(job)
            detail = Text("it was not done within {seconds} s; ask for less", seconds=seconds)
            return await self._fail(claimed, DeadlineExceeded(detail, code="computation_too_long"))
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(claimed, counts=False))
            raise
        finally:
            await _stop(job)
            await _stop(lease)

    async def _computed(
        self, kind: OperationKind, claimed: Claimed, note: Callable[[Progress], None]
    ) -> bytes:
        content = claimed.content
        if kind.prepare is not None:
            content = await kind.prepare(self._work(claimed), content)
        return await self._kernel.workers.run(kind.computation, content, note)

    async def _hold(self, claimed: Claimed, cancelled: asyncio.Event, at: Callable[[], Progress]) -> str:
        """Renew the lease; answers why it is not held any more."""
        lease_s, due, reported = self._kernel.settings.operation_lease_s, 0.0, Progress(0.0, "")
        lost_at = monotonic() + lease_s
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK_AGAIN_S, lease_s / 3)):
                    await cancelled.wait()
            if cancelled.is_set():
                return "cancelled"
            progress = at()
            try:
                if progress == reported and monotonic() < due and not await self._is_cancelled(claimed):
                    continue
                share = round(progress.share * 1000)
                if not await renew(self._kernel.store, claimed, lease_s, share, progress.step):
                    return "cancelled" if await self._is_cancelled(claimed) else "lost"
            except Unreachable:  # others cannot take it either, before the lease has ended
                if monotonic() > lost_at:
                    return "lost"
                continue
            due, lost_at, reported = monotonic() + lease_s / 3, monotonic() + lease_s, progress

    async def _is_cancelled(self, claimed: Claimed) -> bool:
        rows = await self._kernel.store.fetch("SELECT state FROM operation WHERE id = ?", (claimed.id,))
        return bool(rows) and rows[0][0] == "cancelled"

    async def _conclude(self, claimed: Claimed, kind: OperationKind, job: "asyncio.Task[bytes]") -> str:
        """Commit what the job came to."""
        try:
            result = job.result()
        except WorkerLost as lost:
            self._log("a worker died", claimed, exit_code=lost.exit_code)
            if claimed.attempts >= MOST_ATTEMPTS:
                return await self._fail(claimed, _lost(claimed.attempts))
            return await self._give_back(claimed, counts=True)
        except OutOfMemory:
            megabytes = self._kernel.settings.worker_megabytes
            detail = Text("it needs more than {megabytes} MB of memory; ask for less", megabytes=megabytes)
            return await self._fail(claimed, TooLarge(detail, code="computation_too_large"))
        except ComputationFailed as failed:
            self._log("a defect of an engine", claimed, error=str(failed))
            return await self._fail(claimed, _defect())
        except Refusal as refused:
            return await self._fail(claimed, refused)
        return await self._succeed(claimed, kind, result)

    async def _succeed(self, claimed: Claimed, kind: OperationKind, result: bytes) -> str:
        """The row, its result and what the kind makes of it, in one commit."""
        work = self._work(claimed)
        end(work, claimed, self._kernel.settings.operations_days, result, None)
        try:
            if kind.conclude is not None:
                await kind.conclude(work, claimed.id, result)
            await work.commit()
        except StaleVersion:
            return await self._taken_back(claimed)
        except Refusal as refused:
            return await self._fail(claimed, refused)
        return "succeeded"

    async def _taken_back(self, claimed: Claimed) -> str:
        """Somebody was first: cancelled it, holds it now, or changed what the result would change."""
        if await self._is_cancelled(claimed):
            return "cancelled"
        await self._give_back(claimed, counts=True)
        return "lost"

    async def _fail(self, claimed: Claimed, why: Refusal) -> str:
        instance = f"/{self._kernel.service}/v1/operations/{claimed.id}"
        origin = origin_of(claimed)
        trace_id = (origin.traceparent or "").partition("-")[2].partition("-")[0] or origin.correlation_id
        problem = problem_in_all_languages(why, instance, trace_id)
        work = self._work(claimed)
        end(work, claimed, self._kernel.settings.operations_days, None, problem)
        try:
            await work.commit()
        except StaleVersion:
            return "cancelled" if await self._is_cancelled(claimed) else "lost"
        return "failed"

    async def _give_back(self, claimed: Claimed, *, counts: bool) -> str:
        await give_back(self._kernel.store, claimed, counts=counts)
        return "again"

    def _work(self, claimed: Claimed) -> Work:
        kernel = self._kernel
        return Work(
            kernel.store, kernel.mirrors, origin_of(claimed), settings=kernel.settings, watch=kernel.watch
        )

    def _log(self, message: str, claimed: Claimed, **members: object) -> None:
        telemetry.LOG.event(
            "error", self._kernel.service, message, operation=claimed.id, kind=claimed.kind,
            attempt=claimed.attempts, **members,
        )  # fmt: skip


def _lost(attempts: int) -> Refusal:
    return Defect(
        Text(
            "it was begun {attempts} times and never came to its end, so it is not begun again",
            attempts=attempts,
        ),
        code="worker_died",
    )


def _unknown() -> Refusal:
    return Defect("this version does not know operations of its kind", code="unknown_operation")


def _defect() -> Refusal:
    return Defect("something went wrong on our side; the operation's id finds it in the logs")


async def _stop(task: "asyncio.Task[Any]") -> None:
    """Cancel it, and wait until it has ended: a worker is dead then."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def operating(service: Service, kernel: Serving) -> AsyncIterator[None]:
    """While the block lasts the service's operations are computed by this process, if it may compute any."""
    if not service.operations or not kernel.settings.workers:
        yield
        return
    task = Supervised(service.name, "the runner of operations", Runner(service, kernel).run)
    kernel.tasks.append(task)
    try:
        yield
    finally:
        await end_all([task])
