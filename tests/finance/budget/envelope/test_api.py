"""Envelopes over REST: their years, their parts, and what they hold."""

import asyncio
from typing import Any

import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.support.given import Desk, Story, chf, money

ENVELOPES = "finance/v1/envelopes"


async def envelope(desk: Desk, amount: str, *moves: str, **members: Any) -> dict[str, Any]:
    """Of 2026, brought through moves by somebody else than who created it."""
    years = {} if members.get("kind") == "multi_year" else {"kind": "annual", "fiscal_year": 2026}
    created = await desk.make(ENVELOPES, **(years | {"amount": chf(amount)} | members))
    return await decided(desk, created, *moves)


async def decided(desk: Desk, created: dict[str, Any], *moves: str, **body: Any) -> dict[str, Any]:
    return await Story(desk.portolan, "controller").move(ENVELOPES, created, *moves, **body)


async def figures(desk: Desk, one: dict[str, Any], **query: str) -> dict[str, str]:
    """Those that are amounts, without their currency."""
    answer = await desk.read(f"{ENVELOPES}/{one['id']}/figures", **query)
    return {name: value["amount"] for name, value in answer.items() if isinstance(value, dict)}


@pytest.mark.rule("finance.envelope.1")
async def test_parts_never_exceed_the_whole(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    whole = await envelope(desk, "1000.00", "approve")
    first = await envelope(desk, "600.00", parent_id=whole["id"])
    too_much = {"kind": "annual", "fiscal_year": 2026, "amount": chf("400.01"), "parent_id": whole["id"]}
    refused = await desk.create(ENVELOPES, **too_much)
    assert (refused.status_code, refused.json()["code"]) == (409, "exceeds_whole")
    assert "600" not in refused.text
    rest = await envelope(desk, "400.00", "approve", parent_id=whole["id"])
    more = await desk.revise(ENVELOPES, first, amount=chf("600.01"))
    assert (more.status_code, more.json()["code"]) == (409, "exceeds_whole")
    less = await desk.revise(ENVELOPES, first, amount=chf("500.00"))
    assert less.status_code == 200, less.text
    assert (await decided(desk, rest, "resize", amount=chf("500.00")))["amount"] == chf("500.00")
    assert (await figures(desk, whole))["in_parts"] == "1000.00"
    assert (await desk.archive(ENVELOPES, less.json())).status_code == 204
    assert (await figures(desk, whole))["in_parts"] == "500.00"
    full = await envelope(desk, "500.00", parent_id=whole["id"])
    again = await desk.restore(ENVELOPES, first["id"])
    assert (again.status_code, again.json()["code"]) == (409, "exceeds_whole")
    assert (await desk.archive(ENVELOPES, full)).status_code == 204


@pytest.mark.rule("finance.envelope.1")
async def test_of_parts_made_at_once_the_last_franc_goes_to_one(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    whole = await envelope(desk, "1000.00", "approve")
    part = {"kind": "annual", "fiscal_year": 2026, "amount": chf("300.00"), "parent_id": whole["id"]}
    answers = await asyncio.gather(*(desk.create(ENVELOPES, **part) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409, 409]
    assert (await figures(desk, whole))["in_parts"] == "900.00"


@pytest.mark.rule("finance.envelope.1")
async def test_nobody_approves_or_resizes_what_they_made(portolan: Portolan) -> None:
    office = Office(portolan)
    anna, ben = office.caller("anna", "director"), office.caller("ben", "director")
    body = {"kind": "annual", "fiscal_year": 2026, "amount": chf("1000.00")}
    created = (await anna.post(f"/{ENVELOPES}", json=body)).json()
    where, first = f"/{ENVELOPES}/{created['id']}", {"If-Match": '"1"'}
    own = await anna.post(f"{where}/approve", json={}, headers=first)
    assert (own.status_code, own.json()["code"]) == (403, "four_eyes")
    manager = await office.caller("mara", "manager").post(f"{where}/approve", json={}, headers=first)
    assert (manager.status_code, manager.json()["code"]) == (403, "scope_missing")
    assert (await ben.post(f"{where}/approve", json={}, headers=first)).json()["state"] == "approved"
    more = {"amount": chf("1.00")}
    resized = await anna.post(f"{where}/resize", json=more, headers={"If-Match": '"2"'})
    assert (resized.status_code, resized.json()["code"]) == (403, "four_eyes")
    revised = await Desk(portolan).revise(ENVELOPES, created["id"], **more)
    assert (revised.status_code, revised.json()["code"]) == (409, "not_draft")


async def test_a_whole_holds_what_its_parts_do(desk: Desk) -> None:
    whole = await envelope(desk, "1000.00", "approve")
    await envelope(desk, "600.00", "approve", parent_id=whole["id"])
    refused = await Story(desk.portolan, "controller").act(ENVELOPES, whole, "resize", amount=chf("599.99"))
    assert (refused.status_code, refused.json()["code"]) == (409, "below_use")
    assert (await decided(desk, whole, "resize", amount=chf("600.00")))["amount"] == chf("600.00")


async def test_a_part_of_what_nobody_approved_is_not_approved(desk: Desk) -> None:
    whole = await envelope(desk, "1000.00")
    part = await envelope(desk, "600.00", parent_id=whole["id"])
    refused = await Story(desk.portolan, "controller").act(ENVELOPES, part, "approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "whole_not_approved")


async def test_a_closed_part_gives_back_what_was_not_used(desk: Desk) -> None:
    whole = await envelope(desk, "1000.00", "approve")
    part = await envelope(desk, "600.00", "approve", parent_id=whole["id"])
    early = await Story(desk.portolan, "controller").act(ENVELOPES, whole, "close")
    assert (early.status_code, early.json()["code"]) == (409, "parts_open")
    await decided(desk, part, "close")
    assert (await figures(desk, whole))["in_parts"] == "0.00"
    await envelope(desk, "1000.00", parent_id=whole["id"])
    refusal = await desk.archive(ENVELOPES, whole["id"])
    assert (refusal.status_code, refusal.json()["code"]) == (409, "has_dependents")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"kind": "annual"}, "years_of_kind"),
        ({"kind": "annual", "fiscal_year": 2026, "from_year": 2026}, "years_of_kind"),
        ({"kind": "multi_year", "fiscal_year": 2026}, "years_of_kind"),
        ({"kind": "multi_year", "from_year": 2028, "until_year": 2026}, "years_out_of_order"),
        ({"kind": "annual", "fiscal_year": 2026, "amount": chf("0.00")}, "invalid"),
    ],
)
async def test_an_envelope_says_its_years_and_holds_something(
    desk: Desk, members: dict[str, Any], code: str
) -> None:
    refused = await desk.create(ENVELOPES, **{"amount": chf("10.00")} | members)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_part_is_within_the_whole(desk: Desk) -> None:
    whole = await envelope(desk, "900.00", kind="multi_year", from_year=2026, until_year=2028, nature="capex")
    part = {"kind": "annual", "fiscal_year": 2027, "amount": chf("1.00"), "nature": "capex"}
    part["parent_id"] = whole["id"]
    for change, code in (
        ({"fiscal_year": 2029}, "other_years"),
        ({"nature": "opex"}, "other_nature"),
        ({"amount": money("1.00", "EUR")}, "other_currency"),
    ):
        refused = await desk.create(ENVELOPES, **(part | change))
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    created = await desk.make(ENVELOPES, **part)
    assert created["name"] == "2027 · capex"
    assert whole["name"] == "2026–2028 · capex"


async def test_figures_are_those_of_the_day(desk: Desk) -> None:
    whole = await desk.put(
        ENVELOPES, "E-1", "2026-01-10T08:00:00Z", kind="annual", fiscal_year=2026, amount=chf("1000.00")
    )
    assert (await figures(desk, whole))["amount"] == "0.00"
    await decided(desk, whole, "approve")
    assert (await figures(desk, whole))["available"] == "1000.00"
    assert (await figures(desk, whole, as_of="2026-01-09"))["available"] == "0.00"
