"""What a project may do: pure decisions over its public shape."""

from datetime import timedelta

from services.projects.structure.project import starting
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.structure import (
    Project,
    ProjectActivated,
    ProjectApproved,
    ProjectClosed,
    ProjectClosingStarted,
    ProjectDiscontinued,
    ProjectPutOnHold,
    ProjectResumed,
    ProjectUpdateMissing,
    Stage,
)
from shared.contracts.words import Called
from shared.domain.acts import REVISE
from shared.domain.due.declaring import Due
from shared.domain.lifecycle import ANY_OPEN, Lifecycle, Move
from shared.domain.stages import ENDED, NOT_APPROVED, Act

S = Stage

UPDATE_MISSING = Due(
    ProjectUpdateMissing,
    at=lambda project: project.updated_at + timedelta(days=30),
    stands=lambda project: project.stage in (S.ACTIVE, S.CLOSING),
)
"""While work goes on somebody writes of it."""

PLAN = (
    "phase", "planned_start_on", "planned_finish_on", "forecast_start_on", "forecast_finish_on", "planned_cost",
    "forecast_cost", "lifecycle_cost", "stage",
)  # fmt: skip
"""What is planned and forecast: once a project has ended it stays. What is recorded of it beside may be corrected."""


APPLY = "apply-method"
"""The move that fits a method to a project."""


def act(deed: str, project: Project, before: Project | None) -> Act | None:
    """A revision of the plan is an edit, as is a method that is applied; a revision of anything else is a correction. Moves
    are judged by the lifecycle."""
    if deed == APPLY:
        return Act.EDIT
    if deed != REVISE or before is None:
        return None
    planned = any(getattr(project, member) != getattr(before, member) for member in PLAN)
    return Act.EDIT if planned else Act.CORRECTION


def needs_planned_dates(project: Project) -> None:
    """An approval commits the organisation to a time; without one there is nothing to approve."""
    missing = [m for m in ("planned_start_on", "planned_finish_on") if getattr(project, m) is None]
    if missing:
        raise Invalid(
            "a project without planned dates cannot be approved",
            *(Fault("missing", "needed for approval", pointer=f"/{member}") for member in missing),
            code="planned_dates_missing",
        )


LIFECYCLE = Lifecycle(
    "stage",
    {
        "approve": Move(NOT_APPROVED, S.APPROVED, ProjectApproved, check=needs_planned_dates),
        "activate": Move(
            S.APPROVED, S.ACTIVE, ProjectActivated, needs="write", settle=starting.refuse_without_mandate
        ),
        "put-on-hold": Move(S.ACTIVE, S.ON_HOLD, ProjectPutOnHold, by_maker_too=True),
        "resume": Move(
            S.ON_HOLD, S.ACTIVE, ProjectResumed, by_maker_too=True, settle=starting.refuse_without_mandate
        ),
        "start-closing": Move(S.ACTIVE, S.CLOSING, ProjectClosingStarted, needs="write"),
        "close": Move(S.CLOSING, S.CLOSED, ProjectClosed, by_maker_too=True, awaited=True),
        "discontinue": Move(ANY_OPEN, S.DISCONTINUED, ProjectDiscontinued, by_maker_too=True),
    },
    final=ENDED,
)


def dates_in_order(project: Project) -> None:
    """Every pair of dates runs forward, and costs are not negative."""
    for kind in ("planned", "forecast", "actual"):
        start, finish = getattr(project, f"{kind}_start_on"), getattr(project, f"{kind}_finish_on")
        if start and finish and finish < start:
            raise Invalid(
                Text(
                    "the {finish} lies before the {start}",
                    finish=Called("member", f"project.{kind}_finish_on", f"{kind} finish"),
                    start=Called("member", f"project.{kind}_start_on", f"{kind} start"),
                ),
                Fault("before_start", "earlier than the start", pointer=f"/{kind}_finish_on"),
                code="dates_out_of_order",
            )
    for member in ("planned_cost", "forecast_cost", "lifecycle_cost"):
        cost = getattr(project, member)
        if cost is not None and cost.minor < 0:
            raise Invalid("a cost is negative", Fault("negative", "not below zero", pointer=f"/{member}"))
