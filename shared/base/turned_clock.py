"""The clock of a test instance, turned by `portolan clock +30d`: a file under `data` says by how much.

Every process of the instance reads it again twice a second. Only what is dated follows (`shared.base.clock`): tokens,
sessions and leases go by the clock of the machine.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from shared.base import clock
from shared.base.ids import new_id_text
from shared.base.settings import Settings
from shared.base.starting import CannotStart, written_under

FILE = "clock"
LOOK_AGAIN_S = 0.4
FURTHEST = timedelta(days=36_500)
"""Beyond it lie years that no record may have."""

_STEP = re.compile(r"([+-])((?:[0-9]{1,6}[wdhms])+)")
_PART = re.compile(r"([0-9]+)([wdhms])")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def parse_step(text: str) -> timedelta:
    """`+30d`, `-2w`, `+1d12h`: how far the clock is turned from where it stands. ValueError where it is no such text."""
    match = _STEP.fullmatch(text)
    if match is None:
        raise ValueError(
            "a step is a sign, then numbers with their units w, d, h, m or s, such as +30d or +1d12h"
        )
    step = sum(
        (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in _PART.findall(match[2])), timedelta()
    )
    return step if match[1] == "+" else -step


def refuse_unless_test(settings: Settings) -> None:
    """CannotStart where this is no test instance."""
    if not settings.test_clock:
        raise CannotStart(
            "PORTOLAN_TEST_CLOCK is 'false', so the clock is the machine's: set it to 1 for a test instance, where"
            " it is started and here"
        )


def read(data: Path) -> timedelta:
    """By how much the clock of the instance is turned."""
    try:
        return timedelta(microseconds=int((data / FILE).read_text()))
    except (FileNotFoundError, ValueError):
        return timedelta()


def write(data: Path, turned: timedelta) -> None:
    """Turn it for every process; ValueError beyond a hundred years."""
    if abs(turned) > FURTHEST:
        raise ValueError("the clock is turned by a hundred years at most")
    with written_under(data):
        beside = data / f"{FILE}.{new_id_text()}"
        beside.write_text(str(turned // clock.MICROSECOND))
        beside.replace(data / FILE)


def follow_once(settings: Settings) -> None:
    """Turn the clock of this process as the file says; nothing outside of a test instance."""
    if settings.test_clock:
        clock.turn(read(settings.data) // clock.MICROSECOND)


_followers = 0


@asynccontextmanager
async def following(settings: Settings) -> AsyncIterator[None]:
    """While the block lasts the clock of this process is turned as the file says; the last block puts it back."""
    global _followers
    if not settings.test_clock:
        yield
        return
    follow_once(settings)
    task = asyncio.create_task(_follow(settings))
    _followers += 1
    try:
        yield
    finally:
        _followers -= 1
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if not _followers:
            clock.turn(0)


async def _follow(settings: Settings) -> None:
    while True:
        await asyncio.sleep(LOOK_AGAIN_S)
        with suppress(OSError):
            follow_once(settings)
