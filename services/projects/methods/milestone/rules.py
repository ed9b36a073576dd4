"""What holds of milestones: three days beside each other, and a slip is told when it is seen."""

from datetime import date

from shared.contracts.projects.methods import (
    Achievement,
    Milestone,
    MilestoneAchieved,
    MilestoneDropped,
    MilestoneReopened,
    MilestoneSlipped,
    MilestoneState,
)
from shared.domain.acts import ARCHIVE, CREATE, RESTORE, REVISE
from shared.domain.due.declaring import Due
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = MilestoneState


def act(deed: str, milestone: Milestone, before: Milestone | None) -> Act:
    """That it was reached is a measure; to archive or to restore one corrects the record."""
    if deed == CREATE:
        return Act.NEW_CHILD
    if deed in (ARCHIVE, RESTORE):
        return Act.CORRECTION
    return Act.EDIT if deed in (REVISE, "drop") else Act.MEASURE


def achieve(milestone: Milestone, occasion: Occasion) -> None:
    assert isinstance(occasion.body, Achievement)
    milestone.achieved_on = occasion.body.on


def reopen(milestone: Milestone, occasion: Occasion) -> None:
    milestone.achieved_on = None


LIFECYCLE = Lifecycle(
    "state",
    {
        "achieve": Move(
            S.PLANNED,
            S.ACHIEVED,
            MilestoneAchieved,
            needs="write",
            takes=Achievement,
            effect=achieve,
            checks_content=True,
        ),
        "reopen": Move(S.ACHIEVED, S.PLANNED, MilestoneReopened, needs="write", effect=reopen),
        "drop": Move(S.PLANNED, S.DROPPED, MilestoneDropped, needs="write"),
    },
)


def is_planned(milestone: Milestone) -> bool:
    return milestone.state is S.PLANNED


def slips_to(milestone: Milestone) -> date | None:
    """The day on which it is expected, where that is later than planned; an archived one slips no more."""
    if not is_planned(milestone) or milestone.archived_at is not None or milestone.forecast_on is None:
        return None
    return milestone.forecast_on if milestone.forecast_on > milestone.planned_on else None


def slips_further(milestone: Milestone, before: Milestone | None) -> bool:
    """Whether it is expected later than planned, and later than was told before. One that comes back to the day that was
    told, or to an earlier one, is no news."""
    day, day_before = slips_to(milestone), slips_to(before) if before is not None else None
    return day is not None and (day_before is None or day > day_before)


SLIPPED = Due(
    MilestoneSlipped,
    after=lambda milestone: milestone.planned_on,
    stands=lambda milestone: is_planned(milestone) and slips_to(milestone) is None,
)
"""Its day passed, and nobody says that it comes later: a forecast would have told it already."""
