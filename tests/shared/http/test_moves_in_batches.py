"""Items of a batch that make a move: each as a request of its own would, of the version that was read or just written."""

from typing import Any

import pytest

from tests.shared.conftest import Projects
from tests.shared.http.test_batches import statements
from tests.shared.http.test_revisions import PACKAGES, UNKNOWN, patched, results, send

__all__ = ["statements"]


def moved(one: dict[str, Any], move: str = "discontinue", *, version: int = 1, **body: Any) -> dict[str, Any]:
    return {"id": one["id"], "version": version, "move": move, "body": body}


def ref(n: int = 1) -> dict[str, str]:
    return {"source": "sap", "id": str(n)}


async def packages(projects: Projects, count: int, project_id: str = "") -> list[dict[str, Any]]:
    project_id = project_id or (await projects.make())["id"]
    items = [
        {"project_id": project_id, "wbs": str(n + 1), "name": f"W{n}", "external_ref": ref(n)}
        for n in range(count)
    ]
    created = await send(projects.client, items, "packages", PACKAGES)
    return [item["resource"] for item in created.json()["items"]]


async def test_a_batch_makes_moves_of_the_versions_that_were_read(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    one, other = await projects.make(), await projects.make()
    assert (await projects.revise(other, name="B")).status_code == 200
    done = await send(projects.client, [moved(one, reason="No need."), moved(other), moved(other, version=2)])
    assert results(done) == [(200, True, 2), (412, "precondition_failed"), (200, True, 3)]
    assert done.json()["items"][1]["problem"]["version"] == 2
    assert done.json()["items"][0]["resource"] == await projects.read(one)
    assert (await projects.read(one))["stage"] == "discontinued"
    facts = [e["data"]["fact"] for e in (await projects.client.get("/projects/v1/events")).json()["items"]]
    assert {"reason": "No need."}.items() <= facts[3].items()


async def test_a_move_that_the_state_does_not_allow_is_refused_with_those_that_it_does(
    projects: Projects,
) -> None:
    one = await projects.make()
    done = await send(projects.client, [moved(one, "close")])
    assert results(done) == [(409, "illegal_move")]
    assert done.json()["items"][0]["problem"]["allowed_moves"] == ["approve", "discontinue"]


async def test_a_move_names_its_resource_by_external_key_too(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    put = {"name": "P", "external_ref": ref()}
    move = {"external_ref": ref(), "version": 1, "move": "discontinue"}
    assert results(await send(projects.client, [put, move], "1")) == [(201, True, 1), (200, True, 2)]
    nobody = move | {"external_ref": ref(2)}
    assert results(await send(projects.client, [move, nobody], "2")) == [
        (412, "precondition_failed"),
        (404, "not_found"),
    ]


async def test_a_move_builds_on_what_an_earlier_item_left(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    one = await projects.make(planned_start_on="2026-01-05")
    items = [
        {"name": "New"},
        {"item": 0, "move": "discontinue"},
        patched(one, name="B"),
        {"item": 2, "move": "discontinue", "body": {}},
    ]
    done = await send(projects.client, items)
    assert results(done) == [(201, True, 1), (200, True, 2), (200, True, 2), (200, True, 3)]
    assert (await projects.read(one))["stage"] == "discontinued"


async def test_a_move_builds_on_a_version_and_not_on_whatever_comes_after_it(projects: Projects) -> None:
    one = await projects.make()
    items = [patched(one, name="B"), patched(one, version=2, name="C"), {"item": 0, "move": "discontinue"}]
    done = await send(projects.client, items)
    assert results(done) == [(200, True, 2), (200, True, 3), (412, "precondition_failed")]


async def test_what_builds_on_a_refused_item_is_refused_with_it(projects: Projects) -> None:
    one = await projects.make()
    items = [
        patched(one, name=""),
        {"item": 0, "move": "discontinue"},
        {"item": 1, "move": "discontinue"},
        {"item": 3, "move": "discontinue"},
        {"item": 400, "move": "discontinue"},
    ]
    done = await send(projects.client, items)
    assert [item["status"] for item in done.json()["items"]] == [422] * 5
    problems = [item["problem"] for item in done.json()["items"]]
    assert [p["errors"][0]["pointer"] for p in problems] == [
        "/name", "/items/0/name", "/items/1/items/0/name", "/item", "/item",
    ]  # fmt: skip
    assert problems[1]["detail"].startswith("it builds on item 0, which was refused")
    assert await projects.read(one) == one


async def test_a_move_that_the_database_undoes_with_what_it_builds_on_is_refused(
    projects_everywhere: Projects,
) -> None:
    """The code is taken, which only the database sees: the progress that was reported of it goes with it."""
    one, other = await packages(projects_everywhere, 2)
    items = [
        patched(one, wbs="2"),
        {"item": 0, "move": "report-progress", "body": {"percent_complete": 50}},
        moved(other, "report-progress", percent_complete=20),
    ]
    done = await send(projects_everywhere.client, items, "2", PACKAGES)
    assert results(done) == [(409, "duplicate"), (409, "duplicate"), (200, True, 2)]


async def test_what_is_wrong_with_a_move_is_said_of_that_item(projects: Projects) -> None:
    one = await projects.make()
    id = one["id"]
    items: list[Any] = [
        {"move": "discontinue"},
        {"id": id, "move": "discontinue"},
        {"external_ref": ref(), "move": "discontinue"},
        {"id": id, "external_ref": ref(), "version": 1, "move": "discontinue"},
        {"id": id, "item": 0, "version": 1, "move": "discontinue"},
        {"item": 0, "version": 1, "move": "discontinue"},
        {"item": -1, "move": "discontinue"},
        {"item": "0", "move": "discontinue"},
        {"id": id, "version": 1, "move": "paint"},
        {"id": id, "version": 1, "move": "archive"},
        {"id": id, "version": 1, "move": None},
        {"id": id, "version": 1, "move": ["discontinue"]},
        {"id": id, "version": 1.5, "move": "discontinue"},
        {"id": id, "version": 1, "move": "discontinue", "body": []},
        {"id": id, "version": 1, "move": "discontinue", "body": {"colour": "red"}},
        {"id": id, "version": 1, "move": "discontinue", "body": {"reason": 7}},
        {"id": id, "version": 1, "move": "discontinue", "patch": {}},
        {"id": id.upper(), "version": 1, "move": "discontinue"},
    ]
    done = await send(projects.client, items)
    assert [item["status"] for item in done.json()["items"]] == [422] * len(items)
    pointers = [item["problem"]["errors"][0]["pointer"] for item in done.json()["items"]]
    assert pointers == [
        "/id", "/version", "/version", "/external_ref", "/item", "/version", "/item", "/item", "/move", "/move",
        "/move", "/move", "/version", "/body", "/body/colour", "/body/reason", "/patch", "/id",
    ]  # fmt: skip
    assert await projects.read(one) == one


async def test_a_move_of_what_is_not_there_answers_404(projects: Projects) -> None:
    assert results(await send(projects.client, [moved({"id": UNKNOWN})])) == [(404, "not_found")]


async def test_what_has_no_moves_takes_none_in_a_batch(projects: Projects) -> None:
    url = "/projects/v1/portfolios"
    one = (await projects.client.post(url, json={"name": "A"})).json()
    done = await send(projects.client, [moved(one)], url=url)
    assert "/move" in [fault["pointer"] for fault in done.json()["items"][0]["problem"]["errors"]]


async def test_validate_only_says_of_moves_what_the_run_says(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    one = await projects.make()
    items = [
        {"name": "New", "external_ref": ref()},
        {"item": 0, "move": "discontinue"},
        moved(one),
        moved(one, "resume", version=2),
    ]
    tried = await send(projects.client, items, query="?validate_only=true")
    assert results(tried) == [(201, True, 1), (200, True, 2), (200, True, 2), (409, "illegal_move")]
    assert await projects.count("outbox") == 1
    assert results(await send(projects.client, items)) == results(tried)


async def test_the_same_key_again_moves_nothing_twice(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    one = (await packages(projects, 1))[0]
    items = [moved(one, "report-progress", percent_complete=30)]
    first = await send(projects.client, items, url=PACKAGES)
    again = await send(projects.client, items, url=PACKAGES)
    assert results(first) == [(200, True, 2)]
    assert (again.headers["idempotency-replayed"], again.json()) == ("true", first.json())


async def test_progress_of_many_packages_reads_their_project_once(
    projects_everywhere: Projects, statements: Any
) -> None:
    some = await packages(projects_everywhere, 60)
    statements.clear()
    items = [moved(one, "report-progress", percent_complete=n) for n, one in enumerate(some)]
    done = await send(projects_everywhere.client, items, "2", PACKAGES)
    assert results(done) == [(200, True, 2)] * 60
    assert (statements["project"], statements["guard"]) == (1, 1)
    assert statements["work_package"] <= 2 + 60  # whether it has parts is asked of each


async def test_packages_above_follow_the_progress_of_their_parts(projects_everywhere: Projects) -> None:
    client, project = projects_everywhere.client, await projects_everywhere.make()
    whole = {"project_id": project["id"], "wbs": "1", "name": "Whole", "external_ref": ref()}
    above = (await send(client, [whole], "1", PACKAGES)).json()["items"][0]["resource"]
    items: list[Any] = [
        {"project_id": project["id"], "wbs": f"1.{n}", "name": "Part", "parent_id": above["id"]}
        for n in (1, 2)
    ]
    items += [{"item": n, "move": "report-progress", "body": {"percent_complete": 50}} for n in (0, 1)]
    items.append(moved(above, "report-progress", version=3, percent_complete=10))
    done = await send(client, items, "2", PACKAGES)
    assert [item["status"] for item in done.json()["items"]] == [201, 201, 200, 200, 409]
    assert done.json()["items"][4]["problem"]["code"] == "has_parts"
    assert (await client.get(f"{PACKAGES}/{above['id']}")).json()["percent_complete"] == 50


@pytest.mark.parametrize("body", [None, {}, {"reason": None}])
async def test_a_body_of_which_nothing_is_needed_may_be_left_out(projects: Projects, body: Any) -> None:
    one = await projects.make()
    item = {"id": one["id"], "version": 1, "move": "discontinue"} | ({} if body is None else {"body": body})
    assert results(await send(projects.client, [item])) == [(200, True, 2)]
