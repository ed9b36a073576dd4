"""The paper by which something is decided that nobody decides alone: it was granted by as many as it asked for, on that very
thing."""

from uuid import UUID

from services.projects.mandate.decision_paper.rules import CONSENTED
from shared.base.money import Money
from shared.contracts.projects.papers import DecisionPaper
from shared.domain.work import Work

_STATES = ", ".join(f"'{state.value}'" for state in CONSENTED)


async def papers_on(work: Work, kind: str, id: UUID) -> list[DecisionPaper]:
    """The granted papers on a request, or on something of a project."""
    condition, params = "request_id = ? AND subject_id IS NULL", [str(id)]
    if kind != "request":
        condition, params = "subject_kind = ? AND subject_id = ?", [kind, str(id)]
    stored = await work.select(DecisionPaper, f"{condition} AND state IN ({_STATES})", params)
    return [one for one in stored if one.state in CONSENTED]


def covers(paper: DecisionPaper, cost: Money | None) -> bool:
    """Whether it was granted for that much: what was circulated with a lower cost allows no higher one."""
    if cost is None or paper.covers is None:
        return cost is None and paper.covers is None
    return paper.covers.currency == cost.currency and cost.minor <= paper.covers.minor
