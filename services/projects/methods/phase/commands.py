"""What is done with phases: checked among the others of their project, and followed by the next one."""

import re
import unicodedata
from collections.abc import Collection
from itertools import chain, count
from typing import Any

from services.projects.methods.phase import course, rules
from services.projects.standing import of_project
from shared.base.errors import Conflict
from shared.base.texts import Text
from shared.contracts.projects.phases import Phase, PhaseState
from shared.domain.acts import Acts
from shared.domain.register import is_revised
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)
S = PhaseState


def code_of(name: str, used_codes: Collection[str]) -> str:
    """A code made from a name, in small letters without accents, and with a number where it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    code = re.sub("[^a-z0-9]+", "_", plain).strip("_")
    code = (code if code[:1].isalpha() else f"n_{code}".rstrip("_"))[:50]
    numbers = (f"{code}_{number}" for number in count(2))
    return next(one for one in chain([code], numbers) if one not in used_codes)


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """A code from its name, where none is given."""
    if body.code:
        return {"code": body.code}
    used_codes = {one.code for one in await course.phases_of(work, body.project_id)}
    return {"code": code_of(body.name, used_codes)}


async def check(work: Work, phase: Phase) -> None:
    before = work.before(phase)
    await work.guard(course.guard(phase))
    phases = [one for one in await course.phases_of(work, phase.project_id) if one.id != phase.id]
    rules.lies_rightly(phase, next((one for one in phases if one.id == phase.parent_id), None))
    rules.outcomes_once(phase)
    rules.dates_follow(phase, phases)
    if before is None:
        return
    if is_revised(phase, before) and before.state is phase.state:
        rules.ended_stays(before)
        rules.keeps_what_is_asked(phase, before)
    if (before.state, phase.state) == (S.RELEASED, S.COMPLETED):
        rules.may_end(phase, phases)
        await _refuse_while_gate_open(work, phase)
    if (before.state, phase.state) == (S.COMPLETED, S.RELEASED):
        rules.may_begin(phase, phases)


async def _refuse_while_gate_open(work: Work, phase: Phase) -> None:
    gate = await course.end_gate_open(work, phase)
    if gate is not None:
        raise Conflict(
            Text("the phase ends when {gate} is passed", gate=gate.name),
            code="gate_open",
            gate_id=str(gate.id),
        )


async def after(work: Work, phase: Phase, before: Phase | None) -> None:
    """Where one is over or left out, the next one is released."""
    if before is None or phase.state is before.state or phase.state not in rules.ENDED:
        return
    phases = rules.siblings(await course.phases_of(work, phase.project_id), phase)
    if phase.state is S.COMPLETED or any(one.state is S.COMPLETED for one in phases):
        await course.release_next(work, phase)
