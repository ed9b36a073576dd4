"""`?as_of=`: the day a dashboard speaks of, and what was folded when it did."""

from dataclasses import dataclass
from datetime import date

from shared.base.clock import end_of_day, now, parse_day, to_day, to_micros
from shared.base.errors import Fault, Malformed
from shared.http.call import Call
from shared.http.operation import Parameter

AS_OF = Parameter(
    "as_of",
    "A day; what was so by its end, in the instance's time zone. Default: now.",
    {"type": "string", "format": "date"},
)

CONSUMER = "reporting.projection"
FOREVER = 2**62
"""Microseconds after which nothing is recorded: a bound where nothing is left out."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """A day, its ordinal, and the last microsecond that belongs to it (None: now, nothing is left out)."""

    on: date
    day: int
    until: int | None


def as_of(call: Call) -> AsOf:
    """The day asked for; a day in the future says nothing and is refused."""
    zone = call.kernel.settings.zone
    today = now().astimezone(zone).date()
    given = call.one("as_of")
    if given is None:
        return AsOf(today, to_day(today), None)
    try:
        on = parse_day(given)
        until = to_micros(end_of_day(on, zone))
    except (ValueError, OverflowError) as error:
        raise Malformed(
            "as_of is not a day", Fault("invalid", "write 2026-06-01", parameter="as_of")
        ) from error
    if on > today:
        raise Malformed(
            "as_of lies in the future", Fault("in_the_future", "a day until today", parameter="as_of")
        )
    return AsOf(on, to_day(on), None if on == today else until)


async def positions(call: Call) -> dict[str, str]:
    """Topic -> how many positions of it are folded; the inputs of a figure, to trace it."""
    rows = await call.kernel.store.fetch(
        "SELECT topic, MAX(position) FROM inbox_position WHERE consumer = ? GROUP BY topic ORDER BY topic",
        (CONSUMER,),
    )
    return {topic: str(position) for topic, position in rows}
