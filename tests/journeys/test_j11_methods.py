"""J11: methods are applied to projects; each gate says what it asks and who decides, and an outcome is waived with a reason."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.support.given import PROJECTS
from tests.support.led import GATES, Led


@pytest.fixture
async def led(portolan: Portolan) -> Led:
    return await Led(portolan).shipped()


async def asks(led: Led, gate: dict[str, Any]) -> tuple[str, str, list[str]]:
    """Who decides, as what, and which outcomes are asked for."""
    missing = await led.missing(gate)
    decider = missing["decider"]
    return decider["name"], decider["level"], [one["code"] for one in missing["outcomes"]]


async def test_three_projects_are_led_by_three_methods(led: Led) -> None:
    sofia, sponsoring = await led.somebody("Sofia", "director")
    max_, managing = await led.somebody("Max", "manager")
    people = {"sponsor_id": sofia, "manager_id": max_}

    # HERMES classic, a small project: concept, implementation and deployment are one phase
    classic = await led.led(
        led.method_id("hermes_2022"), about=people | {"name": "Registry"},
        approach="classic", size="small", scenario="organisation_adaptation",
    )  # fmt: skip
    assert classic["size"] == "small"
    assert [*await led.phases(classic)] == ["initiation", "execution", "closure"]
    gates = await led.gates(classic)
    assert await asks(led, gates["initiation/further_steps"]) == (
        "Project manager",
        "management",
        ["study", "legal_basis_analysis", "protection_needs_analysis"],
    )
    assert await asks(led, gates["closure/project_closure"]) == (
        "Project sponsor",
        "steering",
        ["steering_decisions", "project_management_plan", "project_status_report", "stakeholder_list", "final_project_evaluation"],
    )  # fmt: skip

    # The initiation is released: its order is waived with a reason, and the sponsor decides what the manager prepared
    start = gates["initiation/project_initiation_release"]
    await managing.move(GATES, start["id"], "prepare")
    refused = await sponsoring.act(GATES, start["id"], "pass")
    assert (refused.status_code, refused.json()["code"]) == (409, "outcomes_missing")
    await managing.waive(classic, "initiation", "project_initiation_order")
    wrong = await managing.act(GATES, start["id"], "pass")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "four_eyes")
    assert (await sponsoring.act(GATES, start["id"], "pass")).json()["state"] == "passed"
    assert (await led.states(classic))["initiation"] == "released"
    assert (await led.shown(PROJECTS, classic))["phase"] == "Initiation"
    missing = await led.missing(start)
    assert [(one["status"], one["waived_reason"]) for one in missing["outcomes"]] == [
        ("waived", "Known from the last one.")
    ]

    # HERMES agile with two releases
    agile = await led.led(
        led.method_id("hermes_2022"), about=people | {"name": "Portal"}, approach="agile", releases=2
    )
    gates = await led.gates(agile)
    for number in (1, 2):
        gate = gates[f"release_{number}/release_approval"]
        assert await asks(led, gate) == ("Project sponsor", "steering", ["release_report"])

    # PM2: its committee decides, and the sponsor for it as long as there is none
    pm2 = await led.led(led.method_id("pm2"), about=people | {"name": "Mail"})
    gates = await led.gates(pm2)
    assert await asks(led, gates["planning/rfe"]) == (
        "Project steering committee",
        "steering",
        ["project_handbook", "project_work_plan", "project_stakeholder_matrix", "risk_log", "issue_log", "decision_log", "change_log"],
    )  # fmt: skip
    assert (await led.missing(gates["planning/rfe"]))["decider"]["person_ids"] == [sofia]

    # It was told
    facts = (await led.read("reporting/v1/activity", aggregate_id=classic["id"]))["items"]
    assert "method_applied" in [one["type"].split(".")[-2] for one in facts]
