"""Gates over REST: what they ask, who decides, and what follows."""

from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.support.given import PROJECTS
from tests.support.led import GATES, Led, gate, outcome

ACTIONS, DECISIONS = "projects/v1/actions", "projects/v1/decisions"


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def led(portolan: Portolan) -> Led:
    return Led(portolan)


@pytest.fixture
async def project(led: Led) -> dict[str, Any]:
    """With the small method, approved."""
    return await led.led(await led.method(), "approve")


@pytest.mark.rule("projects.gate.2")
async def test_a_gate_lists_what_is_missing_and_is_passed_once_nothing_is(
    led: Led, project: dict[str, Any]
) -> None:
    go = (await led.gates(project))["think/go"]
    refused = await led.decide(go)
    assert refusal(refused) == (409, "outcomes_missing")
    assert refused.json()["missing"] == [{"code": "idea", "name": "Idea", "why": "no_deliverable"}]
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/outcomes/0"]
    missing = await led.missing(go)
    assert (missing["missing"], [one["status"] for one in missing["outcomes"]]) == (1, ["missing"])
    await led.waive(project, "think")
    missing = await led.missing(go)
    assert (missing["missing"], missing["outcomes"][0]["status"]) == (0, "waived")
    assert missing["outcomes"][0]["waived_reason"] == "Known from the last one."
    assert (await led.act(GATES, go["id"], "pass")).json()["state"] == "passed"


async def test_what_is_missing_is_told_in_the_language_of_who_asks(led: Led, project: dict[str, Any]) -> None:
    go = (await led.gates(project))["think/go"]
    french = await led.missing(go, **{"Accept-Language": "fr"})
    assert french["outcomes"][0]["why"] == "aucun résultat n’est désigné"


@pytest.mark.rule("projects.gate.2")
async def test_only_what_is_mandatory_at_the_end_or_named_by_the_gate_is_asked(led: Led) -> None:
    method = await led.method(
        gates=[gate("look", "think", at="within", needs=["sketch"]), gate("go", "think", needs=["idea"])],
        outcomes=[
            outcome("idea", "think"),
            outcome("sketch", "think", mandatory=False),
            outcome("case", "think"),
            outcome("quote", "think", when="occurs"),
        ],
    )
    gates = await led.gates(await led.led(method, "approve"))
    outcomes = {
        name: [one["code"] for one in (await led.missing(one))["outcomes"]] for name, one in gates.items()
    }
    assert outcomes == {"think/look": ["sketch"], "think/go": ["idea", "case"]}


@pytest.mark.rule("projects.gate.4")
async def test_a_gate_at_the_end_completes_its_phase_and_releases_the_next(
    led: Led, project: dict[str, Any]
) -> None:
    assert await led.states(project) == {"think": "released", "make": "planned"}
    await led.passed(project, "think/go")
    assert await led.states(project) == {"think": "completed", "make": "released"}
    phases = await led.phases(project)
    assert phases["think"]["actual_finish_on"] == phases["make"]["actual_start_on"] is not None
    assert (await led.shown(PROJECTS, project))["phase"] == "Make"


@pytest.mark.rule("projects.gate.4")
async def test_a_gate_at_the_start_releases_its_phase_and_one_within_changes_none(led: Led) -> None:
    method = await led.method(
        gates=[gate("begin", "think", at="start"), gate("look", "think", at="within"), gate("go", "think")]
    )
    project = await led.led(method, "approve")
    assert (await led.states(project))["think"] == "planned"
    refused = await led.decide((await led.gates(project))["think/look"])
    assert refusal(refused) == (409, "phase_not_released")
    await led.passed(project, "think/begin")
    assert (await led.states(project))["think"] == "released"
    await led.passed(project, "think/look")
    assert await led.states(project) == {"think": "released", "make": "planned"}


@pytest.mark.rule("projects.gate.4")
async def test_a_phase_after_which_a_gate_stands_at_the_next_start_waits_for_it(led: Led) -> None:
    method = await led.method(gates=[gate("go", "think"), gate("begin", "make", at="start")])
    project = await led.led(method, "approve")
    await led.passed(project, "think/go")
    assert await led.states(project) == {"think": "completed", "make": "planned"}
    await led.passed(project, "make/begin")
    assert (await led.states(project))["make"] == "released"


@pytest.mark.rule("projects.gate.4")
@pytest.mark.parametrize(
    ("following", "stage"), [("rework", "active"), ("hold", "on_hold"), ("stop", "discontinued")]
)
async def test_a_gate_that_is_not_passed_may_hold_or_stop_the_project(
    led: Led, project: dict[str, Any], following: str, stage: str
) -> None:
    await led.move(PROJECTS, project["id"], "activate")
    go = (await led.gates(project))["think/go"]
    failed = (await led.decide(go, "fail", next=following, reason="The idea is thin.")).json()
    assert (failed["state"], failed["next"], failed["reason"]) == ("failed", following, "The idea is thin.")
    assert (await led.shown(PROJECTS, project))["stage"] == stage
    assert await led.states(project) == {"think": "released", "make": "planned"}


async def test_a_project_that_is_not_active_is_not_put_on_hold_by_a_gate(
    led: Led, project: dict[str, Any]
) -> None:
    go = (await led.gates(project))["think/go"]
    assert refusal(await led.decide(go, "fail", next="hold")) == (409, "illegal_move")
    assert (await led.shown(GATES, go))["state"] == "ready"


async def test_a_failed_gate_is_decided_again(led: Led, project: dict[str, Any]) -> None:
    go = (await led.gates(project))["think/go"]
    await led.decide(go, "fail", next="rework")
    reopened = await led.move(GATES, go["id"], "reopen")
    assert (reopened["state"], reopened["next"], reopened["decided_on"]) == ("ready", None, None)
    assert (await led.passed(project, "think/go"))["state"] == "passed"


@pytest.mark.rule("projects.gate.3")
async def test_conditions_become_actions_and_keep_the_next_gate_shut(
    led: Led, project: dict[str, Any]
) -> None:
    ada, _ = await led.somebody("Ada", "manager")
    condition = {"text": "Train the users", "owner_id": ada, "due_on": "2031-05-02"}
    await led.waive(project, "think")
    go = (await led.gates(project))["think/go"]
    assert refusal(await led.decide(go, "pass-with-conditions")) == (422, "conditions_missing")
    passed = (await led.decide(go, "pass-with-conditions", conditions=[condition])).json()
    assert (passed["state"], passed["conditions"]) == ("passed_with_conditions", [condition])
    assert await led.states(project) == {"think": "completed", "make": "released"}
    [action] = (await led.read(ACTIONS, project_id=project["id"]))["items"]
    assert (action["title"], action["owner_id"], action["due_on"]) == ("Train the users", ada, "2031-05-02")
    assert action["origin"] == {"kind": "gate", "id": go["id"]}
    await led.waive(project, "make")
    done = (await led.gates(project))["make/done"]
    refused = await led.decide(done)
    assert refusal(refused) == (409, "conditions_open")
    assert refused.json()["actions"] == [{"id": action["id"], "title": "Train the users"}]
    assert (await led.missing(done))["conditions"] == [
        {"action_id": action["id"], "title": "Train the users"}
    ]
    await led.move(ACTIONS, action["id"], "complete")
    assert (await led.act(GATES, done["id"], "pass")).json()["state"] == "passed"


@pytest.mark.rule("projects.decision.1")
async def test_what_was_decided_at_a_gate_enters_the_log(led: Led, project: dict[str, Any]) -> None:
    sponsor, sponsoring = await led.somebody("Sofia", "director")
    await led.revise(PROJECTS, project["id"], sponsor_id=sponsor)
    await led.waive(project, "think")
    go = (await led.gates(project))["think/go"]
    await led.move(GATES, go["id"], "prepare")
    passed = await sponsoring.decide(go, reason="It pays for itself.")
    assert passed.status_code == 200, passed.text
    [logged] = (await led.read(DECISIONS, project_id=project["id"]))["items"]
    assert (logged["title"], logged["text"], logged["level"]) == (
        "Go: passed",
        "It pays for itself.",
        "steering",
    )
    assert (logged["decided_by"], logged["decided_on"]) == ([sponsor], passed.json()["decided_on"])
    assert logged["origin"] == {"kind": "gate", "id": go["id"]}


@pytest.mark.rule("projects.gate.1")
async def test_a_steering_gate_is_decided_by_the_sponsor_and_a_management_gate_by_the_manager(
    led: Led,
) -> None:
    method = await led.method(
        gates=[
            gate("look", "think", at="within", level="management", decider="manager"),
            gate("go", "think"),
        ],
        outcomes=[],
    )
    sofia, sponsoring = await led.somebody("Sofia", "director")
    max_, managing = await led.somebody("Max", "manager")
    project = await led.led(method, "approve", about={"sponsor_id": sofia, "manager_id": max_})
    gates = await led.gates(project)
    assert [(await led.missing(one))["decider"]["person_ids"] for one in gates.values()] == [[max_], [sofia]]
    for one in gates.values():
        await managing.move(GATES, one["id"], "prepare")
    look, go = gates["think/look"], gates["think/go"]
    assert refusal(await sponsoring.act(GATES, look["id"], "pass")) == (403, "not_the_decider")
    assert (await managing.act(GATES, look["id"], "pass")).json()["state"] == "passed"
    refused = await led.act(GATES, go["id"], "pass")
    assert refusal(refused) == (403, "not_the_decider")
    assert (refused.json()["role"], refused.json()["acts_as"]) == ("sponsor", "sponsor")
    assert (await sponsoring.act(GATES, go["id"], "pass")).json()["state"] == "passed"


@pytest.mark.rule("projects.gate.1")
async def test_who_prepared_a_steering_gate_does_not_decide_it(led: Led) -> None:
    sofia, sponsoring = await led.somebody("Sofia", "director")
    project = await led.led(
        await led.method(outcomes=[], gates=[gate("go", "think")]), "approve", about={"sponsor_id": sofia}
    )
    go = (await led.gates(project))["think/go"]
    await sponsoring.move(GATES, go["id"], "prepare")
    assert refusal(await sponsoring.act(GATES, go["id"], "pass")) == (403, "four_eyes")
    await led.move(GATES, go["id"], "withdraw")
    await led.move(GATES, go["id"], "prepare")
    assert (await sponsoring.act(GATES, go["id"], "pass")).status_code == 200


@pytest.mark.rule("projects.gate.1")
async def test_where_nobody_holds_the_role_who_may_decide_in_the_project_does(led: Led) -> None:
    project = await led.led(await led.method(outcomes=[], gates=[gate("go", "think")]), "approve")
    go = (await led.gates(project))["think/go"]
    await led.move(GATES, go["id"], "prepare")
    manager = Led(led.portolan, "manager")
    assert refusal(await manager.act(GATES, go["id"], "pass")) == (403, "scope_missing")
    assert (await led.decide(go)).status_code == 200


async def test_what_was_decided_stays(led: Led, project: dict[str, Any]) -> None:
    passed = await led.passed(project, "think/go")
    assert refusal(await led.revise(GATES, passed["id"], name="Later")) == (409, "gate_decided")


async def test_a_gate_of_ones_own_stands_in_a_phase_of_its_project_and_asks_for_its_outcomes(
    led: Led, project: dict[str, Any]
) -> None:
    phase = (await led.phases(project))["think"]["id"]
    own = {"name": "Our own", "at": "within", "level": "management"}
    gate = await led.make(GATES, project_id=project["id"], phase_id=phase, outcomes=["idea"], **own)
    assert gate["code"] == "our_own"
    unknown = await led.create(GATES, project_id=project["id"], phase_id=phase, outcomes=["x"], **own)
    assert refusal(unknown) == (422, "unknown_outcome")
    other = await led.project(name="Another")
    foreign = await led.create(GATES, project_id=other["id"], phase_id=phase, **own)
    assert refusal(foreign) == (422, "phase_of_other_project")


async def test_requirements_are_a_list_that_somebody_makes_and_decisions_a_log_that_is_kept(led: Led) -> None:
    method = await led.method(
        outcomes=[
            outcome("requirements", "think", kind="register") | {"is": "requirement"},
            outcome("decisions", "think", kind="register") | {"is": "decision"},
        ],
        gates=[gate("go", "think")],
    )
    project = await led.led(method, "approve")
    go = (await led.gates(project))["think/go"]
    assert [one["status"] for one in (await led.missing(go))["outcomes"]] == ["missing", "accepted"]
    await led.make("projects/v1/requirements", project_id=project["id"], statement="It is quick")
    assert (await led.missing(go))["missing"] == 0
