"""Appraisals against published flows, and what holds for any flow."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.finance.engines.valuation import positive_roots
from services.finance.engines.valuation.investment import (
    MOST_PERIODS,
    CashFlow,
    IrrFlag,
    appraised,
    internal_rates,
    net_present_value,
)
from shared.base.errors import Invalid

flows = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=24)


def rates(*amounts: int) -> list[float]:
    return [float(rate) for rate in internal_rates(CashFlow.of_net(amounts))[1]]


def irr(*amounts: int) -> Decimal | None:
    return appraised(CashFlow.of_net(amounts), 0).irr


def test_npv_discounts_from_the_second_amount_on() -> None:
    assert round(net_present_value([-40_000, 5_000, 8_000, 12_000, 30_000], 0.08), 5) == Decimal("3065.22267")


@pytest.mark.parametrize(
    ("rate", "amounts", "expected"),
    [
        ("0.08", [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500], "1922.06"),
        ("0.08", [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500, -9_000], "-3749.47"),
        ("0.10", [0, -10_000, 3_000, 4_200, 6_800], "1188.44"),
        ("0", [-100, 60, 60], "20"),
    ],
)
def test_npv_of_the_flows_spreadsheet_manuals_print(rate: str, amounts: list[int], expected: str) -> None:
    assert round(net_present_value(amounts, Decimal(rate)), 2) == Decimal(expected)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([-150_000, 15_000, 25_000, 35_000, 45_000, 60_000], "0.0524"),
        ([-100, 39, 59, 55, 20], "0.28095"),
        ([-100, 0, 0, 74], "-0.0955"),
        ([-70_000, 12_000, 15_000, 18_000, 21_000], "-0.021"),
        ([-70_000, 12_000, 15_000, 18_000, 21_000, 26_000], "0.087"),
        ([-70_000, 12_000, 15_000], "-0.444"),
        ([-4_000, 2_000, 4_000], "0.2808"),
        ([100, -110], "0.1"),
    ],
)
def test_the_only_internal_rate(amounts: list[int], expected: str) -> None:
    got = irr(*amounts)
    assert got is not None
    assert round(got, -int(Decimal(expected).as_tuple().exponent)) == Decimal(expected)


def test_flows_of_one_sign_have_no_internal_rate() -> None:
    got = appraised(CashFlow.of_net([1, 2, 3]), 0.1)
    assert (got.irr, got.irr_flag, got.irrs) == (None, IrrFlag.NONE, ())
    assert got.reasons["irr"] == "no rate makes the net present value zero"


def test_flows_that_change_sign_may_still_have_none() -> None:
    assert internal_rates(CashFlow.of_net([1000, -3000, 2500])) == (IrrFlag.NONE, ())


def test_the_oil_pump_has_two_internal_rates_and_so_no_irr() -> None:
    got = appraised(CashFlow.of_net([-1_600, 10_000, -10_000]), 0.1)
    assert (got.irr, got.irr_flag, got.irrs) == (None, IrrFlag.SEVERAL, (Decimal("0.25"), 4))


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([-100, 230, -132], [0.1, 0.2]),
        ([-1_000, 6_000, -11_000, 6_000], [0.0, 1.0, 2.0]),
        ([-4_000, 25_000, -25_000], [0.25, 4.0]),
        ([-100, 220, -121], [0.1]),
        ([-4, 4, -1], [-0.5]),
        ([-1, 3, -2], [0.0, 1.0]),
        ([0, 0, -100, 110, 0], [0.1]),
    ],
)
def test_every_rate_is_found_even_one_that_only_touches_zero(
    amounts: list[int], expected: list[float]
) -> None:
    assert rates(*amounts) == expected


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([-100, 100, 0, -7], [-0.6789, -0.0833]),
        ([-500, 1050, 100, -800, 100], [-0.8702, 0.0886, 0.7096]),
    ],
)
def test_where_manuals_print_one_rate_all_are_given(amounts: list[int], expected: list[float]) -> None:
    got = appraised(CashFlow.of_net(amounts), 0)
    assert [round(float(rate), 4) for rate in got.irrs] == expected
    assert got.irr is None


def test_payback_is_interpolated_within_its_period() -> None:
    got = appraised(CashFlow.of_net([-40_000, 5_000, 8_000, 12_000, 30_000]), 0.08)
    assert got.payback == Decimal("3.5")
    assert got.discounted_payback is not None
    assert round(got.discounted_payback, 3) == Decimal("3.861")


def test_what_is_never_earned_back_has_no_payback() -> None:
    got = appraised(CashFlow.of_net([-100, 50, 52]), 0.1)
    assert round(got.payback or 0, 3) == Decimal("1.962")
    assert got.discounted_payback is None
    assert got.reasons["discounted_payback"] == "the flows never make up for what was spent"


def test_payback_waits_for_the_first_cost() -> None:
    """The spreadsheets' example of an NPV, whose first amount falls due after a year."""
    got = appraised(CashFlow.of_net([0, -10_000, 3_000, 4_200, 6_800]), 0.1)
    assert round(got.npv, 2) == Decimal("1188.44")
    assert round(got.payback or 0, 3) == Decimal("3.412")
    assert round(got.discounted_payback or 0, 3) == Decimal("3.744")


def test_a_rate_beyond_all_measure_is_still_a_rate() -> None:
    assert appraised(CashFlow.of_net([-1, 10**16]), 0).irr == pytest.approx(Decimal(10**16 - 1))


@pytest.mark.parametrize("amounts", [[1.5], [float("nan")], ["1"], [None], 5])
def test_net_amounts_that_are_no_whole_numbers_are_refused(amounts: Any) -> None:
    for call in (CashFlow.of_net, lambda flow: net_present_value(flow, 0.1)):
        with pytest.raises(Invalid, match="/amounts"):
            call(amounts)


def test_a_flow_that_begins_with_a_gain_is_paid_back_at_once() -> None:
    assert appraised(CashFlow.of_net([100, -110]), 0.1).payback == 0


def test_the_benefit_cost_ratio_sets_gross_benefits_against_gross_costs() -> None:
    got = appraised(CashFlow(benefits=(0, 60, 60), costs=(80, 10, 10)), 0)
    assert (got.npv, got.bcr) == (20, Decimal("1.2"))
    assert appraised(CashFlow((5,), ()), 0).reasons["bcr"] == "no costs"


@pytest.mark.parametrize(
    ("flow", "rate", "code"),
    [
        (CashFlow((), ()), 0, "no_cash_flow"),
        (CashFlow((1,) * (MOST_PERIODS + 1), ()), 0, "too_many_periods"),
        (CashFlow((-1,), ()), 0, "negative_amount"),
        (CashFlow((0.5,), ()), 0, "wrong_type"),  # type: ignore[arg-type]
        (CashFlow((10**18,), ()), 0, "amount_too_large"),
        (CashFlow((1,), ()), -1, "rate_out_of_range"),
        (CashFlow((1,), ()), float("nan"), "not_a_number"),
        (CashFlow((1,), ()), float("inf"), "not_a_number"),
    ],
)
def test_a_flow_or_rate_that_is_none_is_refused(flow: CashFlow, rate: float, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        appraised(flow, rate)
    assert refusal.value.code == code


def test_rates_that_would_take_too_long_to_tell_apart_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    touching = CashFlow.of_net([-100, 220, -121])
    assert internal_rates(touching)[0] is IrrFlag.ONE
    monkeypatch.setattr(positive_roots, "_MOST_WORK", 10_000)
    assert internal_rates(touching) == (IrrFlag.UNDETERMINED, ())
    assert appraised(touching, 0).reasons["irr"] == "the rates could not be told apart"


@given(flows)
def test_the_npv_at_each_internal_rate_is_zero(amounts: list[int]) -> None:
    _, rates = internal_rates(CashFlow.of_net(amounts))
    for rate in rates:
        assume(rate > Decimal("-0.9"))
        size = sum(abs(a) for a in amounts) * max(1, float(1 + rate) ** -len(amounts))
        assert abs(float(net_present_value(amounts, rate))) <= 1e-9 * size


GRID = [Decimal(step) / 50 - Decimal("0.9") for step in range(200)]


@given(flows)
def test_wherever_the_npv_changes_its_sign_there_is_an_internal_rate(amounts: list[int]) -> None:
    _, rates = internal_rates(CashFlow.of_net(amounts))
    values = [net_present_value(amounts, rate) for rate in GRID]
    for (low, before), (high, after) in pairwise(zip(GRID, values, strict=True)):
        if before * after < 0:
            assert any(low < rate < high for rate in rates)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=5, unique=True), st.integers(1, 10**6))
def test_a_flow_built_from_its_rates_gives_them_back(percents: list[int], scale: int) -> None:
    amounts = [scale]
    for percent in percents:
        longer = [*(100 * a for a in amounts), 0]
        amounts = [a - (100 + percent) * b for a, b in zip(longer, [0, *amounts], strict=True)]
    assert rates(*amounts) == pytest.approx(sorted(p / 100 for p in percents), abs=1e-12)


@given(st.integers(1, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=24))
def test_one_outlay_followed_by_gains_has_at_most_one_rate_on_the_side_the_total_says(
    outlay: int, gains: list[int]
) -> None:
    flag, rates = internal_rates(CashFlow.of_net([-outlay, *gains]))
    assert flag is (IrrFlag.ONE if any(gains) else IrrFlag.NONE)
    assert all((rate > 0) == (sum(gains) > outlay) for rate in rates)


@given(flows, st.integers(0, 10_000), st.integers(1, 1000))
def test_npv_scales_with_the_flow(amounts: list[int], basis_points: int, factor: int) -> None:
    rate = Decimal(basis_points) / 10_000
    scaled = net_present_value([a * factor for a in amounts], rate)
    assert float(scaled) == pytest.approx(
        float(net_present_value(amounts, rate)) * factor, rel=1e-12, abs=1e-6
    )
