"""The load of a month: exact shares of its working days, and overloaded where one of them is."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.dashboards.load.view import end_of_month, load
from shared.base.working_days import Holidays

MARCH = date(2026, 3, 1)
"""Begins on a Sunday; 22 days from Monday to Friday."""


def booked(first: int, last: int, percent: int, commitment: str = "hard") -> dict[str, Any]:
    days = {"starts_on": f"2026-03-{first:02}", "ends_on": f"2026-03-{last:02}"}
    return {"person_id": "p", "percent": percent, "commitment": commitment} | days


def march(
    *bookings: dict[str, Any], weekly_hours: float = 40, holidays: Holidays | None = None
) -> dict[str, Any]:
    person = {"id": "p", "name": "Ann", "employment": "internal", "weekly_hours": weekly_hours}
    [item] = load([person], bookings, [MARCH], holidays or Holidays())
    [month] = item["months"]
    return dict(month)


def test_a_month_is_overloaded_by_its_first_days_though_the_others_are_free() -> None:
    month = march(booked(1, 11, 100), booked(1, 11, 100, "soft"))
    assert month["overloaded"]
    assert (month["hard_pct"], month["soft_pct"]) == (36.4, 36.4)


def test_whoever_is_booked_for_the_whole_of_every_day_is_not_overloaded() -> None:
    assert not march(booked(1, 16, 100), booked(17, 31, 60), booked(17, 31, 40, "soft"))["overloaded"]
    assert march(booked(1, 16, 100), booked(16, 31, 1))["overloaded"]


def test_thirds_of_a_month_are_the_whole_of_it() -> None:
    month = march(*[booked(1, 31, percent) for percent in (33, 33, 34)])
    assert (month["hard_pct"], month["hours"], month["overloaded"]) == (100.0, 176.0, False)


@pytest.mark.parametrize("day", [7, 8])
def test_a_weekend_overloads_nobody(day: int) -> None:
    assert not march(booked(day, day, 100), booked(day, day, 100, "soft"))["overloaded"]


def test_a_holiday_is_no_working_day() -> None:
    holidays = Holidays([date(2026, 3, 19), date(2026, 3, 19)])
    bookings = booked(19, 19, 100), booked(19, 19, 100, "soft")
    assert march(*bookings)["overloaded"]
    assert not march(*bookings, holidays=holidays)["overloaded"]
    month = march(booked(1, 31, 50), holidays=holidays)
    assert (month["hard_pct"], month["hours"]) == (50.0, 84.0)


def test_a_month_of_nothing_but_holidays_has_no_load() -> None:
    holidays = Holidays(MARCH + timedelta(days=n) for n in range(31))
    assert march(booked(1, 31, 100), booked(1, 31, 100), holidays=holidays) == {
        "month": "2026-03", "hard_pct": 0.0, "soft_pct": 0.0, "hours": 0.0, "overloaded": False,
    }  # fmt: skip


def test_hours_are_counted_in_exact_decimals() -> None:
    assert march(booked(2, 2, 100), weekly_hours=41.25)["hours"] == 8.2  # 8.25, half to even
    assert march(booked(2, 2, 100), weekly_hours=38.75)["hours"] == 7.8  # 7.75


days = st.integers(1, 31)
bookings = st.lists(st.tuples(days, days, st.integers(1, 100), st.sampled_from(["hard", "soft"])), max_size=6)


@given(bookings, st.sets(days, max_size=8))
def test_a_month_is_what_its_working_days_are(some: list[tuple[int, int, int, str]], off: set[int]) -> None:
    """Held against a count day by day; a booking that ends before it starts has no day."""
    holidays = Holidays(date(2026, 3, day) for day in off)
    answer = march(*[booked(*b) for b in some], holidays=holidays)
    working = [
        day
        for day in range(1, end_of_month(MARCH).day + 1)
        if date(2026, 3, day).weekday() < 5 and day not in off
    ]
    loads = {day: sum(p for first, last, p, _ in some if first <= day <= last) for day in working}
    assert answer["overloaded"] == any(percent > 100 for percent in loads.values())
    hours = Fraction(sum(loads.values()) * 8, 100)
    assert answer["hours"] == float(round(hours, 1))
