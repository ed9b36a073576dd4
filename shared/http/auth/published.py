"""What an issuer publishes over HTTP: read when it is needed, kept for a while, read again before it is old.

Whoever needs it meanwhile waits for the same reading. A server that fails is asked again later and later, and what it
answered last is believed for an hour. No redirect is followed: only addresses are read that a setting names, or the
metadata of such an issuer.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from math import ceil
from time import monotonic
from typing import Generic, TypeVar

import httpx

from shared.base.errors import Unavailable

T = TypeVar("T")

REFRESH_S = 5.0
"""What lacks something is read again no sooner: an issuer that renews its keys signs with the new ones at once."""
KEPT_S = 240.0
FORGOTTEN_S = 3600.0
LONGEST_PAUSE_S = 60.0
READING_S = 10.0
"""How long a server may take over its whole answer."""
LONGEST_ANSWER = 1024 * 1024
"""Bytes of it; a key has one or two thousand."""


class Published(Generic[T]):
    """One document of one issuer, as it was read last. `address` says where it is; `parse` refuses with ValueError;
    `away` is the sentence for who needs it while it cannot be read."""

    def __init__(
        self,
        away: str,
        address: Callable[[], Awaitable[str]],
        parse: Callable[[bytes], T],
        kept_s: float = KEPT_S,
    ) -> None:
        self._away = away
        self._address = address
        self._parse = parse
        self._kept_s = kept_s
        self._content: T | None = None
        self._read_at = -FORGOTTEN_S
        self._failures = 0
        self._again_at = 0.0
        self._reading: asyncio.Task[None] | None = None

    async def content(self, suffices: Callable[[T], bool] = lambda _: True) -> T:
        """As it is now; read at most every five seconds where what is kept does not suffice. Unavailable where there is none."""
        age = monotonic() - self._read_at
        lacks = self._content is None or not suffices(self._content)
        if age >= FORGOTTEN_S or (lacks and age >= REFRESH_S):
            await self._read()
        elif age >= self._kept_s and monotonic() >= self._again_at:
            reading = self._begin()
            if not self._failures:
                with suppress(Unavailable):
                    await asyncio.shield(reading)
        assert self._content is not None
        return self._content

    async def _read(self) -> None:
        """Read it, once for all who want it now; Unavailable where that fails, or failed just now."""
        wait = self._again_at - monotonic()
        if self._reading is None and wait > 0:
            raise self._unreadable(wait)
        await asyncio.shield(self._begin())

    def _begin(self) -> "asyncio.Task[None]":
        if self._reading is None:
            self._reading = asyncio.create_task(self._fetch())
            self._reading.add_done_callback(self._done)
        return self._reading

    def _done(self, reading: "asyncio.Task[None]") -> None:
        self._reading = None
        if not reading.cancelled():
            reading.exception()  # looked at, should nobody wait for it any more

    async def _fetch(self) -> None:
        try:
            content = self._parse(await _answer(await self._address()))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError, Unavailable) as error:
            wait = min(LONGEST_PAUSE_S, 2.0**self._failures)
            self._failures, self._again_at = self._failures + 1, monotonic() + wait
            raise self._unreadable(wait) from error
        self._failures, self._again_at, self._read_at = 0, 0.0, monotonic()
        self._content = content

    def _unreadable(self, wait: float) -> Unavailable:
        headers = {"Retry-After": str(max(1, ceil(wait)))}
        return Unavailable(self._away, headers=headers)


@cache
def authorities() -> ssl.SSLContext:
    """Those that may sign issuers' certificates: the system's. Reading them takes tens of milliseconds, in which the
    process serves nobody."""
    return httpx.create_ssl_context()


async def _answer(address: str) -> bytes:
    """What the server answers; an answer without end, in size or time, is none."""
    answer = bytearray()
    async with (
        asyncio.timeout(READING_S),
        httpx.AsyncClient(timeout=5, verify=authorities()) as client,
        client.stream("GET", address) as response,
    ):
        response.raise_for_status()
        async for piece in response.aiter_bytes():
            answer += piece
            if len(answer) > LONGEST_ANSWER:
                raise ValueError("the answer is too long")
    return bytes(answer)
