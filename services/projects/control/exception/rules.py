"""What may be done with an exception: its cause is assessed, the sponsor decides, and it is closed once that is done.

raised -> assessed -> decided -> closed; raised, assessed -> lapsed
"""

from services.projects.control.exception import values
from shared.base.errors import Conflict, Fault, Invalid
from shared.contracts.projects.change import (
    DecideException,
    ExceptionAssessed,
    ExceptionClosed,
    ExceptionDecided,
    ExceptionState,
    ProjectException,
)
from shared.domain.acts import ARCHIVE, CREATE, RESTORE
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = ExceptionState
UNDECIDED = (S.RAISED, S.ASSESSED)
STANDING = (*UNDECIDED, S.DECIDED)
"""Until it is closed, there is no other one on its axis."""


def act(deed: str, one: ProjectException, before: ProjectException | None) -> Act:
    """A forecast is left up to the end of a project; what is said of it later corrects the record."""
    if deed == CREATE:
        return Act.EDIT
    return Act.CORRECTION if deed in (ARCHIVE, RESTORE, "close") else Act.MEASURE


def has_a_cause(one: ProjectException) -> None:
    if not one.cause.strip():
        raise Invalid(
            "an exception is assessed once its cause is known",
            Fault("missing", "needed to assess it", pointer="/cause"),
            code="cause_missing",
        )


def decide(one: ProjectException, occasion: Occasion) -> None:
    assert isinstance(occasion.body, DecideException)
    accepted = occasion.body.accepted_up_to
    if accepted is not None:
        values.fits(accepted, one.axis, "/accepted_up_to")
        if one.axis not in values.IN_WORDS and values.is_beyond(one.tolerance, accepted, one.axis):
            raise Invalid(
                "nothing is accepted that is tolerated already",
                Fault("below_tolerance", "not below the tolerance", pointer="/accepted_up_to"),
                code="accepted_below_tolerance",
            )
    one.decision, one.accepted_up_to = occasion.body.decision, accepted


LIFECYCLE = Lifecycle(
    "state",
    {
        "assess": Move(S.RAISED, S.ASSESSED, ExceptionAssessed, needs="write", check=has_a_cause),
        "decide": Move(
            S.ASSESSED,
            S.DECIDED,
            ExceptionDecided,
            needs="write",
            four_eyes=True,
            awaited=True,
            takes=DecideException,
            effect=decide,
            checks_content=True,
            description="From assessed to decided, by the sponsor (403 `beyond_authority`); above the limit of the portfolio"
            " by a resolution (409 `resolution_needed`).",
        ),
        "close": Move(S.DECIDED, S.CLOSED, ExceptionClosed, needs="write"),
    },
)


def is_out_of_tolerance(one: ProjectException) -> None:
    """What is raised by hand has a value beyond its tolerance, as what is raised by itself has."""
    values.fits(one.tolerance, one.axis, "/tolerance")
    values.fits(one.forecast, one.axis, "/forecast")
    if not values.is_beyond(one.forecast, one.tolerance, one.axis):
        raise Invalid(
            "the forecast is within the tolerance",
            Fault("within_tolerance", "within the tolerance", pointer="/forecast"),
            code="within_tolerance",
        )


WORDS = ("cause", "options")


def what_was_decided_stays(one: ProjectException, before: ProjectException) -> None:
    """The change by which it is dealt with may be named until it is closed."""
    if before.state in UNDECIDED:
        return
    members = WORDS if before.state is S.DECIDED else (*WORDS, "change_id")
    if any(getattr(one, member) != getattr(before, member) for member in members):
        raise Conflict("an exception that was decided stays as it is", code="exception_decided")
