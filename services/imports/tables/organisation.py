"""What the organisation of an instance adds to a register: its own fields, and its own words for the members."""

from dataclasses import replace
from typing import Any

import httpx

from services.imports.tables.targets import Target, own_fields, target_named
from shared.contracts.forms.own import DEFINITIONS

ORGANISATIONS = "/projects/v1/organisations"
CALENDARS = "/projects/v1/calendars"
MOST_CALENDARS = 10
WEEKLY_HOURS = "weekly_hours"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
"""Those of the office week."""
MOST = 200
"""Definitions that one request answers, which are more than a register may have."""


async def target_here(client: httpx.AsyncClient, name: str) -> Target:
    """The target of this name with what the instance adds to it, as far as the caller may read that.

    Raises UnknownTarget, and httpx.HTTPError where the instance cannot be reached.
    """
    target = target_named(name)
    definitions = await _items(client, DEFINITIONS, aggregate=target.register, limit=str(MOST))
    organisations = await _items(client, ORGANISATIONS)
    vocabulary = {word["term"]: word["label"] for one in organisations for word in one["words"]}
    here = target_named(name, own_fields(target.register, definitions), vocabulary)
    calendars = [one["calendar_id"] for one in organisations if one.get("calendar_id")]
    if not calendars or not any(field.path == WEEKLY_HOURS for field in here.fields):
        return here
    return replace(here, full_week=await _full_week(client, calendars[0]))


async def _full_week(client: httpx.AsyncClient, calendar_id: str) -> float | None:
    """The hours of a week by a calendar and those it is based on; where none names a weekday, by the office week."""
    hours = dict.fromkeys(WEEKDAYS, 8.0)
    weeks: list[list[dict[str, Any]]] = []
    id: str | None = calendar_id
    while id is not None and len(weeks) < MOST_CALENDARS:
        answer = await client.get(f"{CALENDARS}/{id}")
        if not answer.is_success:
            return None
        weeks.append(answer.json()["week"])
        id = answer.json()["based_on_id"]
    for week in reversed(weeks):
        hours |= {day["weekday"]: sum(map(_hours, day["shifts"])) for day in week}
    return round(sum(hours.values()), 2)


def _hours(shift: dict[str, str]) -> float:
    begins, ends = (int(clock[:2]) + int(clock[3:]) / 60 for clock in (shift["begins"], shift["ends"]))
    return ends - begins


async def _items(client: httpx.AsyncClient, path: str, **parameters: str) -> list[dict[str, Any]]:
    """Of a list; none where the caller may not read it."""
    answer = await client.get(path, params=parameters)
    return list(answer.json()["items"]) if answer.is_success else []
