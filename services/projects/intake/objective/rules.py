"""What holds of the objectives of projects: agreed ones can be measured, and keep their words."""

from services.projects.intake.agreements import keeps_what_was_agreed
from shared.base.errors import Fault, Invalid
from shared.contracts.projects.intake import (
    Measurement,
    Objective,
    ObjectiveAchieved,
    ObjectiveAgreed,
    ObjectiveDropped,
    ObjectiveMissed,
    ObjectiveReopened,
    ObjectiveState,
)
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = ObjectiveState
SMART = ("measure", "target", "due_on", "agreed_with")
"""What makes an objective specific, measurable and agreed; the rest of SMART nobody can compute."""
WORDS = ("statement", "measure", "baseline", "target", "unit", "due_on")


def is_smart(objective: Objective) -> None:
    missing = [member for member in SMART if getattr(objective, member) in (None, [])]
    if missing:
        raise Invalid(
            "an objective is agreed with a measure, a target, a day and those who agree",
            *(Fault("missing", "needed to agree", pointer=f"/{member}") for member in missing),
            code="not_smart",
        )


def measure(objective: Objective, occasion: Occasion) -> None:
    assert isinstance(occasion.body, Measurement)
    objective.achieved_value = occasion.body.value


def forget_measurement(objective: Objective, occasion: Occasion) -> None:
    objective.achieved_value = None


LIFECYCLE = Lifecycle(
    "state",
    {
        "agree": Move(S.PROPOSED, S.AGREED, ObjectiveAgreed, needs="write", check=is_smart),
        "achieve": Move(
            S.AGREED, S.ACHIEVED, ObjectiveAchieved, needs="write", takes=Measurement, effect=measure
        ),
        "miss": Move(S.AGREED, S.MISSED, ObjectiveMissed, needs="write", takes=Measurement, effect=measure),
        "drop": Move((S.PROPOSED, S.AGREED), S.DROPPED, ObjectiveDropped, needs="write"),
        "reopen": Move(
            (S.AGREED, S.ACHIEVED, S.MISSED),
            S.PROPOSED,
            ObjectiveReopened,
            needs="write",
            effect=forget_measurement,
        ),
    },
)


def act(deed: str, objective: Objective, before: Objective | None) -> Act:
    """What a project came to is measured after its end, too."""
    return Act.BENEFIT if deed in ("achieve", "miss") else Act.EDIT


def stays_as_agreed(objective: Objective, before: Objective | None) -> None:
    if before is not None and before.state is not S.PROPOSED:
        keeps_what_was_agreed(objective, before, WORDS)


def reworded(objective: Objective, before: Objective) -> list[str]:
    """The members by which it says something else than before."""
    return [member for member in WORDS if getattr(objective, member) != getattr(before, member)]
