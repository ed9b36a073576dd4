"""What was agreed of a plan: its dates and its costs, as they were decided."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import (
    Aggregate,
    Code,
    Day,
    Decided,
    Fact,
    FileName,
    Id,
    Line,
    Reasoned,
    Sha256,
    Shape,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    filterable,
    label,
    names,
    not_given,
    optional_at_creation,
    searched,
    sortable,
)


class BaselineState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class PackageCost(Shape):
    """What a work package may cost, as it is agreed."""

    work_package_id: Annotated[Id, names("work_package")]
    """The package: one without parts, which has the budget."""
    wbs: Code
    """Its code when the baseline was proposed."""
    budget: Money
    """Its budget."""


@aggregate("projects", "baselines", key="project_id", frozen="content_hash")
class Baseline(Aggregate):
    """The dates and costs of a project as they are agreed: what progress, delay and cost are measured by from then on.

    It is made from a run of the schedule and from the budgets of the work packages, and frozen as it is proposed: who
    approves it decides on what they read. The first one of a project is free. A later one names the approved changes that
    make it necessary. Once one is approved, the days of milestones and the budgets of packages move only by the next.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project whose plan it fixes."""
    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    schedule_id: Annotated[Id | None, names("schedule"), filterable, optional_at_creation] = None
    """The run whose dates it fixes; the newest of the project where none is given, null where there is none."""
    costs: Annotated[list[PackageCost], Field(max_length=300), not_given] = []
    """The budgets of the work packages in the order of their codes, the first 300; all of them stand in the content."""
    budget: Annotated[Money | None, not_given] = None
    """The sum of all budgets; null where there is none, or where they are in several currencies."""
    packages: Annotated[int, Field(ge=0), not_given] = 0
    """How many work packages have a budget."""
    activities: Annotated[int, Field(ge=0), not_given] = 0
    """Of how many activities it fixes the dates."""
    finish_on: Annotated[Day | None, sortable, not_given] = None
    """The last day of the plan; null without a run."""
    change_ids: Annotated[
        list[Annotated[Id, names("change")]], Field(max_length=100), optional_at_creation
    ] = []
    """The approved changes that it brings into the plan; the first baseline of a project needs none."""
    content_hash: Annotated[Sha256 | None, not_given] = None
    """The hash of its frozen content: dates, milestones, costs."""
    approved_on: Annotated[Day | None, sortable, not_given] = None
    """The day from which it counts."""
    state: Annotated[BaselineState, filterable, not_given] = BaselineState.PROPOSED
    """Whether it counts; moves change it."""


@fact(Baseline, "approved")
class BaselineApproved(Decided):
    """It is what the project is measured by from now on."""


@fact(Baseline, "rejected")
class BaselineRejected(Reasoned):
    """It was proposed, and does not count."""


@fact(Baseline, "superseded")
class BaselineSuperseded(Fact):
    """The next baseline of the project was approved."""

    by_id: Id
    """The baseline that counts from now on."""


class PlanFormat(StrEnum):
    """Of which program a plan file is: Microsoft Project (as XML, or as it saves), Primavera P6 (XER or XML)."""

    MSPDI = "mspdi"
    MPP = "mpp"
    XER = "xer"
    PMXML = "pmxml"


class PlanFileReason(StrEnum):
    """Why something of a plan file was not taken: it is computed anew, it is a setting of the other program, or there is no
    place for it here."""

    COMPUTED = "computed"
    SETTING = "setting"
    NO_PLACE = "no_place"


class PlanFileRows(StrEnum):
    ACTIVITIES = "activities"
    DEPENDENCIES = "dependencies"


class PlanFileLoss(Shape):
    """A kind of thing in a plan file that was not taken."""

    what: Line
    """The element of the file, or the kind of thing."""
    count: Annotated[int, Field(ge=1)]
    """How often it occurs in the file."""
    reason: PlanFileReason
    """Why it was not taken."""
    example: Annotated[str, Field(max_length=300)] = ""
    """The first one, by its name in the file; empty where it has none."""


class PlanFileTaken(Shape):
    """What became of the rows of one kind."""

    what: PlanFileRows
    """Activities or links."""
    created: Annotated[int, Field(ge=0)] = 0
    """How many are new."""
    changed: Annotated[int, Field(ge=0)] = 0
    """How many differ from what stood."""
    removed: Annotated[int, Field(ge=0)] = 0
    """How many had come from the file before and are in it no more: they are archived."""
    unchanged: Annotated[int, Field(ge=0)] = 0
    """How many stay as they are."""


@aggregate("projects", "plan-files", key="project_id", read_only=True)
class PlanFile(Aggregate):
    """A plan of another program that was taken over as the activities and links of a project.

    Activities are known by their keys in the file: taken again, one that is unchanged changes nothing. What was entered here
    stays.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project whose plan it became."""
    filename: Annotated[FileName, label, sortable, searched]
    """The name of the file."""
    format: Annotated[PlanFormat, filterable]
    """Of which program it is, by its content."""
    sha256: Sha256
    """The hash of the file."""
    taken_rows: Annotated[list[PlanFileTaken], Field(max_length=10)] = []
    """What became of its rows."""
    losses: Annotated[list[PlanFileLoss], Field(max_length=200)] = []
    """What was not taken, the most frequent first."""
