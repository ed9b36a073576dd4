"""Whatever is passed, failed, waived, completed, skipped and reopened, in whatever order: phases never overlap, and no gate is passed
with a mandatory outcome missing."""

import random
from typing import Any

import pytest

from services.projects.methods.gate.rules import asked_outcomes
from shared.contracts.projects.phases import Gate, Phase
from tests.conftest import Portolan
from tests.support.led import GATES, PHASES, Led, gate, outcome, part

METHOD: dict[str, Any] = {
    "phases": [part(code) for code in "abc"],
    "approaches": [part("agile", phases=["a", "b", "c"], releases_in="b")],
    "gates": [
        gate("begin", "a", at="start", needs=["idea"]),
        gate("look", "b", at="within"),
        gate("go", "a", "b"),
        gate("open", "c", at="start"),
    ],
    "outcomes": [outcome("idea", "a"), outcome("thing", "b", "c"), outcome("extra", "b", mandatory=False)],
}
STEPS = (
    [
        ("gate", verb)
        for verb in ("prepare", "withdraw", "pass", "pass", "pass-with-conditions", "fail", "reopen")
    ]
    + [("phase", verb) for verb in ("complete", "reopen", "skip")]
    + [("waive", "waive")] * 3
)
BODIES: dict[str, dict[str, Any]] = {
    "fail": {"next": "rework"},
    "pass-with-conditions": {"conditions": [{"text": "Later"}]},
}


async def take(led: Led, project: dict[str, Any], choice: random.Random) -> bool:
    """One step, and whether it was granted."""
    kind, verb = choice.choice(STEPS)
    collection = GATES if kind == "gate" else PHASES
    one = choice.choice(await led.all_of(collection, project))
    if kind == "waive":
        outcomes = [each | {"waived_reason": "Known."} for each in one["outcomes"]]
        return (await led.revise(PHASES, one["id"], outcomes=outcomes)).is_success
    answer = await led.act(collection, one["id"], verb, **BODIES.get(verb, {}))
    assert answer.status_code in (200, 409), answer.text
    return answer.is_success


async def holds(led: Led, project: dict[str, Any]) -> None:
    phases = {one["id"]: Phase.model_validate(one) for one in await led.all_of(PHASES, project)}
    for kind in ("phase", "release"):
        released = [one.code for one in phases.values() if one.kind == kind and one.state == "released"]
        assert len(released) <= 1, released
    for one in phases.values():
        if one.parent_id is not None and one.state == "released":
            assert phases[one.parent_id].state == "released"
    for each in await led.all_of(GATES, project):
        passed = Gate.model_validate(each)
        if passed.state in ("passed", "passed_with_conditions") and passed.phase_id is not None:
            lacking = [o.code for o in asked_outcomes(passed, phases[passed.phase_id]) if not o.waived_reason]
            assert not lacking, (passed.code, lacking)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.rule("projects.gate.2", "projects.phase.2")
async def test_phases_never_overlap_and_no_gate_lacks_what_it_asks(portolan: Portolan, seed: int) -> None:
    choice, led = random.Random(seed), Led(portolan)
    project = await led.led(await led.method(**METHOD), "approve", releases=2)
    moved = 0
    for _ in range(40):
        moved += await take(led, project, choice)
        await holds(led, project)
    assert moved > 5, "most of the order was refused: it shows nothing"
