"""How far the plan can reach at worst, so that tables and searches have an end."""

from math import ceil

from services.resources.engines.levelling.network import releases
from services.resources.engines.levelling.plan import Calendar, Plan


def furthest(plan: Plan) -> int:
    """A step by which everything can be over if it can be at all.

    After the last release, change of capacity, calendar exception and fixed start, activities can be done one
    after the other, each with its longest lag. That is possible wherever anything is, and no schedule without
    idle time takes longer.
    """
    calendars = {calendar.id: calendar for calendar in plan.calendars}
    lag: dict[str, int] = {}
    for link in plan.links:
        steps = longest_span(abs(link.lag), calendars.get(link.lag_calendar or ""))
        lag[link.predecessor] = max(lag.get(link.predecessor, 0), steps)
    spans = (
        longest_span(a.duration, calendars.get(a.calendar or "")) + lag.get(a.id, 0) for a in plan.activities
    )
    return settled_from(plan) + sum(spans) + 1


def settled_from(plan: Plan) -> int:
    """The step from which on only the calendars' patterns vary."""
    return max(
        [
            0,
            *releases(plan),
            *(change.at for resource in plan.resources for change in resource.changes),
            *(exception.finish for calendar in plan.calendars for exception in calendar.exceptions),
            *(activity.planned or 0 for activity in plan.activities),
        ]
    )


def longest_span(duration: int, calendar: Calendar | None) -> int:
    """The most steps that work of `duration` takes, from any point on, where only the pattern counts."""
    if calendar is None or not duration:
        return duration
    worked = sum(calendar.pattern)
    return (ceil(duration / worked) + 1) * len(calendar.pattern) if worked else 0
