"""Twenty portfolios of up to 640 tasks, against the dates, slack and critical flags of Microsoft Project."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.projects.engines.planning import Schedule, schedule
from services.projects.engines.planning.plan import (
    Activity,
    Calendar,
    Dependency,
    DependencyKind,
    Lag,
    Plan,
    days,
    hours,
    shift,
)

PORTFOLIOS = Path(__file__).parents[4] / "../shared/data/mpsplib"
FILES = sorted(PORTFOLIOS.glob("*.json"))
LEVELLED = "mp_j30_a20_nr3"
SCHEDULED = [file for file in FILES if file.stem != LEVELLED]
DAY_H = 10


def working_days(text: str) -> int:
    """Seconds of "3.5d"."""
    return days(float(text.removesuffix("d")), DAY_H)


def read(file: Path) -> tuple[list[dict[str, Any]], Schedule]:
    portfolio = json.loads(file.read_text())
    tasks = portfolio["tasks"]
    plan = Plan(
        id=file.stem,
        start=datetime.fromisoformat(portfolio["start"]),
        activities=tuple(
            Activity(str(task["id"]), task["name"], working_days(task["duration"])) for task in tasks
        ),
        dependencies=tuple(
            Dependency(
                str(link["task"]),
                str(task["id"]),
                DependencyKind(link["type"]),
                Lag(working_days(link["lag"])),
            )
            for task in tasks
            for link in task["preds"]
        ),
        calendars=(Calendar("9-19", week=((shift("09:00", "19:00"),),) * 5 + ((), ())),),
        calendar="9-19",
        day_s=hours(DAY_H),
    )
    return tasks, schedule(plan)


def dates(task: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(task["start"]), datetime.fromisoformat(task["finish"])


def test_all_twenty_portfolios_are_there() -> None:
    if not FILES:
        pytest.skip("no ../shared/data")
    assert len(FILES) == 20
    assert len(SCHEDULED) == 19


@pytest.mark.parametrize("file", SCHEDULED, ids=lambda file: file.stem)
def test_every_task_has_the_dates_slack_and_flag_of_microsoft_project(file: Path) -> None:
    tasks, computed = read(file)
    for task in tasks:
        row = computed[str(task["id"])]
        assert (row.early_start, row.early_finish) == dates(task)
        assert row.total_float_s == working_days(task["total_slack"])
        assert row.critical is task["critical"]


def test_the_portfolio_saved_after_levelling_differs_as_levelling_makes_it() -> None:
    file = PORTFOLIOS / f"{LEVELLED}.json"
    if not file.exists():
        pytest.skip("no ../shared/data")
    tasks, computed = read(file)
    stored = [task for task in tasks if own_dates(computed, task) == dates(task)]
    later = [task for task in tasks if own_dates(computed, task) < dates(task)]
    assert (len(stored), len(later), len(tasks)) == (107, 533, 640)
    same_slack = [t for t in tasks if computed[str(t["id"])].total_float_s == working_days(t["total_slack"])]
    assert len(same_slack) == 3
    assert computed.finish == datetime(2026, 6, 16, 19)
    assert max(finish for _, finish in map(dates, tasks)) == datetime(2027, 5, 20, 19)


def own_dates(computed: Schedule, task: dict[str, Any]) -> tuple[datetime, datetime]:
    row = computed[str(task["id"])]
    return row.early_start, row.early_finish
