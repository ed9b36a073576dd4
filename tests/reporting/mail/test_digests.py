"""When what waits for a person becomes a mail."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.reporting.mail.digests import Cadence, due_at
from shared.base.clock import from_micros, to_micros

ZURICH = ZoneInfo("Europe/Zurich")
MONDAY = date(2026, 11, 30)


def monday_to_friday(day: date) -> bool:
    return day.weekday() < 5


def due(
    cadence: Cadence, since: datetime, last: int = 0, is_worked: object = monday_to_friday, hour: int = 7
) -> datetime:
    at = due_at(cadence, to_micros(since), last, hour, ZURICH, is_worked)  # type: ignore[arg-type] # a function
    assert at is not None
    return from_micros(at).astimezone(ZURICH)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-11-30T06:59:00+01:00", "2026-11-30T07:00:00+01:00"),
        ("2026-11-30T07:00:00+01:00", "2026-11-30T07:00:00+01:00"),
        ("2026-11-30T07:00:01+01:00", "2026-12-01T07:00:00+01:00"),
        ("2026-11-27T12:00:00+01:00", "2026-11-30T07:00:00+01:00"),
        ("2027-03-26T12:00:00+01:00", "2027-03-29T07:00:00+02:00"),
    ],
    ids=[
        "before the hour",
        "at the hour",
        "after the hour",
        "over the weekend",
        "over a change of the clock",
    ],
)
def test_a_daily_mail_comes_on_the_next_morning_of_a_working_day(since: str, expected: str) -> None:
    assert due(Cadence.DAILY, datetime.fromisoformat(since)) == datetime.fromisoformat(expected)


def test_a_weekly_mail_comes_on_the_first_working_day_of_the_week() -> None:
    tuesday = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert due(Cadence.WEEKLY, tuesday).date() == date(2026, 12, 7)
    off = date(2026, 12, 7)
    assert due(
        Cadence.WEEKLY, tuesday, is_worked=lambda day: day != off and monday_to_friday(day)
    ).date() == date(2026, 12, 8)


def test_at_once_means_once_a_minute_at_most() -> None:
    since = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert due(Cadence.IMMEDIATELY, since) == since
    last = to_micros(since - timedelta(seconds=10))
    assert due(Cadence.IMMEDIATELY, since, last) == since + timedelta(seconds=50)


def test_never_is_never_and_a_calendar_without_work_holds_nothing_back() -> None:
    since = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert due_at(Cadence.NEVER, to_micros(since), 0, 7, ZURICH, monday_to_friday) is None
    assert due(Cadence.DAILY, since, is_worked=lambda day: False).date() == date(2026, 12, 1)


def test_an_hour_that_the_clock_leaves_out_still_comes() -> None:
    saturday = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert due(Cadence.DAILY, saturday, is_worked=lambda day: True, hour=2).date() == date(2027, 3, 28)
