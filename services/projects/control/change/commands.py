"""How a change is decided: by who has the authority for it, with what follows in the same commit."""

from typing import Any

from services.projects.control import acting
from services.projects.control.change import authority, rules
from services.projects.control.change.next_edition import open_next_edition
from services.projects.control.decision.entering import enter
from services.projects.control.resolving import is_resolved, refuse_without_resolution
from services.projects.control.terms import binding_terms
from services.projects.standing import of_project
from shared.base.texts import Text
from shared.contracts.language import Fact
from shared.contracts.projects.change import Authority, Change
from shared.contracts.projects.control import DecisionLevel
from shared.domain.acts import Acts
from shared.domain.codes import Sequence
from shared.domain.work import Work

S = rules.S
CODES = Sequence("CHG")
ACTS = Acts(of_project, rules.act)
DECIDING = frozenset({"approve", "reject"})


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """A code where none is given."""
    return {"code": body.code or await CODES.next(work)}


async def read_in(work: Work, change: Change, fact: Fact) -> None:
    """Its code is not drawn again."""
    CODES.pass_over(work, change.code)


async def check(work: Work, change: Change) -> None:
    before = work.before(change)
    if before is not None:
        rules.what_was_decided_stays(change, before)
    if change.state is S.ASSESSED:
        rules.says_what_it_does(change)
        change.authority, _ = await _authority(work, change)
    elif change.state in (S.RAISED, S.DEFERRED):
        change.authority = None
    elif before is not None and before.state is S.ASSESSED and change.state in (S.APPROVED, S.REJECTED):
        await _decide(work, change)


async def _authority(work: Work, change: Change) -> tuple[Authority, Any]:
    """Of two changes that are weighed at the same time only the first passes; the other is weighed again."""
    await work.guard(f"changes of {change.project_id}")
    return await authority.decide_who(work, change)


async def _decide(work: Work, change: Change) -> None:
    """Refused who has not the authority for it, as everything stands now."""
    change.authority, limit = await _authority(work, change)
    who = change.authority
    if limit is not None and not _is_told(work):
        await refuse_without_resolution(work, limit, change, authority.impact_of(change).cost)
        who = Authority.SPONSOR
    await acting.refuse_others(work, who, change.project_id, change)
    if change.state is S.APPROVED:
        terms = await binding_terms(work, change.project_id)
        change.mandate_id = None if terms is None else terms.mandate_id


def _is_told(work: Work) -> bool:
    """Whether it is told by an importer: it was decided elsewhere."""
    return "projects.import" in work.scopes


async def withholds(work: Work, change: Change, verb: str) -> bool:
    """Whether who asks lacks the authority for a move."""
    if verb not in DECIDING or change.authority is None or _is_told(work):
        return False
    who = change.authority
    if who is Authority.RESOLUTION:
        if not await is_resolved(work, change, authority.impact_of(change).cost):
            return True
        who = Authority.SPONSOR
    return not await acting.may_decide_as(work, who, change.project_id, change)


async def after(work: Work, change: Change, before: Change | None) -> None:
    if before is None or before.state is not S.ASSESSED or change.state not in (S.APPROVED, S.REJECTED):
        return
    await _log(work, change)
    if change.state is S.APPROVED:
        await open_next_edition(work, change)
        await authority.follow_authority(work, change.project_id, but=(change.id,))


def _verdict(change: Change) -> Text:
    if change.conceded:
        return Text("conceded: {code} {title}", code=change.code, title=change.title)
    if change.state is S.APPROVED:
        return Text("approved: {code} {title}", code=change.code, title=change.title)
    return Text("rejected: {code} {title}", code=change.code, title=change.title)


async def _log(work: Work, change: Change) -> None:
    await enter(
        work,
        change,
        project_id=change.project_id,
        level=DecisionLevel.MANAGEMENT if change.authority is Authority.MANAGER else DecisionLevel.STEERING,
        title=f"{change.code} {change.title}",
        text=_verdict(change),
        rationale=change.reason,
        alternatives="\n".join(one.name for one in change.options),
    )
