"""A clock that a test turns, and schedulers that it lets look now instead of once a second."""

import asyncio
from datetime import date, timedelta
from time import monotonic

from shared.base import turned_clock
from shared.base.clock import now, now_micros
from shared.base.settings import Settings
from shared.domain.due.rows import WAITS
from shared.domain.due.scheduler import Scheduler
from tests.conftest import DEADLINE_S, Portolan

LATE = f"SELECT COUNT(*) FROM due WHERE {WAITS} AND due_at <= ? AND retry_at = 0"


def turn(settings: Settings, **by: float) -> None:
    """Turn the clock from where it stands, as `portolan clock` does: `turn(settings, days=30)`."""
    turned = turned_clock.read(settings.data) + timedelta(**by)
    turned_clock.write(settings.data, turned)
    turned_clock.follow_once(settings)


def day(ahead: int, settings: Settings) -> date:
    """A day so many days from today, in the zone of the instance."""
    return now().astimezone(settings.zone).date() + timedelta(days=ahead)


def schedulers(portolan: Portolan) -> list[Scheduler]:
    """One more process of each service that has something due."""
    replicas = [Scheduler(one.kernel, one.service.registers) for one in portolan.running.services.values()]
    return [one for one in replicas if one.registers]


async def all_told(portolan: Portolan) -> None:
    """Wait until everything is told that is due by now, and consumed."""
    until = monotonic() + DEADLINE_S
    for scheduler in schedulers(portolan):
        while True:
            await scheduler.look()
            if not (await scheduler.kernel.store.fetch(LATE, (now_micros(),)))[0][0]:
                break
            assert monotonic() < until, "what is due is not told within the deadline"
            await asyncio.sleep(0.01)
    await portolan.settled()
