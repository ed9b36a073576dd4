"""What follows once a paper is decided: it enters the log of decisions, its conditions become actions, and those who have not
answered are asked no longer. All of it stands in the commit of the answer that decided."""

from collections.abc import Iterable

from services.projects.control.action.api import ACTIONS
from services.projects.control.decision.api import DECISIONS
from services.projects.mandate.approval.counting import Count
from shared.base.ids import derived_id, new_id
from shared.contracts.projects.control import DecisionLevel, Origin
from shared.contracts.projects.intake import Request
from shared.contracts.projects.papers import (
    Approval,
    ApprovalLapsed,
    ApprovalState,
    Condition,
    DecisionPaper,
    DecisionPaperDecided,
    DecisionPaperState,
)
from shared.contracts.words import labels_in
from shared.domain.organisation import organisation_now
from shared.domain.register import make
from shared.domain.work import Work

LONGEST_TITLE, LONGEST_TEXT = 300, 20_000
"""Characters of a line and of prose."""


async def decide(
    work: Work,
    paper: DecisionPaper,
    outcome: DecisionPaperState,
    answers: Count,
    approvals: Iterable[Approval],
) -> None:
    """Decide a circulated paper by these answers."""
    assert paper.approvers is not None
    is_granted = outcome is not DecisionPaperState.REFUSED
    paper.state, paper.decided_on = outcome, work.effective_on
    paper.conditions = answers.conditions if is_granted else []
    refs = [await _log(work, paper, answers)]
    refs += [await _begin(work, paper, condition) for condition in paper.conditions]
    paper.outcome_refs = refs
    work.save(
        paper,
        DecisionPaperDecided(
            outcome=outcome,
            granted=len(answers.granted),
            refused=len(answers.refused),
            needed=paper.approvers.need,
        ),
    )
    for approval in approvals:
        if approval.state is ApprovalState.REQUESTED:
            approval.state = ApprovalState.LAPSED
            work.save(approval, ApprovalLapsed())


async def _log(work: Work, paper: DecisionPaper, answers: Count) -> Origin:
    """Its entry in the log. What was refused was decided as well."""
    is_granted = paper.state is not DecisionPaperState.REFUSED
    those = answers.granted if is_granted else answers.refused
    organisation = await organisation_now(work.store)
    labels = labels_in("en" if organisation is None else organisation.languages[0])
    label = labels("state", f"decision_paper.{paper.state}")
    comments = [one.comment.strip() for one in those if one.comment.strip()]
    request = None if paper.request_id is None else await work.find_by_id(Request, paper.request_id)
    decision = await make(
        work,
        DECISIONS,
        derived_id(f"decision of round {paper.round}", str(paper.id)),
        project_id=paper.project_id,
        portfolio_id=None if request is None or paper.project_id else request.portfolio_id,
        level=DecisionLevel.STEERING,
        title=paper.title,
        text=f"{label[:1].upper()}{label[1:]}: {paper.recommendation}"[:LONGEST_TEXT],
        decided_on=paper.decided_on,
        decided_by=[one.approver_id for one in those],
        rationale="\n\n".join(comments)[:LONGEST_TEXT],
        alternatives="\n".join(option.name for option in paper.options)[:LONGEST_TEXT],
        origin=Origin(kind="decision_paper", id=paper.id),
    )
    return Origin(kind="decision", id=decision.id)


async def _begin(work: Work, paper: DecisionPaper, condition: Condition) -> Origin:
    """The action of a condition."""
    first_line = " ".join(condition.text.split())
    is_short = len(first_line) <= LONGEST_TITLE
    action = await make(
        work,
        ACTIONS,
        new_id(),
        project_id=paper.project_id,
        title=first_line if is_short else f"{first_line[: LONGEST_TITLE - 1]}…",
        description=condition.text,
        owner_id=condition.owner_id,
        due_on=condition.due_on,
        origin=Origin(kind="decision_paper", id=paper.id),
    )
    return Origin(kind="action", id=action.id)
