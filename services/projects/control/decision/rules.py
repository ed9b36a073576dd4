"""What holds of decisions: the log is added to, and what was decided stays as it was decided."""

from shared.base.errors import Conflict, Fault
from shared.contracts.projects.control import (
    DecisionRevoked,
    DecisionState,
    DecisionSuperseded,
    LoggedDecision,
)
from shared.domain.acts import CREATE
from shared.domain.lifecycle import Lifecycle, Move
from shared.domain.stages import Act

S = DecisionState


def act(deed: str, decision: LoggedDecision, before: LoggedDecision | None) -> Act:
    """Decisions are taken up to the end of a project; later ones correct the record."""
    return Act.EDIT if deed == CREATE else Act.CORRECTION


LIFECYCLE = Lifecycle(
    "state",
    {"revoke": Move(S.IN_FORCE, S.REVOKED, DecisionRevoked, by_maker_too=True)},
)


def may_be_superseded(decision: LoggedDecision) -> None:
    if decision.state is not S.IN_FORCE:
        raise Conflict(
            "only a decision in force is superseded",
            Fault("not_in_force", "is not in force any more", pointer="/supersedes_id"),
            code="not_in_force",
        )


def supersede(decision: LoggedDecision, by: LoggedDecision) -> DecisionSuperseded:
    decision.state = S.SUPERSEDED
    return DecisionSuperseded(superseded_by_id=by.id)
