"""What is checked of requests against their neighbours, and against who writes them."""

from collections.abc import Sequence
from typing import Any

from services.projects.confidential import check_confidential
from services.projects.intake.request import resolutions, rules, waiting
from services.projects.intake.request.conversion import begin_project
from services.projects.intake.request.lifecycle import LIFECYCLE
from services.projects.strategy.scoring.commands import void_scorings
from services.projects.strategy.strategic_objective.contributions import check_contributions
from shared.base.clock import now
from shared.base.errors import Forbidden
from shared.contracts.language import Fact
from shared.contracts.projects.intake import Request, RequestState
from shared.domain import four_eyes
from shared.domain.codes import Sequence as Codes
from shared.domain.register import is_revised
from shared.domain.work import Work

S = RequestState
CODES = Codes("REQ")


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """A code where none is given; and the person who asks, where the login has one."""
    return {
        "code": body.code or await CODES.next(work),
        "requester_id": body.requester_id or await work.person(),
        "state_since": work.effective_at or now(),
    }


async def read_in(work: Work, request: Request, fact: Fact) -> None:
    """Its code is not drawn again, and its state may still become overdue here."""
    CODES.pass_over(work, request.code)
    await waiting.follow_history(work, request, fact)


async def check(work: Work, request: Request) -> None:
    before = work.before(request)
    rules.costs_make_a_range(request)
    rules.is_no_duplicate_of_itself(request)
    if before is not None:
        rules.what_was_decided_stays(request, before)
        rules.what_was_submitted_stays(request, before)
        if is_revised(request, before):
            await _refuse_others(work, before)
        if request.state in (S.QUALIFIED, S.APPROVED):
            rules.can_be_decided(request)
    await check_contributions(work, request)
    if before is not None and before.state is not request.state:
        await _move(work, request)
    await check_confidential(work, request)


async def _move(work: Work, request: Request) -> None:
    """It begins to stand in another state."""
    request.state_since = work.effective_at or now()
    if request.state is S.APPROVED:
        await resolutions.refuse_without_one(work, request)
    if request.state is S.CONVERTED:
        await begin_project(work, request)


async def _refuse_others(work: Work, request: Request) -> None:
    """Who only contributes changes what they wrote themselves, while it is with the requester."""
    if work.rights is None or four_eyes.may_write(work, request):
        return
    is_with_requester = request.state in rules.WITH_REQUESTER
    if not (is_with_requester and await four_eyes.own_among(work, LIFECYCLE, [request])):
        raise Forbidden("only who wrote it, or who writes here, changes a request", code="not_your_request")


async def refuse_archiving_others(work: Work, request: Request) -> Sequence[Request]:
    """The same of archiving one; nothing goes with it."""
    await _refuse_others(work, request)
    return ()


async def after(work: Work, request: Request, before: Request | None) -> None:
    await waiting.follow(work, request, before)
    if before is not None and (before.state, request.state) == (S.RETURNED, S.SUBMITTED):
        await void_scorings(work, request.id)
