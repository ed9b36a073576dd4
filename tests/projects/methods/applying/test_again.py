"""A method that is applied again: what was released, decided, linked or waived stays."""

import pytest

from tests.conftest import Portolan
from tests.support.given import PROJECTS
from tests.support.led import GATES, PHASES, Led, gate, outcome, part


@pytest.fixture
async def led(portolan: Portolan) -> Led:
    return await Led(portolan).shipped()


@pytest.mark.rule("projects.phase.1")
async def test_nothing_changes_where_nothing_is_fitted_otherwise(led: Led) -> None:
    project = await led.led(led.method_id("hermes_2022"), approach="agile", releases=1)
    phases, gates = await led.phases(project), await led.gates(project)
    await led.applied(project["id"], releases=1)
    assert await led.phases(project) == phases
    assert await led.gates(project) == gates


@pytest.mark.rule("projects.phase.1")
async def test_what_was_waived_and_decided_stays_when_modules_are_added(led: Led) -> None:
    project = await led.led(led.method_id("hermes_2022"), "approve", scenario="organisation_adaptation")
    await led.passed(project, "initiation/project_initiation_release")
    before = await led.phases(project)
    await led.waive(project, "concept", "organisation_concept")
    again = await led.applied(project["id"], scenario="it_adaptation")
    assert again["method_id"] == project["method_id"]
    gates, phases = await led.gates(project), await led.phases(project)
    assert gates["initiation/project_initiation_release"]["state"] == "passed"
    assert "concept/call_for_tenders" in gates
    assert phases["initiation"]["state"] == "released"
    assert [one["waived_reason"] for one in phases["initiation"]["outcomes"]] == [
        one["waived_reason"] for one in before["initiation"]["outcomes"]
    ]
    waived = [one["code"] for one in phases["concept"]["outcomes"] if one["waived_reason"]]
    assert waived == ["organisation_concept"]


async def test_what_is_wanted_no_more_goes_unless_work_was_done_in_it(led: Led) -> None:
    project = await led.led(led.method_id("hermes_2022"), scenario="it_adaptation", size="large")
    await led.waive(project, "deployment", "phase_report")
    await led.applied(project["id"], scenario="it_adaptation", size="small")
    assert [*await led.phases(project)] == ["deployment", "initiation", "execution", "closure"]


@pytest.mark.rule("projects.phase.1")
async def test_a_phase_that_was_released_is_merged_no_more(led: Led) -> None:
    method = await led.method(
        phases=[part(code) for code in ("a", "b", "c", "d", "all")],
        approaches=[part("only", phases=["a", "b", "c", "d"])],
        gates=[],
        outcomes=[outcome("paper", "a", "b", "c", "d", mandatory=False)],
        tailoring=[{"size": "small", "merge": [{"into": "all", "phases": ["a", "b", "c"]}]}],
    )
    project = await led.led(method, "approve", size="large")
    small = await led.applied(project["id"], size="small")
    assert small["size"] == "small"
    assert await led.states(project) == {"a": "released", "all": "planned", "d": "planned"}
    await led.act(PHASES, (await led.phases(project))["a"]["id"], "complete")
    assert (await led.states(project))["all"] == "released"
    await led.applied(project["id"], size="large")
    assert await led.states(project) == {"a": "completed", "all": "released", "d": "planned"}


async def test_gates_that_somebody_wrote_stay(led: Led) -> None:
    project = await led.led(await led.method(gates=[gate("go", "think")]))
    phase = (await led.phases(project))["think"]["id"]
    own = {
        "project_id": project["id"],
        "phase_id": phase,
        "name": "Own",
        "at": "within",
        "level": "management",
    }
    await led.make(GATES, **own)
    await led.applied(project["id"])
    assert sorted(await led.gates(project)) == ["think/go", "think/own"]


async def test_a_project_that_goes_on_begins_with_the_first_phase_at_once(led: Led) -> None:
    project = await led.project("approve", "activate")
    applied = await led.applied(project, led.method_id("plain"))
    assert (applied["phase"], applied["method_id"]) == ("Preparation", led.method_id("plain"))
    assert (await led.states(project))["preparation"] == "released"
    assert (await led.shown(PROJECTS, project))["version"] == applied["version"]


async def test_names_are_in_the_language_of_the_organisation(led: Led) -> None:
    await led.make("projects/v1/organisations", name="Arven", profile="end_user", languages=["fr", "en"])
    await led.portolan.settled()
    project = await led.led(led.method_id("plain"))
    assert [one["name"] for one in (await led.phases(project)).values()] == [
        "Préparation", "Exécution", "Clôture",
    ]  # fmt: skip
    assert [one["name"] for one in (await led.gates(project)).values()] == ["Démarrage", "Réception", "Fin"]


async def test_what_a_method_does_not_have_is_refused_by_name(led: Led) -> None:
    project = await led.project()
    for member, value in (("approach", "flow"), ("scenario", "x"), ("modules", ["x"]), ("gates", ["x"])):
        refused = await led.act(
            PROJECTS, project, "apply-method", method_id=led.method_id("hermes_2022"), **{member: value}
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_part")
        assert refused.json()["errors"][0]["pointer"] == f"/{member}"
    classic = {"method_id": led.method_id("hermes_2022"), "approach": "classic", "releases": 1}
    refused = await led.act(PROJECTS, project, "apply-method", **classic)
    assert (refused.status_code, refused.json()["code"]) == (422, "no_releases")


async def test_a_project_that_has_ended_takes_no_method(led: Led) -> None:
    project = await led.project("discontinue")
    refused = await led.act(PROJECTS, project, "apply-method", method_id=led.method_id("plain"))
    assert (refused.status_code, refused.json()["code"]) == (409, "project_ended")
