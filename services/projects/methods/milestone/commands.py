"""What is checked of milestones, and what follows: a slip is told in a version of its own."""

from services.projects.methods.milestone import rules
from services.projects.standing import of_project
from services.projects.structure.baseline.standing import hold_planned_day
from shared.base.clock import now
from shared.contracts.projects.methods import Milestone, MilestoneSlipped
from shared.domain.acts import Acts
from shared.domain.days import refuse_future
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)


async def check(work: Work, milestone: Milestone) -> None:
    before = work.before(milestone)
    if before is not None and before.planned_on != milestone.planned_on:
        await hold_planned_day(work, milestone.project_id)
    if milestone.achieved_on is not None:
        refuse_future(work, milestone.achieved_on, "/on")


async def after(work: Work, milestone: Milestone, before: Milestone | None) -> None:
    """The slip is what follows from the forecast, and so a fact beside the revision."""
    if rules.slips_further(milestone, before):
        work.save(milestone, MilestoneSlipped(due_at=now()))
