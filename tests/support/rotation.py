"""What would take ever longer as aggregates come is done in tenths: another tenth each day, all of them in ten.

`TESTS_PART=all` does everything, as `make chaos` does; `TESTS_PART=3` does the tenth of another day again.
"""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar
from zlib import crc32

PARTS = 10
VARIABLE = "TESTS_PART"
T = TypeVar("T")


def part() -> int | None:
    """Which tenth is done now, from 0; None where all are."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen == "all":
        return None
    return int(chosen) if chosen else datetime.now(UTC).toordinal() % PARTS


def turn(items: Iterable[T], name: Callable[[T], str]) -> list[T]:
    """Those of the items whose turn it is, by their names."""
    now = part()
    return [item for item in items if now is None or crc32(name(item).encode()) % PARTS == now]


def summary() -> str:
    now = part()
    return f"rotating suites: {'everything' if now is None else f'part {now} of {PARTS}; {VARIABLE}=all does all'}"
