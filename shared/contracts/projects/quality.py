"""What projects deliver, and how it is accepted."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.language import (
    Aggregate,
    Day,
    Decided,
    Decision,
    Id,
    Line,
    Prose,
    Reasoned,
    Sha256,
    Shape,
    TimeFact,
    VisibleProse,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    filterable,
    label,
    names,
    not_given,
    optional_at_creation,
    searched,
    sortable,
)
from shared.contracts.projects.strategy import Weight

MOST_CRITERIA = 50
MOST_RESERVATIONS = 50


class DeliverableState(StrEnum):
    PLANNED = "planned"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    ACCEPTED_WITH_RESERVATIONS = "accepted_with_reservations"
    REJECTED = "rejected"
    INTEGRATED = "integrated"
    DROPPED = "dropped"


class DeliverableKind(StrEnum):
    DOCUMENT = "document"
    SYSTEM = "system"
    SERVICE = "service"
    OTHER = "other"


class SubmittedDocument(Shape):
    """What exactly was submitted: where it is, and what is in it."""

    ref: Line | None = None
    """Where it is to be had, such as an address, a release or the number of a delivery."""
    sha256: Sha256 | None = None
    """The hash of its content. Where no place is named, it is a file that was sent here."""


@aggregate("projects", "deliverables", key="project_id")
class Deliverable(Aggregate):
    """What a project hands over: a document, a system, a service. Acceptances alone say whether it is accepted.

    Each submission has a number, and a verdict is of one submission. What is withdrawn or rejected is submitted again.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project that delivers it."""
    work_package_id: Annotated[Id | None, names("work_package"), filterable] = None
    """The work package in which it is made."""
    phase_id: Annotated[Id | None, names("phase"), filterable] = None
    """The phase in which it is due."""
    name: Annotated[Line, label, sortable, searched]
    """What is delivered."""
    kind: Annotated[DeliverableKind, filterable] = DeliverableKind.OTHER
    """What sort of thing it is."""
    acceptance_criteria: Annotated[list[Line], Field(max_length=MOST_CRITERIA)] = []
    """By what it is judged. What is accepted was judged by each of them."""
    due_on: Annotated[Day | None, sortable] = None
    """The day by which it is to be accepted."""
    made_by: Annotated[Id | None, names("person"), filterable] = None
    """The person who makes it, and so never accepts it."""
    acceptor_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who is to accept it; null: not agreed yet."""
    contract_id: Annotated[Id | None, names("contract", checked=False), filterable] = None
    """The contract under which it is delivered."""
    earned_weight: Weight | None = None
    """How much it counts for the progress of its work package, beside the other deliverables of that."""
    submission: Annotated[int, Field(ge=0), not_given] = 0
    """The number of the newest submission; 0 until the first one."""
    document: Annotated[SubmittedDocument | None, not_given] = None
    """What was submitted; null while nothing is."""
    integrated_into: Annotated[Line | None, not_given] = None
    """What has taken it over; null until it is integrated."""
    state: Annotated[DeliverableState, sortable, not_given] = DeliverableState.PLANNED
    """Where it stands. Moves change it, and acceptances do."""


class SubmitDeliverable(Decision):
    """Hand over what is to be accepted."""

    document: SubmittedDocument
    """What exactly is submitted: a file, or where it is to be had."""


class IntegrateDeliverable(Decision):
    """What takes over a deliverable."""

    into: Line
    """What takes it, such as a service, a programme or a product."""


@fact(Deliverable, "submitted")
class DeliverableSubmitted(Reasoned):
    """It is handed over to be accepted."""

    submission: int
    """The number of the submission."""
    document: SubmittedDocument
    """What was submitted."""


@fact(Deliverable, "reviewed")
class DeliverableReviewed(Reasoned):
    """Somebody has begun to examine it."""


@fact(Deliverable, "withdrawn")
class DeliverableWithdrawn(Reasoned):
    """It was taken back before there was a verdict."""


class JudgedDeliverable(Decided):
    """A verdict was given, by an acceptance."""

    acceptance_id: Id
    """The acceptance."""
    submission: int
    """The submission that was judged."""


@fact(Deliverable, "accepted")
class DeliverableAccepted(JudgedDeliverable):
    """It is as agreed; where it had reservations, the last of them was lifted."""


@fact(Deliverable, "accepted_with_reservations")
class DeliverableAcceptedWithReservations(JudgedDeliverable):
    """It can be used, and something is still to be set right."""


@fact(Deliverable, "rejected")
class DeliverableRejected(JudgedDeliverable):
    """It is not as agreed."""


@fact(Deliverable, "integrated")
class DeliverableIntegrated(Reasoned):
    """Something else has taken it over."""

    into: Line
    """What has taken it."""


@fact(Deliverable, "dropped")
class DeliverableDropped(Reasoned):
    """It is not delivered any more."""


class AcceptanceKind(StrEnum):
    PRELIMINARY = "preliminary"
    PARTIAL = "partial"
    FINAL = "final"
    MIGRATION = "migration"


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    ACCEPTED_WITH_RESERVATIONS = "accepted_with_reservations"
    REJECTED = "rejected"


class DefectClass(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class JudgedCriterion(Shape):
    """One criterion of acceptance, as it was judged."""

    criterion: Line
    """The criterion, as the deliverable says it."""
    met: bool
    """Whether it is met."""
    evidence: Prose = ""
    """What shows it; of one that is met it is needed."""


class Reservation(Shape):
    """A defect that was seen, and by when it is to be set right."""

    text: VisibleProse
    """What is wrong."""
    __annotations__["class"] = Annotated[DefectClass, Field(description="How bad it is.")]  # a word of Python
    due_on: Day | None = None
    """By when it is set right; needed where the deliverable is accepted all the same."""
    lifted_on: Day | None = None
    """When it was lifted; null while it is open. A move sets it."""
    evidence: Prose = ""
    """What shows that it was set right. The move that lifts it gives it."""

    @property
    def defect(self) -> DefectClass:
        """How bad it is: the member `class`."""
        defect: DefectClass = vars(self)["class"]
        return defect


@aggregate("projects", "acceptances", key="project_id", frozen="protocol_hash")
class Acceptance(Aggregate):
    """The verdict on one submission of a deliverable, with the protocol that was frozen when it was given.

    A final one, and one of a migration, decide about the deliverable. A preliminary or partial one is subject to the final
    one, as in the conditions of the Swiss Confederation: unless it rejects, the deliverable stays in review.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project that delivers."""
    deliverable_id: Annotated[Id, names("deliverable"), filterable, at_creation]
    """What is judged."""
    kind: Annotated[AcceptanceKind, filterable, at_creation] = AcceptanceKind.FINAL
    """Preliminary, partial, final, or of a migration of data."""
    submission: Annotated[int | None, Field(ge=1, strict=True), optional_at_creation] = None
    """The number of the submission that is judged; the newest one where none is given."""
    verdict: Annotated[Verdict, sortable, at_creation]
    """Accepted, accepted with reservations, or rejected; once the last reservation is lifted, it is accepted."""
    criteria: Annotated[list[JudgedCriterion], Field(max_length=MOST_CRITERIA), at_creation] = []
    """How it was judged, criterion by criterion."""
    reservations: Annotated[list[Reservation], Field(max_length=MOST_RESERVATIONS), at_creation] = []
    """The defects that were seen; they are counted from 1."""
    accepted_by_id: Annotated[Id, names("person"), filterable, at_creation]
    """The person who gives the verdict: nobody who made or submitted the deliverable."""
    accepted_on: Annotated[Day, sortable, at_creation]
    """The day of the verdict."""
    warranty_until: Annotated[Day | None, sortable, at_creation] = None
    """The last day of the warranty that begins with a final acceptance."""
    protocol_hash: Annotated[Sha256 | None, not_given] = None
    """The hash of the protocol, as it was frozen."""


class LiftReservation(Decision):
    """What a reservation came to."""

    which: Annotated[int, Field(ge=1, le=MOST_RESERVATIONS, strict=True)]
    """Which reservation, counted from 1."""
    evidence: VisibleProse
    """What shows that the defect was set right."""


@fact(Acceptance, "reservation_lifted")
class ReservationLifted(Decided):
    """A defect was set right."""

    which: int
    """Which reservation, counted from 1."""
    evidence: Prose
    """What shows it."""


@fact(Acceptance, "warranty_ending")
class WarrantyEnding(TimeFact):
    """The warranty ends in 60 days: what is to be claimed is claimed now."""
