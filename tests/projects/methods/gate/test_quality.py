"""Gates and quality: the study that a gate asks for, the acceptances, and the musts that nothing is to fulfil."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.projects.quality.delivering import Delivery, reserved
from tests.support.given import PERSONS, chf
from tests.support.led import PHASES, SMALL, Led, outcome

CASES, REQUIREMENTS = "finance/v1/business-cases", "projects/v1/requirements"
DELIVERABLES, ACCEPTANCES = "projects/v1/deliverables", "projects/v1/acceptances"


@pytest.fixture
def led(portolan: Portolan) -> Led:
    return Led(portolan)


async def whys(led: Led, gate: dict[str, Any]) -> list[str | None]:
    return [one["why_code"] for one in (await led.missing(gate))["outcomes"]]


async def test_a_gate_that_asks_for_the_study_is_passed_once_a_business_case_is_approved(led: Led) -> None:
    method = await led.method(
        outcomes=[outcome("idea", "think", **{"is": "business_case"}), SMALL["outcomes"][1]]
    )
    project = await led.led(method, "approve")
    go = (await led.gates(project))["think/go"]
    assert await whys(led, go) == ["not_approved"]
    study = await led.make(
        CASES,
        project_id=project["id"],
        rate_pct=5,
        options=[{"name": "Replace it", "preferred": True}],
        cash_flows=[{"year": 2026, "cost": chf("100.00")}, {"year": 2027, "benefit": chf("120.00")}],
    )
    await led.move(CASES, study["id"], "review")
    assert await whys(led, go) == ["not_approved"]
    await led.move(CASES, study["id"], "approve")
    assert await whys(led, go) == [None]
    assert (await led.decide(go)).status_code == 200


async def test_a_gate_stays_shut_until_the_reservations_of_its_deliverable_are_lifted(led: Led) -> None:
    project = await led.led(await led.method(), "approve", "activate")
    delivery = Delivery(led.portolan)
    delivery.project_id = project["id"]
    delivery.acceptor = (await led.make(PERSONS, name="Anna Acceptor"))["id"]
    go, think = (await led.gates(project))["think/go"], (await led.phases(project))["think"]
    deliverable = await delivery.in_review(phase_id=think["id"])
    outcomes = [one | {"deliverable_id": deliverable} for one in think["outcomes"]]
    assert (await led.revise(PHASES, think["id"], outcomes=outcomes)).status_code == 200
    acceptance = await delivery.judged(
        deliverable, "accepted_with_reservations", reservations=reserved("major", "minor")
    )
    assert await whys(led, go) == ["not_accepted"]
    for which in (1, 2):
        refused = await led.decide(go)
        assert (refused.status_code, refused.json()["code"]) == (409, "outcomes_missing")
        await delivery.move(ACCEPTANCES, acceptance["id"], "lift-reservation", which=which, evidence="Tested")
    assert (await led.decide(go)).status_code == 200


@pytest.mark.rule("projects.requirement.3")
async def test_a_gate_lists_the_musts_that_no_deliverable_is_to_fulfil(led: Led) -> None:
    project = await led.led(await led.method(), "approve")
    go = (await led.gates(project))["think/go"]
    body = {"project_id": project["id"], "priority": "must"}
    must = await led.make(REQUIREMENTS, statement="Is safe", **body)
    planned = await led.make(DELIVERABLES, project_id=project["id"], name="Interface")
    await led.make(REQUIREMENTS, statement="Is quick", deliverable_ids=[planned["id"]], **body)
    listed = (await led.missing(go))["untraced_musts"]
    assert listed == [{"requirement_id": must["id"], "statement": "Is safe"}]
    await led.revise(REQUIREMENTS, must["id"], deliverable_ids=[planned["id"]])
    assert (await led.missing(go))["untraced_musts"] == []
