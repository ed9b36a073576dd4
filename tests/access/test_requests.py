"""Requests lie in their unit and in what they are decided in: who drafts, who sees, who decides."""

from typing import Any

import httpx
import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan

REQUESTS, PROJECTS = "/projects/v1/requests", "/projects/v1/projects"
UNITS, PORTFOLIOS = "/resources/v1/org-units", "/projects/v1/portfolios"
SAYS = {"title": "Scan invoices", "need": "They are typed in.", "outcome": "They are not."}
COSTS = {name: {"amount": "100.00", "currency": "CHF"} for name in ("cost_low", "cost_likely", "cost_high")}


@pytest.fixture
def office(everywhere: Portolan) -> Office:
    return Office(everywhere)


async def unit(office: Office, name: str) -> str:
    department = await office.make(UNITS, name=name)
    await office.portolan.settled()
    return str(department["id"])


async def drafted(by: httpx.AsyncClient, **members: Any) -> str:
    """The address of a draft."""
    answer = await by.post(REQUESTS, json=SAYS | members)
    assert answer.status_code == 201, answer.text
    return f"{REQUESTS}/{answer.json()['id']}"


async def status(client: httpx.AsyncClient, path: str) -> int:
    """Of reading it alone; the list and the feed say the same."""
    id = path.rpartition("/")[2]
    code = (await client.get(path)).status_code
    listed = [one["id"] for one in (await client.get(REQUESTS)).json()["items"]]
    subjects = [one["subject"] for one in (await client.get("/projects/v1/events?limit=200")).json()["items"]]
    assert (id in listed, id in subjects) == (code == 200, code == 200)
    return code


async def test_a_member_of_a_unit_drafts_and_submits_for_it(office: Office) -> None:
    accounts, stores = await unit(office, "Accounts"), await unit(office, "Stores")
    anna = await office.participant("anna", "member", "unit", accounts)
    ben = await office.participant("ben", "member", "unit", stores)
    for place in ({}, {"unit_id": stores}):
        assert (await anna.post(REQUESTS, json=SAYS | place)).status_code in (403, 409, 422)
    path = await drafted(anna, unit_id=accounts)
    assert (await status(anna, path), await status(ben, path)) == (200, 404)
    assert (await office.act(path, "submit", anna)).json()["state"] == "submitted"
    assert (await office.act(path, "screen", anna)).status_code == 403


async def test_a_request_in_a_confidential_portfolio_is_seen_there_and_by_its_unit(office: Office) -> None:
    accounts = await unit(office, "Accounts")
    anna = await office.participant("anna", "member", "unit", accounts)
    path = await drafted(anna, unit_id=accounts)
    await office.act(path, "submit", anna)
    plot = await office.make(PORTFOLIOS, name="Plot", confidential=True)
    piet = await office.participant("piet", "manager", "portfolio", plot["id"])
    viewer = office.caller("vera", "viewer")
    assert (await status(viewer, path), await status(piet, path)) == (200, 404)
    assert (await office.patch(path, portfolio_id=plot["id"])).status_code == 200
    await office.portolan.settled()
    assert [await status(client, path) for client in (viewer, piet, anna)] == [404, 200, 200]
    secret = await drafted(office.director, portfolio_id=plot["id"])
    assert [await status(client, secret) for client in (viewer, piet, anna)] == [404, 200, 404]
    refused = await office.caller("mia", "manager").post(
        REQUESTS, json=SAYS | {"duplicate_of_id": secret.rpartition("/")[2]}
    )
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_found")


async def test_a_manager_of_a_portfolio_examines_and_converts_what_is_decided_there(office: Office) -> None:
    portfolio = await office.make(PORTFOLIOS, name="IT")
    piet = await office.participant("piet", "manager", "portfolio", portfolio["id"])
    accounts = await unit(office, "Accounts")
    complete = COSTS | {"unit_id": accounts, "category": "mandatory"}
    path = await drafted(office.director, portfolio_id=portfolio["id"], **complete)
    await office.act(path, "submit")
    for verb, by in (("screen", piet), ("qualify", piet), ("approve", office.caller("dora", "director"))):
        answer = await office.act(path, verb, by)
        assert answer.status_code == 200, (verb, answer.text)
    converted = await office.act(path, "convert", piet)
    assert converted.status_code == 200, converted.text
    assert (await piet.get(f"{PROJECTS}/{converted.json()['became']['id']}")).status_code == 200


async def test_a_requester_who_is_named_does_not_qualify_it(office: Office) -> None:
    mia = office.caller("mia", "manager")
    person = await office.person("Mia", "mia")
    await office.portolan.settled()
    accounts = await unit(office, "Accounts")
    complete = COSTS | {"unit_id": accounts, "category": "mandatory", "requester_id": person}
    path = await drafted(office.caller("desk", "manager"), **complete)
    await office.act(path, "submit", office.caller("desk", "manager"))
    await office.act(path, "screen", mia)
    refused = await office.act(path, "qualify", mia)
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
