"""Days and instants are read as RFC 3339 writes them, and in no other of the ways of ISO 8601."""

from datetime import UTC, date, datetime

import pytest

from shared.base.clock import parse_day, parse_instant


def test_a_day_is_year_month_and_day() -> None:
    assert parse_day("2026-06-01") == date(2026, 6, 1)


@pytest.mark.parametrize(
    "text", ["20260601", "2026-W23-1", "2026-6-1", "2026-02-30", "2026-06-01T00:00:00Z", " 2026-06-01", "", "２０２６-06-01"]
)  # fmt: skip
def test_what_is_written_otherwise_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_day(text)


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [("2026-06-01T08:30:00Z", 0), ("2026-06-01t10:30:00+02:00", 0), ("2026-06-01T08:30:00.25z", 250_000)],
)
def test_an_instant_has_its_offset(text: str, microsecond: int) -> None:
    assert parse_instant(text) == datetime(2026, 6, 1, 8, 30, 0, microsecond, UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-06-01T08:30:00", "2026-06-01 08:30:00Z", "20260601T083000Z", "2026-W23-1T08:30:00Z", "2026-06-01T08:30Z",
     "2026-06-01", "1780302600", "0001-01-01T00:00:00+01:00"],
)  # fmt: skip
def test_what_is_written_otherwise_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)
