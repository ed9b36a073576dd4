"""Series say whether they are per period or cumulative, and turn into each other without loss."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.baseline import Change, baselined, in_force, rebaselined
from services.finance.engines.valuation.earned_schedule import earned_schedules
from services.finance.engines.valuation.series import (
    Kind,
    Series,
    Status,
    month_ends,
    performance,
    planned_curve,
)
from services.finance.engines.valuation.techniques import PercentComplete
from services.finance.engines.valuation.work_packages import BudgetPeriod, WorkPackage
from shared.base.errors import Invalid

ENDS = month_ends(date(2026, 1, 10), date(2026, 5, 2))
SHARES = (10, 15, 25, 25, 25)
COSTS = (45_000, 110_000, 135_000)
EARNED = (12, 25, 40)
amounts = st.lists(st.integers(-(10**9), 10**9), max_size=30)


def plan(percent: int) -> WorkPackage:
    phases = tuple(BudgetPeriod(end, end, 5_000 * share) for end, share in zip(ENDS, SHARES, strict=True))
    return WorkPackage("WP", 500_000, technique=PercentComplete(percent), phased=phases)


def history() -> list[Status]:
    return [Status(ENDS[i], (plan(EARNED[i]),), sum(COSTS[: i + 1])) for i in range(3)]


def test_month_ends_run_from_the_first_month_to_the_last() -> None:
    assert [str(end) for end in ENDS] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]


def test_the_cumulative_figures_at_each_status_date() -> None:
    got = performance(history())
    assert got.kind is Kind.CUMULATIVE
    assert got.series("pv").values == (50_000, 125_000, 250_000)
    assert got.series("ac").values == (45_000, 155_000, 290_000)
    assert got.points()[-1].spi == Decimal("0.8")


def test_the_same_by_period() -> None:
    got = performance(history()).per_period()
    assert got.kind is Kind.PER_PERIOD
    assert got.series("ac") == Series(Kind.PER_PERIOD, COSTS)
    third = got.points()[2]
    assert (third.pv, third.ev, third.sv) == (125_000, 75_000, -50_000)
    assert third.spi == Decimal("0.6")


@pytest.mark.parametrize("earned", [30_000, 10_000])
def test_a_period_in_which_the_plan_was_cut_has_no_schedule_index(earned: int) -> None:
    """Re-baselined from 60,000 planned to 30,000: -0.17, or +0.33 where earned value fell as well."""

    def status(end: date, planned: int, done: int) -> Status:
        phases = (BudgetPeriod(ENDS[0], ENDS[0], planned), BudgetPeriod(ENDS[4], ENDS[4], 100_000 - planned))
        package = WorkPackage("WP", 100_000, technique=PercentComplete(done / 1000), phased=phases)
        return Status(end, (package,), 20_000)

    got = performance([status(ENDS[0], 60_000, 20_000), status(ENDS[1], 30_000, earned)]).per_period()
    second = got.points()[1]
    assert (second.pv, second.ev, second.spi) == (-30_000, earned - 20_000, None)
    assert second.reasons["spi"] == "the planned value is below zero"


def test_a_period_beside_an_unknown_total_is_unknown() -> None:
    statuses = history()
    statuses[1] = Status(ENDS[1], statuses[1].packages, None)
    points = performance(statuses).per_period().points()
    assert [p.ac for p in points] == [45_000, None, None]
    assert points[2].reasons["cpi"] == "no actual cost reported"


def test_status_dates_must_ascend() -> None:
    with pytest.raises(Invalid, match="/statuses/1/as_of"):
        performance([history()[1], history()[0]])


def test_the_planned_curve_feeds_earned_schedule() -> None:
    curve = planned_curve([plan(0)], ENDS)
    assert curve == Series(Kind.CUMULATIVE, (50_000, 125_000, 250_000, 375_000, 500_000))
    numbers = [value for value in curve.values if value is not None]
    assert round(earned_schedules(numbers, [60_000, 125_000, 200_000])[2].es, 2) == Decimal("2.60")


def test_a_rebaselining_leaves_the_figures_before_it_alone() -> None:
    first = baselined([plan(40)], Change("CR-1", ENDS[0]), ENDS[0])
    wider = rebaselined(
        first, [plan(40), WorkPackage("NEW", 100_000, ENDS[3], ENDS[4])], Change("CR-2", ENDS[2]), ENDS[2]
    )

    def bac_at(end: date) -> int:
        version = in_force(wider, end)
        assert version is not None
        return version.bac

    assert [bac_at(end) for end in ENDS[:4]] == [500_000, 500_000, 600_000, 600_000]


@given(amounts)
def test_cumulative_and_per_period_are_each_others_inverse(values: list[int]) -> None:
    series = Series(Kind.PER_PERIOD, tuple(values))
    assert series.cumulative().per_period() == series
    assert series.cumulative().cumulative() == series.cumulative()


@given(amounts, st.integers(0, 29))
def test_after_an_unknown_period_the_running_total_is_unknown(values: list[int], at: int) -> None:
    series = Series(Kind.PER_PERIOD, tuple(None if i == at else v for i, v in enumerate(values))).cumulative()
    assert [v is None for v in series.values] == [i >= at for i in range(len(values))]
