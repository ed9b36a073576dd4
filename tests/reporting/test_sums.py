"""Sums of money: in one currency, or null with the reason; never partly right."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.sums import total

AMOUNTS = st.lists(st.integers(-(10**15), 10**15), min_size=1)


@given(AMOUNTS)
def test_amounts_of_one_currency_add_up_exactly_without_a_setting(minors: list[int]) -> None:
    money, reason = total([("CHF", minor) for minor in minors], None)
    assert reason is None
    assert money is not None
    assert (money["currency"], Decimal(money["amount"]) * 100) == ("CHF", sum(minors))


@given(AMOUNTS, AMOUNTS)
def test_amounts_of_two_currencies_have_no_sum_and_both_are_named(
    francs: list[int], euros: list[int]
) -> None:
    amounts = [("CHF", minor) for minor in francs] + [("EUR", minor) for minor in euros]
    money, reason = total(amounts, None)
    assert money is None
    assert reason == "amounts in CHF, EUR, and no reporting currency"


def test_one_foreign_amount_without_a_rate_leaves_no_sum() -> None:
    assert total([("CHF", 100), ("USD", 1)], "CHF") == (None, "no rate from USD to CHF")


def test_what_is_missing_is_left_out_and_nothing_at_all_is_said() -> None:
    assert total([("CHF", 100), ("CHF", None), (None, None)], None) == (
        {"amount": "1.00", "currency": "CHF"},
        None,
    )
    assert total([(None, None)], "CHF") == (None, "no amounts")
