"""Limits counted in this process: requests a minute and principal (429 says when to come again), streams of one, and
allowances."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from time import monotonic

from shared.base.clock import epoch_seconds
from shared.base.errors import TooManyRequests
from shared.base.texts import Text

WINDOW_S = 60


@dataclass
class RateLimit:
    """A fixed window per principal; `per_minute` 0 means no limit.

    The headers are those of the IETF's draft (RateLimit, RateLimit-Policy), and the three that came before them.
    """

    per_minute: int
    _counted: dict[str, tuple[int, int]] = field(default_factory=dict)

    def count(self, principal: str) -> dict[str, str]:
        """Count one request; answers the RateLimit headers, or refuses."""
        if not self.per_minute:
            return {}
        now = int(epoch_seconds())
        window, reset = now // WINDOW_S, WINDOW_S - now % WINDOW_S
        last, used = self._counted.get(principal, (window, 0))
        used = used + 1 if last == window else 1
        if len(self._counted) > 10_000:
            self._counted.clear()
        self._counted[principal] = (window, used)
        remaining = max(0, self.per_minute - used)
        headers = {
            "RateLimit-Policy": f'"principal";q={self.per_minute};w={WINDOW_S}',
            "RateLimit": f'"principal";r={remaining};t={reset}',
            "RateLimit-Limit": str(self.per_minute),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(reset),
        }
        if used > self.per_minute:
            raise TooManyRequests(
                Text("{per_minute} requests a minute are allowed", per_minute=self.per_minute),
                headers=headers | {"Retry-After": str(reset)},
            )
        return headers


@dataclass
class OpenStreams:
    """Live streams that a principal has open; `most` 0 means no limit. Each of them holds a connection."""

    most: int
    _open: dict[str, int] = field(default_factory=dict)

    def refuse_too_many(self, principal: str) -> None:
        """429 where the principal has as many as are allowed."""
        if self.most and self._open.get(principal, 0) >= self.most:
            raise TooManyRequests(
                Text("{most} streams may be open at a time; close one first", most=self.most),
                code="too_many_streams",
                headers={"Retry-After": "5"},
            )

    @contextmanager
    def counted(self, principal: str) -> Iterator[None]:
        """One more is open while the block lasts."""
        self._open[principal] = self._open.get(principal, 0) + 1
        try:
            yield
        finally:
            self._open[principal] -= 1
            if not self._open[principal]:
                del self._open[principal]


REMEMBERED = 10_000


@dataclass
class Allowance:
    """So many of something an interval of `seconds` and key, from the first on; `most` None means no limit."""

    most: int | None
    seconds: int
    _spent: dict[str, tuple[float, int]] = field(default_factory=dict)
    """Key -> when its interval began (monotonic), and how many were spent since."""

    def remaining(self, key: str, most: int | None = None) -> int:
        """How many may still be spent now."""
        limit = self.most if most is None else most
        return sys.maxsize if limit is None else max(0, limit - self._current(key)[1])

    def spend(self, key: str) -> None:
        if len(self._spent) >= REMEMBERED:
            self._spent = {k: v for k, v in self._spent.items() if self._current(k) is v}
        if len(self._spent) < 2 * REMEMBERED:
            began, spent = self._current(key)
            self._spent[key] = began, spent + 1

    def ends_in(self, key: str) -> int:
        """Seconds until the interval of the key ends, at least one."""
        return max(1, ceil(self._current(key)[0] + self.seconds - monotonic()))

    def _current(self, key: str) -> tuple[float, int]:
        spent = self._spent.get(key)
        return spent if spent and monotonic() - spent[0] < self.seconds else (monotonic(), 0)
