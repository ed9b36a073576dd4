"""Human codes (`PRJ-0042`): drawn from a sequence in small blocks, so that drawing one seldom costs a write.

Codes are unique; a number that was drawn and not used stays unused. What is only asked about draws none.
"""

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from weakref import WeakKeyDictionary

from shared.domain.work import Work
from shared.store import Store

BLOCK = 20
LARGEST_BLOCK = 160
LONGEST_NUMBER = 12
"""Digits of a number that is passed over; a longer one was given by hand, and is never reached."""
SKIP_TO = """
INSERT INTO sequence (name, last) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE excluded.last > sequence.last
"""
QUICK_S = 1.0
"""A block that is used up sooner is followed by one twice as large: an import does not wait for every twentieth."""


@dataclass
class _Block:
    following: int = 0
    last: int = -1
    size: int = BLOCK
    drawn_at: float = float("-inf")
    """By the monotonic clock."""
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one that draws: those that find the block used up meanwhile wait for the same new one."""


@dataclass
class Sequence:
    """The codes of one kind, in each store they are drawn from."""

    prefix: str
    digits: int = 4
    _blocks: "WeakKeyDictionary[Store, _Block]" = field(default_factory=WeakKeyDictionary)

    async def next(self, work: Work) -> str:
        if work.dry:  # none is drawn; no two items of a batch have the same one, and no aggregate has it
            return f"{self._code(0)}.{len(work.unit.parts)}"
        block = self._blocks.setdefault(work.store, _Block())
        while block.following > block.last:
            async with block.drawing:
                if block.following > block.last:
                    await self._draw(work.store, block)
        number = block.following
        block.following += 1
        return self._code(number)

    def pass_over(self, work: Work, code: str) -> None:
        """A code that another instance has drawn: what is drawn here follows it."""
        prefix, _, number = code.rpartition("-")
        if prefix == self.prefix and number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER:
            work.add_statement(SKIP_TO, [(self.prefix, int(number))])

    def _code(self, number: int) -> str:
        return f"{self.prefix}-{number:0{self.digits}d}"

    async def _draw(self, store: Store, block: _Block) -> None:
        now = monotonic()
        block.size = min(2 * block.size, LARGEST_BLOCK) if now - block.drawn_at < QUICK_S else BLOCK
        block.drawn_at = now
        rows = await store.run(
            "INSERT INTO sequence (name, last) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET last = sequence.last + excluded.last RETURNING last",
            (self.prefix, block.size),
        )
        block.last = rows[0][0]
        block.following = block.last - block.size + 1
