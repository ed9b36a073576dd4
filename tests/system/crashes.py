"""What is done to a running Portolan under load, and what must be true afterwards; the suites say how often."""

import asyncio
import signal

from tests.system.auditor import audit
from tests.system.load import Load, under_load
from tests.system.running import EmbeddedProcess, StackProcess, token_of

BETWEEN = 40
"""Acknowledged writes between two kills."""


async def kill_embedded(process: EmbeddedProcess, times: int) -> None:
    token = token_of(process.data)
    async with under_load(process.url, token) as load:
        for _ in range(times):
            await load.reaches(BETWEEN)
            await asyncio.to_thread(process.kill)
            await asyncio.to_thread(process.start)
        await load.reaches(BETWEEN)
    refuse_defects(load)
    assert await audit(process.url, token, load.acknowledged, load.names) == []


async def kill_services(stack: StackProcess, names: list[str]) -> None:
    """Kill processes of the stack, one after the other; a service takes its relay and its consumers with it."""
    token = token_of(stack.data)
    async with under_load(stack.url, token) as load:
        for name in names:
            await load.reaches(BETWEEN)
            await stack.kill(name)
        await load.reaches(BETWEEN)
    refuse_defects(load)
    assert await audit(stack.url, token, load.acknowledged, load.names, stack.servers) == []


async def freeze_broker(stack: StackProcess, seconds: float) -> None:
    """The broker answers nothing for a while: the API does not notice, and then the outbox drains in order."""
    token = token_of(stack.data)
    async with under_load(stack.url, token) as load:
        await load.reaches(BETWEEN)
        stack.signal("kafka", signal.SIGSTOP)
        try:
            async with asyncio.timeout(seconds * 3):
                frozen_at = asyncio.get_running_loop().time()
                while asyncio.get_running_loop().time() < frozen_at + seconds:
                    await load.reaches(BETWEEN)
        finally:
            stack.signal("kafka", signal.SIGCONT)
    assert set(load.statuses) <= {200, 201}, load.statuses
    assert await audit(stack.url, token, load.acknowledged, load.names, stack.servers) == []


async def kill_postgres(stack: StackProcess) -> None:
    """While the database is away callers get 503 with Retry-After; when it is back, everything goes on by itself."""
    token = token_of(stack.data)
    async with under_load(stack.url, token) as load:
        await load.reaches(BETWEEN)
        await stack.kill("postgres")
        await load.reaches(BETWEEN)
    refuse_defects(load)
    assert load.statuses[503] > 0
    assert await audit(stack.url, token, load.acknowledged, load.names, stack.servers) == []


def refuse_defects(load: Load) -> None:
    """No 500 was answered, and every 503 said when to come again."""
    assert load.statuses[500] == 0, load.statuses
    assert load.without_retry_after == []
