"""What the lifecycle of an aggregate may not say: each mistake is refused with a sentence when it is declared."""

from typing import Any

import pytest

from shared.contracts.language import Reasoned
from shared.contracts.projects.structure import ProjectApproved, Stage
from shared.contracts.risk.risks import Risk, RiskClosed, RiskMonitored, RiskState
from shared.domain.declared_moves import check_lifecycle
from shared.domain.lifecycle import Lifecycle, Move

S = RiskState


async def reads(*arguments: Any) -> None:
    """A rule that reads is none."""


def life(name: str = "close", member: str = "state", **options: Any) -> Lifecycle:
    move: dict[str, Any] = {"start": S.MONITORED, "end": S.CLOSED, "fact": RiskClosed}
    return Lifecycle(member, {name: Move(**move | options)})


@pytest.mark.parametrize(
    ("declared", "advice"),
    [
        (life(member="stat"), "`stat`, which is no member"),
        (life(member="title"), "no StrEnum"),
        (life(end="closd"), "move `close`: 'closd' is no RiskState"),
        (life(start=Stage.CLOSED), "is no RiskState"),
        (life(end={S.MONITORED: Stage.CLOSED}), "is no RiskState"),
        (life(fact=ProjectApproved), r"ProjectApproved is no fact of it; declare it as @fact\(Risk, …\)"),
        (life(fact=Reasoned), "Reasoned is no fact of it"),
        (life(needs="wriet"), "none of write, decide"),
        (life(takes=dict), "no Shape"),
        (life(check=reads), "`check` is async"),
        (life(effect=reads), "`effect` is async"),
        (life("close it"), "named by a verb"),
        (life("archive"), "has a route of this name already"),
    ],
)
def test_a_move_that_cannot_be_made_is_refused_where_it_is_declared(declared: Lifecycle, advice: str) -> None:
    with pytest.raises(TypeError, match=advice):
        check_lifecycle(Risk, declared)


def test_a_move_that_can_be_made_is_accepted() -> None:
    check_lifecycle(Risk, life())
    check_lifecycle(Risk, life("watch", end=None, fact=RiskMonitored, needs="write"))
