"""How late a project is, by the stage it is at and the day it is looked at."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import Portolan

PROJECTS = "/projects/v1/projects"
PLANNED = date.today() - timedelta(days=100)
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

    async def told(self) -> tuple[Any, str | None, Any]:
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
    made = await everywhere().post(PROJECTS, json={"name": "Switchboard"} | dates)
    return Project(everywhere, made.json()["id"])


async def test_a_running_project_gets_later_with_every_day(late: Project) -> None:
    await late.move("approve", "activate")
    assert await late.told() == (-100, None, "red")
    assert (await late.counted())["red"] == 1


@pytest.mark.parametrize(
    ("moves", "ended"), [(("start-closing", "close"), "closed"), (("discontinue",), "discontinued")]
)
async def test_a_project_that_ended_without_an_actual_finish_does_not_get_later(
    late: Project, moves: tuple[str, ...], ended: str
) -> None:
    await late.move("approve", "activate", *moves)
    assert await late.told() == (None, f"{ended} without an actual finish", None)
    assert (await late.counted())["red"] == 0


async def test_a_project_that_ended_is_as_late_as_it_was_finished(late: Project) -> None:
    await late.move("approve", "activate")
    await late.finish(PLANNED + timedelta(days=3))
    await late.move("start-closing", "close")
    assert await late.told() == (-3, None, "green")
