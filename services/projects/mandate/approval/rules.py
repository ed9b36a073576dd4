"""The life of an approval: the person who is asked answers it, or hands it to somebody else, and nobody else does."""

from uuid import UUID

from shared.base.errors import Conflict, Fault
from shared.contracts.projects.papers import (
    Approval,
    ApprovalDelegated,
    ApprovalExpired,
    ApprovalGranted,
    ApprovalRefused,
    ApprovalState,
    DecisionPaper,
    DecisionPaperState,
    DelegateApproval,
    GrantApproval,
    RefuseApproval,
)
from shared.domain.due.declaring import Due
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = ApprovalState


def act(deed: str, approval: Approval, before: Approval | None) -> Act:
    """Who is asked answers up to the end of the project."""
    return Act.EDIT


def who_is_asked(approval: Approval) -> UUID | None:
    """Nobody, where it would be the author's own."""
    return approval.approver_id if approval.counts else None


def grant(approval: Approval, occasion: Occasion) -> None:
    assert isinstance(occasion.body, GrantApproval)
    approval.comment = occasion.body.comment or occasion.body.reason or ""
    approval.conditions = occasion.body.conditions
    approval.answered_on = occasion.day


def refuse(approval: Approval, occasion: Occasion) -> None:
    assert isinstance(occasion.body, RefuseApproval)
    approval.comment = occasion.body.comment or occasion.body.reason or ""
    approval.answered_on = occasion.day


def delegate(approval: Approval, occasion: Occasion) -> None:
    assert isinstance(occasion.body, DelegateApproval)
    approval.comment = occasion.body.reason or ""
    approval.delegated_to_id = occasion.body.to
    approval.answered_on = occasion.day


LIFECYCLE = Lifecycle(
    "state",
    {
        "grant": Move(
            S.REQUESTED,
            S.GRANTED,
            ApprovalGranted,
            needs="contribute",
            takes=GrantApproval,
            by_person=who_is_asked,
            effect=grant,
            checks_content=True,
            description="From requested to granted, by the person who is asked. With enough grants the paper is decided.",
        ),
        "refuse": Move(
            S.REQUESTED,
            S.REFUSED,
            ApprovalRefused,
            needs="contribute",
            takes=RefuseApproval,
            by_person=who_is_asked,
            effect=refuse,
            checks_content=True,
            description="From requested to refused, by the person who is asked. The paper is refused as soon as enough grants"
            " are out of reach.",
        ),
        "delegate": Move(
            S.REQUESTED,
            S.DELEGATED,
            ApprovalDelegated,
            needs="contribute",
            takes=DelegateApproval,
            by_person=who_is_asked,
            effect=delegate,
            checks_content=True,
            description="From requested to delegated, by the person who is asked: the other one gets an approval of their own.",
        ),
    },
)

EXPIRED = Due(
    ApprovalExpired,
    after=lambda approval: approval.due_on,
    stands=lambda approval: approval.state is S.REQUESTED,
)


def is_asked_for(approval: Approval, paper: DecisionPaper) -> None:
    """The paper waits for it: it is circulated, in this round."""
    if (
        paper.archived_at is not None
        or paper.state is not DecisionPaperState.CIRCULATED
        or paper.round != approval.round
    ):
        raise Conflict("the paper is not in circulation any more", code="paper_not_circulated")


def may_be_handed_to(to: UUID, approval: Approval, paper: DecisionPaper, others: list[Approval]) -> None:
    """Refuse (409) to hand it to an author, back to who had it, or to who is asked already: nobody counts twice."""
    if to in paper.author_ids:
        raise Conflict(
            "an approval is not handed to who made or circulated the paper",
            Fault("delegated_to_author", "made or circulated the paper", pointer="/to"),
            code="delegated_to_author",
        )
    if to == approval.approver_id or to in _had_it(approval, others):
        raise Conflict(
            "an approval is not handed back",
            Fault("delegated_back", "has handed it over", pointer="/to"),
            code="delegated_back",
        )
    if any(to == one.approver_id for one in others):
        raise Conflict(
            "this person is asked already, and nobody counts twice",
            Fault("asked_already", "is asked already", pointer="/to"),
            code="asked_already",
        )


def _had_it(approval: Approval, others: list[Approval]) -> set[UUID]:
    """Those through whose hands it came."""
    before = {one.delegated_to_id: one.approver_id for one in others if one.delegated_to_id is not None}
    persons: set[UUID] = set()
    person = approval.approver_id
    while person in before and before[person] not in persons:
        person = before[person]
        persons.add(person)
    return persons
