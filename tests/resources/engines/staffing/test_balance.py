"""Capacity against demand: hours by role and month, people booked twice, the gaps ahead."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resources.engines.staffing import (
    Absence,
    Balance,
    Booking,
    Demand,
    Gap,
    Person,
    PersonOverload,
    RoleMonth,
    balance,
)

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
END_OF_JUNE, END_OF_AUGUST = date(2026, 6, 30), date(2026, 8, 31)


def developer(id_: str = "ann", **facts: object) -> Person:
    return Person(id_, role="developer", **facts)  # type: ignore[arg-type]


def in_june(*people: Person, demands: tuple[Demand, ...] = ()) -> RoleMonth:
    [row] = balance(people, demands, JUNE, JUNE).months
    return row


def test_a_month_has_its_working_days_times_the_daily_hours() -> None:
    """June 2026 has 22 working days, July 23, August 21."""
    rows = balance([developer()], [], JUNE, AUGUST, holidays=frozenset({date(2026, 8, 3)})).months
    assert [(row.month, row.capacity) for row in rows] == [(JUNE, 176), (JULY, 184), (AUGUST, 160)]


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_holiday_given_twice_is_one_day_off(times: int) -> None:
    """December 2026 has 23 working days; Christmas is both a national and a local holiday."""
    december, christmas = date(2026, 12, 1), date(2026, 12, 25)
    [row] = balance([developer()], [], december, december, holidays=[christmas] * times).months
    assert row.capacity == 176


def test_capacity_leaves_out_absences_and_days_outside_the_employment() -> None:
    away = developer(absences=(Absence(date(2026, 6, 5), date(2026, 6, 8)),), leaves_on=date(2026, 6, 19))
    assert in_june(away).capacity == 13 * 8


def test_part_time_counts_its_own_hours() -> None:
    assert in_june(developer(weekly_hours=20)).capacity == 88


def test_demand_is_bookings_and_open_requests_by_their_confidence() -> None:
    booked = developer(
        bookings=(
            Booking("crm", JUNE, END_OF_JUNE, 50),
            Booking("erp", JUNE, END_OF_JUNE, 25, confidence=0.5),
        )
    )
    wanted = Demand("developer", "web", JUNE, END_OF_JUNE, 100, confidence=0.25)
    row = in_june(booked, demands=(wanted,))
    assert (row.committed, row.expected, row.possible) == (88, 88 + 22 + 44, 88 + 44 + 176)
    assert row.gap == -22
    assert row.gap_fte == pytest.approx(-22 / 176)
    assert row.utilisation == pytest.approx(154 / 176)


def test_a_role_without_people_has_no_utilisation_but_a_gap() -> None:
    row = in_june(demands=(Demand("architect", "crm", JUNE, END_OF_JUNE, 200),))
    assert (row.role, row.capacity, row.utilisation) == ("architect", 0, None)
    assert (row.gap, row.gap_fte) == (352, 2)


def test_a_gap_spans_its_months_and_names_its_projects() -> None:
    demands = [
        Demand("developer", "crm", JULY, END_OF_AUGUST, 120),
        Demand("developer", "erp", AUGUST, END_OF_AUGUST, 80),
    ]
    result = balance([developer()], demands, JUNE, AUGUST)
    [gap] = result.gaps
    assert gap == Gap(
        "developer", JULY, AUGUST, pytest.approx(0.2 * 184 + 168), pytest.approx(1.0), False, ("crm", "erp")
    )


def test_a_gap_of_committed_hours_is_certain() -> None:
    [gap] = balance([developer(bookings=(Booking("crm", JUNE, END_OF_JUNE, 150),))], [], JUNE, JUNE).gaps
    assert gap.certain


def test_separate_gaps_stay_separate() -> None:
    demands = [Demand("developer", "crm", month, month, 3000) for month in (JUNE, AUGUST + timedelta(days=2))]
    gaps = balance([developer()], demands, JUNE, AUGUST).gaps
    assert [(gap.first_month, gap.last_month) for gap in gaps] == [(JUNE, JUNE), (AUGUST, AUGUST)]


def test_days_booked_above_all_hours_are_overloads_with_their_projects() -> None:
    first = Booking("crm", JUNE, date(2026, 6, 20), 80)
    second = Booking("erp", date(2026, 6, 15), END_OF_JUNE, 40)
    result = balance([developer(bookings=(first, second))], [], JUNE, JUNE)
    days = (date(2026, 6, 15), date(2026, 6, 20))
    assert result.overloads == (PersonOverload("ann", *days, 120, ("crm", "erp"), away=False),)


def test_a_booking_while_away_or_after_leaving_is_an_overload() -> None:
    booking = Booking("crm", JUNE, date(2026, 6, 10), 10)
    away = developer(bookings=(booking,), absences=(Absence(date(2026, 6, 9), END_OF_JUNE),))
    gone = developer("bob", bookings=(booking,), leaves_on=date(2026, 6, 8))
    actual = balance([away, gone], [], JUNE, JUNE).overloads
    assert [(o.person, o.starts_on, o.ends_on, o.away) for o in actual] == [
        ("ann", date(2026, 6, 9), date(2026, 6, 10), True),
        ("bob", date(2026, 6, 9), date(2026, 6, 10), True),
    ]


def test_nobody_and_nothing_asked_is_an_empty_balance() -> None:
    assert balance([], [], JUNE, AUGUST) == Balance((), (), ())


def test_people_without_a_role_have_no_row_but_their_overloads_show() -> None:
    result = balance([Person("ann", bookings=(Booking("crm", JUNE, END_OF_JUNE, 101),))], [], JUNE, JUNE)
    assert result.months == ()
    assert len(result.overloads) == 1


days = st.integers(0, 91).map(lambda n: JUNE + timedelta(days=n))
spans = st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))
bookings = st.lists(st.tuples(spans, st.floats(0, 200), st.floats(0, 1)), max_size=4)
absences = st.lists(spans, max_size=3)


def someone(booked: list[tuple[tuple[date, date], float, float]], away: list[tuple[date, date]]) -> Person:
    taken = tuple(Booking("crm", *span, percent, confidence) for span, percent, confidence in booked)
    return developer(bookings=taken, absences=tuple(Absence(*span) for span in away))


@given(bookings, absences, st.sets(days, max_size=5))
def test_hours_agree_with_counting_day_by_day(
    booked: list[tuple[tuple[date, date], float, float]], away: list[tuple[date, date]], off: set[date]
) -> None:
    rows = balance([someone(booked, away)], [], JUNE, AUGUST, holidays=frozenset(off)).months
    every = [JUNE + timedelta(days=n) for n in range(92)]
    working = [day for day in every if day.weekday() < 5 and day not in off]
    there = [day for day in working if not any(first <= day <= last for first, last in away)]
    wanted = sum(
        8 * percent / 100 * confidence
        for (first, last), percent, confidence in booked
        for day in working
        if first <= day <= last
    )
    assert sum(row.capacity for row in rows) == 8 * len(there)
    assert sum(row.expected for row in rows) == pytest.approx(wanted)


@given(bookings, absences)
def test_rows_are_consistent_and_gaps_are_their_sum(
    booked: list[tuple[tuple[date, date], float, float]], away: list[tuple[date, date]]
) -> None:
    result = balance([someone(booked, away)], [], JUNE, AUGUST)
    for row in result.months:
        assert row.expected <= row.possible + 1e-9
        assert row.gap == pytest.approx(row.expected - row.capacity)
    assert sum(gap.hours for gap in result.gaps) == pytest.approx(
        sum(max(0, row.gap) for row in result.months), abs=1e-6
    )
    assert all(overload.percent > (0 if overload.away else 100) for overload in result.overloads)
