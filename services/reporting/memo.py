"""Answers that are asked for again before anything was folded: kept as bytes, dropped at the next fold.

What was folded, and how often the projection was made anew, is read from the database each time, so a replica
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


@dataclass
class _Kept:
    generation: Any = None
    answers: dict[Any, bytes] = field(default_factory=dict)
    making: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One answer is made at a time: what many ask for at once is not made many times."""


_KEPT: "WeakKeyDictionary[Store, _Kept]" = WeakKeyDictionary()


async def remembered(store: Store, key: Any, make: Callable[[], Awaitable[bytes]]) -> bytes:
    """The answer for `key`; made anew when something was folded since."""
    generation = tuple((await store.fetch(GENERATION, (REBUILDS, CONSUMER)))[0])
    kept = _KEPT.setdefault(store, _Kept())
    if kept.generation != generation or len(kept.answers) >= LARGEST:
        kept.generation, kept.answers = generation, {}
    answers = kept.answers  # what is made while something is folded stays with the generation it was begun in
    if key not in answers:
        async with kept.making:
            if key not in answers:
                answers[key] = await make()
    return answers[key]
