"""Earned schedule against published curves, and what holds for any curve."""

from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.earned_schedule import earned_schedule, earned_schedules
from shared.base.errors import Invalid

PLANNED = [5, 10, 25, 55, 85, 120, 130, 140, 150, 150, 150]
EARNED = [3.33, 6.67, 10, 22.5, 70, 82.5, 90, 120, 130, 140, 150]
steps = st.lists(st.integers(0, 1000), min_size=1, max_size=40).filter(any)


def test_the_eleven_weeks_of_a_nine_week_plan() -> None:
    weeks = earned_schedules(PLANNED, EARNED)
    expected = ["0.67", "1.33", "2.00", "2.83", "4.50", "4.92", "5.14", "6", "7", "8", "9"]
    assert [round(week.es, 2) for week in weeks] == [Decimal(es) for es in expected]
    assert {week.planned_duration for week in weeks} == {9}
    assert round(weeks[10].spi_t or 0, 3) == Decimal("0.818")
    assert [round(weeks[i].ieac_t or 0, 2) for i in (4, 5)] == [Decimal("10.0"), Decimal("10.98")]


def test_money_says_on_schedule_when_time_says_two_weeks_late() -> None:
    last = earned_schedules(PLANNED, EARNED)[-1]
    assert EARNED[-1] / PLANNED[10] == 1
    assert (last.sv_t, last.ieac_t) == (-2, 11)


def test_a_finished_project_keeps_its_index() -> None:
    after = earned_schedules(PLANNED, [*EARNED, 150, 150])
    assert [week.actual_time for week in after[-3:]] == [11, 11, 11]
    assert after[-1] == after[10]


def test_an_early_finish_shows_as_time_gained() -> None:
    got = earned_schedules([10, 20, 30, 40], [20, 40])
    assert [week.es for week in got] == [2, 4]
    assert (got[-1].sv_t, got[-1].spi_t, got[-1].ieac_t) == (2, 2, 2)


def test_a_plateau_in_the_plan_counts_as_passed() -> None:
    assert earned_schedule([50, 50, 50, 100], 50, 2).es == 3


def test_a_moment_within_a_period_is_a_moment_too() -> None:
    got = earned_schedule([10, 20], 5, Decimal("1.5"))
    assert (got.es, got.sv_t) == (Decimal("0.5"), -1)


def test_nothing_earned_leaves_the_forecast_unknown() -> None:
    got = earned_schedule([10, 20], 0, 1)
    assert (got.es, got.spi_t, got.ieac_t) == (0, 0, None)
    assert got.reasons == {"ieac_t": "nothing earned"}


@pytest.mark.parametrize(("plan", "time"), [((0, 0, 10), 1), ((0, 0, 10), 3), ((0, 5), 2), ((0, 0, 10), 0)])
def test_idle_periods_before_the_work_are_not_earned_by_doing_nothing(
    plan: tuple[int, ...], time: int
) -> None:
    got = earned_schedule(plan, 0, time)
    assert (got.es, got.sv_t, got.spi_t, got.ieac_t, got.tspi) == (None,) * 5
    assert set(got.reasons) == {"es", "sv_t", "spi_t", "ieac_t", "tspi"}
    assert "nothing earned" in got.reasons["es"]


def test_once_something_is_earned_the_idle_periods_before_it_are_over() -> None:
    assert [got.es for got in earned_schedules([0, 0, 10], [0, 0, 5])] == [None, None, Decimal("2.5")]


def test_at_the_start_there_is_no_index() -> None:
    got = earned_schedule([10, 20], 0, 0)
    assert (got.spi_t, got.ieac_t) == (None, None)
    assert got.reasons["spi_t"] == "no time has passed"


def test_the_pace_still_needed_is_unattainable_once_the_planned_time_is_over() -> None:
    assert earned_schedule([10, 20, 30], 10, 2).tspi == 2
    late = earned_schedule([10, 20, 30], 20, 3)
    assert late.tspi is None
    assert late.reasons["tspi"].startswith("unattainable")


@pytest.mark.parametrize(
    ("planned", "earned", "pointer"),
    [
        ([], [1], "/planned_cumulative"),
        ([0, 0], [0], "/planned_cumulative"),
        ([10, 5], [1], "/planned_cumulative/1"),
        ([float("nan")], [1], "/planned_cumulative/0"),
        ([10], [-1], "/earned_cumulative/0"),
        ([10], [float("inf")], "/earned_cumulative/0"),
    ],
)
def test_a_curve_that_is_none_is_refused(planned: list[float], earned: list[float], pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        earned_schedules(planned, earned)
    assert refusal.value.faults[0].pointer == pointer


def test_ten_thousand_periods_are_no_trouble() -> None:
    curve = list(range(1, 10_001))
    assert earned_schedules(curve, curve)[-1].es == 10_000


@given(steps)
def test_work_done_exactly_to_plan_has_earned_its_time(increments: list[int]) -> None:
    plan = [p + i for i, p in enumerate(accumulate(increments), start=1)]
    assert [got.es for got in earned_schedules(plan, plan)] == list(range(1, len(plan) + 1))


@given(steps, st.integers(0, 10**6), st.integers(0, 10**6))
def test_earning_more_never_earns_less_time_nor_more_than_the_plan(
    increments: list[int], earned: int, more: int
) -> None:
    plan = list(accumulate(increments))
    less_time, more_time = earned_schedule(plan, earned, 1).es, earned_schedule(plan, earned + more, 1).es
    assert (less_time is None) == (not earned and not plan[0])
    if less_time is not None:
        assert more_time is not None
        assert 0 <= less_time <= more_time <= plan.index(plan[-1]) + 1


@given(steps, st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_unit_of_money_does_not_matter(increments: list[int], earned: int, factor: int) -> None:
    plan = list(accumulate(increments))
    scaled = [value * factor for value in plan]
    assert earned_schedule(plan, earned, 3) == earned_schedule(scaled, earned * factor, 3)
