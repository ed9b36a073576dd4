"""The working days by which loads and capacities are counted: those of the organisation's calendar, as of the day."""

from datetime import date
from typing import Any

from services.reporting.asof import AsOf
from services.reporting.history.view import states, states_by_id
from shared.base.settings import Settings
from shared.base.working_days import Holidays, WorkingDays
from shared.domain.calendars import WorkingTime, calendar_of
from shared.store import Store

DEEPEST = 20
"""The most calendars that are based on one another; more are not followed."""


async def working_days(store: Store, settings: Settings, at: AsOf, first: date, last: date) -> WorkingDays:
    """From `first` to `last`. Mondays to Fridays where the organisation names no calendar. The days off of the settings
    are days off in any case."""
    chain = await _calendars(store, at)
    if not chain:
        return Holidays(settings.holidays)
    return WorkingTime([calendar_of(state) for state in chain]).worked(first, last, settings.holidays)


async def _calendars(store: Store, at: AsOf) -> list[dict[str, Any]]:
    """The states of the organisation's calendar and of those it is based on, the nearest first."""
    organisations = await states(store, "organisation", at.until)
    following = organisations[0]["calendar_id"] if organisations else None
    chain: list[dict[str, Any]] = []
    while following is not None and len(chain) < DEEPEST:
        known_calendars = await states_by_id(store, [following], at.until)
        if following not in known_calendars:
            break
        chain.append(known_calendars[following])
        following = chain[-1]["based_on_id"]
    return chain
