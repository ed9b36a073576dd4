"""What is checked of answers, and what follows: somebody else is asked, or the paper is decided."""

from services.projects.mandate.approval import rules
from services.projects.mandate.approval.counting import count
from services.projects.mandate.approval.round import approvals_of, guard_of
from services.projects.mandate.decision_paper.deciding import decide
from services.projects.mandate.decision_paper.rules import LIFECYCLE as OF_PAPERS
from services.projects.standing import of_project_if_any
from services.projects.tables import KNOWN_PERSON
from shared.base.errors import Forbidden
from shared.base.ids import new_id
from shared.contracts.language import plain
from shared.contracts.projects.papers import Approval, ApprovalState, DecisionPaper
from shared.domain import four_eyes
from shared.domain.acts import Acts
from shared.domain.references import archived_reference, known_copy
from shared.domain.work import Work

S = ApprovalState
ACTS = Acts(of_project_if_any, rules.act)


async def check(work: Work, approval: Approval) -> None:
    before = work.before(approval)
    if before is None or before.state is approval.state:
        return
    await work.guard(guard_of(approval.paper_id))
    paper = await work.load(DecisionPaper, approval.paper_id)
    rules.is_asked_for(approval, paper)
    if await four_eyes.own_among(work, OF_PAPERS, [paper]):
        raise Forbidden(four_eyes.OWN, code="four_eyes")
    for place, condition in enumerate(approval.conditions):
        await _is_there(work, condition.owner_id, f"/conditions/{place}/owner_id")
    if approval.state is S.DELEGATED:
        assert approval.delegated_to_id is not None
        await _is_there(work, approval.delegated_to_id, "/to")
        rules.may_be_handed_to(approval.delegated_to_id, before, paper, await approvals_of(work, paper))


async def _is_there(work: Work, person_id: object, pointer: str) -> None:
    """Only reactions make approvals, so that the register looks up no names of theirs."""
    person = await known_copy(work, KNOWN_PERSON, person_id, pointer)  # type: ignore[arg-type]
    if person.archived:
        raise archived_reference("person_id", pointer)


async def after(work: Work, approval: Approval, before: Approval | None) -> None:
    if before is None or before.state is approval.state:
        return
    with work.following():
        paper = await work.load(DecisionPaper, approval.paper_id)
        if approval.state is S.DELEGATED:
            _ask_instead(work, approval)
            return
        approvals = await approvals_of(work, paper)
        assert paper.approvers is not None
        answers = count(approvals)
        outcome = answers.outcome(paper.approvers.need)
        if outcome is not None:
            await decide(work, paper, outcome, answers, approvals)


def _ask_instead(work: Work, approval: Approval) -> None:
    """The one to whom it was handed gets one of their own."""
    assert approval.delegated_to_id is not None
    copied = ("paper_id", "request_id", "project_id", "title", "round", "due_on")
    members = {name: getattr(approval, name) for name in copied}
    other = work.new(
        Approval,
        new_id(),
        **members,
        approver_id=approval.delegated_to_id,
        on_behalf_of_id=approval.approver_id,
    )
    work.save(other, plain(Approval, "created"))
