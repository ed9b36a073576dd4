"""Plan files beside another implementation: mpxj opens what goes out, with the same dates, and writes what comes in."""

from collections.abc import Callable
from typing import Any

import pytest

from services.projects.engines.planfiles import write_mspdi
from tests.projects.engines.planfiles.conftest import java, mpxj_read
from tests.projects.structure.plan_file.test_api import ACTIVITIES, LINKS, plan_of
from tests.projects.structure.plan_file.test_api import Planner as Sender
from tests.support.given import House
from tests.support.plans import DAY, Planner, network

__all__ = ["java", "mpxj_read"]

KINDS = {"fs": "FINISH_START", "ss": "START_START", "ff": "FINISH_FINISH", "sf": "START_FINISH"}


def days_of(project: Any) -> dict[str, tuple[str, str]]:
    """Name -> the first and the last day of a task, as mpxj has them."""
    return {
        str(task.getName()): (str(task.getStart())[:10], str(task.getFinish())[:10])
        for task in project.getTasks()
        if task.getName() and not task.getSummary()
    }


async def exported(planner: Planner, project: str) -> bytes:
    answer = await planner.client.get(f"/projects/v1/projects/{project}/plan.xml")
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.fixture
async def scheduled(house: House) -> tuple[Planner, str, dict[str, tuple[str, str]]]:
    """A plan on Swiss holidays, with a link of each kind, lags, a constraint and a milestone, and the days that its run found."""
    planner = Planner(house.portolan)
    project = await planner.started()
    await planner.make("calendars", project_id=project, name="Geneva", country="CH", region="GE")
    must = {"D": {"constraint_kind": "snet", "constraint_at": "2026-09-17T06:00:00Z"}}
    body = network("A70 B5:A C9:A D3:B E6:C F0:DE", **must)
    for link, (kind, lag) in zip(
        body["dependencies"],
        [("fs", 0), ("ss", 2 * DAY), ("ff", DAY), ("fs", -DAY), ("fs", 0), ("fs", 0)],
        strict=True,
    ):
        link |= {"kind": kind, "lag": {"minutes": lag}}
    ids = await planner.put_plan(project, body)
    run = await planner.schedule(project)
    names = {id: key for key, id in ids.items()}
    dates = {
        names[row["activity_id"]]: (row["start_on"], row["finish_on"])
        for row in await planner.rows(run, "dates")
    }
    return planner, project, dates


@pytest.mark.rule("projects.plan_file.1")
async def test_another_program_opens_what_goes_out_with_the_same_dates(
    scheduled: tuple[Planner, str, dict[str, tuple[str, str]]], mpxj_read: Callable[[bytes], Any]
) -> None:
    planner, project, dates = scheduled
    opened = mpxj_read(await exported(planner, project))
    assert dates["B"] == ("2026-09-07", "2026-09-14"), (
        "five days around the fast of Geneva, on Thursday 10 September"
    )
    assert days_of(opened) == dates
    tasks = {str(task.getName()): task for task in opened.getTasks()}
    assert [str(link.getType()) for link in tasks["C"].getPredecessors()] == ["SS"]
    assert tasks["F"].getMilestone()


async def test_another_program_schedules_what_goes_out_to_the_same_dates(
    scheduled: tuple[Planner, str, dict[str, tuple[str, str]]], mpxj_read: Callable[[bytes], Any], java: Any
) -> None:
    """Its calendars came along with their public holidays: mpxj computes the days anew from durations, links and calendars."""
    planner, project, dates = scheduled
    opened = mpxj_read(await exported(planner, project))
    for task in opened.getTasks():
        for forget in (task.setStart, task.setFinish, task.setEarlyStart, task.setEarlyFinish):
            forget(None)
        task.setActualDuration(java.mpxj.Duration.getInstance(0, java.mpxj.TimeUnit.HOURS))
        task.setRemainingDuration(task.getDuration())
    java.mpxj.cpm.MicrosoftScheduler().schedule(opened, opened.getProjectProperties().getStartDate())
    assert days_of(opened) == dates


@pytest.mark.parametrize("format", ["xer", "pmxml"])
@pytest.mark.rule("projects.plan_file.1")
async def test_plans_of_primavera_are_taken_over(
    house: House, mpxj_read: Callable[[bytes], Any], java: Any, format: str
) -> None:
    primavera = java.jpype.JPackage("org").mpxj.primavera
    writer = primavera.PrimaveraXERFileWriter() if format == "xer" else primavera.PrimaveraPMFileWriter()
    out = java.io.ByteArrayOutputStream()
    writer.write(mpxj_read(write_mspdi(plan_of())), out)
    sender = await Sender(house.portolan).begin()
    answer = await sender.take(await sender.send(bytes(out.toByteArray()), f"erp.{format}"))
    assert answer.status_code == 201, answer.text
    assert answer.json()["format"] == format
    activities = {one["name"]: one for one in await sender.listed(ACTIVITIES)}
    assert activities.keys() == {"Design", "Build", "Go-live"}
    assert activities["Build"]["duration_minutes"] == 10 * DAY
    links = {(one["from_id"], one["to_id"]) for one in await sender.listed(LINKS)}
    assert (activities["Design"]["id"], activities["Build"]["id"]) in links
