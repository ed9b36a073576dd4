"""What a gate asks for, and what of that is missing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.projects.methods.gate import rules
from services.projects.methods.gate.judging import ACCEPTED, OutcomeStatus, Verdict, judge
from services.projects.methods.phase import course
from shared.base.errors import Conflict, Fault
from shared.base.texts import Text
from shared.contracts.projects.control import Action, ActionState
from shared.contracts.projects.phases import Gate, GateState, Phase, PhaseOutcome
from shared.domain.work import Work

ORIGIN = "gate"
"""The kind of origin of an action that is a condition of a gate."""
OPEN_ACTIONS = (ActionState.OPEN, ActionState.IN_PROGRESS)
Being = tuple[str, str | None]
"""What an outcome is, and of which kind: `("mandate", "execution")`."""


@dataclass(frozen=True)
class Asked:
    """An outcome that a gate asks for, and where it stands."""

    outcome: PhaseOutcome
    verdict: Verdict
    place: int
    """Its place among the outcomes of the phase."""

    @property
    def is_missing(self) -> bool:
        return self.verdict.status is OutcomeStatus.MISSING


async def phase_of(work: Work, gate: Gate) -> Phase | None:
    return None if gate.phase_id is None else await work.load(Phase, gate.phase_id)


async def asked_of(
    work: Work, gate: Gate, phase: Phase | None, accepted: Collection[Being] = ()
) -> list[Asked]:
    """All that it asks for. `accepted` are outcomes that become so in this unit."""
    asked_outcomes = []
    for outcome in rules.asked_outcomes(gate, phase):
        assert phase is not None
        being = (getattr(outcome, "is"), outcome.of)
        verdict = ACCEPTED if being in accepted else await judge(work, phase, outcome)
        asked_outcomes.append(Asked(outcome, verdict, phase.outcomes.index(outcome)))
    return asked_outcomes


async def open_conditions(work: Work, gate: Gate) -> list[Action]:
    """The conditions of gates before this one that nobody has fulfilled."""
    ids = {
        other.id
        for other in await course.gates_of(work, gate.project_id)
        if other.id != gate.id and other.state is GateState.PASSED_WITH_CONDITIONS
    }
    if not ids:
        return []
    stored = await work.select(
        Action, "project_id = ? AND state IN ('open', 'in_progress')", (str(gate.project_id),)
    )
    return work.with_staged(
        Action,
        stored,
        lambda one: (
            one.origin is not None
            and one.origin.kind == ORIGIN
            and one.origin.id in ids
            and one.state in OPEN_ACTIONS
            and one.archived_at is None
        ),
    )


def refuse_missing(gate: Gate, asked_outcomes: Sequence[Asked]) -> None:
    """Refuse (409 `outcomes_missing`) to pass it, listing what is missing and why."""
    lacking = [one for one in asked_outcomes if one.is_missing]
    if lacking:
        raise Conflict(
            Text("{gate} lacks {count} {count:outcome|outcomes}", gate=gate.name, count=len(lacking)),
            *(
                Fault(
                    "outcome_missing",
                    Text("{name}: {why}", name=one.outcome.name, why=one.verdict.why),
                    pointer=f"/outcomes/{one.place}",
                )
                for one in lacking
            ),
            code="outcomes_missing",
            gate_id=str(gate.id),
            missing=[
                {"code": one.outcome.code, "name": one.outcome.name, "why": one.verdict.code}
                for one in lacking
            ],
        )


def refuse_open_conditions(gate: Gate, conditions: Sequence[Action]) -> None:
    """Refuse (409 `conditions_open`) to pass it while a condition of an earlier gate is open."""
    if conditions:
        raise Conflict(
            Text(
                "{gate} stays shut: {count} {count:condition|conditions} of an earlier gate {count:is|are} open",
                gate=gate.name,
                count=len(conditions),
            ),
            code="conditions_open",
            actions=[{"id": str(one.id), "title": one.title} for one in conditions],
        )
