"""What holds of baselines: frozen as they are proposed, the first one free, each later one by changes of its own; pure."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from shared.base.errors import Conflict, Fault
from shared.base.money import Money
from shared.base.texts import Text
from shared.contracts.projects.baseline import (
    Baseline,
    BaselineApproved,
    BaselineRejected,
    BaselineState,
    PackageCost,
)
from shared.contracts.words import called_state
from shared.domain.acts import ARCHIVE, CREATE, RESTORE
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = BaselineState
COUNTED = (S.APPROVED, S.SUPERSEDED)
"""The states of those that were approved once."""


def act(deed: str, baseline: Baseline, before: Baseline | None) -> Act:
    """A new one plans the project anew; what is approved or rejected was proposed before."""
    if deed == CREATE:
        return Act.NEW_CHILD
    return Act.CORRECTION if deed in (ARCHIVE, RESTORE) else Act.EDIT


def approve(baseline: Baseline, occasion: Occasion) -> None:
    baseline.approved_on = occasion.day


LIFECYCLE = Lifecycle(
    "state",
    {
        "approve": Move(
            S.PROPOSED,
            S.APPROVED,
            BaselineApproved,
            effect=approve,
            checks_content=True,
            description="From proposed to approved: the baseline before is superseded, milestones take over its days, and the"
            " budget at completion is its. Refused (409 `costs_changed`) where budgets have changed since it was proposed.",
        ),
        "reject": Move(S.PROPOSED, S.REJECTED, BaselineRejected, needs="write"),
    },
)


def may_be_revised(before: Baseline) -> None:
    """What was decided keeps its name, too."""
    if before.state is not S.PROPOSED:
        raise Conflict(
            Text(
                "the baseline is {state}; only a proposed one is revised",
                state=called_state("baseline", before.state),
            ),
            code="baseline_not_proposed",
        )


def may_be_archived(baseline: Baseline) -> None:
    """What the project is measured by stays in sight."""
    if baseline.state in COUNTED:
        raise Conflict(
            "a baseline that was approved stays: approve the next one in its place", code="baseline_counts"
        )


def names_changes(baseline: Baseline, others: Iterable[Baseline], approved: Collection[UUID]) -> None:
    """The first baseline of a project is free. A later one names approved changes, each of which is in one baseline only.

    `others` are those of the project that were approved once; `approved` are its changes that were."""
    counted = [one for one in others if one.id != baseline.id and one.state in COUNTED]
    if counted and not baseline.change_ids:
        raise Conflict(
            "the project has a baseline: the next one names the approved changes that make it necessary",
            Fault("change_needed", "name an approved change", pointer="/change_ids"),
            code="change_needed",
        )
    used = {id for one in counted for id in one.change_ids}
    for place, id in enumerate(baseline.change_ids):
        pointer = f"/change_ids/{place}"
        if id not in approved:
            raise Conflict(
                "a baseline names changes of its project that are approved",
                Fault("change_not_approved", "not an approved change of the project", pointer=pointer),
                code="change_not_approved",
            )
        if id in used or id in baseline.change_ids[:place]:
            raise Conflict(
                "each change makes one baseline: this one is in another",
                Fault("change_used", "is in a baseline already", pointer=pointer),
                code="change_used",
            )


def sum_of(costs: Sequence[PackageCost]) -> Money | None:
    """Of all budgets; None where there is none, or where they are in several currencies."""
    currencies = {one.budget.currency for one in costs}
    if len(currencies) != 1:
        return None
    return Money.of(sum(one.budget.minor for one in costs), currencies.pop())


def costs_stay(frozen: Sequence[object], now: Sequence[object]) -> None:
    """Whoever approves decides on what is frozen: it must be what the work packages say."""
    if list(frozen) != list(now):
        raise Conflict(
            "budgets have changed since it was proposed: reject it and propose another one",
            code="costs_changed",
        )
