"""Periods in the names of columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.imports.tables.periods import in_year, part_of_year, period_in


@pytest.mark.parametrize(
    ("name", "text", "rest"),
    [
        ("2026", "2026", ""),
        ("FY26", "2026", ""),
        ("FY25/26", "2025/26", ""),
        ("2025/2026", "2025/26", ""),
        ("GJ 2026", "2026", ""),
        ("Exercice 2026", "2026", ""),
        ("Q1 2026", "Q1 2026", ""),
        ("T1/26", "Q1 2026", ""),
        ("2026 Q1", "Q1 2026", ""),
        ("1. Quartal 2026", "Q1 2026", ""),
        ("1er trimestre 2026", "Q1 2026", ""),
        ("S2 2026", "H2 2026", ""),
        ("Jan 26", "2026-01", ""),
        ("Janvier 2026", "2026-01", ""),
        ("févr. 26", "2026-02", ""),
        ("Mrz-26", "2026-03", ""),
        ("01.2026", "2026-01", ""),
        ("1/2026", "2026-01", ""),
        ("2026-01-01", "2026-01-01", ""),
        ("KW 05/2026", "2026-W05", ""),
        ("Budget 2026", "2026", "Budget"),
        ("2026 (kCHF)", "2026", "(kCHF)"),
        ("Plan Q1 2026 T€", "Q1 2026", "Plan T€"),
        ("Forecast_Jan_2026", "2026-01", "Forecast"),
    ],
)
def test_a_name_is_a_period_and_the_rest_of_it(name: str, text: str, rest: str) -> None:
    period = period_in(name)
    assert period is not None
    assert (period.text, period.rest) == (text, rest)


@pytest.mark.parametrize(
    "name", ["Project", "Total 2025-2027", "Budget 2026 (as of 2025)", "26", "Version 2", "13.2026x", "1850", "x" * 500]
)  # fmt: skip
def test_what_names_no_period_or_several_is_none(name: str) -> None:
    assert period_in(name) is None


@pytest.mark.parametrize(
    ("name", "part", "rest"),
    [
        ("Jan", "01", ""),
        ("Mrz", "03", ""),
        ("Budget août", "08", "Budget"),
        ("Q3", "Q3", ""),
        ("S1", "H1", ""),
    ],
)
def test_a_part_of_a_year_waits_for_its_year(name: str, part: str, rest: str) -> None:
    assert part_of_year(name) == (part, rest)
    period = in_year(part, 2026, rest)
    assert period is not None
    assert period.period.first.year == 2026


@given(st.text(max_size=60))
def test_any_name_is_borne(name: str) -> None:
    period_in(name)
    part_of_year(name)
