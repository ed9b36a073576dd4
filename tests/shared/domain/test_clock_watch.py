"""A clock that is wrong once does not date what is written: a jump is refused, counted, and over when the clock is right."""

from pathlib import Path
from time import time_ns
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.projects.service import SERVICE
from shared.base.clock import HOUR_US, now_micros
from shared.base.settings import Settings
from shared.domain.clock_watch import ClockJumped, ClockWatch
from tests.conftest import running_service
from tests.shared.conftest import PROJECTS, Projects

DAY_US = 24 * HOUR_US
YEAR_US = 365 * DAY_US


def shifted(monkeypatch: pytest.MonkeyPatch, micros: int) -> None:
    true = time_ns
    monkeypatch.setattr("shared.base.clock.time_ns", lambda: true() + micros * 1000)


@pytest.mark.parametrize("by", [YEAR_US, -YEAR_US, 25 * HOUR_US, -25 * HOUR_US])
async def test_a_jump_of_the_clock_is_refused(
    projects: Projects, monkeypatch: pytest.MonkeyPatch, by: int
) -> None:
    project = await projects.make()
    before = REGISTRY.get_sample_value("portolan_clock_refusals_total", {"service": "projects"}) or 0.0
    with monkeypatch.context() as wrong:
        shifted(wrong, by)
        refused = await projects.revise(project, name="A year ahead")
        assert (refused.status_code, refused.json()["code"]) == (503, "clock_jumped"), refused.text
        assert (await projects.client.post(PROJECTS, json={"name": "X"})).status_code == 503
        assert (await projects.client.get(PROJECTS)).status_code == 200
    counted = REGISTRY.get_sample_value("portolan_clock_refusals_total", {"service": "projects"})
    assert counted == before + 2
    revised = await projects.revise(project, name="In time")
    assert (revised.status_code, revised.json()["version"]) == (200, 2)


async def test_a_clock_that_moves_a_little_is_believed(
    projects: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in (1, 3, 2):
        with monkeypatch.context() as corrected:
            shifted(corrected, hours * HOUR_US)
            await projects.make()


@pytest.mark.parametrize(
    ("by", "status"), [(YEAR_US, 503), (-2 * DAY_US, 503), (100 * DAY_US, 201), (-HOUR_US, 201)]
)
async def test_a_start_with_a_wrong_clock_is_noticed_by_what_was_written_last(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, by: int, status: int
) -> None:
    settings = Settings(data=tmp_path, database_url=database_url)
    async with running_service(SERVICE, settings) as (one, callers):
        await Projects(one, callers).make()
    shifted(monkeypatch, by)
    async with running_service(SERVICE, settings) as (one, callers):
        answer = await callers("director").post(PROJECTS, json={"name": "X"})
        assert answer.status_code == status, answer.text


async def test_the_bound_can_be_lifted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_service(SERVICE, Settings(data=tmp_path, clock_jump_hours=0)) as (one, callers):
        projects = Projects(one, callers)
        project = await projects.make()
        shifted(monkeypatch, YEAR_US)
        assert (await projects.revise(project, name="X")).status_code == 200


def test_a_version_before_that_lies_ahead_is_not_followed() -> None:
    watch: Any = ClockWatch("projects", 24)
    now = now_micros()
    watch.check(now)
    with pytest.raises(ClockJumped):
        watch.check(now, previous=now + YEAR_US)
    watch.check(now, previous=now + HOUR_US)
