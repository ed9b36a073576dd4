"""Values of other systems: what has one reading is read, and what may be two things is not."""

from datetime import date
from decimal import Decimal

import pytest

from services.imports.breakdown.records import certain_day, is_yes, number_of


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8", "8"), ("8.500000", "8.5"), ("3.125", "3.125"), ("1,234.50", "1234.5"), ("1.234,50", "1234.5"), ("12,5", "12.5"),
        ("1'234", "1234"), ("1 234 567", "1234567"), ("-3", "-3"), ("(12.5)", "-12.5"), ("8h", "8"), ("50 %", "50"),
        ("1e5", "100000"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_programs_and_people_write_it(text: str, number: str) -> None:
    assert number_of(text) == Decimal(number)


@pytest.mark.parametrize("text", ["1,234", "", "h", "CHF 12", "1,23,456", "1e999", "9" * 30, "8 days", "NaN"])
def test_what_may_be_another_number_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        number_of(text)


@pytest.mark.parametrize("text", ["2026-03-02", "2026-03-02T08:00:00", "2 March 2026", "20260302"])
def test_a_day_of_one_reading_is_read(text: str) -> None:
    assert certain_day(text) == date(2026, 3, 2)


@pytest.mark.parametrize("text", ["03/02/2026", "02.03.26", "0001-01-01T00:00:00", "2026-02-30", "soon", ""])
def test_what_may_be_another_day_or_none_of_our_time_is_none(text: str) -> None:
    assert certain_day(text) is None


@pytest.mark.parametrize(
    ("text", "answer"), [("-1", True), ("True", True), ("oui", True), ("0", False), ("Nein", False)]
)
def test_yes_and_no_are_read_in_several_languages(text: str, answer: bool) -> None:
    assert is_yes(text) is answer
