"""The outboxes into history: while one page is written the next is made, and the one after it is read."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from services.reporting.rebuild.rows import history_row, read_rows
from shared.messaging.bus.embedded import Sources
from shared.store import Store

PAGE = 2_000
SLICE = 100
"""Rows that are made between two looks at what was read and written meanwhile."""

Rows = list[tuple[Any, ...]]
Write = Callable[[Rows], Awaitable[None]]


async def ends_of(sources: Sources) -> dict[str, int]:
    """The last position of each source now: so far it is loaded."""
    return {
        name: int((await store.fetch("SELECT last FROM counter"))[0][0])
        for name, (store, _) in sources.items()
    }


async def load(store: Store, topics: Sequence[str], until: int, write: Write) -> int:
    """Write what an outbox holds up to a position; answers how many events that were."""
    events = 0
    writing: asyncio.Task[None] | None = None
    reading = asyncio.ensure_future(read_rows(store, topics, 0, until, PAGE))
    try:
        while page := await reading:
            reading = asyncio.ensure_future(read_rows(store, topics, page[-1][0], until, PAGE))
            events += len(page)
            rows = await _history_rows(page)
            if writing:
                await writing
            writing = asyncio.ensure_future(write(rows))
        if writing:
            await writing
    finally:
        for task in (reading, writing):
            if task is not None and not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    return events


async def _history_rows(page: Rows) -> Rows:
    rows_made: Rows = []
    for start in range(0, len(page), SLICE):
        await asyncio.sleep(0)
        rows_made += [row for row in map(history_row, page[start : start + SLICE]) if row]
    return rows_made
