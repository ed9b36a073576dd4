"""Plan files over REST: what is taken and lost is said first; taken again, nothing changes; what was entered here stays."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from services.projects.engines.planfiles import write_mspdi
from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Calendar,
    Constraint,
    ConstraintKind,
    Dependency,
    DependencyKind,
    Lag,
    Plan,
    Progress,
    Resource,
    days,
)
from tests.conftest import Portolan
from tests.support.given import House

ACTIVITIES, LINKS = "projects/v1/activities", "projects/v1/dependencies"
MONDAY = datetime(2026, 3, 2, 8)


def plan_of(*more: Activity, name: str = "Build") -> Plan:
    """A summary over two tasks and a milestone; the second task waits for the first, and two days more."""
    return Plan(
        id="erp",
        name="ERP",
        start=MONDAY,
        calendars=(Calendar("office", "Office"),),
        calendar="office",
        activities=(
            Activity("1", "Phase one", kind=ActivityKind.SUMMARY),
            Activity(
                "2", "Design", days(5), parent="1", planned_start=MONDAY,
                progress=Progress(actual_start=MONDAY, percent_complete=40.0),
            ),
            Activity(
                "3", name, days(10), parent="1",
                constraints=(Constraint(ConstraintKind.SNET, datetime(2026, 3, 16, 8)),),
            ),
            Activity("4", "Go-live", kind=ActivityKind.MILESTONE),
            *more,
        ),
        dependencies=(
            Dependency("2", "3", DependencyKind.FS, Lag(days(2))),
            Dependency("3", "4"),
            Dependency("1", "4"),
        ),
        resources=(Resource("r", "Ada"),),
    )  # fmt: skip


class Planner(House):
    """Who sends plan files."""

    async def begin(self) -> "Planner":
        self.erp = (await self.project())["id"]
        return self

    async def send(self, content: bytes, name: str = "erp.xml") -> str:
        raw = {"Content-Type": "application/octet-stream"}
        sent = await self.client.post(f"/projects/v1/files?name={name}", content=content, headers=raw)
        assert sent.is_success, sent.text
        return str(sent.json()["sha256"])

    async def take(self, sha256: str, query: str = "") -> httpx.Response:
        url = f"/projects/v1/projects/{self.erp}/plan-files{query}"
        return await self.client.post(url, json={"sha256": sha256})

    async def overtake(self, plan: Plan) -> dict[str, Any]:
        answer = await self.take(await self.send(write_mspdi(plan)))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def listed(self, collection: str) -> list[dict[str, Any]]:
        items = (await self.client.get(f"/{collection}?project_id={self.erp}&sort=created_at")).json()
        return list(items["items"])


@pytest.fixture
async def planner(portolan: Portolan) -> Planner:
    return await Planner(portolan).begin()


def counts(file: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    return [(one["created"], one["changed"], one["removed"], one["unchanged"]) for one in file["taken_rows"]]


@pytest.mark.rule("projects.plan_file.1")
async def test_what_would_be_taken_and_lost_is_said_first(planner: Planner) -> None:
    sha256 = await planner.send(write_mspdi(plan_of()))
    answer = await planner.take(sha256, "?validate_only=true")
    assert answer.status_code == 200, answer.text
    foreseen = answer.json()
    assert (foreseen["format"], foreseen["filename"]) == ("mspdi", "erp.xml")
    assert counts(foreseen) == [(3, 0, 0, 0), (2, 0, 0, 0)]
    losses = {one["what"]: (one["count"], one["reason"], one["example"]) for one in foreseen["losses"]}
    assert losses["summaries"] == (1, "no_place", "Phase one")
    assert losses["links of summaries and inactive tasks"] == (1, "no_place", "Phase one -> Go-live")
    assert losses["resources"] == (1, "no_place", "Ada")
    assert (await planner.listed(ACTIVITIES), await planner.listed("projects/v1/plan-files")) == ([], [])


@pytest.mark.rule("projects.plan_file.1")
async def test_a_file_becomes_activities_and_links_and_again_nothing_changes(planner: Planner) -> None:
    file = await planner.overtake(plan_of())
    assert counts(file) == [(3, 0, 0, 0), (2, 0, 0, 0)]
    design, build, live = sorted(await planner.listed(ACTIVITIES), key=lambda one: one["external_ref"]["id"])
    assert (design["name"], design["duration_minutes"], design["percent_complete"]) == ("Design", 2400, 40)
    assert design["actual_start_at"] == "2026-03-02T07:00:00.000000Z"
    assert (build["duration_minutes"], build["constraint_kind"]) == (4800, "snet")
    assert build["constraint_at"] == "2026-03-16T07:00:00.000000Z"
    assert live["milestone"] is True
    lags = {(one["from_id"], one["to_id"]): one["lag"] for one in await planner.listed(LINKS)}
    assert lags[design["id"], build["id"]] == {"minutes": 960, "percent": 0, "elapsed": False}
    assert lags[build["id"], live["id"]] is None
    again = await planner.take(await planner.send(write_mspdi(plan_of())))
    assert (again.status_code, again.json()["id"]) == (200, file["id"])
    assert [one["version"] for one in await planner.listed(ACTIVITIES)] == [1, 1, 1]


async def test_what_was_entered_here_stays_and_what_left_the_file_goes(planner: Planner) -> None:
    await planner.overtake(plan_of(Activity("9", "Training", days(1))))
    package = await planner.make(
        "projects/v1/work-packages", project_id=planner.erp, wbs="1", name="Everything"
    )
    build = next(one for one in await planner.listed(ACTIVITIES) if one["name"] == "Build")
    await planner.revise(ACTIVITIES, build["id"], work_package_id=package["id"], role="Engineer")
    own = await planner.make(ACTIVITIES, project_id=planner.erp, name="Entered here", duration_minutes=60)
    await planner.make(LINKS, project_id=planner.erp, from_id=build["id"], to_id=own["id"])
    file = await planner.overtake(plan_of(name="Build it"))
    assert counts(file) == [(0, 1, 1, 2), (0, 0, 0, 2)]
    activities = {one["name"]: one for one in await planner.listed(ACTIVITIES)}
    assert activities.keys() == {"Design", "Build it", "Go-live", "Entered here"}
    assert activities["Build it"]["id"] == build["id"]
    assert activities["Build it"]["work_package_id"] == package["id"]
    assert activities["Build it"]["role"] == "Engineer"
    assert activities["Entered here"]["version"] == 1
    assert len(await planner.listed(LINKS)) == 3


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"name;days\nA;3\n", 415, "unknown_format"),
        (
            b'<?xml version="1.0"?><Project xmlns="http://schemas.microsoft.com/project"><Tasks>',
            422,
            "not_well_formed",
        ),
    ],
)
async def test_what_cannot_be_read_is_refused_with_the_reason(
    planner: Planner, content: bytes, status: int, code: str
) -> None:
    refused = await planner.take(
        await planner.send(content, "plan.xml" if content.startswith(b"<") else "plan.txt")
    )
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text


async def test_a_file_of_somebody_else_is_not_taken(planner: Planner) -> None:
    refused = await planner.take("0" * 64)
    assert (refused.status_code, refused.json()["code"]) == (422, "file_not_sent")


async def test_the_file_that_was_taken_over_is_read_as_it_was_sent(planner: Planner) -> None:
    raw = write_mspdi(plan_of())
    answer = await planner.take(await planner.send(raw))
    content = await planner.client.get(f"/projects/v1/plan-files/{answer.json()['id']}/content")
    assert (content.content, content.headers["etag"]) == (raw, f'"{answer.json()["sha256"]}"')
