"""What is done with gates: checked against their phase, decided by who may, and followed in the same commit."""

from typing import Any

from services.projects.methods.gate import deciding, missing, passing, rules
from services.projects.methods.phase import course
from services.projects.methods.phase.commands import code_of
from services.projects.standing import of_project
from shared.contracts.projects.phases import Gate, GateState
from shared.domain.acts import Acts
from shared.domain.register import is_revised
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """A code from its name, where none is given."""
    if body.code:
        return {"code": body.code}
    gates = await course.gates_of(work, body.project_id)
    return {"code": code_of(body.name, {one.code for one in gates if one.phase_id == body.phase_id})}


def _is_decided(gate: Gate, before: Gate | None) -> bool:
    """Whether this unit decides it."""
    return before is not None and before.state is GateState.READY and gate.state in rules.DECIDED


async def check(work: Work, gate: Gate) -> None:
    before = work.before(gate)
    await work.guard(course.guard(gate))
    rules.phase_fits(gate, await missing.phase_of(work, gate))
    if _is_decided(gate, before):
        await deciding.refuse_others(work, gate)
        if gate.state in rules.PASSED:
            await passing.may_pass(work, gate)
    elif before is not None and is_revised(gate, before):
        rules.decided_stays(before)


async def after(work: Work, gate: Gate, before: Gate | None) -> None:
    if _is_decided(gate, before):
        person = await work.person()
        await passing.follow(work, gate, [] if person is None else [person])
