"""What is checked of decisions, and what follows: the one in whose place another comes is superseded with it."""

from services.projects.control.decision import rules
from services.projects.standing import of_project_if_any
from shared.contracts.projects.control import LoggedDecision
from shared.domain.acts import Acts
from shared.domain.days import refuse_future
from shared.domain.work import Work

ACTS = Acts(of_project_if_any, rules.act)


async def check(work: Work, decision: LoggedDecision) -> None:
    refuse_future(work, decision.decided_on, "/decided_on")
    if work.before(decision) is None and decision.supersedes_id is not None:
        await work.guard(f"decision {decision.supersedes_id}")
        rules.may_be_superseded(await work.load(LoggedDecision, decision.supersedes_id))


async def after(work: Work, decision: LoggedDecision, before: LoggedDecision | None) -> None:
    if before is None and decision.supersedes_id is not None:
        former = await work.load(LoggedDecision, decision.supersedes_id)
        work.save(former, rules.supersede(former, decision))
