"""What counts as a number, and how exactly it is kept."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.base.errors import Invalid
from shared.base.exact import decimal, exact, share_of_hundred


def test_a_float_counts_as_the_decimal_it_prints_as() -> None:
    assert exact(0.1, "/rate") == Fraction(1, 10)


@pytest.mark.parametrize("number", [np.float64(0.5), np.float32(0.5), Fraction(1, 2), Decimal("0.5")])
def test_numbers_of_other_kinds_count_as_what_they_are(number: float) -> None:
    assert exact(number, "/rate") == Fraction(1, 2)
    assert exact(np.int64(3), "/rate") == 3  # type: ignore[arg-type] # arrays give such numbers


@pytest.mark.parametrize(
    "number",
    [
        float("nan"),
        float("inf"),
        np.float64("nan"),
        Decimal("NaN"),
        Decimal("1e1000000"),
        Decimal(f"0.{'1' * 100}"),
        10**41,
        True,
        "1",
        None,
    ],
)
def test_what_cannot_be_computed_with_is_refused_at_its_place(number: float) -> None:
    with pytest.raises(Invalid) as refusal:
        exact(number, "/projects/3/reach")
    assert refusal.value.faults[0].pointer == "/projects/3/reach"


@pytest.mark.parametrize("percent", [-1, 100.5, float("nan")])
def test_a_percentage_lies_between_0_and_100(percent: float) -> None:
    with pytest.raises(Invalid):
        share_of_hundred(percent, "/percent")


@given(st.integers(-(10**12), 10**12), st.integers(0, 12))
def test_a_short_decimal_survives_the_way_through_a_fraction(digits: int, places: int) -> None:
    number = Decimal(digits).scaleb(-places)
    assert decimal(exact(number, "/x")) == number
