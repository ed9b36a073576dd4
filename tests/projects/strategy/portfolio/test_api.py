"""Portfolios over REST: the hierarchy has no cycle and an end, and what is in use is not archived."""

import asyncio
from typing import Any

import httpx

from tests.support.given import House

DEEPEST = 30


def fault(answer: httpx.Response) -> tuple[int, str, str]:
    [one] = answer.json()["errors"]
    return answer.status_code, one["code"], one["pointer"]


async def chain(house: House, levels: int, parent: str | None = None) -> list[dict[str, Any]]:
    created: list[dict[str, Any]] = []
    for n in range(levels):
        created.append(await house.make("portfolios", name=f"Level {n}", parent_id=parent))
        parent = created[-1]["id"]
    return created


async def test_a_portfolio_is_not_moved_under_what_stands_under_it(house: House) -> None:
    top, _, low = await chain(house, 3)
    assert fault(await house.revise("portfolios", top, parent_id=low["id"])) == (422, "cycle", "/parent_id")
    assert fault(await house.revise("portfolios", top, parent_id=top["id"])) == (422, "cycle", "/parent_id")


async def test_a_hierarchy_that_is_too_deep_is_refused_as_that_and_not_as_a_cycle(house: House) -> None:
    created = await chain(house, DEEPEST)
    refused = await house.create("portfolios", name="One more", parent_id=created[-1]["id"])
    assert fault(refused) == (422, "too_deep", "/parent_id")
    assert "31 levels" in refused.json()["detail"]
    assert (await house.revise("portfolios", created[-1], name="Deep, and renamed")).status_code == 200


async def test_a_move_is_judged_by_how_deep_what_stands_below_would_be(house: House) -> None:
    deep, other = await chain(house, DEEPEST - 3), await chain(house, 4)
    refused = await house.revise("portfolios", other[0], parent_id=deep[-1]["id"])
    assert fault(refused) == (422, "too_deep", "/parent_id")
    assert (await house.revise("portfolios", other[1], parent_id=deep[-1]["id"])).status_code == 200


async def test_of_two_moves_that_together_make_a_cycle_only_one_is_done(house_everywhere: House) -> None:
    house = house_everywhere
    for _ in range(3):
        one, other = [await house.make("portfolios", name=name) for name in ("One", "Other")]
        answers = await asyncio.gather(
            house.revise("portfolios", one, parent_id=other["id"]),
            house.revise("portfolios", other, parent_id=one["id"]),
        )
        assert sorted(a.status_code for a in answers) == [200, 422]


async def test_a_portfolio_in_the_middle_of_a_tree_is_not_archived(house_everywhere: House) -> None:
    house = house_everywhere
    _, middle, low = await chain(house, 3)
    programme = await house.make("programmes", name="Digital", portfolio_id=middle["id"])
    project = await house.make(
        "projects", name="ERP", portfolio_id=middle["id"], programme_id=programme["id"]
    )
    refused = await house.archive("portfolios", middle)
    assert (refused.status_code, refused.json()["code"]) == (409, "has_dependents")
    needed = {"portfolio": low["id"], "programme": programme["id"], "project": project["id"]}
    assert {one["kind"]: one["id"] for one in refused.json()["dependents"]} == needed
    assert refused.json()["dependents_count"] == 3
    assert (await house.archive("programmes", programme)).json()["code"] == "has_dependents"
    for collection, thing in (("projects", project), ("programmes", programme), ("portfolios", low)):
        assert (await house.archive(collection, thing)).status_code == 204
    assert (await house.archive("portfolios", middle)).status_code == 204


async def test_a_refusal_lists_fifty_of_what_depends_and_counts_all(house: House) -> None:
    portfolio = await house.make("portfolios", name="Full")
    items = [{"name": f"Project {n}", "portfolio_id": portfolio["id"]} for n in range(60)]
    url = "/projects/v1/projects/batch"
    await house.client.post(url, json={"items": items}, headers={"Idempotency-Key": "full"})
    refused = (await house.archive("portfolios", portfolio)).json()
    assert (len(refused["dependents"]), refused["dependents_count"]) == (50, 60)


async def test_nothing_new_comes_into_an_archived_portfolio_or_programme(house: House) -> None:
    portfolio, other = [await house.make("portfolios", name=name) for name in ("Gone", "There")]
    programme = await house.make("programmes", name="Gone too")
    project = await house.make("projects", name="ERP", portfolio_id=other["id"])
    await house.archive("portfolios", portfolio)
    await house.archive("programmes", programme)
    refusals = [
        (await house.create("projects", name="New", portfolio_id=portfolio["id"]), "/portfolio_id"),
        (await house.create("projects", name="New", programme_id=programme["id"]), "/programme_id"),
        (await house.create("programmes", name="New", portfolio_id=portfolio["id"]), "/portfolio_id"),
        (await house.create("portfolios", name="New", parent_id=portfolio["id"]), "/parent_id"),
        (await house.revise("projects", project, portfolio_id=portfolio["id"]), "/portfolio_id"),
    ]
    assert [fault(answer) for answer, _ in refusals] == [(409, "archived", where) for _, where in refusals]
    url, body = "/projects/v1/projects/by-ref/sap/1", {"name": "New", "portfolio_id": portfolio["id"]}
    assert (await house.client.put(url, json=body)).json()["code"] == "archived"
    batch = await house.client.post(
        "/projects/v1/projects/batch", json={"items": [body]}, headers={"Idempotency-Key": "b"}
    )
    assert batch.json()["items"][0]["problem"]["code"] == "archived"


async def test_what_stands_in_something_archived_is_not_restored_before_it(house: House) -> None:
    portfolio = await house.make("portfolios", name="Gone")
    project = await house.make("projects", name="ERP", portfolio_id=portfolio["id"])
    await house.archive("projects", project)
    await house.archive("portfolios", portfolio)
    assert fault(await house.act("projects", project, "restore")) == (409, "archived", "/portfolio_id")
    assert (await house.act("portfolios", portfolio, "restore")).status_code == 200
    assert (await house.act("projects", project, "restore")).status_code == 200


async def test_of_an_archiving_and_a_new_project_at_once_only_one_is_done(house_everywhere: House) -> None:
    house = house_everywhere
    for _ in range(5):
        portfolio = await house.make("portfolios", name="Busy")
        created, gone = await asyncio.gather(
            house.create("projects", name="New", portfolio_id=portfolio["id"]),
            house.archive("portfolios", portfolio),
        )
        assert sorted((created.status_code, gone.status_code)) in ([201, 409], [204, 409])
