"""The life of a request: which move leads where, what it needs, and what else it changes."""

from services.projects.intake.request import rules
from shared.base.ids import new_id
from shared.contracts.projects.intake import (
    ApproveRequest,
    Became,
    BecameKind,
    ConvertRequest,
    Explained,
    Funding,
    Request,
    RequestApproved,
    RequestConverted,
    RequestDeferred,
    RequestQualified,
    RequestRejected,
    RequestReturned,
    RequestScreened,
    RequestState,
    RequestSubmitted,
    RequestWithdrawn,
)
from shared.domain.lifecycle import Lifecycle, Move, Occasion

S = RequestState


def ask_for_funds(request: Request, occasion: Occasion) -> None:
    """With an envelope, its likely cost is asked for there."""
    assert isinstance(occasion.body, ApproveRequest)
    request.envelope_id = occasion.body.envelope_id
    request.funding = Funding.NONE if request.envelope_id is None else Funding.REQUESTED


def let_funds_go(request: Request, occasion: Occasion) -> None:
    """Finance frees what it reserved once it hears of it."""
    request.envelope_id, request.funding = None, Funding.NONE


def become(request: Request, occasion: Occasion) -> RequestConverted:
    """The project gets this id; it is made in the same commit (`conversion`)."""
    assert isinstance(occasion.body, ConvertRequest)
    rules.can_become(occasion.body)
    request.became = Became(kind=BecameKind.PROJECT, id=new_id(), mandate_id=new_id())
    request.funding = Funding.NONE
    return RequestConverted(reason=occasion.body.reason, became=request.became)


LIFECYCLE = Lifecycle(
    "state",
    {
        "submit": Move(
            rules.WITH_REQUESTER,
            S.SUBMITTED,
            RequestSubmitted,
            needs="contribute",
            for_author=True,
            check=rules.says_what_is_needed,
            checks_content=True,
        ),
        "screen": Move(
            (S.SUBMITTED, S.DEFERRED),
            S.SCREENING,
            RequestScreened,
            needs="write",
            awaited=True,
            checks_content=True,
        ),
        "return": Move(
            (S.SUBMITTED, S.SCREENING, S.QUALIFIED),
            S.RETURNED,
            RequestReturned,
            needs="write",
            takes=Explained,
            checks_content=True,
        ),
        "qualify": Move(
            S.SCREENING,
            S.QUALIFIED,
            RequestQualified,
            needs="write",
            four_eyes=True,
            check=rules.can_be_decided,
            checks_content=True,
        ),
        "approve": Move(
            S.QUALIFIED,
            S.APPROVED,
            RequestApproved,
            takes=ApproveRequest,
            check=rules.can_be_decided,
            effect=ask_for_funds,
            checks_content=True,
            description="From qualified to approved. Above the limit of the portfolio a resolution is needed (409"
            " `resolution_needed`). With an envelope, the likely cost is asked for there.",
        ),
        "defer": Move(
            (S.SCREENING, S.QUALIFIED, S.APPROVED),
            S.DEFERRED,
            RequestDeferred,
            awaited=False,
            effect=let_funds_go,
            checks_content=True,
        ),
        "reject": Move(
            (S.SUBMITTED, S.SCREENING, S.QUALIFIED, S.DEFERRED),
            S.REJECTED,
            RequestRejected,
            takes=Explained,
            awaited=False,
            checks_content=True,
        ),
        "withdraw": Move(
            (*rules.WITH_REQUESTER, S.SUBMITTED, S.SCREENING, S.QUALIFIED, S.DEFERRED, S.APPROVED),
            S.WITHDRAWN,
            RequestWithdrawn,
            needs="contribute",
            for_author=True,
            effect=let_funds_go,
            checks_content=True,
        ),
        "convert": Move(
            S.APPROVED,
            S.CONVERTED,
            RequestConverted,
            needs="write",
            takes=ConvertRequest,
            awaited=True,
            check=rules.is_funded,
            effect=become,
            checks_content=True,
            description="From approved to converted: a project is made in the same commit, and named in the fact.",
        ),
    },
    authors=("requester_id",),
)
