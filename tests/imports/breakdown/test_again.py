"""Plans that were changed elsewhere and come again: codes, parts and progress follow, and what people did here stays."""

from pathlib import Path
from random import Random

import httpx
import pytest

from services.imports.breakdown import importing
from services.imports.breakdown.drafts import Drafts, PackageDraft, ProjectDraft
from services.imports.findings import Findings
from tests.conftest import Portolan
from tests.imports.breakdowns import (
    brought_in,
    client_of,
    codes,
    events,
    items,
    packages,
    recorded,
    taken_back,
)


def plan(*drafts: PackageDraft) -> Drafts:
    everything = Drafts("plans", Findings())
    everything.projects.append(ProjectDraft("p", "ERP", "erp.xml", 0, packages=list(drafts)))
    return everything


def draft(key: str, parent: str = "", percent: float = 0, budget: str = "") -> PackageDraft:
    money = {"amount": budget, "currency": "CHF"} if budget else None
    return PackageDraft(key, f"Package {key}", "erp.xml", 1, parent=parent, percent=percent, budget=money)


async def by_code(portolan: Portolan) -> dict[str, tuple[str, int]]:
    """Code -> key and percentage."""
    return {
        code: (one["external_ref"]["id"], one["percent_complete"])
        for code, one in (await packages(portolan)).items()
    }


@pytest.mark.parametrize("seed", range(4))
async def test_however_a_plan_is_rearranged_its_packages_get_its_codes(portolan: Portolan, seed: int) -> None:
    random = Random(seed)
    keys = [str(n) for n in range(12)]
    for _ in range(4):
        some = random.sample(keys, random.randint(6, 12))
        drafts = plan(*(draft(key, random.choice(["", *some[:i]])) for i, key in enumerate(some)))
        await brought_in(portolan, drafts)
        assert [f for f in drafts.findings.items if f.code != "vanished"] == []
        again = plan(*drafts.projects[0].packages)
        before = await events(portolan)
        await brought_in(portolan, again)
        assert await events(portolan) == before
        key_of = {one["external_ref"]["id"]: one for one in (await packages(portolan)).values()}
        for package in drafts.projects[0].packages:
            parent = key_of[package.parent]["id"] if package.parent else None
            assert key_of[package.key]["parent_id"] == parent


async def test_a_task_with_progress_that_got_parts_shows_theirs(portolan: Portolan) -> None:
    await brought_in(portolan, plan(draft("a", percent=50, budget="100.00"), draft("b")))
    drafts = plan(
        draft("a"), draft("c", "a", percent=100, budget="60.00"), draft("d", "a", budget="40.00"), draft("b")
    )
    await brought_in(portolan, drafts)
    assert codes(drafts) == {}
    assert await by_code(portolan) == {"1": ("a", 60), "1.1": ("c", 100), "1.2": ("d", 0), "2": ("b", 0)}


async def test_packages_that_people_added_here_keep_their_codes(portolan: Portolan) -> None:
    await brought_in(portolan, plan(draft("a"), draft("b")))
    [project] = await items(portolan, "projects/v1/projects")
    body = {"project_id": project["id"], "wbs": "3", "name": "Entered here"}
    assert (await portolan("director").post("/projects/v1/work-packages", json=body)).status_code == 201
    drafts = plan(draft("a"), draft("b"), draft("c"))
    await brought_in(portolan, drafts)
    assert codes(drafts) == {}
    assert {code: one["name"] for code, one in (await packages(portolan)).items()} == {
        "1": "Package a", "2": "Package b", "3": "Entered here", "4": "Package c",
    }  # fmt: skip


async def test_what_is_not_in_the_plan_any_more_is_told_and_stays(portolan: Portolan) -> None:
    await brought_in(portolan, plan(draft("a"), draft("b")))
    drafts = plan(draft("b"))
    await brought_in(portolan, drafts)
    assert codes(drafts) == {"vanished": 1}
    assert await by_code(portolan) == {"1": ("a", 0), "2": ("b", 0)}


async def test_new_projects_come_into_the_portfolio_that_is_named(portolan: Portolan) -> None:
    drafts = plan(draft("a"))
    drafts.portfolio = "Digital  business"
    await brought_in(portolan, drafts)
    [portfolio] = await items(portolan, "projects/v1/portfolios")
    [project] = await items(portolan, "projects/v1/projects")
    assert (portfolio["name"], project["portfolio_id"]) == ("Digital business", portfolio["id"])
    again = plan(draft("a"))
    again.portfolio = "digital business"
    again.projects.append(ProjectDraft("q", "CRM", "crm.xml", 0))
    summary = await brought_in(portolan, again)
    assert summary["sent"]["portfolios"]["created"] == 0
    assert {one["portfolio_id"] for one in await items(portolan, "projects/v1/projects")} == {portfolio["id"]}


async def test_packages_of_many_projects_are_read_together(portolan: Portolan) -> None:
    drafts = plan(draft("a"), draft("b", "a"))
    drafts.projects += [
        ProjectDraft(f"p{n}", f"Project {n}", "other.xml", 0, packages=[draft(f"{n}/a"), draft(f"{n}/b")])
        for n in range(30)
    ]
    await brought_in(portolan, drafts)
    requests: list[str] = []

    async def note(answer: httpx.Response) -> None:
        requests.append(f"{answer.request.method} {answer.request.url.path}")

    again = plan()
    again.projects = drafts.projects
    async with client_of(portolan) as client:
        client.event_hooks["response"].append(note)
        summary = await importing.run(client, again, validate_only=False, progress=lambda stage, done: None)
    assert summary["sent"]["work packages"] == {"created": 0, "changed": 0, "unchanged": 62, "refused": 0}
    assert requests.count("GET /projects/v1/work-packages") == 2
    assert codes(again) == {}


@pytest.mark.parametrize("validate_only", [True, False])
async def test_nothing_comes_into_a_project_that_is_archived_here(
    portolan: Portolan, validate_only: bool
) -> None:
    await brought_in(portolan, plan(draft("a")))
    [package] = await items(portolan, "projects/v1/work-packages")
    [project] = await items(portolan, "projects/v1/projects")
    for collection, one in (("work-packages", package), ("projects", project)):
        answer = await portolan("director").delete(
            f"/projects/v1/{collection}/{one['id']}", headers={"If-Match": f'"{one["version"]}"'}
        )
        assert answer.status_code == 204, answer.text
    drafts = plan(draft("a", percent=10), draft("b", "a"), draft("c"))
    summary = await brought_in(portolan, drafts, validate_only=validate_only)
    assert codes(drafts) == {"refused": 1, "not_without_parent": 2}
    assert summary["sent"]["work packages"]["refused"] == 3
    assert summary["sent"]["progress"] == {"changed": 0, "unchanged": 0, "refused": 0}


async def test_an_import_is_taken_back_with_its_progress(portolan: Portolan) -> None:
    first = await recorded(
        portolan, plan(draft("a"), draft("c", "a", percent=50), draft("d", "a", percent=100))
    )
    result = await taken_back(portolan, first)
    assert result.remaining == []
    assert (
        await items(portolan, "projects/v1/projects")
        == await items(portolan, "projects/v1/work-packages")
        == []
    )


async def test_what_people_changed_since_stays_when_an_import_is_taken_back(portolan: Portolan) -> None:
    first = await recorded(portolan, plan(draft("a", percent=20), draft("b")))
    package = (await packages(portolan))["1"]
    answer = await portolan("director").post(
        f"/projects/v1/work-packages/{package['id']}/report-progress", json={"percent_complete": 60},
        headers={"If-Match": f'"{package["version"]}"'},
    )  # fmt: skip
    assert answer.status_code == 200
    await taken_back(portolan, first)
    assert await by_code(portolan) == {"1": ("a", 60)}


async def test_a_whole_plan_comes_in_on_both_databases(everywhere: Portolan, tmp_path: Path) -> None:
    drafts = plan(draft("a"), draft("c", "a", percent=100), draft("d", "a"), draft("b", percent=20))
    await brought_in(everywhere, drafts)
    await brought_in(
        everywhere, plan(draft("b", percent=30), draft("a"), draft("d", "a"), draft("c", "a", percent=100))
    )
    assert codes(drafts) == {}
    assert await by_code(everywhere) == {"1": ("b", 30), "2": ("a", 50), "2.1": ("d", 0), "2.2": ("c", 100)}
