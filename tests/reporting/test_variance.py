"""How late a project is, by the stage it is at and the day it is looked at."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import Portolan
from tests.support.days import today

PROJECTS = "/projects/v1/projects"
PLANNED = today() - timedelta(days=100)
"""Long enough ago to be late by red, as every portfolio has it."""


class Project:
    """A project that was to be finished long ago."""

    def __init__(self, portolan: Portolan, id: str) -> None:
        self._portolan, self._client, self._url = portolan, portolan(), f"{PROJECTS}/{id}"

    async def move(self, *verbs: str) -> None:
        for verb in verbs:
            done = await self._client.post(f"{self._url}/{verb}", json={}, headers=await self._match())
            assert done.status_code == 200, done.text

    async def finish(self, on: date) -> None:
        headers = await self._match() | {"Content-Type": "application/merge-patch+json"}
        done = await self._client.patch(self._url, json={"actual_finish_on": on.isoformat()}, headers=headers)
        assert done.status_code == 200, done.text

    async def _match(self) -> dict[str, str]:
        return {"If-Match": (await self._client.get(self._url)).headers["etag"]}

    async def shown(self) -> tuple[Any, str | None, Any]:
        """(days, why there are none, the time health) as the list tells them."""
        await self._portolan.settled()
        listed = await self._client.get("/reporting/v1/projects?sort=schedule.variance_days")
        [item] = listed.json()["items"]
        schedule = item["schedule"]
        return (
            schedule["variance_days"],
            schedule["reasons"].get("variance_days"),
            item["health"]["time"],
        )

    async def counted(self) -> dict[str, int]:
        overview = await self._client.get("/reporting/v1/portfolios")
        return dict(overview.json()["total"]["counts"]["by_health"])


@pytest.fixture
async def late(everywhere: Portolan) -> Project:
    start = PLANNED - timedelta(days=90)
    dates = {
        "planned_start_on": start.isoformat(),
        "planned_finish_on": PLANNED.isoformat(),
        "forecast_finish_on": PLANNED.isoformat(),
    }
    response = await everywhere().post(PROJECTS, json={"name": "Switchboard"} | dates)
    return Project(everywhere, response.json()["id"])


async def test_a_running_project_gets_later_with_every_day(late: Project) -> None:
    await late.move("approve", "activate")
    assert await late.shown() == (-100, None, "red")
    assert (await late.counted())["red"] == 1


@pytest.mark.parametrize(
    ("moves", "ended"), [(("start-closing", "close"), "closed"), (("discontinue",), "discontinued")]
)
async def test_a_project_that_ended_without_an_actual_finish_does_not_get_later(
    late: Project, moves: tuple[str, ...], ended: str
) -> None:
    await late.move("approve", "activate", *moves)
    assert await late.shown() == (None, f"{ended} without an actual finish", None)
    assert (await late.counted())["red"] == 0


async def test_a_project_that_ended_is_as_late_as_it_was_finished(late: Project) -> None:
    await late.move("approve", "activate")
    await late.finish(PLANNED + timedelta(days=3))
    await late.move("start-closing", "close")
    assert await late.shown() == (-3, None, "green")


DAY = timedelta(days=1)
EIGHT_MONTHS = timedelta(days=240)


async def create(portolan: Portolan, **dates: date | None) -> Project:
    body = {name: day.isoformat() for name, day in dates.items() if day is not None}
    answer = await portolan().post(PROJECTS, json={"name": "Switchboard"} | body)
    assert answer.status_code == 201, answer.text
    return Project(portolan, answer.json()["id"])


async def test_a_running_project_that_nobody_forecasts_is_late_once_its_planned_finish_has_passed(
    everywhere: Portolan,
) -> None:
    start = PLANNED - timedelta(days=90)
    project = await create(everywhere, planned_start_on=start, planned_finish_on=PLANNED)
    await project.move("approve", "activate")
    assert await project.shown() == (-100, None, "red")
    assert (await project.counted())["red"] == 1


async def test_what_is_not_due_yet_and_not_forecast_is_not_late(everywhere: Portolan) -> None:
    start, finish = today() - 9 * DAY, today() + 9 * DAY
    project = await create(everywhere, planned_start_on=start, planned_finish_on=finish)
    await project.move("approve", "activate")
    assert await project.shown() == (None, "no forecast or actual finish", None)


async def test_a_start_that_never_came_makes_a_project_late(everywhere: Portolan) -> None:
    start, finish = today() - EIGHT_MONTHS, today() + EIGHT_MONTHS
    project = await create(everywhere, planned_start_on=start, planned_finish_on=finish)
    await project.move("approve")
    assert await project.shown() == (-240, None, "red")
    assert (await project.counted())["red"] == 1
    await project.move("activate")
    assert await project.shown() == (None, "no forecast or actual finish", None)


async def test_a_forecast_finish_does_not_hide_a_start_that_never_came(everywhere: Portolan) -> None:
    start, finish = today() - EIGHT_MONTHS, today() + EIGHT_MONTHS
    project = await create(
        everywhere, planned_start_on=start, planned_finish_on=finish, forecast_finish_on=finish
    )
    await project.move("approve")
    assert await project.shown() == (0, None, "red")
    assert (await project.counted())["red"] == 1


async def test_a_project_turns_late_with_the_day_that_is_asked_for(everywhere: Portolan) -> None:
    """Nothing is told between the days: each says what was so by its own end."""
    importer = everywhere("service")
    body = {"name": "Old", "stage": "active", "planned_finish_on": "2026-03-01"}
    put = await importer.put(
        f"{PROJECTS}/by-ref/x/1", json=body, headers={"Portolan-Effective-At": "2026-01-01"}
    )
    assert put.status_code == 201, put.text
    await everywhere.settled()

    async def shown(day: str) -> tuple[int | None, str, str, dict[str, int]]:
        [item] = (await importer.get(f"/reporting/v1/projects?as_of={day}")).json()["items"]
        overview = (await importer.get(f"/reporting/v1/portfolios?as_of={day}")).json()
        counts = {health: n for health, n in overview["total"]["counts"]["by_health"].items() if n}
        health = item["health"]
        return item["schedule"]["variance_days"], health["overall"], " ".join(health["reasons"]), counts

    assert (await shown("2026-03-01"))[::3] == (None, {"green": 1})
    assert await shown("2026-03-02") == (-1, "green", "", {"green": 1})
    assert await shown("2026-03-31") == (-30, "amber", "30 days late", {"amber": 1})
    assert await shown("2026-05-30") == (-90, "red", "90 days late", {"red": 1})
