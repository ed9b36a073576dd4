"""What holds of allocations: periods run forward, and no person is committed beyond the whole of a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text, joined
from shared.contracts.language import Decision
from shared.contracts.resources.people import Person
from shared.contracts.resources.planning import (
    Allocation,
    AllocationCommitted,
    AllocationReleased,
    AllocationState,
    Commitment,
)
from shared.domain.acts import ARCHIVE, RESTORE, REVISE
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

WHOLE = 100


def act(deed: str, allocation: Allocation, before: Allocation | None) -> Act | None:
    """To book and to commit somebody takes their days; a change of what is booked is an edit, a release is always
    possible. What was released comes back as a correction."""
    if deed == "release":
        return None
    if deed == REVISE:
        return Act.EDIT
    if deed == ARCHIVE or (deed == RESTORE and allocation.state is AllocationState.RELEASED):
        return Act.CORRECTION
    return Act.ALLOCATION


def _is_soft(allocation: Allocation) -> bool:
    return allocation.commitment is Commitment.SOFT


def _commit(allocation: Allocation, occasion: Occasion) -> None:
    allocation.commitment = Commitment.HARD


def _end_booking(allocation: Allocation, occasion: Occasion) -> None:
    """With the day of the release, which may lie before its start: then no day of it is left."""
    allocation.ends_on = min(allocation.ends_on, occasion.day)


LIFECYCLE = Lifecycle(
    "state",
    {
        "commit": Move(
            AllocationState.BOOKED,
            None,
            AllocationCommitted,
            needs="write",
            when=_is_soft,
            effect=_commit,
            checks_content=True,
            description="From soft to hard; 409 `overallocated` where the person would be committed beyond 100 percent.",
        ),
        "release": Move(
            AllocationState.BOOKED,
            AllocationState.RELEASED,
            AllocationReleased,
            needs="write",
            effect=_end_booking,
            description="From booked to released; `ends_on` becomes the effective day where it lay later.",
        ),
    },
)
"""Whether it is booked; how firmly is a member apart, so that what was released tells how firm it was."""


def is_still_booked(allocation: Allocation) -> bool:
    return allocation.state is AllocationState.BOOKED


def period_runs_forward(allocation: Allocation) -> None:
    if allocation.ends_on < allocation.starts_on:
        raise Invalid(
            "the allocation ends before it starts",
            Fault("before_start", "earlier than the start", pointer="/ends_on"),
            code="dates_out_of_order",
        )


def comes_back_released(allocation: Allocation, before: Allocation | None) -> bool:
    """Whether it is restored as the released booking that it was: nobody is booked by that."""
    if before is None or before.archived_at is None or allocation.state is not AllocationState.RELEASED:
        return False
    members = ("person_id", "starts_on", "ends_on", "percent", "commitment", "role")
    return all(getattr(allocation, m) == getattr(before, m) for m in members)


def is_booked(allocation: Allocation) -> None:
    if allocation.state is not AllocationState.BOOKED:
        raise Conflict("the allocation is released; book a new one", code="released")


def person_is_there(person: Person | None, allocation: Allocation, before: Allocation | None) -> None:
    """An archived person is booked no more, and nothing is committed; what was booked before is corrected, and gets no
    longer by that."""
    if person is None:
        raise Invalid("a reference names nothing", Fault("not_found", "no such person", pointer="/person_id"))
    goes_on = (
        before is not None
        and before.archived_at is None
        and allocation.ends_on <= before.ends_on
        and (allocation.commitment is before.commitment or allocation.commitment is Commitment.SOFT)
    )
    if person.archived_at is not None and not goes_on:
        raise Conflict(
            "the person is archived", Fault("archived", "archived", pointer="/person_id"), code="archived"
        )


@dataclass(frozen=True)
class Stretch:
    """Days, both inclusive, on which the same sum of percent is committed."""

    first: date
    last: date
    percent: int

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> Text:
        """The sum, and of which days."""
        if self.first == self.last:
            return Text("{percent} % on {day}", percent=self.percent, day=self.first)
        return Text(
            "{percent} % from {first} to {last}", percent=self.percent, first=self.first, last=self.last
        )


def hard_load(allocations: Iterable[Allocation]) -> Iterator[Stretch]:
    """The sum of hard percent over time, in stretches of equal load from the first booked day to the last.

    What was released counts for the days it kept; one that was released before it began has none.
    """
    steps: dict[int, int] = {}
    for a in allocations:
        if a.commitment is Commitment.HARD and a.archived_at is None and a.starts_on <= a.ends_on:
            first, after = a.starts_on.toordinal(), a.ends_on.toordinal() + 1
            steps[first] = steps.get(first, 0) + a.percent
            steps[after] = steps.get(after, 0) - a.percent
    load, days = 0, sorted(day for day, step in steps.items() if step)
    for day, following in pairwise(days):
        load += steps[day]
        yield Stretch(date.fromordinal(day), date.fromordinal(following - 1), load)


def fits(allocation: Allocation, others: Iterable[Allocation], tells_sums: bool = True) -> None:
    """Refuse (409) days on which the person would be committed beyond 100 percent; days and sums are named only to who
    sees all that is booked."""
    over = [s for s in hard_load([allocation, *others]) if s.percent > WHOLE]
    if over and not tells_sums:
        raise Conflict(
            "the person would be committed beyond the whole of a day",
            Fault("overallocated", "no room for it", pointer="/percent"),
            code="overallocated",
        )
    if over:
        periods = joined(stretch.text for stretch in over[:3])
        if len(over) > 3:
            periods = Text("{listed} and more", listed=periods)
        raise Conflict(
            Text("the person would be committed {periods}", periods=periods),
            *(Fault("overallocated", s.text, pointer="/percent") for s in over[:20]),
            code="overallocated",
        )


def release(
    allocation: Allocation, last_day: date, reason: str | None, project_archived: bool = False
) -> AllocationReleased:
    """The booking ends with `last_day`, as a reaction ends it."""
    LIFECYCLE.make(allocation, "release", Occasion(Decision(reason=reason), last_day))
    return AllocationReleased(reason=reason, project_archived=project_archived)
