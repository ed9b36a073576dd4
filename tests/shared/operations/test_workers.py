"""The workers of a process: started when there is work, ended when there is none, killed alone."""

import asyncio
import gzip
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared.base.errors import Invalid
from shared.base.workers import ComputationFailed, OutOfMemory, WorkerLost, Workers
from tests.shared.operations.conftest import JOBS, until


@asynccontextmanager
async def workers_of(most: int = 2, megabytes: int = 512, idle_s: float = 30) -> AsyncIterator[Workers]:
    workers = Workers(most, megabytes, idle_s)
    try:
        yield workers
    finally:
        await workers.close()


def job(**members: Any) -> bytes:
    return gzip.compress(json.dumps(members).encode())


async def done(workers: Workers, **members: Any) -> dict[str, Any]:
    return dict(json.loads(gzip.decompress(await workers.run(JOBS, job(**members)))))


async def test_a_worker_starts_with_the_first_job_and_does_the_next_one_too() -> None:
    async with workers_of() as workers:
        assert workers.processes == ()
        first, second = await done(workers), await done(workers)
        assert first["process"] == second["process"] != os.getpid()
        assert workers.processes == (first["process"],)


async def test_a_worker_without_work_ends() -> None:
    async with workers_of(idle_s=0.05) as workers:
        process = (await done(workers))["process"]

        async def is_alive() -> bool:
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                return False
            return True

        await until(is_alive, lambda alive: not alive)
        assert (await done(workers))["process"] != process


async def test_to_give_up_waiting_kills_the_worker_and_no_other() -> None:
    async with workers_of() as workers:
        slow = asyncio.create_task(done(workers, seconds=60))
        other = asyncio.create_task(done(workers, seconds=0.5))

        async def processes() -> int:
            return len(workers.processes)

        await until(processes, lambda number: number == 2)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        process = (await other)["process"]
        assert workers.processes == (process,)


async def test_a_worker_killed_while_it_sends_a_large_result_harms_no_other_job() -> None:
    async with workers_of(megabytes=0) as workers:
        large = asyncio.create_task(done(workers, answers=3_000_000))

        async def processes() -> tuple[int, ...]:
            return workers.processes

        (process,) = await until(processes, bool)
        os.kill(process, signal.SIGKILL)
        with pytest.raises(WorkerLost) as lost:
            await large
        assert lost.value.exit_code == -signal.SIGKILL
        assert (await done(workers, answers=1))["numbers"] == [0]


async def test_each_way_to_fail_is_told_apart_and_the_next_job_is_done() -> None:
    async with workers_of(megabytes=64) as workers:
        for members, error in (
            ({"megabytes": 500}, OutOfMemory),
            ({"dies": True}, WorkerLost),
            ({"breaks": True}, ComputationFailed),
            ({"refuses": True}, Invalid),
        ):
            with pytest.raises(error):
                await done(workers, **members)
            assert (await done(workers, answers=1))["numbers"] == [0]


async def test_a_large_body_and_a_large_result_hold_the_event_loop_for_less_than_50_ms() -> None:
    """Of the time that this thread computes between two turns of the loop, however busy the machine is."""
    longest, ending = 0.0, False

    async def watch() -> None:
        nonlocal longest
        while not ending:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)

    body = json.dumps(
        {"items": list(range(10_000)), "answers": 400_000, "imports": "json" + " " * 100}
    ).encode()
    body += b" " * (20 * 1024 * 1024)
    async with workers_of(megabytes=0) as workers:
        await done(workers)
        watching = asyncio.create_task(watch())
        content = await workers.check(JOBS, body.replace(b" " * 100, b"", 1))
        await workers.run(JOBS, content)
        ending = True
        await watching
    assert longest < 0.05


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b'{"seconds": NaN}', 400, "not_json"),
        (b'{"seconds": 1, "seconds": 2}', 400, "duplicate_key"),
        (b'{"items": ' + b"[" * 40 + b"]" * 40 + b"}", 400, "too_deep"),
        (b'{"items": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "too_deep"),
        (b'{"seconds": 1e999}', 400, "number_out_of_range"),
        (b'{"imports": "\\ud800"}', 400, "lone_surrogate"),
        (b"[]", 422, "invalid"),
        (b'{"items": [' + b"1," * 10_000 + b"1]}", 422, "invalid"),
    ],
)
async def test_a_body_that_is_none_is_refused_as_anywhere(body: bytes, status: int, code: str) -> None:
    async with workers_of() as workers:
        with pytest.raises(Invalid) as refused:
            await workers.check(JOBS, body)
        assert (refused.value.status, refused.value.code) == (status, code)
        assert (await done(workers, answers=1))["numbers"] == [0]
