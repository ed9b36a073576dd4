"""What is checked of calendars against their neighbours, and which days they work."""

from datetime import date, timedelta
from typing import Any

from services.projects.standing import of_project
from services.projects.structure.calendar import rules
from shared.base.clock import now
from shared.base.public_holidays import public_holidays
from shared.contracts.projects.structure import Calendar, Shift
from shared.domain.acts import Acts, Standing
from shared.domain.calendars import WorkingTime, minutes_of
from shared.domain.hierarchies import Hierarchy
from shared.domain.work import Work

BASES = Hierarchy(Calendar, member="based_on_id", deepest=10)


async def _standing(work: Work, calendar: Any) -> Standing | None:
    """None for a calendar of the organisation."""
    return None if calendar.project_id is None else await of_project(work, calendar)


ACTS = Acts(_standing, rules.act)


async def check(work: Work, calendar: Calendar) -> None:
    rules.makes_sense(calendar)
    changes_days = _changes_days(work, calendar)
    if changes_days:
        # before any other calendar is read, so that none changes its week meanwhile
        await work.guard(BASES.key)
    if calendar.country is not None:
        public_holidays(calendar.country, calendar.region, now().year)
    await BASES.check(work, calendar)
    chain = await chain_of(work, calendar)
    for base in chain[1:2]:
        rules.is_of_its_project(calendar, base)
    rules.works(chain)
    if changes_days:
        await _those_based_on_it_work(work, calendar, chain)


def _changes_days(work: Work, calendar: Calendar) -> bool:
    """Whether the week of a calendar changes that others may be based on, or what it takes its week from."""
    before = work.before(calendar)
    if before is None:
        return False
    return (before.week, before.based_on_id, before.archived_at) != (
        calendar.week,
        calendar.based_on_id,
        calendar.archived_at,
    )


async def _those_based_on_it_work(work: Work, calendar: Calendar, chain: list[Calendar]) -> None:
    """They take over what is changed here."""
    bases = await BASES.parents(work)
    chains = {calendar.id: chain}
    for id in bases.below(calendar.id):
        base = bases.parents[id]
        assert base is not None
        chains[id] = [await work.load(Calendar, str(id)), *chains[base]]
        if chains[id][0].archived_at is None:
            rules.works_on(chains[id])


async def chain_of(work: Work, calendar: Calendar) -> list[Calendar]:
    """The calendar, then those it is based on, the nearest first."""
    chain = [calendar]
    while (above := chain[-1].based_on_id) is not None and above not in {one.id for one in chain}:
        chain.append(await work.load(Calendar, above))
    return chain


async def worked(work: Work, id: str, first: date, last: date) -> list[tuple[date, list[Shift], int]]:
    """Each day with its shifts and their minutes."""
    time = WorkingTime(await chain_of(work, await work.load(Calendar, id)))
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [(day, list(shifts), minutes_of(shifts)) for day in days for shifts in [time.shifts(day)]]
