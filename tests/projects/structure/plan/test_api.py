"""Plans in bulk over HTTP: one difference, counted; unchanged publishes nothing; one refused row refuses all."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.support.given import House

Body = dict[str, Any]
BODY: Body = {
    "activities": [
        {
            "key": "A",
            "name": "Design",
            "duration_minutes": 1920,
            "external_ref": {"source": "tool", "id": "1"},
        },
        {
            "key": "B",
            "name": "Build",
            "duration_minutes": 2400,
            "external_ref": {"source": "tool", "id": "2"},
        },
        {"key": "M", "name": "Go-live", "milestone": True, "external_ref": {"source": "tool", "id": "3"}},
    ],
    "dependencies": [
        {"from_key": "A", "to_key": "B", "lag": {"minutes": 960}},
        {"from_key": "B", "to_key": "M"},
    ],
}


class Planner(House):
    """Who puts plans, minding their ETags."""

    async def plan(self, project: str) -> httpx.Response:
        answer = await self.client.get(f"/projects/v1/projects/{project}/plan")
        assert answer.status_code == 200, answer.text
        return answer

    async def send(self, project: str, body: Body, tag: str | None = None, query: str = "") -> httpx.Response:
        headers = {"If-Match": tag or (await self.plan(project)).headers["etag"]}
        return await self.client.put(
            f"/projects/v1/projects/{project}/plan{query}", json=body, headers=headers
        )

    async def send_plan(self, project: str, body: Body) -> dict[str, Any]:
        answer = await self.send(project, body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def events(self) -> int:
        await self.portolan.settled()
        store = self.portolan.running.services["projects"].kernel.store
        return int((await store.fetch("SELECT last FROM counter"))[0][0])


@pytest.fixture
def planner(house_everywhere: House) -> Planner:
    return Planner(house_everywhere.portolan)


async def a_project(planner: Planner) -> str:
    return str((await planner.project())["id"])


def counts(created: int = 0, changed: int = 0, removed: int = 0, unchanged: int = 0) -> Mapping[str, int]:
    return {"created": created, "changed": changed, "removed": removed, "unchanged": unchanged}


@pytest.mark.rule("projects.activity.1")
async def test_a_plan_is_a_difference_that_is_counted(planner: Planner) -> None:
    project = await a_project(planner)
    first = await planner.send_plan(project, BODY)
    assert (first["activities"], first["dependencies"]) == (counts(created=3), counts(created=2))
    assert [one["key"] for one in first["keys"]] == ["A", "B", "M"]
    position = await planner.events()
    again = await planner.send_plan(project, BODY)
    assert (again["activities"], again["dependencies"]) == (counts(unchanged=3), counts(unchanged=2))
    assert await planner.events() == position, "what is unchanged publishes nothing"
    longer = [BODY["activities"][0], BODY["activities"][1] | {"duration_minutes": 2880}]
    second = await planner.send_plan(
        project, {"activities": longer, "dependencies": BODY["dependencies"][:1]}
    )
    assert second["activities"] == counts(changed=1, removed=1, unchanged=1)
    assert second["dependencies"] == counts(removed=1, unchanged=1)
    assert await planner.events() == position + 3
    third = await planner.send_plan(project, BODY)
    assert third["activities"] == counts(changed=2, unchanged=1), "the milestone comes back"
    facts = await planner.facts("activity")
    assert facts == [*["created"] * 3, "revised", "archived", *sorted(["revised", "restored"], reverse=True)]


async def test_what_is_read_changes_nothing_when_it_is_put(planner: Planner) -> None:
    project = await a_project(planner)
    await planner.send_plan(project, BODY)
    read = await planner.plan(project)
    assert [one["name"] for one in read.json()["activities"]] == ["Design", "Build", "Go-live"]
    back = await planner.send(project, read.json(), read.headers["etag"])
    assert back.json()["activities"] == counts(unchanged=3)
    assert back.headers["etag"] == read.headers["etag"]


async def test_a_plan_that_has_changed_is_not_overwritten(planner: Planner) -> None:
    project = await a_project(planner)
    url = f"/projects/v1/projects/{project}/plan"
    assert (await planner.client.put(url, json=BODY)).status_code == 200, "there was nothing to be lost"
    assert (await planner.client.put(url, json=BODY)).status_code == 428
    tag = (await planner.plan(project)).headers["etag"]
    activity = (await planner.plan(project)).json()["activities"][0]
    await planner.revise("activities", activity["id"], name="Design it")
    stale = await planner.send(project, BODY, tag)
    assert stale.status_code == 412
    assert stale.headers["etag"] == (await planner.plan(project)).headers["etag"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (
            {"activities": [{"key": "A", "name": "Design"}, {"key": "A", "name": "Build"}]},
            "/activities/1/key",
        ),
        (
            {"activities": [{"name": "Design", "milestone": True, "duration_minutes": 5}]},
            "/activities/0/duration_minutes",
        ),
        ({"activities": [{"name": "Design", "constraint_kind": "snet"}]}, "/activities/0/constraint_at"),
        (
            {"activities": [{"name": "Design", "id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}]},
            "/activities/0/id",
        ),
        (
            {"activities": [{"name": "Design", "early_start_at": "2026-06-01T08:00:00Z"}]},
            "/activities/0/early_start_at",
        ),
        (
            {"activities": [{"name": "Design", "actual_start_at": "2099-01-01T00:00:00Z"}]},
            "/activities/0/actual_start_at",
        ),
        ({"activities": [{"name": "  "}]}, "/activities/0/name"),
        (
            {"activities": [{"name": "X", "work_package_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}]},
            "/activities/0/work_package_id",
        ),
        ({"dependencies": [{"from_key": "A", "to_key": "Z"}]}, "/dependencies/0/to_key"),
        ({"dependencies": [{"to_key": "A"}]}, "/dependencies/0/from_id"),
        (
            {"dependencies": [{"from_key": "A", "to_key": "B"}, {"from_key": "A", "to_key": "B"}]},
            "/dependencies/1",
        ),
        (
            {"dependencies": [{"from_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", "to_key": "B"}]},
            "/dependencies/0/from_id",
        ),
    ],
)
async def test_one_refused_row_refuses_all(house: House, change: Body, pointer: str) -> None:
    planner = Planner(house.portolan)
    project = await a_project(planner)
    dependencies: Body = {"dependencies": []} if "activities" in change else {}
    refused = await planner.send(project, BODY | dependencies | change)
    assert refused.status_code == 422, refused.text
    assert pointer in [fault["pointer"] for fault in refused.json()["errors"]]
    assert (await planner.plan(project)).json() == {"activities": [], "dependencies": []}


@pytest.mark.rule("projects.dependency.1")
async def test_a_circle_in_a_plan_is_refused_naming_it(planner: Planner) -> None:
    project = await a_project(planner)
    circle = [*BODY["dependencies"], {"from_key": "M", "to_key": "A", "kind": "ss"}]
    refused = await planner.send(project, BODY | {"dependencies": circle})
    assert (refused.status_code, refused.json()["code"]) == (422, "cycle")
    chain = refused.json()["detail"].partition(": ")[2].split(" -> ")
    assert (chain[0], {*chain}) == (chain[-1], {"Design", "Build", "Go-live"})


@pytest.mark.rule("projects.dependency.1")
async def test_a_circle_over_two_plans_is_refused_naming_it(planner: Planner) -> None:
    mine, other = await a_project(planner), await a_project(planner)
    keys = {one["key"]: one["id"] for one in (await planner.send_plan(mine, BODY))["keys"]}
    beside = {"activities": [{"key": "X", "name": "Test"}, {"key": "Y", "name": "Train"}]}
    links = [{"from_key": "X", "to_key": "Y"}, {"from_id": keys["M"], "to_key": "X"}]
    theirs = {
        one["key"]: one["id"]
        for one in (await planner.send_plan(other, beside | {"dependencies": links}))["keys"]
    }
    plan = (await planner.plan(mine)).json()
    back = {"from_id": theirs["Y"], "to_id": keys["A"]}
    refused = await planner.send(mine, plan | {"dependencies": [*plan["dependencies"], back]})
    assert (refused.status_code, refused.json()["code"]) == (422, "cycle")
    for name in ("Design", "Build", "Go-live", "Test", "Train"):
        assert name in refused.json()["detail"]
    needed = await planner.send(mine, {"activities": []})
    assert (needed.status_code, needed.json()["errors"][0]["code"]) == (422, "needed")


async def test_a_trial_of_a_plan_has_no_effect(planner: Planner) -> None:
    project = await a_project(planner)
    tried = await planner.send(project, BODY, query="?validate_only=true")
    assert (tried.status_code, tried.json()["activities"]) == (200, counts(created=3))
    assert (await planner.plan(project)).json()["activities"] == []


async def test_who_may_not_write_puts_no_plan(house: House) -> None:
    planner = Planner(house.portolan)
    project = await a_project(planner)
    url = f"/projects/v1/projects/{project}/plan"
    assert (await house.portolan("viewer").put(url, json=BODY)).status_code == 403
