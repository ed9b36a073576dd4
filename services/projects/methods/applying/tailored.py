"""The course that follows from a method and how it is fitted to a project: pure, from the method's own words.

Phases that a size merges are one; the gates between them fall away, what is mandatory in them stays. A module that is left out
takes its gates and outcomes with it. What is done stays: a phase that was released is merged no more, nor parted.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.projects.methods.method.texts import text_in
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.methods import (
    ActsAs,
    GatePlace,
    Method,
    MethodApproach,
    MethodGate,
    MethodOutcome,
    MethodPhase,
    ProjectSize,
)
from shared.contracts.projects.phases import PhaseOutcome


@dataclass(frozen=True)
class Choices:
    """How a method is fitted."""

    approach: str | None = None
    scenario: str | None = None
    modules: Sequence[str] | None = None
    size: ProjectSize | None = None
    releases: int = 0
    stages: int = 1
    gates: Collection[str] = ()
    language: str = "en"
    done: Collection[str] = ()
    """The codes of the phases that were released, completed or skipped."""
    is_agile: bool | None = None
    """Whether the project has an agile phase already; None where it has no phases."""


@dataclass(frozen=True)
class CourseGate:
    """A gate as it is to be."""

    of: MethodGate
    at: GatePlace
    name: str
    outcomes: tuple[str, ...]
    acts_as: ActsAs | None


@dataclass(frozen=True)
class CoursePhase:
    """A phase or a release as it is to be."""

    code: str
    name: str
    goal: str = ""
    agile: bool = False
    outcomes: tuple[PhaseOutcome, ...] = ()
    gates: tuple[CourseGate, ...] = ()
    releases: tuple["CoursePhase", ...] = ()


@dataclass(frozen=True)
class Stretch:
    """A phase of the course with those of the method that are one in it."""

    code: str
    of: tuple[str, ...]
    copy: int = 1
    """Which passage through a phase that repeats."""

    @property
    def name(self) -> str:
        return self.code if self.copy == 1 else f"{self.code}_{self.copy}"


@dataclass
class Tailor:
    """One method fitted to one project."""

    method: Method
    choices: Choices
    approach: MethodApproach | None = field(init=False)
    modules: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.approach = _approach(self.method, self.choices)
        self.modules = _modules(self.method, self.choices)
        _known_gates(self.method, self.choices)
        if self.choices.releases and self._agile is None:
            raise Invalid(
                "this approach has no phase in which releases lie",
                Fault("no_releases", "an agile approach has releases", pointer="/releases"),
                code="no_releases",
            )

    @property
    def _agile(self) -> str | None:
        return None if self.approach is None else self.approach.releases_in

    def course(self) -> list[CoursePhase]:
        """The phases in their order, with what belongs to each."""
        return [self._phase(one) for one in self._stretches()]

    def _stretches(self) -> Iterator[Stretch]:
        phases = [p.code for p in self.method.phases] if self.approach is None else self.approach.phases
        repeated = {one.code for one in self.method.phases if one.repeat}
        for stretch in self._merged(list(phases)):
            copies = self.choices.stages if stretch.code in repeated else 1
            for copy in range(1, copies + 1):
                yield replace(stretch, copy=copy)

    def _merged(self, phases: list[str]) -> list[Stretch]:
        """Those of the size, and those that have been released as one."""
        done = set(self.choices.done)
        stretches = [Stretch(code, (code,)) for code in phases]
        for tailoring in self.method.tailoring:
            for merge in tailoring.merge:
                of = tuple(code for code in phases if code in merge.phases)
                is_done = merge.into in done and merge.into not in phases
                of = of if is_done else tuple(code for code in of if code not in done)
                is_of_size = tailoring.size is not None and tailoring.size is self.choices.size
                if (
                    (is_of_size or is_done)
                    and len(of) > 1
                    and all((c,) in [s.of for s in stretches] for c in of)
                ):
                    place = next(i for i, one in enumerate(stretches) if one.of == of[:1])
                    stretches = [one for one in stretches if one.of[0] not in of]
                    stretches.insert(place, Stretch(merge.into, of))
        return stretches

    def _phase(self, stretch: Stretch) -> CoursePhase:
        declared = next(one for one in self.method.phases if one.code == stretch.code)
        gates = [gate for gate in self.method.gates if self._stands(gate, stretch)]
        is_agile = stretch.code == self._agile
        per_release = [
            gate
            for gate in self.method.gates
            if is_agile and self.choices.releases and gate.per_release and stretch.code in gate.phases
        ]
        of_releases = {code for gate in per_release for code in gate.needs}
        outcomes = self._outcomes(stretch, gates, of_releases)
        number = f" {stretch.copy}" if declared.repeat and self.choices.stages > 1 else ""
        return CoursePhase(
            code=stretch.name,
            name=self._text(declared) + number,
            goal=text_in(declared.goal, self.choices.language),
            agile=is_agile,
            outcomes=tuple(outcomes),
            gates=tuple(self._gate(gate, gate.at, [one.code for one in outcomes]) for gate in gates),
            releases=tuple(
                self._release(number, per_release) for number in range(1, self.choices.releases + 1)
            )
            if is_agile
            else (),
        )

    def _release(self, number: int, gates: Sequence[MethodGate]) -> CoursePhase:
        needed = {code for gate in gates for code in gate.needs}
        outcomes = [
            self._outcome(one, True)
            for one in self.method.outcomes
            if one.code in needed and self._is_used(one)
        ]
        codes = [one.code for one in outcomes]
        return CoursePhase(
            code=f"release_{number}",
            name=f"Release {number}",
            outcomes=tuple(outcomes),
            gates=tuple(self._gate(gate, GatePlace.END, codes) for gate in gates),
        )

    def _stands(self, gate: MethodGate, stretch: Stretch) -> bool:
        """Whether it is made in this phase: of merged phases, only the first has a start and the last an end."""
        if gate.module is not None and gate.module not in self.modules:
            return False
        if gate.optional and gate.code not in self.choices.gates:
            return False
        if gate.per_release and self.choices.releases:
            return False
        match gate.at:
            case GatePlace.START:
                return stretch.of[0] in gate.phases
            case GatePlace.END:
                return stretch.of[-1] in gate.phases
        return any(code in gate.phases for code in stretch.of)

    def _outcomes(
        self, stretch: Stretch, gates: Sequence[MethodGate], of_releases: Collection[str]
    ) -> list[PhaseOutcome]:
        """Those of the phase; and what only some of its gates ask for, which is not mandatory for the phase."""
        needed = {code for gate in gates for code in gate.needs}
        outcomes = []
        for one in self.method.outcomes:
            if not self._is_used(one):
                continue
            is_of_phase = (
                not one.at_gates
                and one.code not in of_releases
                and any(code in one.phases for code in stretch.of)
            )
            if is_of_phase:
                outcomes.append(self._outcome(one, one.mandatory and one.when is None))
            elif one.code in needed:
                outcomes.append(self._outcome(one, False))
        return outcomes

    def _is_used(self, one: MethodOutcome) -> bool:
        return one.module is None or bool(self.modules & {one.module, *one.further_modules})

    def _outcome(self, one: MethodOutcome, mandatory: bool) -> PhaseOutcome:
        name = text_in(one.name, self.choices.language)
        being = {"is": getattr(one, "is")}
        return PhaseOutcome(code=one.code, name=name, mandatory=mandatory, of=one.of, role=one.role, **being)

    def _gate(self, gate: MethodGate, at: GatePlace, outcomes: Sequence[str]) -> CourseGate:
        role = next((one for one in self.method.roles if one.code == gate.decider), None)
        return CourseGate(
            of=gate,
            at=at,
            name=text_in(gate.name, self.choices.language),
            outcomes=tuple(code for code in gate.needs if code in outcomes),
            acts_as=None if role is None else role.acts_as,
        )

    def _text(self, one: MethodPhase) -> str:
        return text_in(one.name, self.choices.language)


def _approach(method: Method, choices: Choices) -> MethodApproach | None:
    """The one that is named; else that of the phases which the project has; else the first one."""
    if choices.approach is not None:
        _refuse_unknown([choices.approach], [one.code for one in method.approaches], "/approach")
        return next(one for one in method.approaches if one.code == choices.approach)
    if choices.is_agile is not None:
        alike = (one for one in method.approaches if (one.releases_in is not None) is choices.is_agile)
        return next(alike, next(iter(method.approaches), None))
    return next(iter(method.approaches), None)


def _modules(method: Method, choices: Choices) -> frozenset[str]:
    """The mandatory ones, and those that are named, or those of the scenario, or all."""
    codes = [one.code for one in method.modules]
    used: Sequence[str] = codes
    if choices.scenario is not None:
        _refuse_unknown([choices.scenario], [one.code for one in method.scenarios], "/scenario")
        used = next(one.modules for one in method.scenarios if one.code == choices.scenario)
    if choices.modules is not None:
        _refuse_unknown(choices.modules, codes, "/modules")
        used = choices.modules
    return frozenset((*used, *(one.code for one in method.modules if one.mandatory)))


def _known_gates(method: Method, choices: Choices) -> None:
    _refuse_unknown(list(choices.gates), [one.code for one in method.gates], "/gates")


def _refuse_unknown(codes: Sequence[str], codes_of_method: Sequence[str], where: str) -> None:
    unknown = [one for one in codes if one not in codes_of_method]
    if unknown:
        raise Invalid(
            "the method has nothing of this name",
            *(
                Fault(
                    "unknown_part",
                    Text("the method has no part {name} of this kind", name=one),
                    pointer=where,
                )
                for one in unknown
            ),
            code="unknown_part",
        )
