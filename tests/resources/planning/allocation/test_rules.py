"""Rules of allocations: the load is the sum over days, and nobody is committed beyond the whole of one."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resources.planning.allocation import rules
from shared.base.errors import Conflict, IllegalMove, Invalid
from shared.base.ids import new_id
from shared.contracts.language import Decision
from shared.contracts.resources.planning import Allocation, AllocationCommitted, AllocationState, Commitment
from shared.domain.lifecycle import Occasion

MONDAY = date(2026, 3, 2)
A_DAY = timedelta(days=1)
THEN = datetime(2026, 1, 1, tzinfo=UTC)


def allocation(
    first: int = 0, days: int = 5, percent: int = 60, commitment: Commitment = Commitment.HARD
) -> Allocation:
    return Allocation(
        id=new_id(),
        version=1,
        created_at=THEN,
        updated_at=THEN,
        person_id=new_id(),
        project_id=new_id(),
        starts_on=MONDAY + first * A_DAY,
        ends_on=MONDAY + (first + days - 1) * A_DAY,
        percent=percent,
        commitment=commitment,
    )


allocations = st.lists(
    st.builds(
        allocation,
        first=st.integers(0, 30),
        days=st.integers(0, 30),
        percent=st.integers(1, 100),
        commitment=st.sampled_from(Commitment),
    ),
    max_size=12,
)


@given(allocations)
def test_the_load_in_stretches_equals_the_sum_of_every_single_day(existing: list[Allocation]) -> None:
    by_key = {
        s.first + n * A_DAY: s.percent
        for s in rules.hard_load(existing)
        for n in range((s.last - s.first).days + 1)
    }
    for n in range(70):
        day = MONDAY + n * A_DAY
        summed = sum(
            a.percent for a in existing if a.commitment is Commitment.HARD and a.starts_on <= day <= a.ends_on
        )
        assert by_key.get(day, 0) == summed


@given(allocations)
def test_neighbouring_stretches_differ_and_follow_each_other(existing: list[Allocation]) -> None:
    stretches = list(rules.hard_load(existing))
    for one, following in pairwise(stretches):
        assert one.last + A_DAY == following.first
        assert one.percent != following.percent


def test_days_beyond_100_percent_are_refused_and_named_with_their_sum() -> None:
    week, midweek = allocation(percent=60), allocation(first=2, days=2, percent=50)
    with pytest.raises(Conflict) as refused:
        rules.fits(midweek, [week])
    assert refused.value.code == "overallocated"
    assert refused.value.detail == "the person would be committed 110 % from 2026-03-04 to 2026-03-05"
    assert [f.pointer for f in refused.value.faults] == ["/percent"]


def test_a_single_day_is_named_as_one() -> None:
    with pytest.raises(Conflict, match="150 % on 2026-03-02"):
        rules.fits(allocation(days=1, percent=90), [allocation(days=1, percent=60)])


def test_exactly_100_percent_fits() -> None:
    rules.fits(allocation(percent=40), [allocation(percent=60)])


def test_a_booking_may_begin_the_day_after_another_ends() -> None:
    rules.fits(allocation(first=5, percent=100), [allocation(days=5, percent=100)])


def test_soft_allocations_do_not_count() -> None:
    rules.fits(allocation(percent=100), [allocation(percent=100, commitment=Commitment.SOFT)])


def test_committing_makes_it_hard_and_keeps_the_reason() -> None:
    items = allocation(commitment=Commitment.SOFT)
    fact = rules.LIFECYCLE.make(items, "commit", Occasion(Decision(reason="agreed")))
    assert fact == AllocationCommitted(reason="agreed")
    assert (items.commitment, items.state) == (Commitment.HARD, AllocationState.BOOKED)


def test_a_hard_allocation_cannot_be_committed_again() -> None:
    with pytest.raises(IllegalMove) as refused:
        rules.LIFECYCLE.make(allocation(), "commit")
    assert refused.value.extensions["allowed_moves"] == ["release"]


def test_a_release_shortens_to_its_day() -> None:
    items = allocation(days=30)
    rules.release(items, MONDAY + 9 * A_DAY, "done early")
    assert (items.ends_on, items.state) == (MONDAY + 9 * A_DAY, AllocationState.RELEASED)


def test_a_release_after_the_end_leaves_the_end() -> None:
    items = allocation(days=5)
    rules.release(items, MONDAY + 90 * A_DAY, None)
    assert items.ends_on == MONDAY + 4 * A_DAY


def test_what_is_released_before_it_begins_has_no_day() -> None:
    items = allocation(first=10)
    rules.release(items, MONDAY, None)
    assert list(rules.hard_load([items])) == []


def test_what_is_released_cannot_be_released_again() -> None:
    items = allocation()
    rules.release(items, MONDAY, None)
    with pytest.raises(IllegalMove) as refused:
        rules.release(items, MONDAY, None)
    assert refused.value.extensions["allowed_moves"] == []


def test_an_allocation_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(Invalid, match="ends before it starts"):
        rules.period_runs_forward(allocation(days=0))
