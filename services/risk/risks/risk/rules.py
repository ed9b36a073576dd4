"""What may be done with a risk: pure decisions over its public shape.

    identified -> assessed -> monitored -> occurred -> closed

It is assessed as often as views change: the first time it becomes assessed, later it stays as it is. Only
what was assessed is monitored. It may occur, or be closed, from any state before; what occurred is closed
once it is dealt with.
"""

from shared.base.errors import Conflict
from shared.contracts.risk.risks import (
    Rating,
    Risk,
    RiskAssessed,
    RiskClosed,
    RiskMonitored,
    RiskOccurred,
    RiskState,
)
from shared.domain.acts import ARCHIVE, CREATE, RESTORE, REVISE
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = RiskState
AHEAD = (S.IDENTIFIED, S.ASSESSED, S.MONITORED)


def assess(risk: Risk, occasion: Occasion) -> None:
    """Rate it, steps 1 to 5 each; the score is their product."""
    rating = occasion.body
    assert isinstance(rating, Rating)
    risk.probability, risk.impact = rating.probability, rating.impact
    risk.score = rating.probability * rating.impact


LIFECYCLE = Lifecycle(
    "state",
    {
        "assess": Move(
            AHEAD,
            {S.IDENTIFIED: S.ASSESSED, S.ASSESSED: S.ASSESSED, S.MONITORED: S.MONITORED},
            RiskAssessed,
            needs="write",
            takes=Rating,
            effect=assess,
            description="From identified to assessed; an assessed or monitored risk is rated anew and stays what it is.",
        ),
        "monitor": Move(S.ASSESSED, S.MONITORED, RiskMonitored, needs="write"),
        "occur": Move(AHEAD, S.OCCURRED, RiskOccurred, needs="write"),
        "close": Move((*AHEAD, S.OCCURRED), S.CLOSED, RiskClosed, by_maker_too=True),
    },
)


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
