"""What the routes of gates answer beside the gate: what it asks, who decides, and what is missing."""

from services.projects.intake.requirement.trace import musts_without_deliverable
from services.projects.methods.gate import deciding, missing, rules
from services.projects.methods.gate.judging import OutcomeStatus
from services.projects.methods.method.texts import text_in
from shared.base.texts import in_language
from shared.contracts.language import AnswerShape, Id, Line, Prose
from shared.contracts.projects.control import DecisionLevel
from shared.contracts.projects.methods import ActsAs, GatePlace, Method, MethodCode
from shared.contracts.projects.phases import Gate, GateState, Phase
from shared.domain.work import Work


class GateDecider(AnswerShape):
    """Who decides a gate."""

    level: DecisionLevel
    """Whether those who steer decide it, or those who manage."""
    role: MethodCode | None
    """The role of the method."""
    name: Line | None
    """What the method calls the role, in the language of the request."""
    acts_as: ActsAs
    """What the role is in the project."""
    person_ids: list[Id]
    """The persons who hold it; where nobody does, who may decide in the project decides."""


class AskedOutcome(AnswerShape):
    """An outcome that a gate asks for."""

    code: MethodCode
    """By which the phase names it."""
    name: Line
    """What it is called, in the language of the request where the method has one."""
    status: OutcomeStatus
    """Whether it is accepted, waived or missing."""
    why_code: str | None
    """Why it is missing, as a code; null where it is not."""
    why: Line | None
    """The same as people read it."""
    kind: str | None
    """The aggregate of Portolan that is it, or is to be made for it, such as `mandate`."""
    of: MethodCode | None
    """Of several such aggregates the one that is meant."""
    waived_reason: Prose | None
    """Why the project does without it."""


class OpenCondition(AnswerShape):
    """What an earlier gate wanted to be done."""

    action_id: Id
    """The action."""
    title: Line
    """What is to be done."""


class UntracedMust(AnswerShape):
    """What the project must do, and no deliverable is to fulfil."""

    requirement_id: Id
    """The requirement."""
    statement: Line
    """What is required."""


class GateMissing(AnswerShape):
    """What a gate asks for, who decides it, and what is missing until it can be passed."""

    gate_id: Id
    """The gate."""
    state: GateState
    """Where it stands."""
    at: GatePlace
    """Where in its phase it stands."""
    phase_id: Id | None
    """The phase or release in which it stands."""
    phase_state: str | None
    """Where that stands: a gate at a start is passed while it is planned, any other one while it is released."""
    phase_fits: bool
    """Whether it does stand there."""
    decider: GateDecider
    """Who decides it."""
    outcomes: list[AskedOutcome]
    """All that must be accepted or waived."""
    missing: int
    """How many of them are missing."""
    conditions: list[OpenCondition]
    """What is open of the conditions of earlier gates; while something is, this one stays shut."""
    untraced_musts: list[UntracedMust]
    """The musts that no deliverable is to fulfil; they shut no gate, and whoever decides it knows them."""


async def gate_missing(work: Work, gate: Gate, language: str) -> GateMissing:
    phase = await missing.phase_of(work, gate)
    method = await _method_of(work, phase)
    asked_outcomes = await missing.asked_of(work, gate, phase)
    names = {one.code: text_in(one.name, language) for one in method.outcomes} if method else {}
    fitting_state = rules.wanted_phase_state(gate)
    return GateMissing(
        gate_id=gate.id,
        state=gate.state,
        at=gate.at,
        phase_id=gate.phase_id,
        phase_state=None if phase is None else phase.state.value,
        phase_fits=phase is None or phase.state is fitting_state,
        decider=await _decider(work, gate, method, language),
        outcomes=[
            AskedOutcome(
                code=one.outcome.code,
                name=names.get(one.outcome.code) or one.outcome.name,
                status=one.verdict.status,
                why_code=one.verdict.code or None,
                why=str(in_language(one.verdict.why, language)) if one.verdict.why else None,
                kind=one.verdict.kind or getattr(one.outcome, "is"),
                of=one.outcome.of,
                waived_reason=one.outcome.waived_reason,
            )
            for one in asked_outcomes
        ],
        missing=sum(one.is_missing for one in asked_outcomes),
        conditions=[
            OpenCondition(action_id=one.id, title=one.title)
            for one in await missing.open_conditions(work, gate)
        ],
        untraced_musts=[
            UntracedMust(requirement_id=one.id, statement=one.statement)
            for one in await musts_without_deliverable(work, gate.project_id)
        ],
    )


async def _method_of(work: Work, phase: Phase | None) -> Method | None:
    return None if phase is None or phase.method_id is None else await work.load(Method, phase.method_id)


async def _decider(work: Work, gate: Gate, method: Method | None, language: str) -> GateDecider:
    role = next((one for one in method.roles if one.code == gate.decider), None) if method else None
    return GateDecider(
        level=gate.level,
        role=gate.decider,
        name=None if role is None else text_in(role.name, language),
        acts_as=rules.acts_as(gate),
        person_ids=await deciding.deciders_of(work, gate),
    )
