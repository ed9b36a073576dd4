"""A clock that is wrong once would date what is written for ever: a jump of it is refused instead of recorded.

the time now, against - where the clock should be by the machine's own counter of seconds, which nobody sets
                      - before the first write: when the store was written last
                      - the version before of the aggregate that is written
"""

import time

from shared.base import telemetry
from shared.base.clock import HOUR_US, to_wire
from shared.base.texts import Text
from shared.store import Unreachable

STOPPED_US = 180 * 24 * HOUR_US
"""So long may an instance have written nothing before its first write looks like that of a clock that runs ahead."""
COUNTER = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""It continues while the machine sleeps."""


class ClockJumped(Unreachable):
    """The clock cannot be believed now: nothing is written, and what waits is tried again."""


class ClockWatch:
    """Where the clock of this process stood last, and where it should be."""

    def __init__(self, service: str = "", bound_hours: int = 0, last: int = 0) -> None:
        self._service = service
        self._bound = bound_hours * HOUR_US
        self._last = last
        """When the store was written last, in microseconds; 0 where it never was."""
        self._seen: tuple[int, int] | None = None
        """The clock when it was believed last, and the counter then."""
        telemetry.CLOCK_REFUSALS.labels(service)

    def check(self, now: int, previous: int = 0) -> None:
        """ClockJumped where `now` is further from where it should be than the bound; `previous` is when the aggregate
        was written last."""
        if not self._bound:
            return
        counted = time.clock_gettime_ns(COUNTER) // 1000
        if self._seen is not None:
            expected, ahead = self._seen[0] + counted - self._seen[1], self._bound
        else:
            expected, ahead = self._last or now, STOPPED_US
        if not -self._bound <= now - expected <= ahead:
            self._refuse(now, expected)
        self._seen = now, counted
        if previous - now > self._bound:
            self._refuse(now, previous)

    def _refuse(self, now: int, expected: int) -> None:
        telemetry.CLOCK_REFUSALS.labels(self._service).inc()
        raise ClockJumped(
            Text(
                "the clock says {now}, where {expected} or a little later is expected; put it right and start the process"
                " again, or, if it is right, set PORTOLAN_CLOCK_JUMP_HOURS=0 until something is written",
                now=to_wire(now),
                expected=to_wire(expected),
            )
        )
