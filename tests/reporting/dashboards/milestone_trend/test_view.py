"""The points of a line: one for the end of each day on which a milestone changed, whatever the order of its versions."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.reporting.dashboards.milestone_trend import view
from services.reporting.history.view import Version
from shared.base.clock import to_micros

BERN = ZoneInfo("Europe/Zurich")
JUNE = "2026-06-30"


def version(number: int, at: datetime, **members: Any) -> Version:
    state = {"id": "m", "name": "Go-live", "archived_at": None, "state": "planned", "planned_on": JUNE}
    days = dict.fromkeys(("baseline_on", "forecast_on", "achieved_on"))
    return Version(number, to_micros(at), state | days | members)


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def points(*versions: Version) -> list[tuple[str, str, str | None]]:
    """Day, expected, agreed."""
    return [(one["on"], one["expected_on"], one["baseline_on"]) for one in view.points(versions, BERN)]


def test_the_baseline_that_agrees_on_a_day_is_a_point_and_the_next_one_moves_the_plan() -> None:
    assert points(
        version(1, at(3, 2)),
        version(2, at(3, 20), baseline_on=JUNE),
        version(3, at(4, 1), baseline_on=JUNE, forecast_on="2026-07-15"),
        version(4, at(5, 4), baseline_on="2026-07-31", planned_on="2026-07-31"),
    ) == [
        ("2026-03-02", JUNE, None),
        ("2026-03-20", JUNE, JUNE),
        ("2026-04-01", "2026-07-15", JUNE),
        ("2026-05-04", "2026-07-31", "2026-07-31"),
    ]


def test_of_several_versions_on_a_day_of_the_instance_the_last_one_counts() -> None:
    """23 hours in UTC is the day after in Bern; what says nothing new is no point."""
    assert points(
        version(1, at(3, 2, 8)),
        version(2, at(3, 2, 9), forecast_on="2026-07-15"),
        version(3, at(3, 2, 10)),
        version(4, at(3, 20), description="Two zones"),
        version(5, at(4, 1, 23), forecast_on="2026-07-31"),
    ) == [("2026-03-02", JUNE, None), ("2026-04-02", "2026-07-31", None)]


def test_what_is_written_later_of_an_earlier_day_counts_from_that_day() -> None:
    assert points(
        version(1, at(3, 2)),
        version(2, at(5, 4), forecast_on="2026-07-31"),
        version(3, at(4, 1), forecast_on="2026-07-15"),
    ) == [("2026-03-02", JUNE, None), ("2026-04-01", "2026-07-15", None)]


@pytest.mark.parametrize(
    ("members", "days"),
    [
        ({}, -1),  # 30 June has passed on 1 July
        ({"forecast_on": "2026-07-15"}, -15),
        ({"forecast_on": "2026-06-20"}, -1),  # it was expected before, and has not come
        ({"forecast_on": "2026-07-15", "baseline_on": "2026-07-10"}, -5),
        ({"achieved_on": "2026-06-20", "state": "achieved"}, 10),
        ({"state": "dropped"}, None),
    ],
)
def test_how_late_one_is_on_the_first_of_july(members: dict[str, Any], days: int | None) -> None:
    assert view.variance_days(version(1, at(3, 2), **members).state, date(2026, 7, 1)) == days
