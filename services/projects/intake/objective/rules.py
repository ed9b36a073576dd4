"""What holds of the objectives of projects: agreed ones can be measured, and keep their words."""

from collections.abc import Iterable

from services.projects.intake.agreements import keeps_what_was_agreed
from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
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
from shared.contracts.projects.mandate import Mandate, MandateState
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = ObjectiveState
M = MandateState
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


def is_reworded(objective: Objective, before: Objective) -> bool:
    return any(getattr(objective, member) != getattr(before, member) for member in WORDS)


def is_held_by_none(objective: Objective, mandates: Iterable[Mandate]) -> None:
    """Refuse (409 `held_by_mandate`) other words while a signed mandate names it, unless its next edition is being written."""
    mandates = list(mandates)
    is_amended = {one.supersedes_id for one in mandates if one.state in (M.DRAFT, M.IN_REVIEW)}
    for one in mandates:
        if one.state is M.SIGNED and objective.id in one.objectives and one.id not in is_amended:
            raise Conflict(
                Text("the mandate {code} holds it: make its next edition first", code=one.code),
                code="held_by_mandate",
                mandate_id=str(one.id),
            )


def reworded(objective: Objective, before: Objective) -> list[str]:
    """The members by which it says something else than before."""
    return [member for member in WORDS if getattr(objective, member) != getattr(before, member)]
