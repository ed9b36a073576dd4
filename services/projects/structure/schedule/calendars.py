"""The calendars by which a plan is scheduled, as the engine takes them: each with those that it is based on."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.projects.structure.calendar.commands import chain_of
from shared.contracts.projects.organisation import Organisation
from shared.contracts.projects.structure import Calendar, Shift
from shared.domain.calendars import WorkingTime
from shared.domain.work import Work


async def of_project(work: Work, project_id: UUID) -> UUID | None:
    """The calendar of a project's plan: its own one, the oldest where it has several, else the organisation's default.

    None where there is neither: then the office week is worked."""
    own = await work.select(Calendar, "project_id = ? ORDER BY created_at, id LIMIT 1", (str(project_id),))
    if own:
        return own[0].id
    organisation = await work.find(Organisation, "1 = 1", archived=False)
    return None if organisation is None else organisation.calendar_id


async def as_engine_takes(work: Work, ids: Collection[UUID]) -> list[dict[str, Any]]:
    """These calendars and all that they are based on, in the order of ids."""
    calendars: dict[UUID, dict[str, Any]] = {}
    for id in sorted(ids):
        chain = await chain_of(work, await work.load(Calendar, id))
        for place, calendar in enumerate(chain):
            if calendar.id not in calendars:
                calendars[calendar.id] = _as_engine_takes(calendar, chain[place:])
    return [calendars[id] for id in sorted(calendars)]


def _as_engine_takes(calendar: Calendar, chain: Sequence[Calendar]) -> dict[str, Any]:
    """Its week is that of the whole chain: a day that it does not name is as in what it is based on."""
    one: dict[str, Any] = {
        "key": str(calendar.id),
        "week": [{"shifts": _shifts(shifts)} for shifts in WorkingTime(chain).week],
        "exceptions": [
            {"first_on": str(e.first_on), "last_on": str(e.last_on), "shifts": _shifts(e.shifts)}
            for e in calendar.exceptions
        ],
    }
    if calendar.country is not None:
        region: Mapping[str, Any] = {} if calendar.region is None else {"region": calendar.region}
        one["holidays"] = {"country": calendar.country, **region}
    if len(chain) > 1:
        one["base_key"] = str(chain[1].id)
    return one


def _shifts(shifts: Sequence[Shift]) -> list[dict[str, str]]:
    return [{"starts": shift.begins, "ends": shift.ends} for shift in shifts]
