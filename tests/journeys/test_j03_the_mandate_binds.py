"""J3: the mandate binds: roles, a signed initiation, what is spent while it lasts, the gate, an amended edition.

A forecast that leaves a tolerance, and the change that makes the next edition by itself, join as exceptions and changes come:
here the next edition is made by hand. The study is waived at the gate with a reason; as a business case it joins with finance.
"""

from typing import Any

import httpx

from tests.conftest import Portolan
from tests.projects.mandate.conftest import MANDATES, ROLES, Leading
from tests.support.given import PROJECTS, Desk, chf
from tests.support.led import Led

HERMES = {"approach": "classic", "scenario": "it_adaptation", "size": "large"}
SPONSOR, MANAGER = "sponsor", "project_manager"
PLAN = [
    {"milestone": "Concept", "due_on": "2027-03-26"},
    {"milestone": "In operation", "due_on": "2028-06-30"},
]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def filled(leading: Leading, mandate: dict[str, Any]) -> list[str]:
    """Give every role that is still required to Otto, as the refusal names them."""
    missing: list[str] = (await leading.sign(mandate, "sara")).json()["roles"]
    for role in missing:
        assert (await leading.role(role, "otto")).status_code == 201
    return missing


async def test_the_mandate_binds(portolan: Portolan) -> None:
    leading = await Leading(portolan).begin()
    led, desk = await Led(portolan).shipped(), Desk(portolan)
    await led.applied(leading.erp["id"], led.method_id("hermes_2022"), **HERMES)

    # roles are filled: one person is never sponsor and manager
    sponsor = await leading.role(SPONSOR, "sara", deputy_id=leading.persons["dina"])
    assert sponsor.status_code == 201, sponsor.text
    assert code(await leading.role(MANAGER, "sara")) == (409, "roles_exclude")
    assert (await leading.role(MANAGER, "max")).status_code == 201
    signatories = [
        {"person_id": leading.persons["sara"], "role": SPONSOR},
        {"person_id": leading.persons["max"], "role": MANAGER},
    ]

    # the initiation mandate is signed once every role that the method requires is held
    assert (await desk.post(leading.erp, "1.00")).status_code == 409
    initiation = await leading.in_review("initiation", budget=chf("80000.00"), signatories=signatories)
    await filled(leading, initiation)
    assert (await leading.sign(initiation, "sara")).json()["state"] == "in_review"
    assert (await leading.sign(initiation, "max")).json()["state"] == "signed"
    await portolan.settled()
    project = await leading.project_now()
    assert project["stage"] == "initiating"
    gates = await led.gates(project)
    assert gates["initiation/project_initiation_release"]["state"] == "passed"
    assert (await led.states(project))["initiation"] == "released"

    # costs are booked up to its budget: 80,000.00 - 62,500.00 = 17,500.00 are left, 17,500.01 are too much
    assert (await desk.the("finance/v1/budgets"))["open"] is True
    assert [one["open"] for one in await desk.registers()] == [True]
    assert (await desk.post(project, "62500.00")).status_code == 201
    refused = await desk.post(project, "17500.01")
    assert code(refused) == (409, "initiation_budget_spent")
    assert refused.json()["left"] == chf("17500.00")
    assert (await desk.post(project, "17500.00")).status_code == 201

    # edition 1 of the execution mandate: its content changes between the two signatures
    terms = {"plan": PLAN, "tolerances": {"cost_pct": 10, "time_days": 30}, "signatories": signatories}
    execution = await leading.in_review("execution", budget=chf("900000.00"), **terms)
    assert (await leading.sign(execution, "sara")).status_code == 200
    assert (await leading.revise(MANDATES, execution, budget=chf("950000.00"))).status_code == 200
    refused = await leading.sign(execution, "max", hash=execution["content_hash"])
    assert code(refused) == (409, "content_changed")
    assert refused.json()["content_hash"] == (await leading.stands(execution))["content_hash"]
    assert (await leading.sign(execution, "dina")).json()["state"] == "in_review", "the sponsor's deputy"

    # the gate still lacks the study: the last signature is refused, and nothing of it stays
    outcomes = (await led.missing(gates["initiation/execution_release"]))["outcomes"]
    lacking = [one["code"] for one in outcomes if one["status"] == "missing"]
    await led.waive(
        project, "initiation", *(one for one in lacking if one not in ("study", "execution_order"))
    )
    refused = await leading.sign(execution, "max")
    assert code(refused) == (409, "outcomes_missing")
    assert [one["code"] for one in refused.json()["missing"]] == ["study"]
    assert (await leading.project_now())["stage"] == "initiating"
    await led.waive(project, "initiation", "study")

    # then gate passed, project approved with dates and cost, initiation closed: in one act
    signed = await leading.sign(execution, "max")
    assert (signed.status_code, signed.json()["state"]) == (200, "signed"), signed.text
    await portolan.settled()
    project = await leading.project_now()
    assert (project["stage"], project["planned_cost"]) == ("approved", chf("950000.00"))
    assert (project["planned_start_on"], project["planned_finish_on"]) == ("2027-03-26", "2028-06-30")
    gates = await led.gates(project)
    assert gates["initiation/execution_release"]["state"] == "passed"
    assert (await led.states(project))["concept"] == "released"
    assert (await leading.stands(initiation))["state"] == "closed"
    assert (await desk.the("finance/v1/budgets"))["planned"] == chf("950000.00")
    verified = await leading.client.get(leading.url(MANDATES, execution["id"], "verify"))
    assert verified.json()["intact"] is True
    assert (await leading.act(PROJECTS, project, "activate")).json()["stage"] == "active"

    # edition 2: edition 1 binds until it is signed
    second = (await leading.act(MANDATES, execution, "editions")).json()
    assert (await leading.revise(MANDATES, second, budget=chf("1020000.00"))).status_code == 200
    await leading.move(MANDATES, second["id"], "submit")
    await leading.sign(second, "max")
    assert (await leading.project_now())["planned_cost"] == chf("950000.00")
    assert (await leading.stands(execution))["state"] == "signed"
    await leading.sign(second, "sara")
    assert [(await leading.stands(one))["state"] for one in (execution, second)] == ["superseded", "signed"]
    project = await leading.project_now()
    assert (project["stage"], project["planned_cost"]) == ("active", chf("1020000.00"))

    # no day without a manager
    [role] = (await leading.read(ROLES, role_code=MANAGER))["items"]
    assert code(await leading.act(ROLES, role, "end")) == (409, "no_manager")
