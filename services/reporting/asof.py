"""`?as_of=`: the day a dashboard speaks of, and what was folded when it did."""

from dataclasses import dataclass
from datetime import date

from pydantic import Field

from shared.base.clock import end_of_day, now, to_day, to_micros
from shared.base.settings import Settings
from shared.contracts.language import Day
from shared.http.as_of import day_asked
from shared.http.call import Call
from shared.http.query import Query

CONSUMER = "reporting.projection"
FOREVER = 2**62
"""Microseconds after which nothing is recorded: a bound where nothing is left out."""


class AsOfQuery(Query):
    """As of which day."""

    as_of: Day | None = Field(
        default=None, description="A day; what was so by its end, in the instance's time zone. Default: now."
    )


@dataclass(frozen=True, slots=True)
class AsOf:
    """A day, its ordinal, and the last microsecond that belongs to it (None: now, nothing is left out)."""

    on: date
    day: int
    until: int | None


def today(settings: Settings) -> int:
    """The ordinal of today in the instance's time zone."""
    return to_day(now().astimezone(settings.zone).date())


def as_of(call: Call, query: AsOfQuery) -> AsOf:
    """The day asked for, or now; a day in the future is refused."""
    on = day_asked(call, query.as_of)
    settings = call.kernel.settings
    past = query.as_of is not None and to_day(on) < today(settings)
    return AsOf(on, to_day(on), to_micros(end_of_day(on, settings.zone)) if past else None)


async def positions(call: Call) -> dict[str, str]:
    """Topic -> how many positions of it are folded; the inputs of a figure, to trace it."""
    rows = await call.kernel.store.fetch(
        "SELECT topic, MAX(position) FROM inbox_position WHERE consumer = ? GROUP BY topic ORDER BY topic",
        (CONSUMER,),
    )
    return {topic: str(position) for topic, position in rows}
