"""Days as instants, in the zone of the instance, and leads before them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.due.days import Almanac, days_ahead, working_days_ahead

ZURICH = Almanac(ZoneInfo("Europe/Zurich"))


def test_a_day_ends_with_midnight_in_the_zone_of_the_instance() -> None:
    assert ZURICH.end(date(2026, 7, 31)) == datetime(2026, 7, 31, 22, tzinfo=UTC)
    assert ZURICH.end(date(2026, 12, 31)) == datetime(2026, 12, 31, 23, tzinfo=UTC)


def test_a_day_whose_midnight_is_skipped_begins_with_the_change() -> None:
    cairo = Almanac(ZoneInfo("Africa/Cairo"))
    assert cairo.begin(date(2026, 4, 24)) == datetime(2026, 4, 23, 22, tzinfo=UTC)


@given(
    st.dates(date(1960, 1, 1), date(2190, 1, 1)),
    st.sampled_from(["Europe/Zurich", "America/Sao_Paulo", "Asia/Beirut"]),
)
def test_days_follow_one_another_without_a_gap(day: date, zone: str) -> None:
    almanac = Almanac(ZoneInfo(zone))
    assert almanac.end(day) == almanac.begin(day + timedelta(days=1))
    assert timedelta(hours=22) <= almanac.end(day) - almanac.begin(day) <= timedelta(hours=26)


def test_working_days_leave_out_what_is_not_worked() -> None:
    monday = date(2026, 11, 30)
    assert ZURICH.before(monday, days_ahead(3)) == date(2026, 11, 27)
    assert ZURICH.before(monday, working_days_ahead(3)) == date(2026, 11, 25)
    friday_off = Almanac(is_worked=lambda day: day.weekday() < 4)
    assert friday_off.before(monday, working_days_ahead(3)) == date(2026, 11, 24)


def test_a_calendar_that_never_works_ends_the_search() -> None:
    never = Almanac(is_worked=lambda day: False)
    assert never.before(date(2026, 11, 30), working_days_ahead(5)) > date(2025, 1, 1)
