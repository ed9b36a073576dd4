"""Trials of schedules over HTTP: published networks, dates, and what is refused."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.support.trials import tried

PATH = "/projects/v1/schedules/trial"
DAY = 480
START = "2026-06-01"


def network(tasks: dict[str, tuple[int, str]], **more: Any) -> dict[str, Any]:
    """A plan of tasks, each with its days and its predecessors."""
    activities = [{"key": key, "duration_minutes": days * DAY} for key, (days, _) in tasks.items()]
    links = [{"from_key": b, "to_key": key} for key, (_, before) in tasks.items() for b in before.split()]
    return {"starts_on": START, "activities": activities, "dependencies": links, **more}


def two(kind: str, lag_days: int = 0, first: int = 4, second: int = 3) -> dict[str, Any]:
    plan = network({"A": (first, ""), "B": (second, "")})
    link = {"from_key": "A", "to_key": "B", "kind": kind, "lag": {"minutes": lag_days * DAY}}
    return plan | {"dependencies": [link]}


NINE = {
    "A": (2, ""), "B": (5, "A"), "C": (9, "A"), "D": (3, "A"), "E": (6, "B"), "F": (4, "B C"), "G": (2, "C D"),
    "H": (4, "E F"), "I": (2, "G H"),
}  # fmt: skip
EIGHT = {
    "1": (3, ""), "2": (4, "1"), "3": (2, "1"), "4": (5, "2"), "5": (1, "3"), "6": (2, "3"), "7": (4, "4 5"),
    "8": (3, "6 7"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("tasks", "days", "critical"), [(NINE, 21, "A C F H I"), (EIGHT, 19, "1 2 4 7 8")], ids=["nine", "eight"]
)
async def test_a_published_network_comes_to_its_length_and_critical_path(
    portolan: Portolan, tasks: dict[str, tuple[int, str]], days: int, critical: str
) -> None:
    result = await tried(portolan("manager"), PATH, network(tasks))
    assert result["duration_minutes"] == days * DAY
    assert result["critical"] == critical.split()


async def test_early_and_late_starts_of_the_published_network(portolan: Portolan) -> None:
    """Around the clock, where a day of the network is a day of the calendar."""
    clock = {"key": "clock", "week": [{"shifts": [{"starts": "00:00", "ends": "24:00"}]}] * 7}
    plan = network(NINE, calendars=[clock], calendar_key="clock")
    for one in plan["activities"]:
        one["duration_minutes"] *= 3
    rows = {row["key"]: row for row in (await tried(portolan("manager"), PATH, plan))["activities"]}
    early = {key: int(row["early_start_at"][8:10]) - 1 for key, row in rows.items()}
    assert early == {"A": 0, "B": 2, "C": 2, "D": 2, "E": 7, "F": 11, "G": 11, "H": 15, "I": 19}
    late = {key: int(rows[key]["late_start_at"][8:10]) - 1 for key in "GE"}
    assert late == {"G": 17, "E": 9}
    assert rows["E"]["total_float_minutes"] == 2 * 1440


@pytest.mark.parametrize(
    ("plan", "starts_on", "finishes_on"),
    [
        (two("fs", 2), "2026-06-09", "2026-06-11"),
        (two("fs", -2), "2026-06-03", "2026-06-05"),
        (two("ss", 2), "2026-06-03", "2026-06-05"),
        (two("ff", 0, 5, 2), "2026-06-04", "2026-06-05"),
    ],
    ids=["FS+2", "FS-2", "SS+2", "FF"],
)
async def test_working_days_of_links_with_lags(
    portolan: Portolan, plan: dict[str, Any], starts_on: str, finishes_on: str
) -> None:
    rows = {row["key"]: row for row in (await tried(portolan("manager"), PATH, plan))["activities"]}
    assert (rows["B"]["starts_on"], rows["B"]["finishes_on"]) == (starts_on, finishes_on)


async def test_holidays_progress_and_time_zones_move_dates(portolan: Portolan) -> None:
    calendar = {"key": "geneva", "holidays": {"country": "CH", "region": "GE"}}
    plan = network(
        {"A": (1, ""), "B": (1, "A")}, calendars=[calendar], calendar_key="geneva", time_zone="Europe/Zurich"
    )
    plan |= {"starts_on": "2026-05-22", "data_at": "2026-05-22T15:00:00Z"}
    plan["activities"][0] |= {
        "actual_start_at": "2026-05-22T06:00:00Z",
        "actual_finish_at": "2026-05-22T15:00:00Z",
    }
    result = await tried(portolan("manager"), PATH, plan)
    assert result["finishes_on"] == "2026-05-26", "the Monday is Whit Monday"
    first, second = result["activities"]
    assert (first["no_float"] is not None, first["percent_complete"]) == (True, 100)
    assert second["early_start_at"] == "2026-05-26T06:00:00Z"


async def refused(portolan: Portolan, plan: dict[str, Any]) -> dict[str, Any]:
    answer = await portolan("manager").post(PATH, json=plan)
    assert answer.status_code == 422, answer.text
    return dict(answer.json())


async def test_a_circle_of_links_is_refused_and_named(portolan: Portolan) -> None:
    problem = await refused(portolan, network({"A": (1, "C"), "B": (1, "A"), "C": (1, "B"), "D": (1, "")}))
    assert problem["code"] == "cycle"
    assert "A -> B -> C" in problem["detail"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"dependencies": [{"from_key": "A", "to_key": "Z"}]}, "/dependencies/0"),
        ({"activities": [{"key": "A"}, {"key": "A"}]}, "/activities/0/key"),
        ({"activities": [{"key": "A", "calendar_key": "moon"}]}, "/activities/0/calendar_key"),
        ({"activities": [{"key": "A", "parent_key": "Z"}]}, "/activities/0/parent_key"),
        ({"activities": [{"key": "A", "percent_complete": 101}]}, "/activities/0/percent_complete"),
        ({"activities": [{"key": "A", "duration_minutes": 1.5}]}, "/activities/0/duration_minutes"),
        ({"activities": []}, "/activities"),
        ({"time_zone": "Europe/Atlantis"}, "/time_zone"),
        ({"starts_on": "2026-06-01T00:00:00Z"}, "/starts_on"),
        ({"data_at": "2026-06-01T08:00:00"}, "/data_at"),
        (
            {
                "calendars": [
                    {
                        "key": "c",
                        "exceptions": [{"first_on": START, "shifts": [{"starts": "8", "ends": "9"}]}],
                    }
                ]
            },
            "/calendars/0/exceptions/0/shifts/0/starts",
        ),
    ],
)
async def test_what_is_wrong_with_a_plan_is_pointed_at(
    portolan: Portolan, change: dict[str, Any], pointer: str
) -> None:
    problem = await refused(portolan, network({"A": (1, ""), "B": (1, "A")}) | change)
    assert pointer in [fault["pointer"] for fault in problem["errors"]]
