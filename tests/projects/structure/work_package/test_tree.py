"""The breakdown of a project over REST: it has no cycle, parts follow their whole, and a whole shows its parts."""

import asyncio
from typing import Any

import httpx
import pytest

from services.projects.structure.work_package import tree as package_tree
from tests.conftest import Portolan
from tests.support.given import House

PACKAGES = "work-packages"


class Breakdown:
    """The packages of one project, by their code at first."""

    def __init__(self, house: House, project: dict[str, Any]) -> None:
        self.house, self.project = house, project
        self.by_code: dict[str, dict[str, Any]] = {}

    async def add(self, *codes: str, **members: Any) -> None:
        for wbs in codes:
            parent = self.by_code.get(wbs.rpartition(".")[0])
            under = {"parent_id": parent["id"]} if parent else {}
            body = {"project_id": self.project["id"], "wbs": wbs, "name": f"Part {wbs}", **under, **members}
            self.by_code[wbs] = await self.house.make(PACKAGES, **body)

    async def codes(self) -> dict[str, str]:
        """Code at first -> code now."""
        return {wbs: (await self.now(wbs))["wbs"] for wbs in self.by_code}

    async def now(self, wbs: str) -> dict[str, Any]:
        return await self.house.shown(PACKAGES, self.by_code[wbs])

    async def shown(self, wbs: str) -> tuple[int, str]:
        package = await self.now(wbs)
        return package["percent_complete"], package["state"]

    async def revise(self, code: str, **patch: Any) -> httpx.Response:
        return await self.house.revise(PACKAGES, self.by_code[code], **patch)

    async def progress(self, wbs: str, percent: int) -> httpx.Response:
        package = self.by_code[wbs]
        return await self.house.act(PACKAGES, package, "report-progress", percent_complete=percent)


async def broken_down(house: House, *codes: str, **members: Any) -> Breakdown:
    tree = Breakdown(house, await house.make("projects", name="ERP"))
    await tree.add(*codes, **members)
    return tree


def fault(answer: httpx.Response) -> tuple[int, str, str]:
    [one] = answer.json()["errors"]
    return answer.status_code, one["code"], one["pointer"]


async def test_a_package_is_not_moved_under_its_own_part(house: House) -> None:
    tree = await broken_down(house, "1", "1.1", "1.1.1")
    for parent in ("1", "1.1", "1.1.1"):
        wbs = f"{(await tree.now(parent))['wbs']}.7"
        refused = await tree.revise("1", parent_id=tree.by_code[parent]["id"], wbs=wbs)
        assert fault(refused) == (422, "cycle", "/parent_id"), parent


async def test_of_two_moves_that_together_make_a_cycle_only_one_is_done(house_everywhere: House) -> None:
    tree = await broken_down(house_everywhere, "1", "2")
    one, other = tree.by_code["1"]["id"], tree.by_code["2"]["id"]
    answers = await asyncio.gather(
        tree.revise("1", parent_id=other, wbs="2.1"), tree.revise("2", parent_id=one, wbs="1.1")
    )
    assert sorted(a.status_code for a in answers) == [200, 422]


async def test_the_parts_follow_a_package_to_another_code_in_the_same_commit(house_everywhere: House) -> None:
    tree = await broken_down(house_everywhere, "1", "1.1", "1.1.1", "1.2", "10")
    assert (await tree.revise("1", wbs="4")).status_code == 200
    assert await tree.codes() == {"1": "4", "1.1": "4.1", "1.1.1": "4.1.1", "1.2": "4.2", "10": "10"}
    assert (await tree.revise("1.1", parent_id=tree.by_code["10"]["id"], wbs="10.3")).status_code == 200
    assert (await tree.now("1.1.1"))["wbs"] == "10.3.1"
    assert (await tree.revise("1.1.1", name="Still to be edited")).status_code == 200


async def test_archived_parts_follow_too_and_can_come_back(house: House) -> None:
    tree = await broken_down(house, "1", "1.1", "1.2")
    await house.archive(PACKAGES, tree.by_code["1.1"])
    assert (await tree.revise("1", wbs="3")).status_code == 200
    assert (await house.act(PACKAGES, tree.by_code["1.1"], "restore")).json()["wbs"] == "3.1"


async def test_parts_are_not_led_too_deep_or_onto_a_code_that_is_taken(house: House) -> None:
    tree = await broken_down(house, "1", "1.1", "1.1.1", "2", "2.1", "3", "3.1")
    for levels in range(3, 10):
        await tree.add(".".join(["2", *"111111111"])[: 2 * levels - 1])
    parent = tree.by_code["2.1.1.1.1.1.1.1.1"]["id"]
    refused = await tree.revise("1.1", parent_id=parent, wbs="2.1.1.1.1.1.1.1.1.1")
    assert fault(refused) == (422, "too_deep", "/wbs")
    taken = await tree.revise("1", wbs="3")
    assert fault(taken) == (409, "duplicate", "/wbs")
    assert (await tree.codes())["1.1.1"] == "1.1.1"


async def test_more_parts_than_a_batch_has_items_do_not_move_at_once(house: House) -> None:
    tree = await broken_down(house, "1")
    parent = tree.by_code["1"]["id"]
    for start in (1, 252):
        items = [
            {"project_id": tree.project["id"], "parent_id": parent, "wbs": f"1.{n}", "name": f"Part {n}"}
            for n in range(start, start + 251)
        ]
        response = await house.client.post(
            "/projects/v1/work-packages/batch",
            json={"items": items},
            headers={"Idempotency-Key": f"parts {start}"},
        )
        assert {item["status"] for item in response.json()["items"]} == {201}
    refused = await tree.revise("1", wbs="2")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_parts")


async def test_a_package_with_parts_shows_how_far_they_are(house_everywhere: House) -> None:
    tree = await broken_down(house_everywhere, "1", "1.1", "1.2", "1.2.1", "1.2.2")
    for leaf in ("1.1", "1.2.1", "1.2.2"):
        assert (await tree.progress(leaf, 100)).status_code == 200
    assert await tree.shown("1") == await tree.shown("1.2") == (100, "completed")
    assert (await tree.progress("1.2.1", 50)).status_code == 200
    assert (await tree.shown("1.2"), await tree.shown("1")) == ((75, "in_progress"), (83, "in_progress"))
    await tree.add("1.3")
    assert await tree.shown("1") == (62, "in_progress")
    assert (await house_everywhere.archive(PACKAGES, tree.by_code["1.3"])).status_code == 204
    assert await tree.shown("1") == (83, "in_progress")


async def test_a_report_of_progress_reads_what_stands_beside_it_and_not_the_project(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = await broken_down(house, "1", "1.1", "1.1.1", "2", *(f"2.{n}" for n in range(1, 31)))
    codes: list[str] = []
    read_node = package_tree.read_node

    def counted(document: str) -> package_tree.Node:
        node = read_node(document)
        codes.append(node.wbs)
        return node

    monkeypatch.setattr(package_tree, "read_node", counted)
    assert (await tree.progress("1.1.1", 40)).status_code == 200
    assert set(codes) == {"1", "1.1", "1.1.1"}
    assert await tree.shown("1") == (40, "in_progress")


async def test_parts_weigh_as_much_as_their_budgets(house: House) -> None:
    tree = await broken_down(house, "1")
    await tree.add("1.1", budget={"amount": "300.00", "currency": "CHF"})
    await tree.add("1.2", budget={"amount": "100.00", "currency": "CHF"})
    await tree.progress("1.1", 100)
    assert await tree.shown("1") == (75, "in_progress")
    await tree.revise("1.2", budget={"amount": "900.00", "currency": "CHF"})
    assert await tree.shown("1") == (25, "in_progress")
    await tree.revise("1.2", budget={"amount": "900.00", "currency": "EUR"})
    assert await tree.shown("1") == (50, "in_progress")


async def test_a_moved_part_counts_where_it_stands(house: House) -> None:
    tree = await broken_down(house, "1", "1.1", "1.2", "2", "2.1")
    await tree.progress("1.1", 100)
    assert (await tree.revise("1.1", parent_id=tree.by_code["2"]["id"], wbs="2.2")).status_code == 200
    assert (await tree.shown("1"), await tree.shown("2")) == ((0, "planned"), (50, "in_progress"))


async def test_many_at_once_leave_the_whole_right(house_everywhere: House) -> None:
    tree = await broken_down(house_everywhere, "1", *(f"1.{n}" for n in range(1, 6)))
    answers = await asyncio.gather(*(tree.progress(f"1.{n}", 100) for n in range(1, 6)))
    assert {a.status_code for a in answers} == {200}
    assert await tree.shown("1") == (100, "completed")


async def test_a_package_with_parts_is_not_archived_and_an_archived_one_takes_no_parts(house: House) -> None:
    tree = await broken_down(house, "1", "1.1")
    refused = await house.archive(PACKAGES, tree.by_code["1"])
    assert (refused.status_code, refused.json()["code"]) == (409, "has_dependents")
    part = tree.by_code["1.1"]
    assert refused.json()["dependents"] == [{"kind": "work_package", "id": part["id"]}]
    for wbs in ("1.1", "1"):
        assert (await house.archive(PACKAGES, tree.by_code[wbs])).status_code == 204
    body = {
        "project_id": tree.project["id"],
        "parent_id": tree.by_code["1"]["id"],
        "wbs": "1.2",
        "name": "New",
    }
    assert fault(await house.create(PACKAGES, **body)) == (409, "archived", "/parent_id")
    assert fault(await house.act(PACKAGES, part, "restore")) == (409, "archived", "/parent_id")


async def test_the_code_of_an_archived_package_is_free_again(house_everywhere: House) -> None:
    house = house_everywhere
    tree = await broken_down(house, "1")
    body = {"project_id": tree.project["id"], "wbs": "1", "name": "Another"}
    assert fault(await house.create(PACKAGES, **body)) == (409, "duplicate", "/wbs")
    assert (await house.archive(PACKAGES, tree.by_code["1"])).status_code == 204
    assert (await house.create(PACKAGES, **body)).status_code == 201
    assert fault(await house.act(PACKAGES, tree.by_code["1"], "restore")) == (409, "duplicate", "/wbs")


@pytest.mark.parametrize("order", [("1.1", "1.1.1"), ("1", "1.1")])
async def test_a_code_that_lies_over_those_of_its_parts_is_refused_as_that(
    house: House, order: tuple[str, str]
) -> None:
    tree = await broken_down(house, "1", "1.1", "1.1.1")
    refused = await tree.revise(order[0], wbs=order[1])
    assert (refused.status_code, refused.json()["code"]) == (409, "codes_overlap")


async def test_a_batch_builds_a_whole_tree(portolan: Portolan) -> None:
    house = House(portolan)
    project = await house.make("projects", name="ERP")
    top = await house.make(PACKAGES, project_id=project["id"], wbs="1", name="Top")
    items = [
        {"project_id": project["id"], "parent_id": top["id"], "wbs": f"1.{n}", "name": f"Part {n}"}
        for n in range(1, 30)
    ]
    answer = await house.client.post(
        "/projects/v1/work-packages/batch", json={"items": items}, headers={"Idempotency-Key": "b"}
    )
    assert {item["status"] for item in answer.json()["items"]} == {201}
