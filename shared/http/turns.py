"""Turns: a request that must decide again waits for other requests that decide again about the same thing.

Deciding once is free. Of many who decide about one aggregate at once, one commits and all others begin anew; without
turns the last of fifty begins fifty times. Other replicas are met by chance, which a short random pause makes rare.
"""

import asyncio
from collections.abc import Hashable
from random import random
from weakref import WeakValueDictionary

from shared.base.errors import Busy

PAUSE_S = 0.002
"""The longest pause before the third attempt is four times as long; it doubles from one to the next."""
PATIENCE_S = 10.0
"""How long a request waits for its turn before it is answered with 503 and Retry-After."""


class Turns:
    """The turns of a service, by what is decided about. Locks that are not in use are dropped."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def turn(self, about: Hashable) -> "Turn":
        return Turn(self, about)

    def lock(self, about: Hashable) -> asyncio.Lock:
        return self._locks.setdefault(about, asyncio.Lock())


class Turn:
    """The turn of one request: taken before it decides again, and given back at its end."""

    __slots__ = ("_about", "_lock", "_turns")

    def __init__(self, turns: Turns, about: Hashable) -> None:
        self._turns = turns
        self._about = about
        self._lock: asyncio.Lock | None = None

    async def take(self, attempt: int) -> None:
        """Wait until nobody else of this process decides again about the same; Busy where that takes too long."""
        if self._lock is not None:
            await asyncio.sleep(random() * PAUSE_S * 2**attempt)  # noqa: S311 a pause, not a secret
            return
        lock = self._turns.lock(self._about)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await lock.acquire()
        except TimeoutError as error:
            raise Busy("many change the same at the same time", headers={"Retry-After": "1"}) from error
        self._lock = lock

    def give_back(self) -> None:
        """Let the next one decide."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
