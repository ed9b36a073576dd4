"""Which terms bind a project: those of its execution mandate.

An initiation mandate is no measure for what the project as a whole may cost and how long it may take: while only that binds,
nothing does.
"""

from uuid import UUID

from services.projects.control.tolerances import Terms, Tolerances
from services.projects.mandate.mandate.binding import mandates_of
from shared.contracts.projects.mandate import Mandate, MandateKind, MandateState
from shared.domain.work import Work


async def binding_mandate_of(work: Work, project_id: UUID) -> Mandate | None:
    """The execution mandate that binds now. In the commit in which the next edition is signed, that one does."""
    signed = [
        one
        for one in await mandates_of(work, project_id)
        if one.kind is MandateKind.EXECUTION and one.state is MandateState.SIGNED
    ]
    return max(signed, key=lambda one: one.edition, default=None)


async def binding_terms(work: Work, project_id: UUID) -> Terms | None:
    """Of the execution mandate that binds; None where there is none."""
    mandate = await binding_mandate_of(work, project_id)
    return None if mandate is None else terms_of(mandate)


def terms_of(mandate: Mandate) -> Terms:
    in_mandate = mandate.tolerances
    tolerances = Tolerances()
    if in_mandate is not None:
        tolerances = Tolerances(
            time_days=in_mandate.time_days,
            cost_pct=in_mandate.cost_pct,
            scope=in_mandate.scope is not None,
            quality=in_mandate.quality is not None,
            risk_score=in_mandate.risk_score,
            benefit_pct=in_mandate.benefit_pct,
        )
    return Terms(
        mandate.id,
        edition=mandate.edition,
        budget=mandate.budget,
        finish_on=max((one.due_on for one in mandate.plan), default=None),
        tolerances=tolerances,
    )
