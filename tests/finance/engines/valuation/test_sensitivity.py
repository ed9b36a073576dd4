"""What moves an NPV, and how far each assumption may move."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.investment import CashFlow, appraised
from services.finance.engines.valuation.sensitivity import Driver, sensitivity, switching_values
from shared.base.errors import Invalid

FLOW = CashFlow(benefits=(0, 60_000, 72_000), costs=(100_000, 0, 0))


def test_each_driver_moves_alone() -> None:
    rows = {(row.driver, row.change_percent): row for row in sensitivity(FLOW, 0.2, (-10, 10))}
    assert len(rows) == 6
    assert rows[Driver.BENEFITS, Decimal(10)].difference == 10_000
    assert rows[Driver.COSTS, Decimal(10)].difference == -10_000
    dearer = rows[Driver.RATE, Decimal(10)]
    assert round(dearer.npv, 2) == Decimal("-2445.58")


def test_the_switching_values_make_the_npv_zero() -> None:
    benefits, costs, rate = switching_values(FLOW, 0.1)
    assert round(benefits.change_percent or 0, 3) == Decimal("-12.319")
    assert round(costs.change_percent or 0, 3) == Decimal("14.050")
    assert round(rate.change_percent or 0, 6) == 100


def test_without_one_irr_the_rate_has_no_switching_value() -> None:
    *_, rate = switching_values(CashFlow.of_net([-1_600, 10_000, -10_000]), 0.1)
    assert (rate.change_percent, rate.reason) == (None, "several rates make the net present value zero")


def test_what_is_not_there_cannot_be_varied() -> None:
    benefits, _, rate = switching_values(CashFlow((), (100,)), 0.1)
    assert benefits.reason == "there are no benefits"
    assert rate.reason == "no rate makes the net present value zero"


def test_a_change_that_is_no_number_is_refused_at_its_place() -> None:
    with pytest.raises(Invalid, match="/changes_percent/1"):
        sensitivity(FLOW, 0.1, (10, float("nan")))


gains = st.lists(st.integers(1, 10**9), min_size=1, max_size=12)


@given(st.integers(1, 10**9), gains, st.integers(1, 5_000))
def test_at_its_switching_value_a_driver_brings_the_npv_to_zero(
    outlay: int, amounts: list[int], basis_points: int
) -> None:
    flow, rate = CashFlow((0, *amounts), (outlay,)), Decimal(basis_points) / 10_000
    size = float(sum(amounts) + outlay)
    for value in switching_values(flow, rate)[:2]:
        assert value.change_percent is not None
        (row,) = (r for r in sensitivity(flow, rate, [value.change_percent]) if r.driver is value.driver)
        assert abs(float(row.npv)) <= 1e-12 * size * (1 + abs(float(value.change_percent)))


@given(st.integers(1, 10**9), gains)
def test_no_change_makes_no_difference(outlay: int, amounts: list[int]) -> None:
    flow = CashFlow((0, *amounts), (outlay,))
    rows = sensitivity(flow, 0.07, (0,))
    assert {row.difference for row in rows} == {0}
    assert {row.npv for row in rows} == {appraised(flow, 0.07).npv}
