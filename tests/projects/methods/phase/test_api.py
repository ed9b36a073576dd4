"""Phases over REST: they follow each other, and what is asked of one is waived, never left out."""

from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.support.given import PROJECTS
from tests.support.led import PHASES, Led, part


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def led(portolan: Portolan) -> Led:
    return Led(portolan)


@pytest.fixture
async def plain(led: Led) -> dict[str, Any]:
    """Three phases without gates."""
    method = await led.method(phases=[part("a"), part("b"), part("c")], gates=[], outcomes=[])
    return await led.led(method)


async def act(led: Led, project: dict[str, Any], code: str, verb: str) -> httpx.Response:
    return await led.act(PHASES, (await led.phases(project))[code]["id"], verb)


@pytest.mark.rule("projects.phase.2")
async def test_the_first_phase_is_released_when_the_project_is_approved(
    led: Led, plain: dict[str, Any]
) -> None:
    assert await led.states(plain) == dict.fromkeys("abc", "planned")
    approved = await led.move(PROJECTS, plain["id"], "approve")
    assert await led.states(plain) == {"a": "released", "b": "planned", "c": "planned"}
    assert approved["phase"] == "A"
    assert (await led.shown(PROJECTS, plain))["version"] == approved["version"]


@pytest.mark.rule("projects.phase.2")
async def test_without_gates_a_phase_that_is_completed_releases_the_next(
    led: Led, plain: dict[str, Any]
) -> None:
    await led.move(PROJECTS, plain["id"], "approve")
    assert refusal(await act(led, plain, "b", "complete")) == (409, "illegal_move")
    assert (await act(led, plain, "b", "skip")).status_code == 200
    assert (await act(led, plain, "a", "complete")).json()["actual_finish_on"] is not None
    assert await led.states(plain) == {"a": "completed", "b": "skipped", "c": "released"}
    assert refusal(await act(led, plain, "a", "reopen")) == (409, "phases_overlap")
    await act(led, plain, "c", "complete")
    assert (await act(led, plain, "c", "reopen")).json()["state"] == "released"


@pytest.mark.rule("projects.phase.2")
async def test_a_phase_that_is_skipped_after_another_one_ended_lets_the_next_begin(led: Led) -> None:
    method = await led.method(
        phases=[part("a"), part("b"), part("c")],
        gates=[part("begin", phases=["b"], at="start", level="steering", decider="sponsor")],
        outcomes=[],
    )
    project = await led.led(method, "approve")
    await act(led, project, "a", "complete")
    assert await led.states(project) == {"a": "completed", "b": "planned", "c": "planned"}
    await act(led, project, "b", "skip")
    assert await led.states(project) == {"a": "completed", "b": "skipped", "c": "released"}


async def test_a_phase_with_a_gate_at_its_end_ends_there(led: Led) -> None:
    project = await led.led(await led.method(), "approve")
    refused = await act(led, project, "think", "complete")
    assert refusal(refused) == (409, "gate_open")


async def test_what_the_method_asks_is_waived_with_a_reason_and_not_left_out(led: Led) -> None:
    project = await led.led(await led.method(), "approve")
    think = (await led.phases(project))["think"]
    [idea] = think["outcomes"]
    for outcomes in ([], [idea | {"mandatory": False}], [idea | {"is": "decision"}]):
        assert refusal(await led.revise(PHASES, think["id"], outcomes=outcomes)) == (409, "outcome_of_method")
    silent = await led.revise(PHASES, think["id"], outcomes=[idea | {"waived_reason": " "}])
    assert refusal(silent) == (422, "bad_outcomes")
    added = await led.revise(PHASES, think["id"], outcomes=[idea, {"code": "more", "name": "More"}])
    assert [one["code"] for one in added.json()["outcomes"]] == ["idea", "more"]
    waived = await led.waive(project, "think", "idea")
    assert waived["outcomes"][0]["waived_reason"] == "Known from the last one."


async def test_a_phase_that_is_over_stays_as_it_is(led: Led, plain: dict[str, Any]) -> None:
    await led.move(PROJECTS, plain["id"], "approve")
    await act(led, plain, "a", "complete")
    first = (await led.phases(plain))["a"]["id"]
    assert refusal(await led.revise(PHASES, first, name="Later")) == (409, "phase_ended")


@pytest.mark.rule("projects.phase.2")
async def test_phases_do_not_overlap_as_planned(led: Led, plain: dict[str, Any]) -> None:
    phases = await led.phases(plain)
    for code, start, finish in (("a", "2031-01-01", "2031-03-31"), ("b", "2031-03-31", "2031-06-30")):
        planned = {"planned_start_on": start, "planned_finish_on": finish}
        assert (await led.revise(PHASES, phases[code]["id"], **planned)).status_code == 200
    overlapping = {"planned_start_on": "2031-06-29", "planned_finish_on": "2031-09-30"}
    assert refusal(await led.revise(PHASES, phases["c"]["id"], **overlapping)) == (422, "phases_overlap")
    backward = {"planned_start_on": "2031-09-30", "planned_finish_on": "2031-07-01"}
    assert refusal(await led.revise(PHASES, phases["c"]["id"], **backward)) == (422, "dates_out_of_order")


@pytest.mark.rule("projects.phase.2")
async def test_releases_lie_within_an_agile_phase_and_follow_each_other(led: Led) -> None:
    method = await led.method(
        approaches=[part("agile", phases=["think", "make"], releases_in="make")], gates=[], outcomes=[]
    )
    project = await led.led(method, "approve", releases=2)
    assert (await led.states(project))["release_1"] == "planned"
    await act(led, project, "think", "complete")
    assert await led.states(project) == {
        "think": "completed", "make": "released", "release_1": "released", "release_2": "planned",
    }  # fmt: skip
    assert refusal(await act(led, project, "make", "complete")) == (409, "releases_open")
    await act(led, project, "release_1", "complete")
    assert (await led.states(project))["release_2"] == "released"
    await act(led, project, "release_2", "complete")
    assert (await act(led, project, "make", "complete")).json()["state"] == "completed"
    phases = await led.phases(project)
    release = {"project_id": project["id"], "kind": "release", "name": "More"}
    assert refusal(await led.create(PHASES, **release, parent_id=phases["think"]["id"])) == (422, "not_agile")
    assert refusal(await led.create(PHASES, **release)) == (422, "not_agile")
    within = {"project_id": project["id"], "name": "More", "parent_id": phases["make"]["id"]}
    assert refusal(await led.create(PHASES, **within)) == (422, "not_a_release")


async def test_a_phase_of_ones_own_gets_a_code_that_is_free(led: Led) -> None:
    project = await led.project()
    phases = [await led.make(PHASES, project_id=project["id"], name="Réalisation") for _ in range(2)]
    assert [one["code"] for one in phases] == ["realisation", "realisation_2"]
    refused = await led.create(PHASES, project_id=project["id"], name="Other", code="realisation")
    assert refusal(refused) == (409, "duplicate")
