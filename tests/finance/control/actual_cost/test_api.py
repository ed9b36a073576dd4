"""Actual costs over REST: posted once, reversed instead of revised, refused once the project has ended."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.finance.control.actual_cost.commands import check
from shared.base.money import Money
from shared.contracts.finance.control import ActualCost
from shared.contracts.language import plain
from shared.domain.work import Work
from shared.store import StaleVersion
from shared.store.outbox import Origin
from tests.support.given import Desk, chf

COSTS = "finance/v1/actual-costs"


async def test_costs_after_the_end_of_the_project_are_refused(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await desk.project("approve", "activate")
    assert (await desk.post(project, "10.00")).status_code == 201
    await desk.move("projects/v1/projects", project, "discontinue")
    refused = await desk.post(project, "10.00")
    assert (refused.status_code, refused.json()["code"]) == (409, "project_ended")
    assert (await desk.earned_value(project))["ac"] == chf("10.00")


async def test_a_cost_that_was_admitted_is_not_written_once_the_budget_has_closed(
    desk_everywhere: Desk,
) -> None:
    """Between the check and the commit the project ends: decided again, the cost is refused."""
    desk = desk_everywhere
    project = await desk.project("approve")
    kernel = desk.portolan.running.services["finance"].kernel
    work = Work(kernel.store, kernel.mirrors, Origin(kernel.source, "user", "anna", "1"))
    members: dict[str, Any] = {
        "project_id": UUID(project["id"]),
        "posted_on": date(2026, 3, 31),
        "amount": Money(**chf("1.00")),
    }
    cost = work.new(ActualCost, **members)
    await check(work, cost)
    work.save(cost, plain(ActualCost, "created"))
    await desk.move("projects/v1/projects", project, "discontinue")
    with pytest.raises(StaleVersion):
        await work.commit()
    assert await desk.facts("actual_cost") == []


async def test_a_cost_is_booked_under_a_key_and_sent_again_counts_once(desk: Desk) -> None:
    project = await desk.project("approve")
    body = {"project_id": project["id"], "posted_on": "2026-03-31", "amount": chf("70.00")}
    refused = await desk.client.post(f"/{COSTS}", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["header"]) == (400, "Idempotency-Key")
    key = {"Idempotency-Key": "invoice 4711"}
    first, again = [await desk.client.post(f"/{COSTS}", json=body, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert (await desk.earned_value(project))["ac"] == chf("70.00")


async def test_a_cost_needs_an_approved_project(desk: Desk) -> None:
    refused = await desk.post(await desk.project(), "10.00")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_budget")


async def test_a_cost_is_in_the_currency_of_the_budget(desk: Desk) -> None:
    refused = await desk.post(await desk.project("approve"), "1.00", "EUR")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "other_currency")


async def test_ten_concurrent_postings_give_the_exact_actual_cost(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await desk.project("approve")
    answers = await asyncio.gather(*(desk.post(project, f"{n}.01") for n in range(1, 11)))
    assert {answer.status_code for answer in answers} == {201}
    assert (await desk.earned_value(project))["ac"] == chf("55.10")
    assert (await desk.the("performances"))["actual"] == chf("55.10")


async def test_what_was_posted_is_reversed_and_not_revised(desk: Desk) -> None:
    project = await desk.project("approve")
    cost = (await desk.post(project, "80.00")).json()
    assert (await desk.revise(COSTS, cost, amount=chf("8.00"))).status_code == 422
    assert (await desk.revise(COSTS, cost, document="INV-7")).status_code == 200
    reversal = await desk.post(project, "-72.00", reverses_id=cost["id"])
    assert reversal.status_code == 201
    assert (await desk.earned_value(project))["ac"] == chf("8.00")


async def test_a_put_does_not_change_what_was_posted(desk: Desk) -> None:
    project = await desk.project("approve")
    url = f"/{COSTS}/by-ref/sap/4711"
    body = {"project_id": project["id"], "posted_on": "2026-03-31", "amount": chf("80.00")}
    assert (await desk.client.put(url, json=body)).status_code == 201
    refused = await desk.client.put(url, json=body | {"amount": chf("8.00")})
    assert (refused.status_code, refused.json()["code"]) == (409, "posted")


async def test_no_more_is_reversed_than_was_posted(desk: Desk) -> None:
    project = await desk.project("approve")
    cost = (await desk.post(project, "80.00")).json()
    assert (await desk.post(project, "-50.00", reverses_id=cost["id"])).status_code == 201
    refused = await desk.post(project, "-30.01", reverses_id=cost["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "reversed_too_much")
    assert (await desk.post(project, "-30.00", reverses_id=cost["id"])).status_code == 201


async def test_one_of_two_concurrent_reversals_of_the_whole_is_refused(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await desk.project("approve")
    cost = (await desk.post(project, "80.00")).json()
    both = await asyncio.gather(*(desk.post(project, "-80.00", reverses_id=cost["id"]) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    assert (await desk.earned_value(project))["ac"] == chf("0.00")


async def test_reversals_of_one_batch_know_of_each_other(desk: Desk) -> None:
    project = await desk.project("approve")
    cost = (await desk.post(project, "80.00")).json()
    item = {
        "project_id": project["id"],
        "posted_on": "2026-03-31",
        "amount": chf("-80.00"),
        "reverses_id": cost["id"],
    }
    answer = await desk.client.post(
        f"/{COSTS}/batch", json={"items": [item, item]}, headers={"Idempotency-Key": "b"}
    )
    assert [one["status"] for one in answer.json()["items"]] == [201, 409]


async def test_a_credit_that_reverses_no_single_cost_rests_on_its_document(desk_everywhere: Desk) -> None:
    """A bonus for the year, or a credit note for three invoices; it can be posted when the project has ended."""
    desk = desk_everywhere
    project = await desk.project("approve", "activate")
    assert (await desk.post(project, "80.00")).status_code == 201
    await desk.move("projects/v1/projects", project, "discontinue")
    credit = await desk.post(project, "-30.00", document="CN-2026-17")
    assert credit.status_code == 201
    assert (await desk.earned_value(project))["ac"] == chf("50.00")
    bare = await desk.revise(COSTS, credit.json(), document=None)
    assert (bare.status_code, bare.json()["code"]) == (422, "reversal")


async def test_a_credit_that_was_posted_in_error_is_reversed_as_any_cost(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await desk.project("approve")
    credit = (await desk.post(project, "-30.00", document="CN-1")).json()
    same_sign = await desk.post(project, "-1.00", reverses_id=credit["id"])
    assert (same_sign.status_code, same_sign.json()["code"]) == (422, "reversal")
    too_much = await desk.post(project, "30.01", reverses_id=credit["id"])
    assert (too_much.status_code, too_much.json()["code"]) == (409, "reversed_too_much")
    assert (await desk.post(project, "30.00", reverses_id=credit["id"])).status_code == 201
    assert (await desk.earned_value(project))["ac"] == chf("0.00")


@pytest.mark.parametrize(
    ("amount", "members", "pointer"),
    [
        ("-1.00", {}, "/amount"),
        ("0.00", {}, "/amount"),
        ("-1.00", {"reverses_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}, "/reverses_id"),
        ("1.00", {"contract_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}, "/contract_id"),
        ("1.00", {"posted_on": "2026-02-30"}, "/posted_on"),
    ],
)
async def test_what_is_wrong_with_a_cost_is_pointed_at(
    desk: Desk, amount: str, members: dict[str, Any], pointer: str
) -> None:
    refused = await desk.post(await desk.project("approve"), amount, **members)
    assert refused.status_code == 422
    assert pointer in [fault["pointer"] for fault in refused.json()["errors"]]


async def test_a_cost_names_a_work_package_of_its_own_project(desk: Desk) -> None:
    project, other = await desk.project("approve"), await desk.project("approve")
    package = await desk.package(other, "1", "10.00")
    refused = await desk.post(project, "1.00", work_package_id=package["id"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "other_project")
    assert (await desk.post(other, "1.00", work_package_id=package["id"])).status_code == 201


async def test_an_archived_cost_is_not_spent_and_a_restored_one_is(desk: Desk) -> None:
    project = await desk.project("approve")
    url = f"/{COSTS}/by-ref/sap/1"
    body = {"project_id": project["id"], "posted_on": "2026-03-31", "amount": chf("80.00")}
    cost = (await desk.client.put(url, json=body)).json()
    gone = await desk.client.delete(f"/{COSTS}/{cost['id']}", headers={"If-Match": '"1"'})
    assert gone.status_code == 204
    assert (await desk.earned_value(project))["ac"] == chf("0.00")
    assert (await desk.client.put(url + "?restore=true", json=body)).status_code == 200
    assert (await desk.earned_value(project))["ac"] == chf("80.00")


async def test_a_cost_and_its_reversals_are_archived_and_restored_together(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await desk.project("approve")
    cost = (await desk.post(project, "80.00")).json()
    reversals = [
        (await desk.post(project, amount, reverses_id=cost["id"])).json() for amount in ("-50.00", "-10.00")
    ]
    alone = await desk.client.delete(f"/{COSTS}/{reversals[0]['id']}", headers={"If-Match": '"1"'})
    assert (alone.status_code, alone.json()["code"]) == (409, "has_dependents")
    assert alone.json()["dependents"] == [{"kind": "actual_cost", "id": cost["id"]}]
    gone = await desk.client.delete(f"/{COSTS}/{cost['id']}", headers={"If-Match": '"1"'})
    assert gone.status_code == 204
    assert (await desk.read(f"/{COSTS}"))["items"] == []
    assert (await desk.earned_value(project))["ac"] == chf("0.00")
    back = await desk.act(COSTS, reversals[0] | {"version": 2}, "restore")
    assert (back.status_code, back.json()["code"]) == (409, "archived")
    assert (await desk.act(COSTS, cost | {"version": 2}, "restore")).status_code == 200
    assert len((await desk.read(f"/{COSTS}"))["items"]) == 3
    assert (await desk.earned_value(project))["ac"] == chf("20.00")


async def test_of_an_archiving_and_a_reversal_at_once_neither_leaves_the_other_behind(
    desk_everywhere: Desk,
) -> None:
    desk = desk_everywhere
    project = await desk.project("approve")
    for _ in range(3):
        cost = (await desk.post(project, "80.00")).json()
        match = {"If-Match": '"1"'}
        await asyncio.gather(
            desk.client.delete(f"/{COSTS}/{cost['id']}", headers=match),
            desk.post(project, "-80.00", reverses_id=cost["id"]),
        )
    assert (await desk.earned_value(project))["ac"] == chf("0.00")


async def test_a_cost_is_charged_to_nothing_archived(desk: Desk) -> None:
    project = await desk.project("approve")
    package = await desk.package(project, "1", "10.00")
    contract = await desk.make(
        "finance/v1/contracts", number="A-1", title="Licences", project_id=project["id"]
    )
    cost = (
        await desk.post(project, "5.00", work_package_id=package["id"], contract_id=contract["id"])
    ).json()
    for path in (f"projects/v1/work-packages/{package['id']}", f"finance/v1/contracts/{contract['id']}"):
        assert (await desk.client.delete(f"/{path}", headers={"If-Match": '"1"'})).status_code == 204
    await desk.portolan.settled()
    for member, id in (("work_package_id", package["id"]), ("contract_id", contract["id"])):
        refused = await desk.post(project, "1.00", **{member: id})
        [fault] = refused.json()["errors"]
        assert (refused.status_code, fault["code"], fault["pointer"]) == (409, "archived", f"/{member}")
    assert (await desk.revise(COSTS, cost, document="INV-7")).status_code == 200, (
        "it was charged to them before"
    )
