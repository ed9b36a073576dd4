"""What holds of orientations: one in force keeps its words, and its days tell when it is followed."""

from datetime import date, timedelta

from shared.base.errors import Conflict, Fault, Invalid
from shared.contracts.projects.strategy import (
    Orientation,
    OrientationAdopted,
    OrientationRetired,
    OrientationState,
)
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.register import is_revised

S = OrientationState


def begin(orientation: Orientation, occasion: Occasion) -> None:
    orientation.in_force_from = orientation.in_force_from or occasion.day


def end(orientation: Orientation, occasion: Occasion) -> None:
    orientation.in_force_until = occasion.day


LIFECYCLE = Lifecycle(
    "state",
    {
        "adopt": Move(S.DRAFT, S.IN_FORCE, OrientationAdopted, effect=begin),
        "retire": Move(S.IN_FORCE, S.RETIRED, OrientationRetired, needs="write", effect=end),
    },
)


def stays_once_adopted(orientation: Orientation, before: Orientation | None) -> None:
    if before is not None and before.state is not S.DRAFT and is_revised(orientation, before):
        raise Conflict(
            "an orientation that was adopted stays as it is: adopt one that takes its place",
            code="adopted_stays",
        )


def can_be_superseded(other: Orientation, by: Orientation) -> None:
    """It is in force, of the same kind, and began before."""
    assert by.in_force_from is not None
    fault = Fault("not_superseded", "an orientation of this kind that is in force", pointer="/supersedes_id")
    began = other.in_force_from
    if other.state is not S.IN_FORCE or other.kind is not by.kind or not began or began >= by.in_force_from:
        raise Conflict(
            "it takes the place only of one of its kind that is in force and began before",
            fault,
            code="not_superseded",
        )


def retire_before(other: Orientation, day: date) -> None:
    """The day before `day` is its last one."""
    other.state, other.in_force_until = S.RETIRED, day - timedelta(days=1)


def is_in_force(orientation: Orientation, on: date) -> bool:
    """Whether it is to be followed on a day: one that was adopted, from its first day to its last."""
    first, last = orientation.in_force_from, orientation.in_force_until
    return (
        orientation.state is not S.DRAFT
        and first is not None
        and first <= on
        and (last is None or on <= last)
    )


def supersedes_another(orientation: Orientation) -> None:
    if orientation.supersedes_id == orientation.id:
        raise Invalid(
            "an orientation does not take its own place",
            Fault("itself", "another orientation", pointer="/supersedes_id"),
            code="supersedes_itself",
        )
