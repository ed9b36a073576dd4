"""Cadences: local times that stay what they are when the clocks change, and rules that cannot harm."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.base.errors import Invalid
from shared.domain.due.cadences import Cadence

ZURICH = ZoneInfo("Europe/Zurich")
ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC")
]
RULES = [
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,TH",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=YEARLY",
]
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1))


def local(instants: list[datetime], zone: ZoneInfo = ZURICH) -> list[str]:
    return [at.astimezone(zone).strftime("%m-%d %H:%M") for at in instants]


def test_a_session_at_two_stays_at_two_when_the_clocks_change() -> None:
    cadence = Cadence("FREQ=WEEKLY", datetime(2026, 3, 17, 14, 0), ZURICH)
    first = cadence.first(3)
    assert local(first) == ["03-17 14:00", "03-24 14:00", "03-31 14:00"]
    assert first[2] - first[1] == timedelta(days=7, hours=-1)


def test_a_local_time_that_is_skipped_counts_by_the_offset_before_it() -> None:
    daily = Cadence("FREQ=DAILY", datetime(2026, 3, 28, 2, 30), ZURICH)
    assert local(daily.first(3)) == ["03-28 02:30", "03-29 03:30", "03-30 02:30"]


def test_a_local_time_that_comes_twice_is_its_first() -> None:
    daily = Cadence("FREQ=DAILY", datetime(2026, 10, 24, 2, 30), ZURICH)
    assert daily.first(2)[1] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert daily.next_after(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == datetime(
        2026, 10, 26, 1, 30, tzinfo=UTC
    )


@given(st.sampled_from(RULES), st.sampled_from(ZONES), TIMES, TIMES)
def test_the_next_instant_lies_ahead_and_nothing_lies_between(
    rule: str, zone: ZoneInfo, starts: datetime, at: datetime
) -> None:
    cadence, now = Cadence(rule, starts.replace(microsecond=0), zone), at.replace(tzinfo=UTC)
    following = cadence.next_after(now)
    assert following is not None
    assert following > now
    assert (before := cadence.next_after(following - timedelta(microseconds=1))) == following, before
    assert cadence.next_after(following) != following
    wall = following.astimezone(zone).replace(tzinfo=None)
    assert (
        abs(
            timedelta(hours=wall.hour, minutes=wall.minute)
            - timedelta(hours=starts.hour, minutes=starts.minute)
        )
        <= timedelta(hours=1)
        or abs(wall.hour - starts.hour) >= 22
    )


def test_a_rule_ends_with_the_day_that_until_names() -> None:
    cadence = Cadence("FREQ=DAILY;UNTIL=20260103", datetime(2026, 1, 1, 14, 0), ZURICH)
    assert local(cadence.first(9)) == ["01-01 14:00", "01-02 14:00", "01-03 14:00"]
    assert cadence.next_after(datetime(2026, 1, 3, 14, 0, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY", "", "FREQ=DAILY;BYSECOND=1,2,3", "FREQ=DAILY;BYHOUR=1",
        "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=100000", "FREQ=DAILY;INTERVAL=99999",
        "FREQ=DAILY;COUNT=3;UNTIL=20300101", "FREQ=DAILY;UNTIL=20301399", "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(map(str, range(1, 40))), "FREQ=WEEKLY;BYDAY=1MO", "FREQ=YEARLY;BYEASTER=1",
        "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYSETPOS=0", "freq=daily", "FREQ=DAILY\nCOUNT=1", "FREQ=WEEKLY;BYDAY=",
    ],
)  # fmt: skip
def test_a_rule_that_is_no_cadence_is_refused(rule: str) -> None:
    with pytest.raises(Invalid):
        Cadence(rule, datetime(2026, 1, 6, 9, 0), ZURICH)


@pytest.mark.parametrize(
    "rule",
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9", "FREQ=MONTHLY;INTERVAL=7;BYMONTHDAY=31;BYMONTH=2"],
)  # fmt: skip
def test_a_day_that_never_comes_is_refused_without_a_search_of_ages(rule: str) -> None:
    began = perf_counter()
    with pytest.raises(Invalid):
        Cadence(rule, datetime(2026, 1, 6, 9, 0), ZURICH)
    assert perf_counter() - began < 2


def test_a_leap_day_is_a_day() -> None:
    cadence = Cadence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", datetime(2025, 1, 1, 9, 0), ZURICH)
    assert local(cadence.first(1)) == ["02-29 09:00"]
