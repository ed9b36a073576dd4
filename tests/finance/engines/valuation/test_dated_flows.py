"""Amounts on dates against the figures spreadsheet manuals print, and what holds for any of them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.dated_flows import DatedAmount, xirr, xnpv
from services.finance.engines.valuation.investment import (
    CashFlow,
    IrrFlag,
    internal_rates,
    mirr,
    net_present_value,
)
from shared.base.errors import Invalid

NEW_YEAR = date(2021, 1, 1)
PUBLISHED = [
    DatedAmount(date(2008, 1, 1), -10_000),
    DatedAmount(date(2008, 3, 1), 2_750),
    DatedAmount(date(2008, 10, 30), 4_250),
    DatedAmount(date(2009, 2, 15), 3_250),
    DatedAmount(date(2009, 4, 1), 2_750),
]
amounts = st.integers(-(10**9), 10**9)
flows = st.lists(st.builds(DatedAmount, st.dates(date(2020, 1, 1), date(2040, 1, 1)), amounts), min_size=1)


def yearly(*net: int) -> list[DatedAmount]:
    """One amount every 365 days, so that rates per year are rates per period."""
    return [DatedAmount(NEW_YEAR + timedelta(365 * t), amount) for t, amount in enumerate(net)]


def test_the_dated_flow_that_spreadsheet_manuals_print() -> None:
    assert round(xnpv(PUBLISHED, Decimal("0.09")), 6) == Decimal("2086.647602")
    got = xirr(PUBLISHED)
    assert got.irr is not None
    assert (round(got.irr, 9), got.flag) == (Decimal("0.373362534"), IrrFlag.ONE)


@pytest.mark.parametrize(
    ("net", "finance", "reinvestment", "expected"),
    [
        ([-120_000, 39_000, 30_000, 21_000, 37_000, 46_000], "0.10", "0.12", "0.126094"),
        ([-120_000, 39_000, 30_000, 21_000], "0.10", "0.12", "-0.048045"),
        ([-120_000, 39_000, 30_000, 21_000, 37_000, 46_000], "0.10", "0.14", "0.134759"),
        ([-1_000, -4_000, 5_000, 2_000], "0.10", "0.12", "0.179086"),
    ],
)
def test_the_modified_rates_that_manuals_print(
    net: list[int], finance: str, reinvestment: str, expected: str
) -> None:
    got = mirr(CashFlow.of_net(net), Decimal(finance), Decimal(reinvestment))
    assert got.rate is not None
    assert round(got.rate, 6) == Decimal(expected)


@pytest.mark.parametrize(
    ("net", "reason"),
    [
        ([5, 6], "nothing is spent"),
        ([-5, -6], "nothing comes in"),
        ([0, 0], "nothing is spent"),
        ([-5], "nothing comes in"),
    ],
)
def test_a_flow_without_costs_or_without_gains_has_no_modified_rate(net: list[int], reason: str) -> None:
    got = mirr(CashFlow.of_net(net), 0.1, 0.1)
    assert (got.rate, got.reason) == (None, reason)


@pytest.mark.parametrize(
    ("net", "flag", "rates"),
    [
        ([-1_600, 10_000, -10_000], IrrFlag.SEVERAL, ["0.25", "4"]),
        ([-100, 240, -144], IrrFlag.ONE, ["0.2"]),
        ([1_000, -3_000, 2_500], IrrFlag.NONE, []),
        ([1, 2, 3], IrrFlag.NONE, []),
        ([-100, 0, 0, 0], IrrFlag.NONE, []),
        ([100, -110], IrrFlag.ONE, ["0.1"]),
        ([0, 0], IrrFlag.NONE, []),
    ],
)
def test_there_may_be_one_rate_or_several_or_none(net: list[int], flag: IrrFlag, rates: list[str]) -> None:
    got = xirr(yearly(*net))
    assert (got.flag, [round(rate, 12) for rate in got.irrs]) == (flag, [Decimal(rate) for rate in rates])
    assert (got.irr is None) == (flag is not IrrFlag.ONE) == (got.reason is not None)


def test_amounts_of_one_day_are_one_amount() -> None:
    split = [DatedAmount(NEW_YEAR, -60), DatedAmount(NEW_YEAR, -40), DatedAmount(date(2022, 1, 1), 110)]
    assert xirr(split) == xirr(yearly(-100, 110))
    assert xirr([DatedAmount(NEW_YEAR, -60), DatedAmount(NEW_YEAR, 60)]).flag is IrrFlag.NONE


@pytest.mark.parametrize("rate", [-1, -1.5, float("nan")])
def test_a_rate_that_is_not_above_minus_one_is_refused(rate: float) -> None:
    with pytest.raises(Invalid, match="/rate"):
        xnpv(PUBLISHED, rate)
    with pytest.raises(Invalid, match="/finance_rate"):
        mirr(CashFlow.of_net([-5, 6]), rate, 0.1)
    with pytest.raises(Invalid, match="/reinvestment_rate"):
        mirr(CashFlow.of_net([-5, 6]), 0.1, rate)


def test_no_flow_and_too_many_days_are_refused() -> None:
    with pytest.raises(Invalid, match="/amounts"):
        xirr([])
    with pytest.raises(Invalid, match="601 days"):
        xnpv([DatedAmount(NEW_YEAR + timedelta(day), 1) for day in range(601)], 0.1)


def test_rates_that_would_take_long_to_tell_apart_are_undetermined() -> None:
    wild = [DatedAmount(NEW_YEAR + timedelta(30 * i), (-1) ** i * (1_000 + i * i % 97)) for i in range(600)]
    assert xirr(wild).flag is IrrFlag.UNDETERMINED


@given(st.lists(amounts, min_size=1, max_size=8), st.integers(-90, 300))
def test_yearly_dates_are_periods(net: list[int], percent: int) -> None:
    rate = Decimal(percent) / 100
    on_dates, in_periods = xnpv(yearly(*net), rate), net_present_value(net, rate)
    assert abs(on_dates - in_periods) <= abs(in_periods) * Decimal("1e-20") + Decimal("1e-15")


@given(st.lists(st.integers(-1_000, 1_000), min_size=2, max_size=6))
def test_yearly_dates_have_the_rates_of_periods(net: list[int]) -> None:
    flag, rates = internal_rates(CashFlow.of_net(net))
    got = xirr(yearly(*net))
    assert got.flag is flag
    for ours, theirs in zip(got.irrs, rates, strict=True):
        assert abs(ours - theirs) <= Decimal("1e-6") * (1 + theirs)  # a double rate is less precise


@given(flows)
def test_at_each_rate_that_is_found_the_flow_is_worth_nothing(flow: list[DatedAmount]) -> None:
    worth = sum(abs(each.amount) for each in flow)
    years = Decimal((max(each.on for each in flow) - min(each.on for each in flow)).days) / 365
    for rate in xirr(flow).irrs:
        if Decimal("-0.9") < rate < 10:
            # below zero a discounted amount is larger than the amount, and so is what the last digit of a rate costs
            largest = worth * max(Decimal(1), (1 + rate) ** -years)
            assert abs(xnpv(flow, rate)) <= largest * Decimal("1e-6")


@given(flows)
def test_the_order_of_the_amounts_does_not_matter(flow: list[DatedAmount]) -> None:
    assert xirr(flow) == xirr(flow[::-1])
    assert xnpv(flow, 0.1) == xnpv(sorted(flow, key=lambda each: each.amount), 0.1)


@given(st.integers(1, 10**6), st.integers(1, 12), st.integers(-50, 100))
def test_a_single_gain_has_one_rate_however_it_is_asked_for(cost: int, years: int, percent: int) -> None:
    net = [-cost, *[0] * (years - 1), 2 * cost]
    modified = mirr(CashFlow.of_net(net), Decimal(percent) / 100, Decimal(percent) / 100).rate
    once = xirr(yearly(*net)).irr
    assert modified is not None
    assert once is not None
    assert abs(modified - once) <= Decimal("1e-14")
