"""The working days by which loads and capacities are counted: those of the organisation's calendar, as of the day."""

from datetime import date
from typing import Any

from services.reporting.history.view import states, states_by_id
from services.reporting.reading import Reading, State
from shared.base.working_days import Holidays, WorkingDays
from shared.contracts.projects.structure import Calendar
from shared.domain.access.rights import EVERYTHING
from shared.domain.calendars import WorkingTime, calendar_of
from shared.store import Store

DEEPEST = 20
"""The most calendars that are based on one another; more are not followed."""


async def working_days(reading: Reading[Any], first: date, last: date) -> WorkingDays:
    """From `first` to `last`. Mondays to Fridays where the organisation names no calendar. The days off of the settings
    are days off in any case."""
    chain, days_off = await calendars_of(reading.store, reading.at.until), reading.settings.holidays
    return WorkingTime(chain).worked(first, last, days_off) if chain else Holidays(days_off)


async def calendars_of(store: Store, until: int | None) -> list[Calendar]:
    """The organisation's calendar and those it is based on, the nearest first: the same for everybody, whatever they
    see. `until` is microseconds, None means now."""
    organisations = await states(store, "organisation", until, EVERYTHING)
    following = organisations[0]["calendar_id"] if organisations else None
    chain: list[State] = []
    while following is not None and len(chain) < DEEPEST:
        known_calendars = await states_by_id(store, [following], until)
        if following not in known_calendars:
            break
        chain.append(known_calendars[following])
        following = chain[-1]["based_on_id"]
    return [calendar_of(state) for state in chain]
