"""The figures of one account: published cases, what is null and why, and what holds for any numbers."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.earned_value import Forecast, Totals, figures, measure, sum_known
from services.finance.engines.valuation.techniques import PercentComplete, Unknown
from services.finance.engines.valuation.work_packages import BudgetPeriod, WorkPackage
from shared.base.errors import Invalid

FIRST, LAST = date(2026, 1, 1), date(2026, 5, 31)
MONTHS = [(date(2026, m, 1), date(2026, m, d)) for m, d in [(1, 31), (2, 28), (3, 31), (4, 30), (5, 31)]]
amounts = st.integers(0, 10**12)


def phased(budget: int, *shares: int, percent: int) -> WorkPackage:
    """One package whose budget falls due by these percentages, one a month from January 2026."""
    periods = (BudgetPeriod(*m, budget * s // 100) for m, s in zip(MONTHS, shares, strict=True))
    return WorkPackage("WP", budget, technique=PercentComplete(percent), phased=tuple(periods))


def near(value: Decimal | None, expected: str) -> bool:
    assert value is not None
    return round(value, -int(Decimal(expected).as_tuple().exponent)) == Decimal(expected)


def test_the_third_of_five_periods_with_35_percent_done() -> None:
    got = measure([phased(100_000_00, 10, 10, 20, 30, 30, percent=35)], 36_000_00, date(2026, 3, 31))
    assert (got.pv, got.ev, got.sv, got.cv) == (40_000_00, 35_000_00, -5_000_00, -1_000_00)
    assert got.spi == Decimal("0.875")
    assert near(got.cpi, "0.97222")


def test_the_half_million_project_and_all_its_forecasts() -> None:
    actual = (45_000 + 110_000 + 135_000) * 100
    got = measure([phased(500_000_00, 10, 15, 25, 25, 25, percent=40)], actual, date(2026, 3, 31))
    assert (got.pv, got.ev, got.ac) == (250_000_00, 200_000_00, 290_000_00)
    assert got.spi == Decimal("0.8")
    assert near(got.cpi, "0.690")
    assert (got.eac_at_cpi, got.eac_at_budget, got.eac_at_cpi_spi) == (725_000_00, 590_000_00, 833_750_00)
    assert (got.eac, got.etc, got.vac) == (725_000_00, 435_000_00, -225_000_00)
    assert near(got.tcpi_bac, "1.429")
    assert near(got.tcpi_eac, "0.690")
    assert got.eac_bottom_up is None
    assert got.reasons == {"eac_bottom_up": "WP has no bottom-up estimate to complete"}


def test_the_fence_with_four_sides_after_three_days() -> None:
    days = [date(2026, 6, day) for day in (1, 2, 3, 4)]
    sides = [
        WorkPackage(f"side {i}", 1000_00, day, day, PercentComplete(percent))
        for i, (day, percent) in enumerate(zip(days, (100, 100, 50, 0), strict=True), start=1)
    ]
    got = measure(sides, (1000 + 1200 + 600) * 100, days[2])
    assert (got.pv, got.ev, got.cv, got.sv) == (3000_00, 2500_00, -300_00, -500_00)
    assert near(got.cpi, "0.893")
    assert near(got.spi, "0.833")
    assert (got.eac, got.etc, got.vac) == (4480_00, 1680_00, -480_00)


def test_the_chosen_forecast_leads_to_what_remains() -> None:
    base = Totals(bac=1000, pv=500, ev=400, ac=500, etc=700)
    got = figures(base, Forecast.BOTTOM_UP)
    assert (got.eac, got.etc, got.vac) == (1200, 700, -200)
    assert near(got.tcpi_eac, "0.857")


def test_planned_value_accrues_by_inclusive_calendar_days() -> None:
    package = WorkPackage("WP", 1000, date(2026, 6, 1), date(2026, 6, 10), PercentComplete(0))
    days = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 5), date(2026, 6, 10), date(2026, 6, 11)]
    assert [measure([package], 0, day).pv for day in days] == [0, 100, 500, 1000, 1000]


def test_without_actual_cost_there_is_no_cost_index_and_no_forecast_from_it() -> None:
    got = figures(Totals(bac=1000, pv=500, ev=400, ac=0))
    assert (got.cpi, got.eac, got.etc, got.vac, got.tcpi_eac) == (None,) * 5
    assert got.reasons["cpi"] == got.reasons["eac"] == "no actual cost"
    assert got.tcpi_bac == Decimal("0.6")


def test_a_bottom_up_forecast_needs_no_actual_cost() -> None:
    assert figures(Totals(bac=1000, pv=500, ev=0, ac=0, etc=900), Forecast.BOTTOM_UP).eac == 900


@pytest.mark.parametrize("actual", [0, -50, 300])
def test_a_forecast_at_budget_needs_no_cost_index(actual: int) -> None:
    got = figures(Totals(bac=1000, pv=500, ev=400, ac=actual), Forecast.AT_BUDGET)
    assert (got.eac_at_budget, got.eac, got.etc, got.vac) == (actual + 600, actual + 600, 600, 400 - actual)
    assert "eac_at_budget" not in got.reasons


@pytest.mark.parametrize("earned", [100, -100, 0])
def test_a_planned_value_below_zero_gives_no_schedule_index(earned: int) -> None:
    got = figures(Totals(bac=1000, pv=-300, ev=earned, ac=300))
    assert (got.spi, got.reasons["spi"]) == (None, "the planned value is below zero")
    assert (got.eac_at_cpi_spi, got.sv) == (None, earned + 300)


@pytest.mark.parametrize("planned", [500, 0, -20])
def test_what_was_taken_back_in_a_period_gives_no_forecast_at_its_index(planned: int) -> None:
    got = figures(Totals(bac=1000, pv=planned, ev=-50, ac=100))
    assert got.cpi == Decimal("-0.5")
    assert (got.eac, got.vac, got.eac_at_cpi_spi, got.eac_at_budget) == (None, None, None, 1150)
    assert got.reasons["eac"] == got.reasons["vac"] == "the earned value is below zero"


@pytest.mark.parametrize("actual", [700, 1000, 1300, 0])
def test_a_finished_project_needs_no_pace_and_none_is_unattainable(actual: int) -> None:
    got = figures(Totals(bac=1000, pv=1000, ev=1000, ac=actual))
    assert (got.tcpi_bac, got.tcpi_eac) == (None, None)
    assert got.reasons["tcpi_bac"] == "all of the budget is earned: no work is left"
    assert "unattainable" not in " ".join(got.reasons.values())


def test_without_a_budget_there_is_no_pace_to_keep() -> None:
    assert figures(Totals(bac=0, pv=0, ev=0, ac=5)).reasons["tcpi_bac"] == "there is no budget"


def test_without_planned_value_there_is_no_schedule_index() -> None:
    got = figures(Totals(bac=1000, pv=0, ev=400, ac=300))
    assert (got.spi, got.reasons["spi"]) == (None, "no planned value")
    assert (got.eac_at_cpi_spi, got.reasons["eac_at_cpi_spi"]) == (None, "no planned value")
    assert got.eac_at_cpi == 750


def test_a_budget_that_is_used_up_makes_tcpi_unattainable() -> None:
    for actual in (1000, 1001):
        got = figures(Totals(bac=1000, pv=900, ev=800, ac=actual))
        assert got.tcpi_bac is None
        assert got.reasons["tcpi_bac"].startswith("unattainable")


def test_when_nothing_is_earned_the_index_is_zero_and_the_forecast_unknown() -> None:
    got = figures(Totals(bac=1000, pv=500, ev=0, ac=200))
    assert (got.cpi, got.spi) == (0, 0)
    assert (got.eac_at_cpi, got.reasons["eac_at_cpi"]) == (None, "nothing earned")
    assert got.eac_at_budget == 1200


def test_one_unreported_package_makes_the_sum_unknown_and_is_named() -> None:
    packages = [
        WorkPackage("A", 500, FIRST, LAST, PercentComplete(50)),
        WorkPackage("B", 500, FIRST, LAST),
    ]
    got = measure(packages, 300, LAST)
    assert (got.pv, got.ev, got.cpi) == (1000, None, None)
    assert got.reasons["cpi"] == "B: no percent complete reported"


def test_an_account_without_packages_has_a_budget_of_zero() -> None:
    got = measure([], 0, FIRST)
    assert (got.bac, got.pv, got.ev, got.sv) == (0, 0, 0, 0)
    assert (got.spi, got.cpi) == (None, None)


def test_unknown_actual_cost_leaves_the_schedule_figures() -> None:
    got = measure([WorkPackage("A", 500, FIRST, LAST, PercentComplete(50))], None, LAST)
    assert (got.sv, got.ac, got.cv) == (-250, None, None)
    assert got.reasons["ac"] == "no actual cost reported"


@pytest.mark.parametrize("actual", [1.5, True, 2**63, float("nan")])
def test_actual_cost_must_be_whole_minor_units(actual: int) -> None:
    with pytest.raises(Invalid, match="/actual_cost"):
        measure([], actual, FIRST)


@given(amounts, amounts, amounts, amounts)
def test_each_figure_is_there_or_has_its_reason(bac: int, pv: int, ev: int, ac: int) -> None:
    got = figures(Totals(bac, pv, min(ev, bac), ac))
    absent = {name for name in type(got).__slots__ if getattr(got, name) is None}
    assert absent == set(got.reasons)


@given(amounts, st.integers(1, 10**12), amounts, st.integers(1, 10**12))
def test_the_figures_satisfy_their_identities(bac: int, pv: int, ev: int, ac: int) -> None:
    got = figures(Totals(bac, pv, ev, ac))
    assert got.sv is not None
    assert got.cv is not None
    assert (got.sv, got.cv) == (ev - pv, ev - ac)
    assert got.spi is not None
    assert (got.spi > 1) == (got.sv > 0)
    if got.eac is not None and got.etc is not None:
        assert got.vac == bac - got.eac
        assert got.eac == ac + got.etc


@given(st.lists(st.one_of(amounts, st.just(Unknown("why")))))
def test_a_sum_is_known_when_all_its_parts_are(parts: list[int | Unknown]) -> None:
    numbers = [p for p in parts if isinstance(p, int)]
    assert sum_known(parts) == (sum(numbers) if len(numbers) == len(parts) else Unknown("why"))
