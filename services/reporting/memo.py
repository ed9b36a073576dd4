"""Answers that are asked for again before anything was folded: kept as bytes, dropped at the next fold.

What was folded is read from the database each time, so a replica notices what another one folded.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from services.reporting.asof import CONSUMER
from shared.store import Store

LARGEST = 1_000


@dataclass
class _Kept:
    generation: Any = None
    answers: dict[Any, bytes] = field(default_factory=dict)


_KEPT: "WeakKeyDictionary[Store, _Kept]" = WeakKeyDictionary()


async def remembered(store: Store, key: Any, make: Callable[[], Awaitable[bytes]]) -> bytes:
    """The answer for `key`; made anew when something was folded since."""
    rows = await store.fetch(
        "SELECT SUM(position), COUNT(*) FROM inbox_position WHERE consumer = ?", (CONSUMER,)
    )
    generation = (rows[0][0], rows[0][1])
    kept = _KEPT.setdefault(store, _Kept())
    if kept.generation != generation or len(kept.answers) >= LARGEST:
        kept.generation, kept.answers = generation, {}
    if key not in kept.answers:
        kept.answers[key] = await make()
    return kept.answers[key]
