"""Business cases over REST: what they come to, what is refused, and what the sponsor approved."""

from typing import Any

import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.support.given import Desk, chf, money

CASES = "finance/v1/business-cases"
OPTIONS = [{"name": "Replace it", "preferred": True}, {"name": "Do nothing"}]


def flows(*net: int, first: int = 2026) -> list[dict[str, Any]]:
    """Years from net amounts: what is below zero is spent."""
    return [
        {"year": first + n, ("cost" if amount < 0 else "benefit"): chf(f"{abs(amount)}.00")}
        for n, amount in enumerate(net)
    ]


async def case(desk: Desk, *net: int, **members: Any) -> dict[str, Any]:
    project = members.pop("project_id", None) or (await desk.project())["id"]
    body = {"project_id": project, "rate_pct": 8, "options": OPTIONS, "cash_flows": flows(*net)}
    return await desk.make(CASES, **(body | members))


@pytest.mark.parametrize(
    ("net", "members", "expected"),
    [
        # 8 %: -40,000 + 5,000/1.08 + 8,000/1.08^2 + 12,000/1.08^3 + 30,000/1.08^4 = 3,065.22
        # 40,000 - 25,000 = 15,000 of the 30,000 of the fourth year: 3.5 years; 43,065.22 / 40,000 = 1.0766
        (
            (-40_000, 5_000, 8_000, 12_000, 30_000),
            {},
            {"npv": chf("3065.22"), "irr": "0.105823", "payback": "3.5000", "bcr": "1.0766"},
        ),
        ((-150_000, 15_000, 25_000, 35_000, 45_000, 60_000), {"rate_pct": 0}, {"npv": chf("30000.00")}),
        ((-100, 39, 59, 55, 20), {}, {"irr": "0.280948"}),
        ((-100, 0, 0, 74), {}, {"irr": "-0.095496", "payback": None}),
        ((1, 2, 3), {}, {"irr": None, "bcr": None, "payback": "0.0000"}),
    ],
)
async def test_what_a_case_comes_to(
    desk: Desk, net: tuple[int, ...], members: dict[str, Any], expected: dict[str, Any]
) -> None:
    study = await case(desk, *net, **members)
    result = (await desk.read(f"{CASES}/{study['id']}/figures"))["result"]
    assert {name: result[name] for name in expected} == expected
    assert {n for n in ("npv", "irr", "payback", "bcr") if result[n] is None} <= result["reasons"].keys()


async def test_a_year_that_is_left_out_costs_and_brings_nothing_and_each_driver_moves_alone(
    desk: Desk,
) -> None:
    """10 %: -100 + 121/1.1^2 = 0; with 10 % more benefits 10.00, with 10 % more costs -10.00."""
    years = [{"year": 2028, "benefit": chf("121.00")}, {"year": 2026, "cost": chf("100.00")}]
    study = await case(desk, rate_pct=10, cash_flows=years)
    figures = await desk.read(f"{CASES}/{study['id']}/figures")
    assert (figures["result"]["npv"], figures["result"]["irr"]) == (chf("0.00"), "0.100000")
    moved = {(one["driver"], one["change_percent"]): one["npv"] for one in figures["sensitivity"]}
    assert (moved["benefits", "10"], moved["costs", "10"]) == (chf("10.00"), chf("-10.00"))
    assert {one["driver"]: one["change_percent"] for one in figures["switching"]} == {
        "benefits": "0.0000",
        "costs": "0.0000",
        "rate": "0.0000",
    }


async def test_a_case_without_years_says_why_it_has_no_figures(desk: Desk) -> None:
    study = await case(desk)
    result = (await desk.read(f"{CASES}/{study['id']}/figures"))["result"]
    assert (result["npv"], result["reasons"]["npv"]) == (None, "no year costs or brings anything")


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        (
            {"options": [{"name": "A", "preferred": True}, {"name": "B", "preferred": True}]},
            "/options/1/preferred",
        ),
        ({"cash_flows": flows(-1) + flows(2)}, "/cash_flows/1/year"),
        ({"cash_flows": [{"year": 2026, "cost": chf("-1.00")}]}, "/cash_flows/0/cost"),
        (
            {"cash_flows": [{"year": 2026, "cost": chf("1.00"), "benefit": money("1.00", "EUR")}]},
            "/cash_flows/0/benefit/currency",
        ),
    ],
)
async def test_a_case_makes_sense(desk: Desk, members: dict[str, Any], pointer: str) -> None:
    body = {"project_id": (await desk.project())["id"], "rate_pct": 8} | members
    refused = await desk.create(CASES, **body)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_case")
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]


async def test_an_approved_case_is_frozen_with_its_figures_and_amended_by_its_next_edition(
    desk: Desk,
) -> None:
    study = await case(desk, -100, 121, rate_pct=10)
    approved = await desk.move(CASES, study, "review", "approve")
    content = await desk.read(f"{CASES}/{study['id']}/content")
    assert content["result"]["npv"] == chf("10.00")
    bound = await desk.revise(CASES, approved, rate_pct=20)
    assert (bound.status_code, bound.json()["code"]) == (409, "bound")
    confirmed = await desk.move(CASES, approved, "confirm")
    assert confirmed["confirmed_on"] is not None
    second = (
        await desk.client.post(f"/{CASES}/{study['id']}/editions", json={}, headers={"Idempotency-Key": "e"})
    ).json()
    assert (second["edition"], second["content_hash"], second["confirmed_on"]) == (2, None, None)
    second = (await desk.revise(CASES, second, rate_pct=20)).json()
    await desk.move(CASES, second, "review", "approve")
    assert (await desk.read(f"{CASES}/{study['id']}"))["state"] == "superseded"
    assert await desk.read(f"{CASES}/{study['id']}/content") == content


async def test_what_has_no_years_or_no_choice_is_not_reviewed(desk: Desk) -> None:
    study = await case(desk, options=[{"name": "Do nothing"}])
    refused = await desk.act(CASES, study, "review")
    assert (refused.status_code, refused.json()["code"]) == (422, "case_incomplete")
    assert {one["pointer"] for one in refused.json()["errors"]} == {"/cash_flows", "/options"}


@pytest.mark.rule("finance.business_case.1")
async def test_the_sponsor_approves_and_confirms_and_nobody_decides_their_own(portolan: Portolan) -> None:
    office = Office(portolan)
    sponsor = await office.person("Sara", "sara")
    await office.person("Olga", "olga")
    project = await office.project("ERP", sponsor_id=sponsor)
    await portolan.settled()
    body = {"project_id": project["id"], "rate_pct": 8, "options": OPTIONS, "cash_flows": flows(-100, 121)}
    study = await office.make(f"/{CASES}", **body)
    where = f"/{CASES}/{study['id']}"
    assert (await office.act(where, "review")).status_code == 200
    own = await office.act(where, "approve", office.caller("director", "director"))
    assert own.json()["code"] == "four_eyes"
    for verb in ("approve", "confirm"):
        refused = await office.act(where, verb, office.caller("olga", "director"))
        assert (refused.status_code, refused.json()["code"]) == (403, "not_the_sponsor")
        assert (await office.act(where, verb, office.caller("sara", "director"))).status_code == 200
    assert (await office.act(where, "confirm", office.caller("sara", "manager"))).status_code == 403
