"""Money and percentages: exact, rounded half to even, written one way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.base.money import Money, percent, to_minor, wire_amount


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (-65000, 1529700, "-4.25"),
        (1, 800, "0.12"),
        (3, 800, "0.38"),
        (-1, 10**9, "0.00"),
        (1, 3, "33.33"),
        (5, -10, "-50.00"),
        (1, 0, None),
    ],
)
def test_a_percentage_has_two_decimals_half_to_even_and_no_sign_of_nothing(
    part: int, whole: int, written: str | None
) -> None:
    assert percent(part, whole) == written


@given(st.integers(-(10**17), 10**17), st.sampled_from(["CHF", "JPY", "KWD"]))
def test_an_amount_is_read_back_as_it_was_written(minor: int, currency: str) -> None:
    written = wire_amount(minor, currency)
    assert Money(amount=written, currency=currency).minor == minor
    assert to_minor(Decimal(written), currency) == minor
