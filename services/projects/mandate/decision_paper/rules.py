"""What holds of papers: what they say before they are circulated, and that what is circulated stays as it is.

draft -> circulated -> approved, approved with conditions or refused -> executed
"""

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.papers import (
    DecisionPaper,
    DecisionPaperCirculated,
    DecisionPaperExecuted,
    DecisionPaperOverdue,
    DecisionPaperRecalled,
    DecisionPaperState,
    DecisionPaperWithdrawn,
)
from shared.contracts.words import called_state
from shared.domain.due.declaring import Due
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = DecisionPaperState
CONSENTED = (S.APPROVED, S.APPROVED_WITH_CONDITIONS, S.EXECUTED)
"""The states of a paper that was granted."""
LEAST_OPTIONS = 2


def act(deed: str, paper: DecisionPaper, before: DecisionPaper | None) -> Act:
    """Decisions are prepared up to the end of a project."""
    return Act.EDIT


def can_be_circulated(paper: DecisionPaper) -> None:
    """All that is missing is told at once."""
    faults = []
    if len(paper.options) < LEAST_OPTIONS:
        faults.append(Fault("too_few_options", "two options at least", pointer="/options"))
    if not paper.recommendation.strip():
        faults.append(Fault("missing", "needed to circulate", pointer="/recommendation"))
    if paper.approvers is None:
        faults.append(Fault("missing", "needed to circulate", pointer="/approvers"))
    if faults:
        raise Invalid(
            "a paper is circulated with two options at least, a recommendation, and who decides",
            *faults,
            code="too_few_options" if faults[0].code == "too_few_options" else "paper_incomplete",
        )


def circulate(paper: DecisionPaper, occasion: Occasion) -> None:
    paper.round += 1
    paper.circulated_on = occasion.day


def recall(paper: DecisionPaper, occasion: Occasion) -> None:
    """The content as it was circulated stays in the content store; the next one is frozen anew."""
    paper.content_hash, paper.covers, paper.circulated_on = None, None, None


LIFECYCLE = Lifecycle(
    "state",
    {
        "circulate": Move(
            S.DRAFT,
            S.CIRCULATED,
            DecisionPaperCirculated,
            needs="write",
            submits=True,
            check=can_be_circulated,
            effect=circulate,
            checks_content=True,
            description="From draft to circulated: its content is frozen, and each of its approvers is asked.",
        ),
        "recall": Move(
            S.CIRCULATED,
            S.DRAFT,
            DecisionPaperRecalled,
            needs="write",
            effect=recall,
            checks_content=True,
            description="From circulated to draft: what was granted, refused or delegated lapses.",
        ),
        "withdraw": Move(
            (S.DRAFT, S.CIRCULATED), S.WITHDRAWN, DecisionPaperWithdrawn, needs="write", checks_content=True
        ),
        "execute": Move(
            (S.APPROVED, S.APPROVED_WITH_CONDITIONS), S.EXECUTED, DecisionPaperExecuted, needs="write"
        ),
    },
    keeps_authors=True,
)

OVERDUE = Due(
    DecisionPaperOverdue,
    after=lambda paper: paper.due_on,
    stands=lambda paper: paper.state is S.CIRCULATED,
)


def may_be_revised(paper: DecisionPaper) -> None:
    if paper.state is not S.DRAFT:
        raise Conflict(
            Text(
                "the paper is {state}; only a draft is revised: recall it first",
                state=called_state("decision_paper", paper.state),
            ),
            code="paper_not_draft",
        )


def names_each_approver_once(paper: DecisionPaper) -> None:
    of = [] if paper.approvers is None else paper.approvers.of
    faults = [
        Fault("duplicate", "is named before", pointer=f"/approvers/of/{place}")
        for place, id in enumerate(of)
        if id in of[:place]
    ]
    if faults:
        raise Invalid("each person decides once", *faults, code="approver_twice")


def can_be_granted(paper: DecisionPaper) -> None:
    """Refuse (422 `out_of_reach`) to ask fewer than have to agree: the authors' own consent does not count."""
    assert paper.approvers is not None
    counting = sum(id not in paper.author_ids for id in paper.approvers.of)
    if counting < paper.approvers.need:
        raise Invalid(
            Text(
                "{need} have to agree, and {count} are asked whose consent counts",
                need=paper.approvers.need,
                count=counting,
            ),
            Fault("out_of_reach", "more than are asked, without the authors", pointer="/approvers/need"),
            code="out_of_reach",
        )


def is_not_being_decided(paper: DecisionPaper) -> None:
    if paper.archived_at is None and paper.state is S.CIRCULATED:
        raise Conflict("a circulated paper is recalled or withdrawn first", code="paper_circulated")
