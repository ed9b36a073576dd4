"""What holds of requirements: each belongs to something, and what was agreed is reworded only once it is reopened."""

from services.projects.intake.agreements import keeps_what_was_agreed
from shared.base.errors import Fault, Invalid
from shared.contracts.projects.intake import (
    Requirement,
    RequirementAgreed,
    RequirementDropped,
    RequirementFulfilled,
    RequirementReopened,
    RequirementState,
)
from shared.domain.lifecycle import Lifecycle, Move
from shared.domain.stages import Act

S = RequirementState

LIFECYCLE = Lifecycle(
    "state",
    {
        "agree": Move(S.PROPOSED, S.AGREED, RequirementAgreed, needs="write", checks_content=True),
        "reopen": Move(
            (S.AGREED, S.DROPPED, S.FULFILLED),
            S.PROPOSED,
            RequirementReopened,
            needs="write",
            checks_content=True,
        ),
        "drop": Move(
            (S.PROPOSED, S.AGREED), S.DROPPED, RequirementDropped, needs="write", checks_content=True
        ),
        "fulfil": Move(
            S.AGREED,
            S.FULFILLED,
            RequirementFulfilled,
            needs="write",
            checks_content=True,
            description="From agreed to fulfilled: once all deliverables that it traces to are accepted, and no reservation"
            " is open.",
        ),
    },
)


def act(deed: str, requirement: Requirement, before: Requirement | None) -> Act:
    return Act.EDIT


def belongs_to_something(requirement: Requirement) -> None:
    if requirement.request_id is None and requirement.project_id is None:
        raise Invalid(
            "a requirement belongs to a request or to a project",
            Fault("required", "a request, or a project", pointer="/request_id"),
            code="belongs_to_nothing",
        )


def stays_as_agreed(requirement: Requirement, before: Requirement | None) -> None:
    if before is not None and before.state is not S.PROPOSED:
        keeps_what_was_agreed(requirement, before, ("statement", "priority", "acceptance_criteria"))
