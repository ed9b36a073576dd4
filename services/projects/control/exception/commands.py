"""How exceptions are raised by hand, and decided by those who signed the mandate."""

from typing import Any

from services.projects.control import acting
from services.projects.control.decision.entering import enter
from services.projects.control.exception import rules
from services.projects.control.exception.forecasts import overrun
from services.projects.control.exception.raising import follow_forecasts
from services.projects.control.exception.standing import ones_of
from services.projects.control.resolving import limit_of, refuse_without_resolution
from services.projects.control.terms import binding_terms
from services.projects.standing import of_project
from shared.base.errors import Conflict
from shared.base.texts import Text
from shared.contracts.projects.change import Authority, ProjectException
from shared.contracts.projects.control import DecisionLevel
from shared.contracts.words import Called
from shared.domain.acts import Acts
from shared.domain.work import Work

S = rules.S
ACTS = Acts(of_project, rules.act)


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """It is about the mandate that binds."""
    terms = await binding_terms(work, body.project_id)
    return {"mandate_id": None if terms is None else terms.mandate_id}


async def check(work: Work, one: ProjectException) -> None:
    before = work.before(one)
    if before is None:
        rules.is_out_of_tolerance(one)
    else:
        rules.what_was_decided_stays(one, before)
    if one.state in rules.STANDING and one.archived_at is None:
        await _refuse_second(work, one)
    if before is not None and (before.state, one.state) == (S.ASSESSED, S.DECIDED):
        await _decide(work, one)


async def _refuse_second(work: Work, one: ProjectException) -> None:
    """On each axis and level there is one until it is closed."""
    await work.guard(f"exceptions of {one.project_id}")
    others = await ones_of(work, one.project_id, one.axis, one.level)
    if any(other.state in rules.STANDING for other in others if other.id != one.id):
        raise Conflict("there is an exception on this axis already", code="exception_open")


async def _decide(work: Work, one: ProjectException) -> None:
    if "projects.import" in work.scopes:
        return
    terms = await binding_terms(work, one.project_id)
    limit = await limit_of(work, one.project_id, overrun(terms, one))
    if limit is not None:
        await refuse_without_resolution(work, limit, one, one.forecast.cost)
    await acting.refuse_others(work, Authority.SPONSOR, one.project_id, one)


async def withholds(work: Work, one: ProjectException, verb: str) -> bool:
    """Whether who asks is not the one who decides it."""
    return verb == "decide" and not await acting.may_decide_as(work, Authority.SPONSOR, one.project_id, one)


async def after(work: Work, one: ProjectException, before: ProjectException | None) -> None:
    """A decision enters the log. What went beyond what was accepted while it was carried out is told once it is closed."""
    if before is not None and (before.state, one.state) == (S.ASSESSED, S.DECIDED):
        await enter(
            work,
            one,
            project_id=one.project_id,
            level=DecisionLevel.STEERING,
            title=Text("exception: {axis}", axis=_called(one)),
            text=one.decision,
            rationale=one.cause,
            alternatives="\n".join(option.name for option in one.options),
        )
    if before is not None and (before.state, one.state) == (S.DECIDED, S.CLOSED) and one.accepted_up_to:
        await follow_forecasts(work, one.project_id)


def _called(one: ProjectException) -> Called:
    return Called("value", f"exception.axis.{one.axis.value}", one.axis.value)
