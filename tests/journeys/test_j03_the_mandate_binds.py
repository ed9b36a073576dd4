"""J3: the mandate binds: roles, a signed initiation, what is spent while it lasts, the study and the gate, a forecast that
leaves its tolerance, changes that add up, the next edition with its baseline."""

from typing import Any

import httpx

from tests.conftest import Portolan
from tests.projects.control.conftest import CHANGES, DECISIONS, EXCEPTIONS, Steering
from tests.projects.mandate.conftest import MANDATES, ROLES, Leading
from tests.support.given import FORECASTS, PACKAGES, PROJECTS, Desk, chf
from tests.support.led import Led

BASELINES, CASES = "projects/v1/baselines", "finance/v1/business-cases"
HERMES = {"approach": "classic", "scenario": "it_adaptation", "size": "large"}
SPONSOR, MANAGER = "sponsor", "project_manager"
PLAN = [
    {"milestone": "Concept", "due_on": "2027-03-26"},
    {"milestone": "In operation", "due_on": "2028-06-30"},
]
DATES = {"planned_start_on": "2027-04-01", "planned_finish_on": "2028-05-31"}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def filled(leading: Leading, mandate: dict[str, Any]) -> list[str]:
    """Give every role that is still required to Otto, as the refusal names them."""
    missing: list[str] = (await leading.sign(mandate, "sara")).json()["roles"]
    for role in missing:
        assert (await leading.role(role, "otto")).status_code == 201
    return missing


async def test_the_mandate_binds(portolan: Portolan) -> None:
    leading = Steering(portolan)
    await leading.begin()
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
    await studied(leading)

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

    await the_forecast_leaves_its_tolerance(leading)
    await small_changes_add_up(leading, desk, execution)

    # no day without a manager
    [role] = (await leading.read(ROLES, role_code=MANAGER))["items"]
    assert code(await leading.act(ROLES, role, "end")) == (409, "no_manager")


async def studied(leading: Steering) -> None:
    """The study is a business case that is approved; until then it is missing as it was."""
    study = await leading.make(
        CASES,
        project_id=leading.erp["id"],
        rate_pct=5,
        options=[{"name": "Replace it", "preferred": True}, {"name": "Do nothing"}],
        cash_flows=[{"year": 2027, "cost": chf("950000.00")}, {"year": 2028, "benefit": chf("1200000.00")}],
    )
    await leading.move(CASES, study["id"], "review")
    [mandate] = (await leading.read(MANDATES, kind="execution"))["items"]
    assert code(await leading.sign(mandate, "max")) == (409, "outcomes_missing")
    await leading.move(CASES, study["id"], "approve")


async def the_forecast_leaves_its_tolerance(leading: Steering) -> None:
    """One exception, also where it is revised again: 950,000.00 and ten per cent are 1,045,000.00."""
    forecast = await leading.expect("1045000.00")
    assert await leading.exceptions() == [], "exactly at the tolerance is within"
    for amount in ("1045000.01", "1060000.00"):
        assert (await leading.revise(FORECASTS, forecast["id"], at_completion=chf(amount))).status_code == 200
        await leading.portolan.settled()
        [raised] = await leading.exceptions()
        assert (raised["axis"], raised["state"]) == ("cost", "raised")
        assert (raised["tolerance"]["cost"], raised["forecast"]["cost"]) == (chf("1045000.00"), chf(amount))

    # the sponsor decides, and nobody else
    assessed = await leading.assessed(raised)
    answer = {"decision": "A change brings the money.", "accepted_up_to": {"cost": chf("1060000.00")}}
    assert code(await leading.by("max", EXCEPTIONS, assessed, "decide", **answer)) == (
        403,
        "beyond_authority",
    )
    assert (await leading.by("sara", EXCEPTIONS, assessed, "decide", **answer)).json()["state"] == "decided"
    [logged] = [
        one
        for one in (await leading.read(DECISIONS))["items"]
        if one["origin"] == {"kind": "exception", "id": raised["id"]}
    ]
    assert logged["decided_by"] == [leading.persons["sara"]]


async def small_changes_add_up(leading: Steering, desk: Desk, first: dict[str, Any]) -> None:
    """Ten per cent of 950,000.00 are 95,000.00: 30,000.00 and 40,000.00 are within, with 30,000.00 more they are not."""
    project = await leading.project_now()
    build = await desk.package(project, "1", "500000.00", **DATES)
    await desk.package(project, "2", "450000.00", **DATES)
    await baselined(leading, "First")
    assert (await desk.earned_value(project))["bac"] == chf("950000.00")
    refused = await leading.revise(PACKAGES, build["id"], budget=chf("600000.00"))
    assert refused.status_code == 409, "with a baseline budgets move only through a change"

    small = [
        await leading.change(f"Interface {number}", impact={"cost": chf(cost), "time_days": 5})
        for number, cost in enumerate(("30000.00", "40000.00"), start=1)
    ]
    for one in small:
        assert one["authority"] == "manager"
        assert (await leading.by("max", CHANGES, one, "approve")).status_code == 200
    assert len((await leading.read(MANDATES, kind="execution"))["items"]) == 1
    third = await leading.change("Interface 3", impact={"cost": chf("30000.00"), "time_days": 5})
    assert third["authority"] == "sponsor"
    assert code(await leading.by("max", CHANGES, third, "approve")) == (403, "beyond_authority")
    assert (await leading.by("sara", CHANGES, third, "approve")).status_code == 200

    # it opens edition 2: 950,000.00 + 100,000.00, and 30 June 2028 + 15 days; edition 1 binds until that is signed
    [second] = (await leading.read(MANDATES, kind="execution", state="draft"))["items"]
    assert (second["edition"], second["budget"]) == (2, chf("1050000.00"))
    assert second["plan"][-1]["due_on"] == "2028-07-15"

    # the next baseline names the changes, and BAC moves with it
    assert (await leading.revise(PACKAGES, build["id"], budget=chf("600000.00"))).status_code == 200
    assert (await desk.earned_value(project))["bac"] == chf("950000.00")
    await baselined(leading, "Second", change_ids=[one["id"] for one in (*small, third)])
    assert (await desk.earned_value(project))["bac"] == chf("1050000.00")

    await leading.move(MANDATES, second["id"], "submit")
    await leading.sign(second, "max")
    assert (await leading.project_now())["planned_cost"] == chf("950000.00")
    assert (await leading.stands(first))["state"] == "signed"
    await leading.sign(second, "sara")
    assert [(await leading.stands(one))["state"] for one in (first, second)] == ["superseded", "signed"]
    project = await leading.project_now()
    assert (project["stage"], project["planned_cost"]) == ("active", chf("1050000.00"))
    assert project["planned_finish_on"] == "2028-07-15"

    # 1,050,000.00 and ten per cent are 1,155,000.00: the forecast of 1,060,000.00 is within, and raises no other
    [decided] = await leading.exceptions()
    await leading.move(EXCEPTIONS, decided, "close")
    assert await leading.states() == [("cost", "closed")]


async def baselined(leading: Steering, name: str, **members: Any) -> None:
    """Proposed by the manager, approved by somebody else."""
    body = {"project_id": leading.erp["id"], "name": name, **members}
    proposed = await leading.callers["max"].post(f"/{BASELINES}", json=body)
    assert proposed.status_code == 201, proposed.text
    await leading.move(BASELINES, proposed.json(), "approve")
