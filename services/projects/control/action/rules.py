"""What may be done with an action: whoever sets right what deviated does not say themselves that it worked.

open -> in progress -> done -> verified
"""

from shared.base.errors import Fault, Invalid
from shared.contracts.projects.control import (
    Action,
    ActionCancelled,
    ActionCompleted,
    ActionKind,
    ActionOverdue,
    ActionReturned,
    ActionStarted,
    ActionState,
    ActionVerified,
    EffectObserved,
)
from shared.domain.acts import ARCHIVE, CREATE, RESTORE, REVISE
from shared.domain.due.declaring import Due
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = ActionState
TO_DO = (S.OPEN, S.IN_PROGRESS)


def act(deed: str, action: Action, before: Action | None) -> Act:
    """What is done about it is a measure, up to the end of its project; what is said of it later corrects the record."""
    if deed == CREATE:
        return Act.NEW_CHILD
    if deed in (ARCHIVE, RESTORE):
        return Act.CORRECTION
    return Act.EDIT if deed == REVISE else Act.MEASURE


def is_corrective(action: Action) -> bool:
    return action.kind is ActionKind.CORRECTIVE


def verify(action: Action, occasion: Occasion) -> None:
    """What was observed stands in the action, and in the fact."""
    assert isinstance(occasion.body, EffectObserved)
    effect = occasion.body.observed_effect.strip()
    if is_corrective(action) and not effect:
        raise Invalid(
            "a corrective action is verified with the effect that was observed",
            Fault("missing", "needed to verify", pointer="/observed_effect"),
            code="observed_effect_missing",
        )
    action.observed_effect = effect


def take_back(action: Action, occasion: Occasion) -> None:
    action.observed_effect = ""


LIFECYCLE = Lifecycle(
    "state",
    {
        "start": Move(S.OPEN, S.IN_PROGRESS, ActionStarted, needs="contribute"),
        "complete": Move(TO_DO, S.DONE, ActionCompleted, needs="contribute", submits=True),
        "verify": Move(
            S.DONE,
            S.VERIFIED,
            ActionVerified,
            needs="write",
            takes=EffectObserved,
            effect=verify,
            by_another=is_corrective,
            awaited=True,
        ),
        "return": Move(S.DONE, S.IN_PROGRESS, ActionReturned, needs="write", effect=take_back),
        "cancel": Move(TO_DO, S.CANCELLED, ActionCancelled, needs="write"),
    },
)


def keep_first_day(action: Action, before: Action | None) -> None:
    """The first day by which it was to be done stays, whatever comes later."""
    if action.first_due_on is None:
        action.first_due_on = before.due_on if before is not None and before.due_on else action.due_on


OVERDUE = Due(
    ActionOverdue,
    after=lambda action: action.due_on,
    stands=lambda action: action.state in TO_DO,
)
