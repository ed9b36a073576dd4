"""What a schedule is kept with: all that was scheduled, the dates, what moved and why, and the critical path.

Contents never change, so that a process remembers the last ones that it read.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from shared.contracts.projects.plan import Schedule
from shared.store import Store
from shared.store.base import Damaged
from shared.store.content import content_of as stored_content
from shared.store.content import pieces

FORMAT = "portolan.schedule.1"
MOST_REMEMBERED = 8
"""So many contents of a store a process remembers; one of 10,000 activities has some 8 MB."""


class _Stored(msgspec.Struct):
    """Frozen content, its rows not read yet."""

    inputs: msgspec.Raw
    dates: list[msgspec.Raw]
    movements: list[msgspec.Raw]
    critical_path: list[msgspec.Raw]
    finish: msgspec.Raw
    unused: list[msgspec.Raw]


class _Named(msgspec.Struct):
    activity_id: str


@dataclass(frozen=True)
class Content:
    """The rows of a schedule, each as JSON."""

    inputs: bytes
    dates: tuple[bytes, ...]
    movements: tuple[bytes, ...]
    critical_path: tuple[bytes, ...]
    finish: bytes
    """By how much the whole finishes later than in the run before."""

    def dates_of(self, activities: Collection[str]) -> list[dict[str, Any]]:
        """The dates of these activities."""
        rows = (row for row in self.dates if _NAME(row).activity_id in activities)
        return [msgspec.json.decode(row) for row in rows]


_NAME = msgspec.json.Decoder(_Named).decode
_CONTENT = msgspec.json.Decoder(_Stored).decode
_remembered: "WeakKeyDictionary[Store, OrderedDict[str, Content]]" = WeakKeyDictionary()


async def content_of(store: Store, schedule: Schedule) -> Content:
    """The content of a schedule; Damaged where it is not whole."""
    hash, remembered = str(schedule.content_hash), _remembered.setdefault(store, OrderedDict())
    if hash in remembered:
        remembered.move_to_end(hash)
        return remembered[hash]
    stored = await stored_content(store, hash)
    if stored is None:
        raise Damaged(f"there is no content {hash}")
    whole = b"".join([piece async for piece in pieces(store, stored, 0, stored.size)])
    content = remembered[hash] = await asyncio.to_thread(_read, whole)
    while len(remembered) > MOST_REMEMBERED:
        remembered.popitem(last=False)
    return content


def _read(whole: bytes) -> Content:
    stored = _CONTENT(whole)
    return Content(
        bytes(stored.inputs),
        tuple(map(bytes, stored.dates)),
        tuple(map(bytes, stored.movements)),
        tuple(map(bytes, stored.critical_path)),
        bytes(stored.finish),
    )


def frozen_of(result: dict[str, Any]) -> dict[str, Any]:
    """The content to be frozen, of what a worker gave; what is empty is left out of its rows."""
    return {
        "format": FORMAT,
        "id": result["schedule_id"],
        "project_id": result["project_id"],
        "inputs_hash": result["inputs_hash"],
        "inputs": _without_nulls(result["inputs"]),
        "dates": _without_nulls(result["dates"]),
        "movements": _without_nulls(result["movements"]),
        "critical_path": _without_nulls(result["critical_path"]),
        "finish": _without_nulls(
            {
                "finish_on": result["finish_on"],
                "previous_finish_on": result["previous_finish_on"],
                "moved_minutes": result["finish_moved_minutes"],
                "previous_id": result["previous_id"],
            }
        ),
        "unused": _without_nulls(result["unused"]),
    }


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    return value
