"""The methods that an instance comes with: all of them load, fit together, and are applied to projects over HTTP."""

from typing import Any

import pytest

from services.projects.methods.applying.tailored import Choices, Tailor
from services.projects.methods.method import references, rules
from services.projects.methods.method.shipped import ids, ship, shipped
from shared.contracts.projects.methods import Method, ProjectSize
from tests.conftest import Portolan
from tests.support.led import METHODS, Led

SHIPPED = list(shipped())
LANGUAGES = ["en", "fr"]


@pytest.mark.parametrize("method", SHIPPED, ids=[*ids()])
def test_a_shipped_method_fits_together_and_is_named_in_both_languages(method: Method) -> None:
    rules.parts_fit(method)
    rules.can_lead(method)
    kinds = [getattr(method, part) for part in references.PARTS]
    names = [one.name for parts in kinds for one in parts]
    texts = [method.name, method.source, *names, *(one.goal for one in method.phases)]
    assert all([one.language for one in each] == LANGUAGES for each in texts)


@pytest.mark.rule("projects.method.1")
async def test_an_instance_has_them_published_once(everywhere: Portolan) -> None:
    led = await Led(everywhere).shipped()
    listed = (await led.client.get(f"/{METHODS}")).json()["items"]
    assert sorted(one["id"] for one in listed) == sorted(map(str, ids().values()))
    assert {one["state"] for one in listed} == {"published"}
    assert await ship(everywhere.running.services["projects"].kernel) == 0
    assert await led.facts("method") == ["created", "published"] * len(ids())


async def test_one_that_was_deprecated_stays_so(portolan: Portolan) -> None:
    led = await Led(portolan).shipped()
    await led.move(METHODS, led.method_id("plain"), "deprecate")
    await led.shipped()
    assert (await led.shown(METHODS, led.method_id("plain")))["state"] == "deprecated"


@pytest.mark.rule("projects.method.1", "projects.phase.1")
async def test_all_are_applied_to_projects_over_http(everywhere: Portolan) -> None:
    led = await Led(everywhere).shipped()
    phases = {}
    for name in ids():
        project = await led.led(led.method_id(name), about={"name": name})
        phases[name] = [*await led.phases(project)]
        for one in (await led.gates(project)).values():
            missing = await led.missing(one)
            assert missing["decider"]["name"]
            assert missing["decider"]["acts_as"] in (
                "sponsor",
                "manager",
                "committee",
            )
    assert phases == {
        "hermes_2022": ["initiation", "concept", "implementation", "deployment", "closure"],
        "plain": ["preparation", "execution", "closing"],
        "pm2": ["initiating", "planning", "executing", "closing"],
        "prince2_like": ["starting_up", "initiation", "delivery", "closing"],
        "safe_like": [
            "funnel", "reviewing", "analysing", "ready", "implementing_mvp", "implementing_persevere", "done",
        ],
    }  # fmt: skip


async def test_hermes_classic_asks_at_each_gate_what_it_says_and_names_who_decides(
    portolan: Portolan,
) -> None:
    led = await Led(portolan).shipped()
    fitted: dict[str, Any] = {"approach": "classic", "scenario": "it_adaptation", "size": "large"}
    project = await led.led(led.method_id("hermes_2022"), **fitted)
    gates = await led.gates(project)
    assert [*gates] == [
        "initiation/project_initiation_release",
        "initiation/further_steps",
        "initiation/execution_release",
        "concept/call_for_tenders",
        "concept/award",
        "concept/solution_architecture",
        "concept/isdp_concept",
        "concept/phase_release",
        "implementation/preliminary_acceptance",
        "implementation/phase_release",
        "deployment/migration_acceptance",
        "deployment/start_of_operation",
        "deployment/acceptance",
        "deployment/closure_phase_release",
        "closure/project_closure",
    ]
    further = await led.missing(gates["initiation/further_steps"], **{"Accept-Language": "fr"})
    assert (further["decider"]["level"], further["decider"]["name"]) == ("management", "Chef de projet")
    assert [one["name"] for one in further["outcomes"]] == [
        "Étude",
        "Analyse des bases légales",
        "Analyse des besoins de protection",
    ]
    release = await led.missing(gates["initiation/execution_release"])
    assert (release["decider"]["level"], release["decider"]["name"]) == ("steering", "Project sponsor")
    assert {one["code"] for one in release["outcomes"]} == {
        "project_initiation_order", "execution_order", "steering_decisions", "management_decisions",
        "project_management_plan", "project_status_report", "stakeholder_list", "study", "legal_basis_analysis",
        "protection_needs_analysis",
    }  # fmt: skip
    start = await led.missing(gates["initiation/project_initiation_release"])
    assert [(one["code"], one["kind"], one["of"], one["why_code"]) for one in start["outcomes"]] == [
        ("project_initiation_order", "mandate", "initiation", "not_signed")
    ]


async def test_hermes_agile_has_one_undivided_phase_with_releases(portolan: Portolan) -> None:
    led = await Led(portolan).shipped()
    project = await led.led(
        led.method_id("hermes_2022"), approach="agile", releases=2, scenario="product_development"
    )
    phases = await led.phases(project)
    assert {code for code, one in phases.items() if one["kind"] == "phase"} == {
        "initiation",
        "execution",
        "closure",
    }
    assert phases["execution"]["agile"]
    assert [phases[f"release_{n}"]["parent_id"] for n in (1, 2)] == [phases["execution"]["id"]] * 2
    gates = await led.gates(project)
    for number in (1, 2):
        missing = await led.missing(gates[f"release_{number}/release_approval"])
        assert (missing["at"], [one["code"] for one in missing["outcomes"]]) == ("end", ["release_report"])
    assert "release_report" not in [one["code"] for one in phases["execution"]["outcomes"]]


async def test_pm2_is_decided_by_the_sponsor_in_place_of_its_committee(portolan: Portolan) -> None:
    led = await Led(portolan).shipped()
    sofia, _ = await led.somebody("Sofia", "director")
    project = await led.led(led.method_id("pm2"), about={"sponsor_id": sofia})
    gates = await led.gates(project)
    assert [*gates] == ["initiating/rfp", "planning/rfe", "executing/rfc"]
    missing = await led.missing(gates["initiating/rfp"])
    assert (missing["decider"]["name"], missing["decider"]["acts_as"]) == (
        "Project steering committee",
        "committee",
    )
    assert missing["decider"]["person_ids"] == [sofia]
    assert {one["code"] for one in missing["outcomes"]} == {
        "project_initiation_request", "business_case", "project_charter", "risk_log",
    }  # fmt: skip


def hermes() -> Method:
    return next(one for one in SHIPPED if len(one.approaches) == 2)


def test_a_size_merges_phases_and_the_gates_between_them_fall_away() -> None:
    medium = Tailor(hermes(), Choices(size=ProjectSize.MEDIUM)).course()
    assert [one.code for one in medium] == ["initiation", "concept", "execution", "closure"]
    small = Tailor(hermes(), Choices(size=ProjectSize.SMALL)).course()
    assert [one.code for one in small] == ["initiation", "execution", "closure"]
    ends = [gate.of.code for gate in small[1].gates if gate.at.value == "end"]
    assert ends == ["closure_phase_release"]
    mandatory = {
        one.code
        for phase in Tailor(hermes(), Choices()).course()[1:4]
        for one in phase.outcomes
        if one.mandatory
    }
    assert {one.code for one in small[1].outcomes if one.mandatory} == mandatory


def test_a_module_that_is_left_out_takes_its_gates_and_outcomes_along() -> None:
    course = Tailor(hermes(), Choices(scenario="organisation_adaptation")).course()
    concept = course[1]
    assert [gate.of.code for gate in concept.gates] == ["phase_release"]
    codes = {one.code for one in concept.outcomes}
    assert "organisation_concept" in codes
    assert not codes & {
        "tender_documents",
        "system_concept",
        "test_concept",
    }
    assert "deployment_concept" in codes  # mandatory, whatever the scenario


def test_phases_that_repeat_are_gone_through_as_often_as_asked() -> None:
    prince = next(one for one in SHIPPED if any(phase.repeat for phase in one.phases))
    course = Tailor(prince, Choices(stages=2)).course()
    assert [one.code for one in course] == ["starting_up", "initiation", "delivery", "delivery_2", "closing"]
    assert [one.name for one in course][2:4] == ["Delivery stage 1", "Delivery stage 2"]
    assert [[gate.of.code for gate in one.gates] for one in course][2:4] == [["authorise_stage"]] * 2
