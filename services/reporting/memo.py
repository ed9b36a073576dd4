"""Answers that are asked for again before anything was folded: kept as bytes, dropped at the next fold.

What was folded, and how often the projection was made anew, is read from the database each time. So a replica
notices what another process did.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from services.reporting.asof import CONSUMER
from shared.store import Store

LARGEST = 1_000
REBUILDS = "reporting.rebuilds"
"""The sequence that counts rebuilds: one leaves the positions as they were, and may change every figure."""

GENERATION = """
SELECT SUM(position), COUNT(*), (SELECT last FROM sequence WHERE name = ?) FROM inbox_position WHERE consumer = ?
"""


@dataclass(frozen=True)
class _Generation:
    """The answers made since one fold and before the next."""

    number: Any = None
    answers: dict[Any, bytes] = field(default_factory=dict)
    locks: dict[Any, asyncio.Lock] = field(default_factory=dict)
    """By key: what many ask for at once is made once, and nobody waits for the answer to another question."""


_GENERATIONS: "WeakKeyDictionary[Store, _Generation]" = WeakKeyDictionary()


async def remembered(store: Store, key: Any, make: Callable[[], Awaitable[bytes]]) -> bytes:
    """The answer for `key`; computed again when an event was applied since.

    What is made while something is folded stays with the generation it was begun in.
    """
    number = tuple((await store.fetch(GENERATION, (REBUILDS, CONSUMER)))[0])
    generation = _GENERATIONS.get(store)
    if generation is None or generation.number != number or len(generation.answers) >= LARGEST:
        generation = _GENERATIONS[store] = _Generation(number)
    if key not in generation.answers:
        async with generation.locks.setdefault(key, asyncio.Lock()):
            if key not in generation.answers:
                generation.answers[key] = await make()
    return generation.answers[key]
