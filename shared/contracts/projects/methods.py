"""How projects are led: methods as data, and the points by which the progress of a project is judged."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, create_model

from shared.contracts.language import (
    Aggregate,
    Day,
    Decided,
    Decision,
    Edition,
    Id,
    Line,
    Prose,
    Reasoned,
    Shape,
    TimeFact,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    code,
    filterable,
    label,
    names,
    not_given,
    searched,
    sortable,
)
from shared.contracts.projects.control import DecisionLevel
from shared.contracts.projects.organisation import Language

MethodCode = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,59}$", examples=["initiation"]), code]
"""A name within a method, by which its parts name each other."""
MOST_PARTS = 200


class InLanguage(Shape):
    """What is read in one language."""

    language: Language
    """Its code in ISO 639."""
    text: Line
    """What is read in it."""


InLanguages = Annotated[list[InLanguage], Field(min_length=1, max_length=20)]
Texts = Annotated[list[InLanguage], Field(max_length=20)]
MethodCodes = Annotated[list[MethodCode], Field(max_length=MOST_PARTS)]


class MethodState(StrEnum):
    DRAFT = "draft"
    PILOTED = "piloted"
    PUBLISHED = "published"
    DEPRECATED = "deprecated"
    SUPERSEDED = "superseded"


class MethodApproach(Shape):
    """One of the ways in which a method is used, such as classic or agile."""

    code: MethodCode
    """By which the method names it."""
    name: InLanguages
    """What it is called."""
    phases: MethodCodes
    """Its phases, in order."""
    releases_in: MethodCode | None = None
    """The phase in which releases lie; null where there are none."""


class MethodPhase(Shape):
    """A phase of a method."""

    code: MethodCode
    """By which the method names it."""
    name: InLanguages
    """What it is called."""
    goal: Texts = []
    """What is to be reached in it."""
    repeat: bool = False
    """Whether a project goes through it as often as it needs to."""


class GatePlace(StrEnum):
    START = "start"
    WITHIN = "within"
    END = "end"


class MethodGate(Shape):
    """A decision that a method asks for. One that stands in several phases is made once in each."""

    code: MethodCode
    """By which the method names it."""
    name: InLanguages
    """What it is called."""
    phases: Annotated[MethodCodes, Field(min_length=1)]
    """The phases in which it stands."""
    at: GatePlace
    """Where in the phase it stands."""
    level: DecisionLevel
    """Whether those who steer decide it, or those who manage."""
    decider: MethodCode
    """The role that decides it."""
    module: MethodCode | None = None
    """The module to which it belongs; null: it is asked for whatever is used."""
    optional: bool = False
    """Whether it is only made where somebody asks for it."""
    per_release: bool = False
    """Whether each release of its phase has one, at its end."""
    repeat: bool = False
    """Whether it is decided as often as its phase is gone through."""
    needs: MethodCodes = []
    """What must be accepted; at the end of a phase beside all that is mandatory there."""


class OutcomeKind(StrEnum):
    DOCUMENT = "document"
    STATE = "state"
    REGISTER = "register"
    REPORT = "report"
    CHECKLIST = "checklist"


class OutcomeWhen(StrEnum):
    OCCURS = "occurs"


AggregateName = Annotated[str, Field(pattern="^[a-z]+(_[a-z]+)*$", max_length=60, examples=["mandate"]), code]

if TYPE_CHECKING:
    BeingSomething = Shape
else:
    BeingSomething = create_model(  # `is` is a word of Python: no class body can have such a member
        "BeingSomething",
        __base__=Shape,
        **{
            "is": (
                AggregateName | None,
                Field(
                    None,
                    description="The aggregate of Portolan that is this outcome, such as `mandate`: it counts as accepted"
                    " once that is signed, approved, accepted or kept; null where a deliverable is it.",
                ),
            )
        },
    )


class MethodOutcome(BeingSomething):
    """What a method wants to be made, kept or reached."""

    code: MethodCode
    """By which the method names it."""
    name: InLanguages
    """What it is called."""
    kind: OutcomeKind
    """What kind of outcome it is."""
    phases: Annotated[MethodCodes, Field(min_length=1)]
    """The phases in which it is worked on."""
    module: MethodCode | None = None
    """The module to which it belongs; null: it is asked for whatever is used."""
    further_modules: MethodCodes = []
    """Further modules that ask for it."""
    mandatory: bool
    """Whether it must be accepted before its phase ends."""
    when: OutcomeWhen | None = None
    """`occurs`: it is mandatory only where such a thing happens."""
    at_gates: MethodCodes = []
    """The only gates that ask for it; empty: all of its phases."""
    role: MethodCode | None = None
    """The role that answers for it."""
    of: MethodCode | None = None
    """Of several such aggregates the one that is meant: of mandates `initiation` or `execution`."""


class ActsAs(StrEnum):
    SPONSOR = "sponsor"
    MANAGER = "manager"
    COMMITTEE = "committee"


class MethodRole(Shape):
    """A role in projects that are led by a method."""

    code: MethodCode
    """By which the method names it."""
    name: InLanguages
    """What it is called."""
    level: MethodCode
    """The level of the organisation of a project on which it stands, such as steering or execution."""
    required: bool = False
    """Whether somebody must hold it."""
    max: Annotated[int | None, Field(ge=1, le=100, strict=True)] = None
    """How many may hold it at the same time; null: any number."""
    acts_as: ActsAs | None = None
    """Which role it is where rules speak of sponsor, manager or committee."""
    excludes: MethodCodes = []
    """The roles that the same person may not hold; `all`: any other."""


class MethodModule(Shape):
    """A part of a method that a project uses or leaves out."""

    code: MethodCode
    """By which the method names it."""
    name: InLanguages
    """What it is called."""
    mandatory: bool = False
    """Whether no project leaves it out."""
    phases: MethodCodes = []
    """The phases in which it works; empty: in all."""


class MethodScenario(Shape):
    """A choice of modules for one kind of project."""

    code: MethodCode
    """By which the method names it."""
    name: InLanguages
    """What it is called."""
    modules: MethodCodes
    """The modules that it uses."""


class ProjectSize(StrEnum):
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class MergedPhase(Shape):
    """Several phases as one."""

    into: MethodCode
    """The phase in whose name they are one."""
    phases: Annotated[MethodCodes, Field(min_length=1)]
    """The phases that are merged."""


class Tailoring(Shape):
    """How a method is fitted to a project."""

    size: ProjectSize | None = None
    """The projects that are meant; null: all."""
    merge: Annotated[list[MergedPhase], Field(max_length=20)] = []
    """Which phases are one. The gates between them fall away."""
    note: Texts = []
    """What else is done otherwise."""


@aggregate("projects", "methods", editions=MethodState.PUBLISHED)
class Method(Edition):
    """A way to lead projects, as data: its phases, the decisions between them, what is to be made, and who does what.

    Applied to a project it makes phases, gates and outcomes there. A project keeps the edition that was applied.
    """

    name: InLanguages
    """By which people know it."""
    title: Annotated[Line, label, sortable, not_given] = "-"
    """The first of its names, by which lists name and sort it."""
    language: Language = "en"
    """The language in which it was written."""
    approaches: Annotated[list[MethodApproach], Field(max_length=20)] = []
    """The ways in which it is used; empty: one, with all phases in their order."""
    phases: Annotated[list[MethodPhase], Field(max_length=50)] = []
    """What a project goes through, in order."""
    gates: Annotated[list[MethodGate], Field(max_length=100)] = []
    """The decisions that are taken."""
    outcomes: Annotated[list[MethodOutcome], Field(max_length=MOST_PARTS)] = []
    """What is made, kept or reached."""
    roles: Annotated[list[MethodRole], Field(max_length=100)] = []
    """Who does and decides what."""
    modules: Annotated[list[MethodModule], Field(max_length=100)] = []
    """The parts that a project uses or leaves out."""
    scenarios: Annotated[list[MethodScenario], Field(max_length=50)] = []
    """Choices of modules for kinds of projects."""
    tailoring: Annotated[list[Tailoring], Field(max_length=20)] = []
    """How it is fitted to projects."""
    source: Texts = []
    """What it rests on, and how far it follows that."""
    state: Annotated[MethodState, filterable, not_given] = MethodState.DRAFT
    """Whether projects may begin with it; moves change it."""


@fact(Method, "piloted")
class MethodPiloted(Reasoned):
    """Some projects try it."""


@fact(Method, "published")
class MethodPublished(Decided):
    """Projects may begin with it; it is not changed any more."""


@fact(Method, "deprecated")
class MethodDeprecated(Reasoned):
    """No project begins with it any more; those that have it go on."""


class MilestoneState(StrEnum):
    PLANNED = "planned"
    ACHIEVED = "achieved"
    DROPPED = "dropped"


@aggregate("projects", "milestones", key="project_id")
class Milestone(Aggregate):
    """A point by which something is to be reached, such as a go-live.

    As agreed, as planned, as expected now, and as it came: four days beside each other.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project whose milestone it is."""
    name: Annotated[Line, label, sortable, searched]
    """What is reached."""
    description: Prose = ""
    """How one sees that it is reached."""
    baseline_on: Annotated[Day | None, sortable, not_given] = None
    """The day that the approved baseline agrees on; null before there is one."""
    planned_on: Annotated[Day, sortable]
    """The day on which it is to be reached."""
    forecast_on: Annotated[Day | None, sortable] = None
    """The day on which it is expected now; null as long as that is the planned one."""
    achieved_on: Annotated[Day | None, sortable, not_given] = None
    """The day on which it was reached."""
    owner_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who answers for it."""
    activity_id: Annotated[Id | None, names("activity"), filterable] = None
    """The activity of the plan by which it is reached: each run of the schedule sets the day that is expected."""
    state: Annotated[MilestoneState, filterable, not_given] = MilestoneState.PLANNED
    """Where it stands; moves change it."""


class Achievement(Decision):
    """When something was reached."""

    on: Day
    """The day on which it was reached; not a future one."""


@fact(Milestone, "achieved")
class MilestoneAchieved(Reasoned):
    """It was reached."""

    on: Day
    """The day on which it was reached."""


@fact(Milestone, "reopened")
class MilestoneReopened(Reasoned):
    """It was not reached after all."""


@fact(Milestone, "dropped")
class MilestoneDropped(Reasoned):
    """It is not needed any more."""


@fact(Milestone, "slipped")
class MilestoneSlipped(TimeFact):
    """It is expected later than planned, and later than was told before; or its day passed, and nobody says when it comes."""
