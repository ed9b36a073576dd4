"""Links over HTTP: circles are refused and named, also over projects; a link to a milestone is one to its activity."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.support.given import House

LINKS, ACTIVITIES, MILESTONES = "dependencies", "activities", "milestones"


class Plans(House):
    """Projects with activities, by their names."""

    async def plan(self, names: str, **members: Any) -> dict[str, str]:
        """Activities of a new project, and the project itself as `project`."""
        project = await self.project(**members)
        ids = {"project": str(project["id"])}
        for name in names:
            ids[name] = (
                await self.make(ACTIVITIES, project_id=project["id"], name=name, duration_minutes=480)
            )["id"]
        return ids

    async def link(self, project: str, before: str, after: str, **members: Any) -> Any:
        return await self.create(LINKS, project_id=project, from_id=before, to_id=after, **members)


@pytest.fixture
def plans(portolan: Portolan) -> Plans:
    return Plans(portolan)


@pytest.mark.rule("projects.dependency.1")
async def test_a_circle_is_refused_naming_it(plans: Plans) -> None:
    p = await plans.plan("ABC")
    for before, after in ("AB", "BC"):
        assert (await plans.link(p["project"], p[before], p[after])).status_code == 201
    refused = await plans.link(p["project"], p["C"], p["A"])
    assert (refused.status_code, refused.json()["code"]) == (422, "cycle")
    assert "A -> B -> C -> A" in refused.json()["detail"]
    assert (await plans.link(p["project"], p["A"], p["A"])).json()["code"] == "cycle"


@pytest.mark.rule("projects.dependency.1")
async def test_a_circle_over_two_projects_is_refused_naming_it(plans: Plans) -> None:
    p, q = await plans.plan("AB"), await plans.plan("XY")
    assert (await plans.link(p["project"], p["A"], p["B"])).status_code == 201
    assert (await plans.link(q["project"], q["X"], q["Y"])).status_code == 201
    across = await plans.link(q["project"], p["B"], q["X"])
    assert (across.status_code, across.json()["from_project_id"]) == (201, p["project"])
    refused = await plans.link(p["project"], q["Y"], p["A"])
    assert (refused.status_code, refused.json()["code"]) == (422, "cycle")
    assert "A -> B -> X -> Y -> A" in refused.json()["detail"]


async def test_a_link_stands_in_its_successors_project(plans: Plans) -> None:
    p, q = await plans.plan("A"), await plans.plan("X")
    refused = await plans.link(p["project"], p["A"], q["X"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/to_id")


@pytest.mark.rule("projects.dependency.2")
async def test_a_link_to_a_milestone_is_one_to_its_activity(plans: Plans) -> None:
    p, q = await plans.plan("A"), await plans.plan("X")
    of = {"project_id": p["project"], "planned_on": "2026-09-01"}
    reached = await plans.make(MILESTONES, **of, name="Pilot", activity_id=p["A"])
    alone = await plans.make(MILESTONES, **of, name="Kick-off")
    link = await plans.link(q["project"], reached["id"], q["X"])
    assert link.json()["from_id"] == p["A"]
    refused = await plans.link(q["project"], alone["id"], q["X"])
    assert (refused.status_code, refused.json()["code"]) == (422, "milestone_without_activity")


async def test_what_is_linked_is_not_archived_alone(plans: Plans) -> None:
    p = await plans.plan("AB")
    link = (await plans.link(p["project"], p["A"], p["B"])).json()
    assert (await plans.archive(ACTIVITIES, p["A"])).json()["code"] == "has_dependents"
    await plans.archive(LINKS, link)
    assert (await plans.archive(ACTIVITIES, p["A"])).status_code == 204
