"""aiokafka's clients, started completely and ended in bounded time, with any behaviour of the broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

START_S = 20.0
STOP_S = 5.0
REQUEST_MS = 5000


@asynccontextmanager
async def started(client: Any, end: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """The client at work while the block lasts; TimeoutError where no broker answers."""
    try:
        async with asyncio.timeout(START_S):
            await _undisturbed(client.start())
        yield
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await end()


async def _undisturbed(starting: Coroutine[Any, Any, None]) -> None:
    """Start to the end even when cancelled: aiokafka would leave behind the connection it is making."""
    task = asyncio.create_task(starting)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        task.cancel() if not await _ended(task) else task.exception()
        raise


async def _ended(task: "asyncio.Task[None]") -> bool:
    done, _ = await asyncio.wait([task], timeout=STOP_S)
    return bool(done)
