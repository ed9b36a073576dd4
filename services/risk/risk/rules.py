"""What may be done with a risk: pure decisions over its public shape.

    identified -> assessed -> monitored -> occurred -> closed

It is assessed as often as views change: the first time it becomes assessed, later it stays as it is. Only
what was assessed is monitored. It may occur, or be closed, from any state before; what occurred is closed
once it is dealt with.
"""

from shared.base.errors import Conflict
from shared.contracts.risk import Risk, RiskAssessed, RiskClosed, RiskMonitored, RiskOccurred, RiskState
from shared.domain.acts import ARCHIVE, CREATE, RESTORE, REVISE
from shared.domain.lifecycle import Lifecycle, Move
from shared.domain.stages import Act

S = RiskState
_AHEAD = frozenset({S.IDENTIFIED, S.ASSESSED, S.MONITORED})

LIFECYCLE = Lifecycle(
    "state",
    {
        "assess": Move(_AHEAD, S.ASSESSED, RiskAssessed, needs="write", own_route=True),
        "monitor": Move(frozenset({S.ASSESSED}), S.MONITORED, RiskMonitored, needs="write"),
        "occur": Move(_AHEAD, S.OCCURRED, RiskOccurred, needs="write"),
        "close": Move(_AHEAD | {S.OCCURRED}, S.CLOSED, RiskClosed),
    },
)


def assess(risk: Risk, probability: int, impact: int) -> RiskAssessed:
    """Rate it, steps 1 to 5 each; the score is their product."""
    LIFECYCLE.admit(risk, "assess")
    risk.probability, risk.impact, risk.score = probability, impact, probability * impact
    if risk.state is S.IDENTIFIED:
        risk.state = S.ASSESSED
    return RiskAssessed(probability=probability, impact=impact)


def act(deed: str, risk: Risk, before: Risk | None) -> Act:
    """To close what was left open sets the record right, as to archive and to restore do."""
    if deed == CREATE:
        return Act.NEW_CHILD
    if deed in (ARCHIVE, RESTORE, "close"):
        return Act.CORRECTION
    return Act.EDIT if deed == REVISE else Act.RISK_MOVE


def is_open(risk: Risk) -> None:
    if risk.state is S.CLOSED:
        raise Conflict("the risk is closed; what is closed stays as it was", code="risk_closed")
