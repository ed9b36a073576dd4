"""How the expected days of milestones moved, from report to report, as of any day."""

from typing import Any

import pytest

from services.reporting.history.view import versions_of_project
from shared.base.ids import new_id
from tests.conftest import Portolan
from tests.support.given import PROJECTS, Arranger

MILESTONES = "projects/v1/milestones"
FIRST, SECOND, THIRD = "2026-03-02", "2026-04-01", "2026-05-04"
"""The days of the reports."""
Points = dict[str, list[tuple[str, str]]]


@pytest.fixture
async def director(portolan: Portolan) -> Arranger:
    return Arranger(portolan)


async def slipped(director: Arranger) -> str:
    """A project whose two milestones are planned at the first report, slip at the second, and move at the third: the design
    was reached on 27 April, and go-live slips once more."""
    project = await director.put(PROJECTS, "registry", FIRST, name="Registry")

    async def report(on: str, key: str, name: str, planned: str, **members: Any) -> dict[str, Any]:
        of = {"project_id": project["id"], "name": name, "planned_on": planned}
        return await director.put(MILESTONES, key, on, **of, **members)

    await director.portolan.settled()
    await report(FIRST, "design", "Design approved", "2026-04-15")
    await report(FIRST, "live", "Go-live", "2026-06-30")
    await report(SECOND, "design", "Design approved", "2026-04-15", forecast_on="2026-04-29")
    await report(SECOND, "live", "Go-live", "2026-06-30", forecast_on="2026-07-15")
    await report(THIRD, "live", "Go-live", "2026-06-30", forecast_on="2026-08-31", description="Two zones")
    await director.portolan.settled()
    return str(project["id"])


async def trend(director: Arranger, project_id: str, **query: Any) -> dict[str, Any]:
    return await director.read(f"/reporting/v1/projects/{project_id}/milestone-trend", **query)


def lines(answer: dict[str, Any]) -> Points:
    return {
        one["name"]: [(point["on"], point["expected_on"]) for point in one["points"]]
        for one in answer["items"]
    }


async def test_each_milestone_has_a_point_on_every_day_on_which_it_moved(director: Arranger) -> None:
    answer = await trend(director, await slipped(director), as_of="2026-05-10")
    assert lines(answer) == {
        "Design approved": [(FIRST, "2026-04-15"), (SECOND, "2026-04-29")],
        "Go-live": [(FIRST, "2026-06-30"), (SECOND, "2026-07-15"), (THIRD, "2026-08-31")],
    }
    assert answer["as_of"] == "2026-05-10"
    assert [(one["planned_on"], one["baseline_on"], one["forecast_on"], one["variance_days"]) for one in answer["items"]] == [
        ("2026-04-15", None, "2026-04-29", -25),  # its day has passed: 15 April to 10 May are 15 + 10 days
        ("2026-06-30", None, "2026-08-31", -62),  # 30 June to 31 August: 31 + 31 days
    ]  # fmt: skip


async def test_as_of_a_day_before_the_second_slip_it_is_not_there(director: Arranger) -> None:
    project = await slipped(director)
    answer = await trend(director, project, as_of="2026-05-03")
    assert lines(answer)["Go-live"] == [(FIRST, "2026-06-30"), (SECOND, "2026-07-15")]
    assert [one["variance_days"] for one in answer["items"]] == [
        -18,
        -15,
    ]  # 15 April to 3 May, 30 June to 15 July
    answer = await trend(director, project, as_of=FIRST)
    assert [one["variance_days"] for one in answer["items"]] == [0, 0]
    path = f"/reporting/v1/projects/{project}/milestone-trend"
    early = await director.client.get(path, params={"as_of": "2026-03-01"})
    assert early.status_code == 404, "the project began on the day after"


async def test_one_that_is_reached_ends_on_its_day_and_one_that_is_dropped_is_not_late(
    director: Arranger,
) -> None:
    project = await slipped(director)
    design, live = (await trend(director, project))["items"]
    await director.move(MILESTONES, design["id"], "achieve", on="2026-04-27")
    await director.move(MILESTONES, live["id"], "drop")
    design, live = (await trend(director, project))["items"]
    assert (design["state"], design["achieved_on"], design["expected_on"]) == (
        "achieved",
        *["2026-04-27"] * 2,
    )
    assert [point["expected_on"] for point in design["points"]] == ["2026-04-15", "2026-04-29", "2026-04-27"]
    assert design["variance_days"] == -12  # 15 to 27 April
    assert (live["state"], live["variance_days"], live["points"][-1]["state"]) == ("dropped", None, "dropped")


async def test_what_is_archived_is_left_out_and_a_project_without_milestones_has_no_lines(
    director: Arranger,
) -> None:
    project = await slipped(director)
    design, live = (await trend(director, project))["items"]
    await director.archive(MILESTONES, design["id"])
    assert [one["id"] for one in (await trend(director, project))["items"]] == [live["id"]]
    empty = await director.make(PROJECTS, name="Empty")
    answer = await trend(director, empty["id"])
    assert (answer["project_id"], answer["items"]) == (empty["id"], [])


async def test_who_does_not_see_the_project_learns_nothing(director: Arranger) -> None:
    project = await slipped(director)
    path = f"/reporting/v1/projects/{project}/milestone-trend"
    nowhere = f"/reporting/v1/projects/{new_id()}/milestone-trend"
    outsider = director.portolan("viewer")
    assert (await outsider.get(path)).status_code == 200
    answer = await director.revise(PROJECTS, project, confidential=True)
    assert answer.status_code == 200, answer.text
    await director.portolan.settled()
    hidden, unknown = await outsider.get(path), await outsider.get(nowhere)
    assert (hidden.status_code, hidden.json()["detail"]) == (404, unknown.json()["detail"])


async def test_only_the_versions_of_its_own_milestones_are_read(director: Arranger) -> None:
    project = await slipped(director)
    store = director.portolan.running.services["reporting"].kernel.store
    before = await versions_of_project(store, project, "milestone", 2**62)
    other = await director.make(PROJECTS, name="Other")
    for number in range(20):
        await director.make(MILESTONES, project_id=other["id"], name=f"M {number}", planned_on="2026-09-01")
    await director.portolan.settled()
    assert await versions_of_project(store, project, "milestone", 2**62) == before
    assert {version.state["project_id"] for version in before} == {project}
