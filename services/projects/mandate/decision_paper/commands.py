"""How papers are circulated, recalled and withdrawn, and what follows for those who are asked."""

from collections.abc import Sequence
from uuid import UUID

from services.projects.mandate.approval.api import APPROVALS
from services.projects.mandate.approval.round import approvals_of, guard_of
from services.projects.mandate.decision_paper import rules
from services.projects.mandate.decision_paper.content import content_of
from services.projects.mandate.decision_paper.costs import cost_of
from services.projects.mandate.decision_paper.subjects import check_subject
from services.projects.standing import of_project_if_any
from shared.base.ids import new_id
from shared.contracts.projects.intake import Request
from shared.contracts.projects.papers import ApprovalLapsed, ApprovalState, DecisionPaper, DecisionPaperState
from shared.domain import four_eyes
from shared.domain.acts import Acts
from shared.domain.freezing import freeze_content
from shared.domain.register import is_revised, make
from shared.domain.work import Work

S = DecisionPaperState
ACTS = Acts(of_project_if_any, rules.act)


async def check(work: Work, paper: DecisionPaper) -> None:
    before = work.before(paper)
    if before is not None and is_revised(paper, before):
        rules.may_be_revised(before)
    rules.names_each_approver_once(paper)
    if before is None or before.state is S.DRAFT:
        await check_subject(work, paper)
    if before is not None and before.state is not paper.state:
        await work.guard(guard_of(paper.id))
        if paper.state is S.CIRCULATED:
            await _circulate(work, paper)


async def _circulate(work: Work, paper: DecisionPaper) -> None:
    """Freeze what those who are asked decide on, and note whose own consent does not count."""
    circulator = await work.person()
    authors = {UUID(id) for id in await four_eyes.author_persons(work, paper)}
    paper.author_ids = sorted(authors | ({circulator} if circulator else set()))
    rules.can_be_granted(paper)
    if paper.request_id is not None:
        paper.covers = (await work.load(Request, paper.request_id)).cost_likely
    elif paper.subject is not None:
        paper.covers = await cost_of(work, paper.subject)
    freeze_content(work, paper, await content_of(work, paper))


async def after(work: Work, paper: DecisionPaper, before: DecisionPaper | None) -> None:
    if before is None or before.state is paper.state:
        return
    with work.following():
        if paper.state is S.CIRCULATED:
            await _ask(work, paper)
        elif before.state is S.CIRCULATED and paper.state in (S.DRAFT, S.WITHDRAWN):
            await _lapse(work, paper)


async def _ask(work: Work, paper: DecisionPaper) -> None:
    """One approval for each approver. Who made or circulated the paper is asked as well, and cannot answer."""
    assert paper.approvers is not None
    for person_id in paper.approvers.of:
        await make(
            work,
            APPROVALS,
            new_id(),
            paper_id=paper.id,
            request_id=paper.request_id,
            project_id=paper.project_id,
            title=paper.title,
            round=paper.round,
            approver_id=person_id,
            counts=person_id not in paper.author_ids,
            due_on=paper.due_on,
        )


async def _lapse(work: Work, paper: DecisionPaper) -> None:
    for approval in await approvals_of(work, paper):
        if approval.state is not ApprovalState.LAPSED:
            approval.state = ApprovalState.LAPSED
            work.save(approval, ApprovalLapsed())


async def refuse_archiving_circulated(work: Work, paper: DecisionPaper) -> Sequence[DecisionPaper]:
    """Nothing goes with a paper that is archived; those who are asked are not left alone with it."""
    rules.is_not_being_decided(paper)
    return ()
