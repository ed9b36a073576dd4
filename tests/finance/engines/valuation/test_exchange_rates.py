"""Amounts in other currencies: which rate counts, and what happens where there is none."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation import minor_units
from services.finance.engines.valuation.exchange_rates import Amount, ExchangeRates, Quotation
from shared.base import money
from shared.base.errors import Invalid

MONDAY = date(2026, 6, 1)
RATES = [
    Quotation("EUR", "CHF", MONDAY, Decimal("0.93725")),
    Quotation("EUR", "CHF", MONDAY + timedelta(7), Decimal("0.94")),
    Quotation("CHF", "JPY", MONDAY, Decimal("178.3512")),
    Quotation("USD", "CHF", MONDAY, Decimal("0.8")),
]
TABLE = ExchangeRates(RATES, "CHF")


def test_the_latest_rate_on_or_before_the_day_counts() -> None:
    days = [MONDAY, MONDAY + timedelta(6), MONDAY + timedelta(7), MONDAY + timedelta(400)]
    assert [TABLE.converted(Amount(100_00, "EUR", day), "CHF").minor for day in days] == [
        9372,
        9372,
        9400,
        9400,
    ]


def test_before_the_first_rate_there_is_none() -> None:
    got = TABLE.converted(Amount(100_00, "EUR", MONDAY - timedelta(1)), "CHF")
    assert (got.minor, got.rate, got.reason) == (None, None, "no rate from EUR to CHF for 2026-05-31")


def test_a_rate_may_be_called_too_old() -> None:
    strict = ExchangeRates(RATES, "CHF", oldest_days=3)
    assert strict.converted(Amount(1, "EUR", MONDAY + timedelta(3)), "CHF").minor == 1
    assert strict.converted(Amount(1, "EUR", MONDAY + timedelta(4)), "CHF").minor is None


def test_a_pair_quoted_the_other_way_round_is_inverted() -> None:
    got = TABLE.converted(Amount(80_00, "CHF", MONDAY), "USD")
    assert (got.minor, got.rate) == (100_00, Decimal("1.25"))
    assert got.quotations == (RATES[3],)


def test_minor_units_follow_each_currency() -> None:
    assert TABLE.converted(Amount(10_00, "CHF", MONDAY), "JPY").minor == 1784
    assert TABLE.converted(Amount(1784, "JPY", MONDAY), "CHF").minor == 10_00


def test_a_pair_quoted_neither_way_goes_through_the_pivot() -> None:
    got = TABLE.converted(Amount(100_00, "USD", MONDAY), "EUR")
    assert got.quotations == (RATES[3], RATES[0])
    assert got.minor == round(Decimal(10000) * Decimal("0.8") / Decimal("0.93725"))


def test_nothing_but_the_pivot_is_gone_through() -> None:
    table = ExchangeRates(RATES, "GBP")
    assert table.converted(Amount(100_00, "USD", MONDAY), "EUR").minor is None


def test_of_two_directions_the_later_counts_and_on_one_day_the_direct_one() -> None:
    reverse = Quotation("CHF", "EUR", MONDAY, 2)
    assert ExchangeRates([*RATES, reverse], "CHF").converted(Amount(100, "EUR", MONDAY), "CHF").minor == 94
    later = Quotation("CHF", "EUR", MONDAY + timedelta(1), 2)
    table = ExchangeRates([*RATES, later], "CHF")
    assert table.converted(Amount(100, "EUR", MONDAY + timedelta(1)), "CHF").minor == 50


def test_a_sum_adds_what_it_shows() -> None:
    total = TABLE.total([Amount(1_00, "EUR", MONDAY)] * 3 + [Amount(5, "CHF", MONDAY)], "CHF")
    assert [part.minor for part in total.parts] == [94, 94, 94, 5]
    assert total.minor == 287


def test_a_sum_that_lacks_a_rate_is_unknown_and_says_which_once() -> None:
    lacking = [Amount(1, "SEK", MONDAY), Amount(2, "SEK", MONDAY), Amount(5, "CHF", MONDAY)]
    total = TABLE.total(lacking, "CHF")
    assert (total.minor, total.reasons) == (None, ("no rate from SEK to CHF for 2026-06-01",))
    assert total.parts[2].minor == 5


def test_nothing_sums_to_zero() -> None:
    assert TABLE.total([], "CHF").minor == 0


@pytest.mark.parametrize(
    ("quotation", "code"),
    [
        (Quotation("EUR", "XYZ", MONDAY, 1), "unknown_currency"),
        (Quotation("EUR", "EUR", MONDAY, 1), "one_currency"),
        (Quotation("EUR", "CHF", MONDAY, 0), "rate_out_of_range"),
        (Quotation("EUR", "CHF", MONDAY, float("nan")), "not_a_number"),
        (Quotation("EUR", "CHF", MONDAY, Decimal("0.9")), "two_rates"),
    ],
)
def test_an_impossible_quotation_is_refused(quotation: Quotation, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ExchangeRates([*RATES, quotation], "CHF")
    assert refusal.value.code == code


def test_unknown_currencies_and_broken_amounts_are_refused() -> None:
    for amount, into in [(Amount(1, "CHF", MONDAY), "XXQ"), (Amount(1, "XXQ", MONDAY), "CHF")]:
        with pytest.raises(Invalid, match="ISO 4217"):
            TABLE.converted(amount, into)
    with pytest.raises(Invalid, match="a whole number is due"):
        TABLE.converted(Amount(1.5, "CHF", MONDAY), "EUR")  # type: ignore[arg-type]


rates = st.decimals(Decimal("0.5"), 2, places=8)
amounts = st.integers(-(10**12), 10**12)


@given(amounts, rates)
def test_there_and_back_is_the_same_within_rounding(minor: int, rate: Decimal) -> None:
    table = ExchangeRates([Quotation("EUR", "CHF", MONDAY, rate)], "CHF")
    there = table.converted(Amount(minor, "EUR", MONDAY), "CHF").minor
    assert there is not None
    back = table.converted(Amount(there, "CHF", MONDAY), "EUR").minor
    assert back is not None
    assert abs(back - minor) <= 1


@given(st.lists(amounts, max_size=20), rates)
def test_a_total_is_the_sum_of_its_parts(minors: list[int], rate: Decimal) -> None:
    table = ExchangeRates([Quotation("EUR", "CHF", MONDAY, rate)], "CHF")
    total = table.total([Amount(m, "EUR", MONDAY) for m in minors], "CHF")
    assert total.minor == sum(part.minor or 0 for part in total.parts)


@given(rates, rates)
def test_a_cross_rate_is_the_product_of_its_legs(first: Decimal, second: Decimal) -> None:
    table = ExchangeRates(
        [Quotation("USD", "CHF", MONDAY, first), Quotation("CHF", "EUR", MONDAY, second)], "CHF"
    )
    assert table.converted(Amount(1, "USD", MONDAY), "EUR").rate == first * second


def test_an_amount_may_be_as_large_as_on_the_wire() -> None:
    assert minor_units.LARGEST_MINOR == money.LARGEST_MINOR
