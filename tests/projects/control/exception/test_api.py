"""Exceptions over REST: who decides them, and what is raised by hand."""

from typing import Any

import pytest

from tests.projects.control.conftest import DECISIONS, EXCEPTIONS, Steering
from tests.support.given import PORTFOLIOS, PROJECTS, chf


async def out_of_cost(steering: Steering, amount: str = "1200.00") -> dict[str, Any]:
    await steering.bind()
    await steering.expect(amount)
    return await steering.assessed((await steering.exceptions())[0])


@pytest.mark.rule("projects.exception.2")
async def test_the_sponsor_decides_and_nobody_in_their_place(steering: Steering) -> None:
    one = await out_of_cost(steering)
    for who in ("max", "otto"):
        refused = await steering.by(who, EXCEPTIONS, one, "decide", decision="Go on")
        assert (refused.status_code, refused.json()["code"]) == (403, "beyond_authority"), who
    detail = (await steering.callers["max"].get(f"/{EXCEPTIONS}/{one['id']}?expand=allowed_moves")).json()
    assert "decide" not in detail["allowed_moves"]
    decided = await steering.by("dina", EXCEPTIONS, one, "decide", decision="Go on", reason="No way back")
    assert (decided.status_code, decided.json()["state"], decided.json()["decision"]) == (
        200,
        "decided",
        "Go on",
    )


@pytest.mark.rule("projects.decision.1")
async def test_a_decided_exception_enters_the_log_by_itself(steering: Steering) -> None:
    one = await out_of_cost(steering)
    await steering.by("sara", EXCEPTIONS, one, "decide", decision="Go on")
    [entry] = (await steering.read(f"/{DECISIONS}"))["items"]
    assert (entry["origin"], entry["text"], entry["title"], entry["decided_by"], entry["level"]) == (
        {"kind": "exception", "id": one["id"]}, "Go on", "exception: cost", [steering.persons["sara"]], "steering",
    )  # fmt: skip


@pytest.mark.rule("projects.exception.2")
async def test_above_the_limit_of_the_portfolio_a_resolution_is_needed(steering: Steering) -> None:
    limits = [{"amount": chf("300.00"), "decided_by": "Steering committee"}]
    portfolio = await steering.make(PORTFOLIOS, name="Infrastructure", limits=limits)
    one = await out_of_cost(steering, "1300.01")  # 300.01 above the budget
    await steering.revise(PROJECTS, steering.erp, portfolio_id=portfolio["id"])
    refused = await steering.by("sara", EXCEPTIONS, one, "decide", decision="Go on")
    assert (refused.status_code, refused.json()["code"]) == (409, "resolution_needed")
    await steering.expect("1300.00", "2026-11-03")
    assert (await steering.by("sara", EXCEPTIONS, one, "decide", decision="Go on")).status_code == 200


async def test_it_is_assessed_with_its_cause(steering: Steering) -> None:
    await steering.bind()
    await steering.expect("1200.00")
    refused = await steering.act(EXCEPTIONS, (await steering.exceptions())[0], "assess")
    assert (refused.status_code, refused.json()["code"]) == (422, "cause_missing")


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ({"cost": chf("1099.99")}, "accepted_below_tolerance"),
        ({"score": 20}, "axis_value"),
        ({}, "axis_value"),
    ],
)
async def test_nothing_else_is_accepted_than_more_of_the_same(
    steering: Steering, accepted: dict[str, Any], code: str
) -> None:
    one = await out_of_cost(steering)
    refused = await steering.by("sara", EXCEPTIONS, one, "decide", decision="Go on", accepted_up_to=accepted)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_where_nothing_is_forecast_in_figures_somebody_raises_it_once(steering: Steering) -> None:
    await steering.bind()
    body = {
        "project_id": steering.erp["id"], "axis": "quality", "tolerance": {"words": "One per cent of errors"},
        "forecast": {"words": "Three per cent"},
    }  # fmt: skip
    assert (await steering.make(EXCEPTIONS, **body))["mandate_id"] is not None
    second = await steering.create(EXCEPTIONS, **body)
    assert (second.status_code, second.json()["code"]) == (409, "exception_open")
    within = await steering.create(
        EXCEPTIONS, **(body | {"axis": "risk", "tolerance": {"score": 12}, "forecast": {"score": 12}})
    )
    assert (within.status_code, within.json()["code"]) == (422, "within_tolerance")
