"""How a course is brought into a project: what is there stays where work was done, and everything else becomes as it is to be.

Made in one commit with the project, which names the edition from then on.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from services.projects.methods.applying.tailored import Choices, CourseGate, CoursePhase, Tailor
from services.projects.methods.gate.api import GATES
from services.projects.methods.method.rules import may_begin
from services.projects.methods.phase import course
from services.projects.methods.phase.api import PHASES
from services.projects.methods.phase.rules import is_release
from shared.base.clock import now
from shared.base.errors import Fault, Invalid
from shared.base.ids import new_id
from shared.contracts.language import plain
from shared.contracts.projects.methods import Method
from shared.contracts.projects.phases import (
    ApplyMethod,
    Gate,
    GateState,
    Phase,
    PhaseKind,
    PhaseOutcome,
    PhaseState,
)
from shared.contracts.projects.structure import Project, ProjectMethodApplied
from shared.domain.organisation import organisation_now
from shared.domain.register import save
from shared.domain.stages import was_begun
from shared.domain.work import Work

S = PhaseState


async def apply(work: Work, project: Project, body: ApplyMethod) -> Project:
    """The project as saved, with the method; its phases, gates and outcomes are made or fitted anew."""
    method = await _method(work, project, body)
    may_begin(method, has_it=project.method_id == method.id)
    await work.guard(f"course {project.id}")
    phases, gates = await course.phases_of(work, project.id), await course.gates_of(work, project.id)
    choices = await _choices(work, project, method, body, phases)
    tailor = Tailor(method, choices)
    await _Bringing(work, project, method, phases, gates).bring(tailor.course())
    project.method_id, project.size = method.id, choices.size
    fact = ProjectMethodApplied(
        reason=body.reason,
        method_id=method.id,
        approach=None if tailor.approach is None else tailor.approach.code,
        size=choices.size,
    )
    work.save(project, fact)
    if was_begun(project.stage):
        await course.begin(work, project)
    return await work.load(Project, project.id)


async def _method(work: Work, project: Project, body: ApplyMethod) -> Method:
    """The one that is named, else that of the project, else that which the organisation prefers."""
    organisation = await organisation_now(work.store)
    preferred = None if organisation is None else organisation.default_method_id
    id = body.method_id or project.method_id or preferred
    method = None if id is None else await work.find_by_id(Method, id)
    if method is None:
        raise Invalid(
            "name the method that is applied",
            Fault("required", "there is none with this id", pointer="/method_id"),
            code="method_missing",
        )
    return method


async def _choices(
    work: Work, project: Project, method: Method, body: ApplyMethod, phases: Sequence[Phase]
) -> Choices:
    organisation = await organisation_now(work.store)
    language = body.language or (organisation.languages[0] if organisation else method.language)
    return Choices(
        approach=body.approach,
        scenario=body.scenario,
        modules=body.modules,
        size=body.size or project.size,
        releases=body.releases,
        stages=body.stages,
        gates=body.gates,
        language=language,
        done=[one.code for one in phases if one.state is not S.PLANNED],
        is_agile=any(one.agile for one in phases) if phases else None,
    )


class _Bringing:
    """What is there of one project, while a course is brought into it."""

    def __init__(
        self, work: Work, project: Project, method: Method, phases: Sequence[Phase], gates: Sequence[Gate]
    ) -> None:
        self.work, self.project, self.method = work, project, method
        self.phases: Mapping[str, Phase] = {one.code: one for one in phases}
        self.gates = list(gates)
        self.stay_ids: set[UUID] = set()
        self.place = 0
        """Of the gate that was placed last."""

    async def bring(self, course: Sequence[CoursePhase]) -> None:
        """What is not wanted any more goes, unless work was done in it; then it stands before what is."""
        codes = {one.code for phase in course for one in (phase, *phase.releases)}
        others = [one for one in self.phases.values() if one.code not in codes]
        stays = [one for one in others if self._is_begun(one)]
        first = 0
        for one in sorted(stays, key=lambda one: (one.position, one.id)):
            self.stay_ids.add(one.id)
            if not is_release(one):
                first += 1
                await self._place(one, first)
        for position, phase in enumerate(course, first + 1):
            await self._phase(phase, position)
        await self._drop([one for one in others if one.id not in self.stay_ids])

    def _is_begun(self, phase: Phase) -> bool:
        """Whether work was done in it: it was released, something is linked or waived, or a gate of it was decided."""
        return (
            phase.state is not S.PLANNED
            or phase.method_id is None
            or any(_is_worked_on(one) for one in phase.outcomes)
            or any(gate.phase_id == phase.id and self._stays(gate) for gate in self.gates)
        )

    def _stays(self, gate: Gate) -> bool:
        """Whether it stays although the course has it no more: it was prepared or decided, or somebody wrote it."""
        return gate.state is not GateState.PLANNED or gate.code not in [one.code for one in self.method.gates]

    async def _place(self, phase: Phase, position: int) -> None:
        if phase.position != position:
            phase.position = position
            await save(self.work, PHASES, phase, plain(Phase, "revised"))

    async def _phase(self, part: CoursePhase, position: int, parent: Phase | None = None) -> None:
        phase = self.phases.get(part.code)
        if phase is None:
            phase = await self._create(part, position, parent)
        elif phase.state in (S.PLANNED, S.RELEASED):
            await self._fitted(phase, part, position)
        else:
            await self._place(phase, position)
        await self._gates(phase, [one for one in part.gates if one.at.value != "end"])
        for number, release in enumerate(part.releases, 1):
            await self._phase(release, number, phase)
        await self._gates(phase, [one for one in part.gates if one.at.value == "end"])
        await self._drop_gates(phase, {one.of.code for one in part.gates})

    async def _create(self, part: CoursePhase, position: int, parent: Phase | None) -> Phase:
        phase = self.work.new(
            Phase,
            new_id(),
            project_id=self.project.id,
            method_id=self.method.id,
            kind=PhaseKind.PHASE if parent is None else PhaseKind.RELEASE,
            parent_id=None if parent is None else parent.id,
            code=part.code,
            name=part.name,
            goal=part.goal,
            position=position,
            agile=part.agile,
            outcomes=list(part.outcomes),
        )
        return await save(self.work, PHASES, phase, plain(Phase, "created"))

    async def _fitted(self, phase: Phase, part: CoursePhase, position: int) -> None:
        """As it is to be, with what was linked and waived in it."""
        phase.name, phase.goal, phase.position, phase.agile = part.name, part.goal, position, part.agile
        phase.method_id = self.method.id
        phase.outcomes = list(self._outcomes(phase.outcomes, part.outcomes))
        if self.work.is_changed(phase):
            await save(self.work, PHASES, phase, plain(Phase, "revised"))

    def _outcomes(
        self, there: Sequence[PhaseOutcome], of_course: Sequence[PhaseOutcome]
    ) -> Iterable[PhaseOutcome]:
        by_code = {one.code: one for one in there}
        for one in of_course:
            old = by_code.get(one.code)
            work_done = (
                {} if old is None else {n: getattr(old, n) for n in ("deliverable_id", "waived_reason")}
            )
            yield one.model_copy(update=work_done)
        codes, of_method = {one.code for one in of_course}, {one.code for one in self.method.outcomes}
        for one in there:
            if one.code not in codes and (_is_worked_on(one) or one.code not in of_method):
                yield one

    async def _gates(self, phase: Phase, parts: Sequence[CourseGate]) -> None:
        for one in parts:
            self.place += 1
            gate = next((g for g in self.gates if (g.phase_id, g.code) == (phase.id, one.of.code)), None)
            members = {
                "name": one.name,
                "level": one.of.level,
                "decider": one.of.decider,
                "acts_as": one.acts_as,
                "position": self.place,
                "outcomes": list(one.outcomes),
            }
            if gate is None:
                gate = self.work.new(
                    Gate,
                    new_id(),
                    project_id=self.project.id,
                    phase_id=phase.id,
                    code=one.of.code,
                    at=one.at,
                    **members,
                )
                await save(self.work, GATES, gate, plain(Gate, "created"))
            else:
                await self._fit_gate(gate, members)

    async def _fit_gate(self, gate: Gate, members: Mapping[str, object]) -> None:
        """One that was decided keeps all but its place."""
        is_open = gate.state in (GateState.PLANNED, GateState.READY)
        for name, value in members.items():
            if is_open or name == "position":
                setattr(gate, name, value)
        if self.work.is_changed(gate):
            await save(self.work, GATES, gate, plain(Gate, "revised"))

    async def _drop_gates(self, phase: Phase, codes: set[str]) -> None:
        for gate in self.gates:
            if gate.phase_id == phase.id and gate.code not in codes and not self._stays(gate):
                gate.archived_at = now()
                await save(self.work, GATES, gate, plain(Gate, "archived"))

    async def _drop(self, phases: Sequence[Phase]) -> None:
        for phase in phases:
            await self._drop_gates(phase, set())
            phase.archived_at = now()
            await save(self.work, PHASES, phase, plain(Phase, "archived"))


def _is_worked_on(outcome: PhaseOutcome) -> bool:
    return outcome.deliverable_id is not None or outcome.waived_reason is not None
