"""What may be done with a deliverable: it is submitted and reviewed by moves, and judged by acceptances alone.

planned -> submitted -> in review -> accepted -> integrated
"""

from uuid import UUID

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.quality import (
    Deliverable,
    DeliverableAccepted,
    DeliverableAcceptedWithReservations,
    DeliverableDropped,
    DeliverableIntegrated,
    DeliverableRejected,
    DeliverableReviewed,
    DeliverableState,
    DeliverableSubmitted,
    DeliverableWithdrawn,
    IntegrateDeliverable,
    JudgedDeliverable,
    SubmitDeliverable,
    Verdict,
)
from shared.contracts.words import called_state
from shared.domain.acts import ARCHIVE, CREATE, RESTORE, REVISE
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = DeliverableState
TO_BE_MADE = (S.PLANNED, S.REJECTED)
DELIVERED = (S.ACCEPTED, S.INTEGRATED)
"""Accepted, and no reservation is open."""
AGREED = ("acceptance_criteria", "made_by")
"""What a submission is judged by, and who must not judge it."""


def act(deed: str, deliverable: Deliverable, before: Deliverable | None) -> Act:
    """To hand something over and to take it over are measures, up to the end of the project."""
    if deed == CREATE:
        return Act.NEW_CHILD
    if deed in (ARCHIVE, RESTORE):
        return Act.CORRECTION
    return Act.EDIT if deed in (REVISE, "drop") else Act.MEASURE


def submit(deliverable: Deliverable, occasion: Occasion) -> DeliverableSubmitted:
    """Each submission has the next number; what was submitted before is in the history."""
    body = occasion.body
    assert isinstance(body, SubmitDeliverable)
    if body.document.ref is None and body.document.sha256 is None:
        raise Invalid(
            "a submission names what is submitted",
            Fault("missing", "a file, or where it is to be had", pointer="/document"),
            code="nothing_submitted",
        )
    deliverable.submission += 1
    deliverable.document = body.document
    return DeliverableSubmitted(submission=deliverable.submission, document=body.document, reason=body.reason)


def take_back(deliverable: Deliverable, occasion: Occasion) -> None:
    deliverable.document = None


def integrate(deliverable: Deliverable, occasion: Occasion) -> None:
    assert isinstance(occasion.body, IntegrateDeliverable)
    deliverable.integrated_into = occasion.body.into


LIFECYCLE = Lifecycle(
    "state",
    {
        "submit": Move(
            TO_BE_MADE,
            S.SUBMITTED,
            DeliverableSubmitted,
            needs="contribute",
            takes=SubmitDeliverable,
            effect=submit,
            checks_content=True,
            description="From planned or rejected to submitted, with the next number. A file is sent first; the hash names"
            " it. Where `ref` says where the thing is, the hash is that of its content there.",
        ),
        "review": Move(S.SUBMITTED, S.IN_REVIEW, DeliverableReviewed, needs="write", awaited=True),
        "withdraw": Move(
            (S.SUBMITTED, S.IN_REVIEW),
            S.PLANNED,
            DeliverableWithdrawn,
            needs="contribute",
            for_author=True,
            effect=take_back,
        ),
        "integrate": Move(
            S.ACCEPTED,
            S.INTEGRATED,
            DeliverableIntegrated,
            needs="write",
            takes=IntegrateDeliverable,
            effect=integrate,
            description="From accepted to integrated, naming what takes it. What has open reservations is not integrated.",
        ),
        "drop": Move(S.PLANNED, S.DROPPED, DeliverableDropped, needs="write"),
    },
)

FACTS: dict[Verdict, type[JudgedDeliverable]] = {
    Verdict.ACCEPTED: DeliverableAccepted,
    Verdict.ACCEPTED_WITH_RESERVATIONS: DeliverableAcceptedWithReservations,
    Verdict.REJECTED: DeliverableRejected,
}


def judge(deliverable: Deliverable, verdict: Verdict, acceptance_id: UUID) -> JudgedDeliverable:
    """The system's moves `accept`, `accept-with-reservations` and `reject`: what an acceptance does to it."""
    deliverable.state = DeliverableState(verdict.value)
    return FACTS[verdict](acceptance_id=acceptance_id, submission=deliverable.submission)


def is_in_review(deliverable: Deliverable, submission: int | None) -> None:
    """Refuse (409) a verdict on what is not in review, or on another submission than the one that is."""
    if deliverable.state is not S.IN_REVIEW:
        raise Conflict(
            Text(
                "the deliverable is {state}; what is in review is judged",
                state=called_state("deliverable", deliverable.state),
            ),
            Fault("not_in_review", "is not in review", pointer="/deliverable_id"),
            code="not_in_review",
        )
    if submission not in (None, deliverable.submission):
        raise Conflict(
            Text("submission {number} is in review: judge that one", number=deliverable.submission),
            Fault("other_submission", "is not the submission in review", pointer="/submission"),
            code="other_submission",
        )


def keeps_what_it_is_judged_by(deliverable: Deliverable, before: Deliverable) -> None:
    """Refuse (409 `submitted_stays`) that the criteria or the maker change under a submission."""
    if before.state in TO_BE_MADE:
        return
    changed = [member for member in AGREED if getattr(deliverable, member) != getattr(before, member)]
    if changed:
        raise Conflict(
            "what a submission is judged by stays as it is: withdraw the submission first",
            *(Fault("submitted", "was submitted", pointer=f"/{member}") for member in changed),
            code="submitted_stays",
        )


def is_judged_by_another(deliverable: Deliverable) -> None:
    if deliverable.made_by is not None and deliverable.made_by == deliverable.acceptor_id:
        raise Invalid(
            "who makes a deliverable does not accept it",
            Fault("made_it", "makes the deliverable", pointer="/acceptor_id"),
            code="acceptor_made_it",
        )


def criteria_differ(deliverable: Deliverable) -> None:
    criteria = deliverable.acceptance_criteria
    for place, criterion in enumerate(criteria):
        if criterion in criteria[:place]:
            raise Invalid(
                "a criterion of acceptance is named twice",
                Fault("duplicate", "is named before", pointer=f"/acceptance_criteria/{place}"),
                code="criterion_named_twice",
            )
