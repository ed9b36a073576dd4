"""What may be done with a change: it is assessed, decided, carried out, and verified by somebody else.

raised -> assessed -> approved -> implementing -> verified -> closed
"""

from shared.base.errors import Conflict, Fault, Invalid
from shared.contracts.projects.change import (
    ApproveChange,
    Change,
    ChangeApproved,
    ChangeAssessed,
    ChangeClosed,
    ChangeDeferred,
    ChangeImplemented,
    ChangeKind,
    ChangeRejected,
    ChangeReturned,
    ChangeState,
    ChangeVerified,
    ChangeWithdrawn,
)
from shared.domain.acts import ARCHIVE, CREATE, RESTORE
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.register import is_revised
from shared.domain.stages import Act

S = ChangeState
OPEN = (S.RAISED, S.ASSESSED, S.DEFERRED)
"""Before it is decided; what it says may still change."""
COUNTING = (S.APPROVED, S.IMPLEMENTING, S.VERIFIED)
"""What was approved and is not closed yet; a closed one was approved if it has a day for that."""


def act(deed: str, change: Change, before: Change | None) -> Act:
    """Changes are asked for and decided up to the end of a project; what is said of them later corrects the record."""
    if deed == CREATE:
        return Act.EDIT
    if deed in (ARCHIVE, RESTORE, "close"):
        return Act.CORRECTION
    return Act.EDIT if deed in ("approve", "revise") else Act.MEASURE


def says_what_it_does(change: Change) -> None:
    if change.impact is None:
        raise Invalid(
            "a change is assessed once its impact is known",
            Fault("missing", "needed to assess it", pointer="/impact"),
            code="impact_missing",
        )


def what_was_decided_stays(change: Change, before: Change) -> None:
    if before.state not in OPEN and is_revised(change, before):
        raise Conflict("a change that was decided stays as it is", code="change_decided")


def counts(change: Change) -> bool:
    """Whether it was approved, and adds to what has changed since the mandate was signed."""
    return change.approved_on is not None


def moves_terms(change: Change) -> bool:
    """Whether it is a change that mandate and plan may follow: approved, and not simply accepted as it is."""
    return counts(change) and not change.conceded


def approve(change: Change, occasion: Occasion) -> None:
    assert isinstance(occasion.body, ApproveChange)
    if occasion.body.concede and change.kind is not ChangeKind.OFF_SPECIFICATION:
        raise Invalid(
            "only an off-specification is conceded",
            Fault("not_conceded", "only of an off-specification", pointer="/concede"),
            code="not_an_off_specification",
        )
    change.conceded = occasion.body.concede
    change.approved_on = occasion.day


LIFECYCLE = Lifecycle(
    "state",
    {
        "assess": Move(
            (S.RAISED, S.DEFERRED),
            S.ASSESSED,
            ChangeAssessed,
            needs="write",
            check=says_what_it_does,
            checks_content=True,
        ),
        "defer": Move(S.ASSESSED, S.DEFERRED, ChangeDeferred, needs="write", checks_content=True),
        "approve": Move(
            S.ASSESSED,
            S.APPROVED,
            ChangeApproved,
            needs="write",
            four_eyes=True,
            awaited=True,
            takes=ApproveChange,
            effect=approve,
            checks_content=True,
            description="From assessed to approved, by who has the authority: within the tolerances of the mandate, added up"
            " since it was signed, the project manager; beyond them the sponsor (403 `beyond_authority`); above the limit of"
            " the portfolio a resolution (409 `resolution_needed`).",
        ),
        "reject": Move(
            S.ASSESSED,
            S.REJECTED,
            ChangeRejected,
            needs="write",
            four_eyes=True,
            awaited=True,
            checks_content=True,
        ),
        "implement": Move(S.APPROVED, S.IMPLEMENTING, ChangeImplemented, needs="write", submits=True),
        "verify": Move(
            S.IMPLEMENTING,
            S.VERIFIED,
            ChangeVerified,
            needs="write",
            by_another=lambda change: True,
            awaited=True,
        ),
        "return": Move(S.IMPLEMENTING, S.APPROVED, ChangeReturned, needs="write"),
        "close": Move((S.VERIFIED, S.REJECTED), S.CLOSED, ChangeClosed, needs="write"),
        "withdraw": Move(OPEN, S.WITHDRAWN, ChangeWithdrawn, needs="write"),
    },
)
