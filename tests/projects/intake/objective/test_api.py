"""Objectives of projects over REST: agreed where they can be measured, and measured also after the end."""

from typing import Any

import pytest

from tests.projects.intake.asking import Desk, pointers, refusal

OBJECTIVES = "objectives"


async def project(desk: Desk, *moves: str) -> str:
    return str((await desk.house.project(*moves))["id"])


async def smart(desk: Desk, project_id: str) -> dict[str, Any]:
    """An objective that can be agreed."""
    person = await desk.house.make("resources/v1/persons", name="Anna")
    await desk.portolan.settled()
    return await desk.house.make(
        OBJECTIVES,
        project_id=project_id,
        statement="Invoices are booked sooner",
        measure="days from arrival to booking",
        baseline=9,
        target=1,
        unit="days",
        due_on="2027-06-30",
        agreed_with=[person["id"]],
    )


@pytest.mark.rule("projects.objective.1")
async def test_an_objective_is_agreed_with_measure_target_day_and_who_agrees(desk: Desk) -> None:
    vague = await desk.house.make(OBJECTIVES, project_id=await project(desk), statement="Better invoices")
    refused = await desk.house.act(OBJECTIVES, vague, "agree")
    assert refusal(refused) == (422, "not_smart")
    assert pointers(refused) == ["/measure", "/target", "/due_on", "/agreed_with"]
    agreed = await desk.house.act(OBJECTIVES, await smart(desk, vague["project_id"]), "agree")
    assert agreed.json()["state"] == "agreed"
    refused = await desk.house.revise(OBJECTIVES, agreed.json(), target=3)
    assert (refusal(refused), pointers(refused)) == ((409, "agreed_stays"), ["/target"])


async def test_it_is_measured_also_after_the_end_of_its_project(desk: Desk) -> None:
    project_id = await project(desk)
    objective = (await desk.house.act(OBJECTIVES, await smart(desk, project_id), "agree")).json()
    await desk.house.move("projects", project_id, "discontinue")
    measured = await desk.house.act(OBJECTIVES, objective, "miss", value=4, on="2027-06-30")
    assert (measured.json()["state"], measured.json()["achieved_value"]) == ("missed", 4)
    refused = await desk.house.act(OBJECTIVES, measured.json(), "reopen")
    assert refused.status_code == 409
