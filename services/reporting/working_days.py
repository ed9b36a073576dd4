"""The working days by which loads and capacities are counted: those of the organisation's calendar, as of the day."""

from datetime import date
from typing import Any

from services.reporting.history.view import states, states_by_id
from services.reporting.reading import Reading, State
from shared.base.working_days import Holidays, WorkingDays
from shared.domain.access.rights import EVERYTHING
from shared.domain.calendars import WorkingTime, calendar_of

DEEPEST = 20
"""The most calendars that are based on one another; more are not followed."""


async def working_days(reading: Reading[Any], first: date, last: date) -> WorkingDays:
    """From `first` to `last`. Mondays to Fridays where the organisation names no calendar. The days off of the settings
    are days off in any case."""
    chain, days_off = await _calendars(reading), reading.settings.holidays
    if not chain:
        return Holidays(days_off)
    return WorkingTime([calendar_of(state) for state in chain]).worked(first, last, days_off)


async def _calendars(reading: Reading[Any]) -> list[State]:
    """The states of the organisation's calendar and of those it is based on, the nearest first: the same for everybody,
    whatever they see."""
    organisations = await states(reading.store, "organisation", reading.at.until, EVERYTHING)
    following = organisations[0]["calendar_id"] if organisations else None
    chain: list[State] = []
    while following is not None and len(chain) < DEEPEST:
        known_calendars = await states_by_id(reading.store, [following], reading.at.until)
        if following not in known_calendars:
            break
        chain.append(known_calendars[following])
        following = chain[-1]["based_on_id"]
    return chain
