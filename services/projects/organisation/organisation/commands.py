"""What is checked of the organisation against what else there is."""

from services.projects.intake.request.waiting import follow_limits
from services.projects.organisation.organisation import rules
from shared.contracts.language import Fact
from shared.contracts.projects.organisation import Organisation
from shared.contracts.projects.structure import Calendar
from shared.domain.organisation import note_change
from shared.domain.work import Work

THE_ONE = "organisation"
"""The guard under which it is made: of two who make one at once only the first does, whichever replica they ask."""


async def check(work: Work, organisation: Organisation) -> None:
    rules.makes_sense(organisation)
    if work.before(organisation) is None:
        await work.guard(THE_ONE)
        stored = await work.select(Organisation, "1 = 1")
        rules.is_the_only_one(work.with_staged(Organisation, stored, lambda one: True))
    if organisation.calendar_id is not None:
        rules.serves_all(await work.load(Calendar, organisation.calendar_id))


async def read_in(work: Work, organisation: Organisation, fact: Fact) -> None:
    note_change(work)


async def after(work: Work, organisation: Organisation, before: Organisation | None) -> None:
    rules.stays(organisation)
    note_change(work)
    if before is None or before.limits != organisation.limits:
        await follow_limits(work, organisation, before)
