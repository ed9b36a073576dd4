"""Long walks on the event loop, in pieces: others have their turn between them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 100
"""So many steps are done before others have their turn: some milliseconds, where a step makes or compares an aggregate."""


async def in_turns(rows: Iterable[T], at_once: int = AT_ONCE) -> AsyncIterator[T]:
    """The same rows in the same order."""
    for place, row in enumerate(rows, 1):
        yield row
        if place % at_once == 0:
            await asyncio.sleep(0)
