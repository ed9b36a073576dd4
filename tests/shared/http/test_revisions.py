"""Items of a batch that revise, archive or restore what is there: each as a request of its own would, read together."""

from typing import Any

import httpx
import pytest

from tests.shared.conftest import PATCH, PROJECTS, Projects
from tests.shared.http.test_batches import statements

__all__ = ["statements"]

PACKAGES = "/projects/v1/work-packages"
UNKNOWN = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"


async def send(
    client: httpx.AsyncClient, items: list[Any], key: str = "k", url: str = PROJECTS, query: str = ""
) -> httpx.Response:
    answer = await client.post(f"{url}/batch{query}", json={"items": items}, headers={"Idempotency-Key": key})
    assert answer.status_code == 207, answer.text
    return answer


def results(answer: httpx.Response) -> list[tuple[Any, ...]]:
    """Of each item its status and, of a resource, whether it changed and its version, or the code of the problem."""
    return [
        (item["status"], item["changed"], item["resource"]["version"])
        if "resource" in item
        else (item["status"], item["problem"]["code"])
        for item in answer.json()["items"]
    ]


def patched(one: dict[str, Any], *, version: int = 1, **members: Any) -> dict[str, Any]:
    return {"id": one["id"], "version": version, "patch": members}


def archived(one: dict[str, Any], *, version: int = 1, archived: bool = True) -> dict[str, Any]:
    return {"id": one["id"], "version": version, "archived": archived}


async def test_a_batch_revises_and_leaves_alone_what_a_patch_does_not_name(
    projects_everywhere: Projects,
) -> None:
    projects = projects_everywhere
    one = await projects.make(description="Old", planned_start_on="2026-01-12")
    done = await send(projects.client, [patched(one, name="Newer ERP", description=None)])
    assert results(done) == [(200, True, 2)]
    stands = await projects.read(one)
    assert done.json()["items"][0]["resource"] == stands
    assert (stands["name"], stands["planned_start_on"]) == ("Newer ERP", "2026-01-12")
    assert not stands.get("description")


async def test_a_patch_that_changes_nothing_publishes_nothing(projects: Projects) -> None:
    one = await projects.make()
    assert results(await send(projects.client, [patched(one, name=one["name"])])) == [(200, False, 1)]
    assert await projects.count("outbox") == 1


async def test_an_item_with_another_version_is_refused_with_the_present_one(projects: Projects) -> None:
    one, other = await projects.make(), await projects.make()
    assert (await projects.revise(one, name="B")).status_code == 200
    done = await send(projects.client, [patched(one, name="C"), archived(one), patched(other, name="C")])
    assert results(done) == [(412, "precondition_failed"), (412, "precondition_failed"), (200, True, 2)]
    assert [item["problem"]["version"] for item in done.json()["items"][:2]] == [2, 2]
    assert (await projects.read(one))["name"] == "B"


async def test_a_batch_archives_and_restores(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    one = await projects.make()
    assert results(await send(projects.client, [archived(one)], "1")) == [(200, True, 2)]
    assert (await projects.client.get(PROJECTS)).json()["items"] == []
    assert results(await send(projects.client, [archived(one, version=2)], "2")) == [(404, "archived")]
    assert results(await send(projects.client, [patched(one, version=2, name="B")], "3")) == [
        (409, "archived")
    ]
    back = archived(one, version=2, archived=False)
    assert results(await send(projects.client, [back], "4")) == [(200, True, 3)]
    assert [p["id"] for p in (await projects.client.get(PROJECTS)).json()["items"]] == [one["id"]]
    again = archived(one, version=3, archived=False)
    assert results(await send(projects.client, [again], "5")) == [(409, "not_archived")]


async def test_items_about_one_resource_build_on_each_other(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    one = await projects.make()
    items = [
        patched(one, name="B"),
        patched(one, name="C"),
        patched(one, version=2, name="C"),
        archived(one, version=3),
        archived(one, version=4, archived=False),
    ]
    done = await send(projects.client, items)
    assert results(done) == [
        (200, True, 2),
        (412, "precondition_failed"),
        (200, True, 3),
        (200, True, 4),
        (200, True, 5),
    ]
    assert (await projects.read(one))["version"] == 5


async def test_an_item_that_builds_on_a_refused_revision_is_refused_with_it(
    projects_everywhere: Projects,
) -> None:
    """The database refuses the first, whose code is taken: the second would stand on what never was."""
    client, project = projects_everywhere.client, await projects_everywhere.make()
    items = [{"project_id": project["id"], "wbs": wbs, "name": "W"} for wbs in ("1", "2")]
    created = await send(client, items, "1", PACKAGES)
    one, other = [item["resource"] for item in created.json()["items"]]
    items = [patched(one, wbs="2"), patched(one, version=2, name="B"), patched(other, name="B")]
    done = await send(client, items, "2", PACKAGES)
    assert results(done) == [(409, "duplicate"), (409, "duplicate"), (200, True, 2)]
    assert (await client.get(f"{PACKAGES}/{one['id']}")).json() == one


async def test_a_batch_makes_puts_revises_and_archives_at_once(projects: Projects) -> None:
    one, other = await projects.make(), await projects.make()
    ref = {"source": "sap", "id": "1"}
    items = [{"name": "New"}, {"name": "Put", "external_ref": ref}, patched(one, name="B"), archived(other)]
    done = await send(projects.client, items)
    assert results(done) == [(201, True, 1), (201, True, 1), (200, True, 2), (200, True, 2)]


async def test_what_is_wrong_with_an_item_is_said_of_that_item(projects: Projects) -> None:
    one = await projects.make()
    items = [
        {"id": one["id"], "patch": {"name": "B"}},
        {"id": one["id"], "version": 1},
        {"id": one["id"], "version": 0, "patch": {}},
        {"id": one["id"], "version": "1", "patch": {}},
        {"id": one["id"], "version": 1, "patch": []},
        {"id": one["id"], "version": 1, "patch": None},
        {"id": one["id"], "version": 1, "patch": {}, "archived": True},
        {"id": one["id"], "version": 1, "archived": "yes"},
        {"id": one["id"], "version": 1, "patch": {}, "name": "B"},
        {"version": 1, "patch": {"name": "B"}},
        {"id": "nonsense", "version": 1, "patch": {}},
        {"id": one["id"].upper(), "version": 1, "archived": True},
        patched(one, name=None),
        patched(one, colour="red"),
        patched(one, name=1),
        patched(one, portfolio_id="nonsense"),
        patched(one, portfolio_id=UNKNOWN),
    ]
    done = await send(projects.client, items)
    assert [item["status"] for item in done.json()["items"]] == [422] * len(items)
    pointers = [item["problem"]["errors"][0]["pointer"] for item in done.json()["items"]]
    assert pointers == ["/version", "/patch", "/version", "/version", "/patch", "/patch", "/archived", "/archived",
                        "/name", "/id", "/id", "/id", "/name", "/colour", "/name", "/portfolio_id",
                        "/portfolio_id"]  # fmt: skip
    assert await projects.read(one) == one


async def test_an_item_about_what_is_not_there_answers_404(projects: Projects) -> None:
    nothing = {"id": UNKNOWN}
    items = [patched(nothing, name="B"), archived(nothing), archived(nothing, archived=False)]
    assert results(await send(projects.client, items)) == [(404, "not_found")] * 3


async def test_validate_only_says_the_same_and_changes_nothing(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    one, other = await projects.make(), await projects.make()
    items = [
        patched(one, name="B"),
        archived(other),
        patched(other, version=2, name="B"),
        patched(one, version=2, name=""),
    ]
    tried = await send(projects.client, items, query="?validate_only=true")
    assert results(tried) == [(200, True, 2), (200, True, 2), (409, "archived"), (422, "invalid")]
    assert await projects.count("outbox") == 2
    assert results(await send(projects.client, items)) == results(tried)


async def test_the_same_key_again_gives_the_same_answer_and_changes_nothing(
    projects_everywhere: Projects,
) -> None:
    projects = projects_everywhere
    one, other = await projects.make(), await projects.make()
    items = [
        patched(one, name="B"),
        archived(other),
        patched(one, name="C"),
        patched(one, version=2, name="B"),
    ]
    first = await send(projects.client, items)
    assert results(first) == [(200, True, 2), (200, True, 2), (412, "precondition_failed"), (200, False, 2)]
    again = await send(projects.client, items)
    assert (again.headers["idempotency-replayed"], again.json()) == ("true", first.json())


async def test_what_is_needed_is_not_archived_unless_an_earlier_item_took_the_need_away(
    projects_everywhere: Projects,
) -> None:
    client = projects_everywhere.client
    url = "/projects/v1/portfolios"
    above = (await client.post(url, json={"name": "Above"})).json()
    under = (await client.post(url, json={"name": "Under", "parent_id": above["id"]})).json()
    done = await send(client, [archived(above), archived(under, version=2)], "1", url)
    assert results(done) == [(409, "has_dependents"), (412, "precondition_failed")]
    done = await send(client, [archived(under), archived(above)], "2", url)
    assert results(done) == [(200, True, 2)] * 2


async def test_what_is_archived_in_reliance_on_a_refused_item_is_refused_with_it(
    projects_everywhere: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody puts something into the part meanwhile: neither it nor what it is in goes."""
    client = projects_everywhere.client
    url = "/projects/v1/portfolios"
    above = (await client.post(url, json={"name": "Above"})).json()
    under = (await client.post(url, json={"name": "Under", "parent_id": above["id"]})).json()
    commit, is_done = projects_everywhere.store.commit, False

    async def with_a_project_meanwhile(unit: Any) -> None:
        nonlocal is_done
        if not is_done:
            is_done = True
            await projects_everywhere.make(portfolio_id=under["id"])
        await commit(unit)

    monkeypatch.setattr(projects_everywhere.store, "commit", with_a_project_meanwhile)
    done = await send(client, [archived(under), archived(above)], "1", url)
    assert results(done) == [(409, "has_dependents")] * 2


async def test_revisions_read_each_table_that_they_touch_once(
    projects_everywhere: Projects, statements: Any
) -> None:
    projects = projects_everywhere
    portfolios = [(await projects.client.post("/projects/v1/portfolios", json={"name": f"F{n}"})).json()["id"]
                  for n in range(10)]  # fmt: skip
    created = await send(projects.client, [{"name": f"N{n}"} for n in range(100)], "1")
    ids = [item["resource"] for item in created.json()["items"]]
    statements.clear()
    items = [patched(one, name="B", portfolio_id=portfolios[n % 10]) for n, one in enumerate(ids)]
    assert results(await send(projects.client, items, "2")) == [(200, True, 2)] * 100
    assert (statements["project"], statements["portfolio"]) == (1, 1)


async def test_revised_parts_read_their_project_once(projects_everywhere: Projects, statements: Any) -> None:
    """Their tree is guarded: they are read once to know its guards, and once behind them."""
    project = await projects_everywhere.make()
    items = [{"project_id": project["id"], "wbs": str(n + 1), "name": f"W{n}"} for n in range(100)]
    created = await send(projects_everywhere.client, items, "1", PACKAGES)
    parts = [item["resource"] for item in created.json()["items"]]
    statements.clear()
    changed = [patched(part, name="B") for part in parts]
    assert results(await send(projects_everywhere.client, changed, "2", PACKAGES)) == [(200, True, 2)] * 100
    assert statements == {"project": 1, "guard": 1, "work_package": 2}


async def test_a_patch_of_one_gives_the_present_version_too(projects: Projects) -> None:
    one = await projects.make()
    headers = {"If-Match": '"7"', "Content-Type": PATCH}
    refused = await projects.client.patch(f"{PROJECTS}/{one['id']}", json={"name": "B"}, headers=headers)
    assert (refused.status_code, refused.json()["version"]) == (412, 1)
