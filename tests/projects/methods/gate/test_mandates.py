"""Mandates and gates: signing one passes the gate that waits for it, in the same commit, or is refused."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.projects.mandate.conftest import MANDATES, Leading
from tests.support.given import PROJECTS
from tests.support.led import Led

PLAN = [{"milestone": "Start", "due_on": "2031-02-03"}, {"milestone": "End", "due_on": "2031-11-28"}]


class Both(Leading):
    """Who leads a project by a method, and signs its mandates."""

    async def lead_by(self, name: str, **fitted: Any) -> Led:
        self.led = await Led(self.portolan).shipped()
        await self.led.applied(self.erp["id"], self.led.method_id(name), **fitted)
        for code, who in (("sponsor", "sara"), ("project_manager", "max"), ("user_representative", "otto")):
            answer = await self.role(code, who)
            assert answer.status_code == 201, answer.text
        return self.led

    def signatories(self) -> list[dict[str, str]]:
        roles = (("sara", "sponsor"), ("max", "project_manager"))
        return [{"person_id": self.persons[who], "role": role} for who, role in roles]

    async def last_signature(self, kind: str) -> Any:
        """The answer to it; all others are given before."""
        mandate = await self.in_review(kind, plan=PLAN)
        assert (await self.sign(mandate, "sara")).status_code == 200
        return await self.sign(mandate, "max")


@pytest.fixture
async def both(portolan: Portolan) -> Both:
    both = Both(portolan)
    await both.begin()
    return both


@pytest.mark.rule("projects.mandate.4", "projects.gate.4")
async def test_signing_a_mandate_passes_the_gate_that_waits_for_it(both: Both) -> None:
    led = await both.lead_by("hermes_2022", scenario="organisation_adaptation")
    assert set((await led.states(both.erp)).values()) == {"planned"}
    await both.signed("initiation")
    gates = await led.gates(both.erp)
    assert gates["initiation/project_initiation_release"]["state"] == "passed"
    assert (await led.states(both.erp))["initiation"] == "released"
    project = await both.project_now()
    assert (project["stage"], project["phase"]) == ("initiating", "Initiation")
    [logged] = (await led.read("projects/v1/decisions", project_id=both.erp["id"]))["items"]
    assert (logged["title"], logged["level"]) == ("Project initiation release: passed", "steering")
    assert sorted(logged["decided_by"]) == sorted([both.persons["sara"], both.persons["max"]])


@pytest.mark.rule("projects.mandate.4", "projects.gate.2")
async def test_the_last_signature_is_refused_while_the_gate_lacks_anything_else(both: Both) -> None:
    led = await both.lead_by("hermes_2022", scenario="organisation_adaptation")
    await both.signed("initiation")
    refused = await both.last_signature("execution")
    assert (refused.status_code, refused.json()["code"]) == (409, "outcomes_missing")
    missing = [one["code"] for one in refused.json()["missing"]]
    assert "study" in missing
    assert "execution_order" not in missing
    project = await both.project_now()
    assert (project["stage"], project["planned_cost"]) == ("initiating", None)
    assert [one["state"] for one in (await led.read(MANDATES, kind="execution"))["items"]] == ["in_review"]
    await led.waive(both.erp, "initiation", *missing)
    signed = await both.sign((await led.read(MANDATES, kind="execution"))["items"][0], "max")
    assert signed.json()["state"] == "signed"
    project = await both.project_now()
    assert (project["stage"], project["phase"]) == ("approved", "Concept")
    assert (project["planned_start_on"], project["planned_finish_on"]) == ("2031-02-03", "2031-11-28")
    states = await led.states(both.erp)
    assert (states["initiation"], states["concept"]) == ("completed", "released")
    assert (await led.gates(both.erp))["initiation/execution_release"]["state"] == "passed"


@pytest.mark.rule("projects.mandate.4")
async def test_the_mandate_of_a_plain_project_approves_it_and_passes_its_start_at_once(both: Both) -> None:
    led = await both.lead_by("plain")
    await both.signed("execution", plan=PLAN)
    assert await led.states(both.erp) == {
        "preparation": "completed", "execution": "released", "closing": "planned",
    }  # fmt: skip
    assert (await both.project_now())["stage"] == "approved"


@pytest.mark.rule("projects.mandate.5")
async def test_a_project_whose_method_asks_for_a_mandate_starts_from_one(both: Both) -> None:
    await both.lead_by("plain")
    await both.led.revise(
        PROJECTS, both.erp["id"], planned_start_on="2031-01-01", planned_finish_on="2031-12-31"
    )
    await both.led.move(PROJECTS, both.erp["id"], "approve")
    refused = await both.led.act(PROJECTS, both.erp["id"], "activate")
    assert (refused.status_code, refused.json()["code"]) == (409, "mandate_needed")


@pytest.mark.rule("projects.project_role.1")
async def test_the_roles_that_the_method_requires_are_filled_before_a_mandate_is_signed(both: Both) -> None:
    led = await Led(both.portolan).shipped()
    await led.applied(both.erp["id"], led.method_id("hermes_2022"))
    assert (await both.role("sponsor", "sara")).status_code == 201
    excluded = await both.role("project_manager", "sara")
    assert (excluded.status_code, excluded.json()["code"]) == (409, "roles_exclude")
    assert (await both.role("project_manager", "max")).status_code == 201
    refused = await both.sign(await both.in_review(), "sara")
    assert (refused.status_code, refused.json()["roles"]) == (409, ["user_representative"])
