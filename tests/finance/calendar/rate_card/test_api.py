"""Rate cards over REST, and the rate of some work on a day."""

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.support.given import Desk, chf

CARDS, RATE = "finance/v1/rate-cards", "/finance/v1/rates/applicable"
LONG_AGO, NEXT_YEAR = "2026-01-01", f"{date.today().year + 1}-07-01"
RULE = pytest.mark.rule("finance.rate_card.1")


async def offer(desk: Desk, amount: str, **members: Any) -> dict[str, Any]:
    return await desk.make(CARDS, **{"amount": chf(amount), "valid_from": LONG_AGO} | members)


async def rate(desk: Desk, **work: Any) -> str | None:
    answer = await desk.client.get(RATE, params={"on": "2026-06-15"} | work)
    if answer.status_code == 404:
        assert answer.json()["code"] == "no_rate"
        return None
    assert answer.status_code == 200, answer.text
    return str(answer.json()["card"]["amount"]["amount"])


async def role_and_person(desk: Desk) -> tuple[str, str]:
    role = await desk.make("resources/v1/roles", name="Software architect")
    person = await desk.make("resources/v1/persons", name="Ann Meier")
    await desk.portolan.settled()
    return role["id"], person["id"]


@RULE
async def test_the_most_specific_rate_of_the_day_counts(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    role, person = await role_and_person(desk)
    vendor = await desk.make("finance/v1/vendors", name="Nordlys Cloud AB")
    await offer(desk, "100.00")
    await offer(desk, "120.00", role_id=role)
    await offer(desk, "130.00", role_id=role, grade="Senior", location="Zürich")
    await offer(desk, "140.00", vendor_id=vendor["id"])
    await offer(desk, "150.00", person_id=person)
    await offer(desk, "200.00", role_id=role, kind="charge")
    assert await rate(desk) == "100.00"
    assert await rate(desk, role_id=role) == "120.00"
    assert await rate(desk, role_id=role, grade="senior", location="Zurich") == "130.00"
    assert await rate(desk, role_id=role, grade="Senior") == "120.00"
    assert await rate(desk, role_id=role, vendor_id=vendor["id"]) == "140.00"
    assert await rate(desk, role_id=role, vendor_id=vendor["id"], person_id=person) == "150.00"
    assert await rate(desk, role_id=role, kind="charge") == "200.00"
    assert await rate(desk, kind="charge") is None
    assert await rate(desk, on="2025-12-31") is None


async def test_the_answer_says_by_what_the_card_was_chosen(desk: Desk) -> None:
    role, _ = await role_and_person(desk)
    card = await offer(desk, "120.00", role_id=role, grade="Senior", per="day")
    answer = await desk.read(f"{RATE}?on=2026-06-15&role_id={role}&grade=Senior")
    assert (answer["criteria"], answer["card"]) == (["role_id", "grade"], card)


@RULE
async def test_two_equal_rates_on_a_day_are_refused(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    role, _ = await role_and_person(desk)
    first = await offer(desk, "120.00", role_id=role, grade="Senior")
    again = {
        "amount": chf("125.00"),
        "valid_from": NEXT_YEAR,
        "role_id": role,
        "grade": "SENIOR",
        "per": "day",
    }
    refused = await desk.create(CARDS, **again)
    assert (refused.status_code, refused.json()["code"]) == (409, "rate_overlaps")
    assert "120.00" not in refused.text
    ended = await desk.revise(CARDS, first, valid_until=str(date.fromisoformat(NEXT_YEAR) - timedelta(1)))
    assert ended.status_code == 200, ended.text
    assert (await desk.create(CARDS, **again)).status_code == 201
    longer = await desk.revise(CARDS, ended.json(), valid_until=NEXT_YEAR)
    assert (longer.status_code, longer.json()["code"]) == (409, "rate_overlaps")


async def test_of_two_equal_rates_made_at_once_one_is_refused(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    body = {"amount": chf("120.00"), "valid_from": NEXT_YEAR}
    answers = await asyncio.gather(*(desk.create(CARDS, **body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_of_two_equal_rates_in_a_batch_one_is_refused(desk: Desk) -> None:
    card = {"amount": chf("120.00"), "valid_from": NEXT_YEAR}
    answer = await desk.client.post(
        f"/{CARDS}/batch", json={"items": [card, card]}, headers={"Idempotency-Key": "two-equal-rates"}
    )
    assert [item["status"] for item in answer.json()["items"]] == [201, 409]


@RULE
async def test_a_rate_in_use_is_ended_and_not_changed(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    role, _ = await role_and_person(desk)
    card = await offer(desk, "120.00")
    for change in ({"amount": chf("125.00")}, {"role_id": role}, {"per": "day"}, {"valid_from": NEXT_YEAR}):
        refused = await desk.revise(CARDS, card, **change)
        assert (refused.status_code, refused.json()["code"]) == (409, "in_use"), change
        assert refused.json()["errors"][0]["pointer"] == f"/{next(iter(change))}"
    refusal = await desk.archive(CARDS, card)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "in_use")
    ended = await desk.revise(CARDS, card, valid_until="2026-06-30")
    assert (ended.status_code, ended.json()["valid_until"]) == (200, "2026-06-30")
    await offer(desk, "125.00", valid_from="2026-07-01")
    assert await rate(desk, on="2026-06-30") == "120.00"
    assert await rate(desk, on="2026-07-01") == "125.00"


async def test_a_rate_that_is_to_come_is_changed_and_archived(desk: Desk) -> None:
    card = await offer(desk, "120.00", valid_from=NEXT_YEAR)
    changed = await desk.revise(CARDS, card, amount=chf("125.00"))
    assert (changed.status_code, changed.json()["amount"]["amount"]) == (200, "125.00")
    assert (await desk.archive(CARDS, changed.json())).status_code == 204
    assert await rate(desk, on=NEXT_YEAR) is None


async def test_a_rate_that_comes_back_is_equal_to_none(desk: Desk) -> None:
    card = await offer(desk, "120.00", valid_from=NEXT_YEAR)
    await desk.archive(CARDS, card)
    await offer(desk, "125.00", valid_from=NEXT_YEAR)
    back = await restored(desk, card["id"])
    assert (back.status_code, back.json()["code"]) == (409, "rate_overlaps")


async def restored(desk: Desk, id: str) -> httpx.Response:
    return await desk.client.post(f"/{CARDS}/{id}/restore", headers={"If-Match": '"2"'})


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"valid_until": "2025-12-31"}, "/valid_until"),
        ({"amount": chf("-1.00")}, "/amount"),
        ({"vendor_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}, "/vendor_id"),
    ],
)
async def test_a_rate_that_makes_no_sense_is_refused_where_it_is_wrong(
    desk: Desk, members: dict[str, Any], pointer: str
) -> None:
    refused = await desk.create(CARDS, **{"amount": chf("1.00"), "valid_from": LONG_AGO} | members)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_rate_of_an_archived_role_is_refused(desk: Desk) -> None:
    role, _ = await role_and_person(desk)
    await desk.archive("resources/v1/roles", role)
    await desk.portolan.settled()
    refused = await desk.create(CARDS, amount=chf("1.00"), valid_from=LONG_AGO, role_id=role)
    assert (refused.status_code, refused.json()["code"]) == (409, "archived")


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("manager", 403), ("controller", 200)])
async def test_who_may_see_what_is_restricted_asks_for_rates(desk: Desk, role: str, status: int) -> None:
    await offer(desk, "987.65")
    answer = await desk.portolan(role).get(f"{RATE}?on=2026-06-15")
    assert (answer.status_code, "987.65" in answer.text) == (status, status == 200)


async def test_a_refusal_is_said_in_french(desk: Desk) -> None:
    await offer(desk, "120.00")
    body = {"amount": chf("125.00"), "valid_from": NEXT_YEAR}
    refused = await desk.client.post(f"/{CARDS}", json=body, headers={"Accept-Language": "fr"})
    assert refused.json()["detail"].startswith("un autre barème vaut pour le même travail")
