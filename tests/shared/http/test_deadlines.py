"""Deadlines of requests: one look for all of them."""

import asyncio

import pytest

from shared.base.errors import DeadlineExceeded
from shared.http.deadlines import Deadlines

SOON = 0.01


async def waiting(deadlines: Deadlines) -> None:
    """A request that waits for what never happens; five seconds at most."""
    async with asyncio.timeout(5):
        with deadlines.begin():
            await asyncio.Event().wait()


async def test_a_request_that_takes_too_long_is_ended_and_says_so() -> None:
    deadlines = Deadlines(seconds=SOON, sweep_s=SOON)
    with pytest.raises(DeadlineExceeded, match="not done within"):
        await waiting(deadlines)
    assert not deadlines.running


async def test_of_many_requests_only_those_that_are_due_are_ended() -> None:
    deadlines, never, done = Deadlines(seconds=30, sweep_s=SOON), asyncio.Event(), asyncio.Event()

    async def request(seconds: float, end: asyncio.Event) -> str:
        deadlines.seconds = seconds
        with deadlines.begin():
            await end.wait()
        return "answered"

    late = asyncio.create_task(request(0, never))
    await asyncio.sleep(0)
    early = asyncio.create_task(request(30, done))
    with pytest.raises(DeadlineExceeded):
        await asyncio.wait_for(late, 5)
    done.set()
    assert await asyncio.wait_for(early, 5) == "answered"


async def test_who_is_ended_from_elsewhere_was_not_late() -> None:
    deadlines = Deadlines(sweep_s=SOON)
    running = asyncio.create_task(waiting(deadlines))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 5)
    assert not deadlines.running


async def test_a_task_that_was_late_once_can_go_on() -> None:
    with pytest.raises(DeadlineExceeded):
        await waiting(Deadlines(seconds=SOON, sweep_s=SOON))
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)
