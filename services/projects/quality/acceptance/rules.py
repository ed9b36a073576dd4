"""What holds of acceptances: nothing is accepted with a critical defect open, and reservations are lifted one by one."""

from collections.abc import Iterator

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.quality import (
    Acceptance,
    AcceptanceKind,
    DefectClass,
    Deliverable,
    LiftReservation,
    ReservationLifted,
    Verdict,
    WarrantyEnding,
)
from shared.domain.acts import ARCHIVE, RESTORE, REVISE
from shared.domain.due.days import days_ahead
from shared.domain.due.declaring import Due, Late
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

DECIDING = (AcceptanceKind.FINAL, AcceptanceKind.MIGRATION)
"""The kinds that decide about the deliverable; the others are subject to the final one."""


def act(deed: str, acceptance: Acceptance, before: Acceptance | None) -> Act:
    return Act.CORRECTION if deed in (ARCHIVE, RESTORE, REVISE) else Act.ACCEPTANCE


def decides(acceptance: Acceptance) -> bool:
    """Whether the deliverable takes over the verdict."""
    return acceptance.kind in DECIDING or acceptance.verdict is Verdict.REJECTED


def lift(acceptance: Acceptance, occasion: Occasion) -> ReservationLifted:
    """Whoever lifts says which, and what shows it; with the last one, all is accepted."""
    body = occasion.body
    assert isinstance(body, LiftReservation)
    place = body.which - 1
    if place >= len(acceptance.reservations):
        raise Invalid(
            "there is no such reservation",
            Fault("not_found", "reservations are counted from 1", pointer="/which"),
            code="no_such_reservation",
        )
    reservation = acceptance.reservations[place]
    if reservation.lifted_on is not None:
        raise Conflict(
            "the reservation is lifted already",
            Fault("lifted", "is lifted already", pointer="/which"),
            code="reservation_lifted",
        )
    lifted = reservation.model_copy(update={"lifted_on": occasion.day, "evidence": body.evidence})
    acceptance.reservations = [
        *acceptance.reservations[:place], lifted, *acceptance.reservations[place + 1 :],
    ]  # fmt: skip
    is_last = all(one.lifted_on is not None for one in acceptance.reservations)
    acceptance.verdict = Verdict.ACCEPTED if is_last else Verdict.ACCEPTED_WITH_RESERVATIONS
    return ReservationLifted(which=body.which, evidence=body.evidence, reason=body.reason)


LIFECYCLE = Lifecycle(
    "verdict",
    {
        "lift-reservation": Move(
            Verdict.ACCEPTED_WITH_RESERVATIONS,
            (Verdict.ACCEPTED_WITH_RESERVATIONS, Verdict.ACCEPTED),
            ReservationLifted,
            needs="write",
            takes=LiftReservation,
            effect=lift,
            checks_content=True,
            description="Lift a reservation, with what shows that the defect was set right. With the last one the verdict is"
            " accepted. Who made or submitted the deliverable lifts none.",
        ),
    },
)

WARRANTY = Due(
    WarrantyEnding,
    on=lambda acceptance: acceptance.warranty_until,
    lead=days_ahead(60),
    stands=lambda acceptance: acceptance.verdict is not Verdict.REJECTED,
    late=Late.ALWAYS,
)


def is_sound(acceptance: Acceptance, deliverable: Deliverable) -> None:
    """All faults of a new protocol are told at once, but for a critical defect: that one speaks for itself."""
    refuse_critical(acceptance)
    faults = [
        *_faults_of_reservations(acceptance),
        *_faults_of_criteria(acceptance, deliverable),
        *_faults_of_warranty(acceptance),
    ]
    if faults:
        raise Invalid("the verdict does not follow from the protocol", *faults, code="bad_protocol")


def refuse_critical(acceptance: Acceptance) -> None:
    """Refuse (422 `critical_defect_open`) to accept what has a critical defect."""
    if acceptance.verdict is Verdict.REJECTED:
        return
    critical = [
        place
        for place, one in enumerate(acceptance.reservations)
        if one.defect is DefectClass.CRITICAL and one.lifted_on is None
    ]
    if critical:
        raise Invalid(
            "with a critical defect open nothing is accepted",
            *(Fault("critical", "is critical", pointer=f"/reservations/{n}/class") for n in critical),
            code="critical_defect_open",
        )


def _faults_of_reservations(acceptance: Acceptance) -> Iterator[Fault]:
    verdict, reservations = acceptance.verdict, acceptance.reservations
    if verdict is Verdict.ACCEPTED and reservations:
        yield Fault("reserved", "accepted without reservations", pointer="/reservations")
    if verdict is Verdict.ACCEPTED_WITH_RESERVATIONS and not reservations:
        yield Fault("missing", "which reservations?", pointer="/reservations")
    for place, one in enumerate(reservations):
        where = f"/reservations/{place}"
        if one.lifted_on is not None or one.evidence:
            yield Fault("lifted", "is lifted by a move, with evidence", pointer=f"{where}/lifted_on")
        if verdict is Verdict.ACCEPTED_WITH_RESERVATIONS and one.due_on is None:
            yield Fault("missing", "by when is it set right?", pointer=f"{where}/due_on")
        if one.due_on is not None and one.due_on < acceptance.accepted_on:
            yield Fault("before_start", "earlier than the verdict", pointer=f"{where}/due_on")


def _faults_of_criteria(acceptance: Acceptance, deliverable: Deliverable) -> Iterator[Fault]:
    """What is accepted was judged by each criterion, and meets each or has a reservation for what it does not meet."""
    judged = [one.criterion for one in acceptance.criteria]
    for place, one in enumerate(acceptance.criteria):
        where = f"/criteria/{place}"
        if one.criterion in judged[:place]:
            yield Fault("duplicate", "is named before", pointer=f"{where}/criterion")
        if one.met and not one.evidence.strip():
            yield Fault("missing", "what shows that it is met?", pointer=f"{where}/evidence")
        if not one.met and acceptance.verdict is Verdict.ACCEPTED:
            yield Fault("not_met", "is not met", pointer=f"{where}/met")
    if acceptance.verdict is Verdict.REJECTED or acceptance.kind not in DECIDING:
        return
    for criterion in deliverable.acceptance_criteria:
        if criterion not in judged:
            yield Fault(
                "not_judged", Text("how is it judged: {criterion}?", criterion=criterion), pointer="/criteria"
            )


def _faults_of_warranty(acceptance: Acceptance) -> Iterator[Fault]:
    """The final acceptance starts the warranty, and no other does."""
    until = acceptance.warranty_until
    if until is None:
        return
    if acceptance.kind is not AcceptanceKind.FINAL or acceptance.verdict is Verdict.REJECTED:
        yield Fault("no_warranty", "starts with a final acceptance", pointer="/warranty_until")
    if until < acceptance.accepted_on:
        yield Fault("before_start", "earlier than the verdict", pointer="/warranty_until")
