"""Those who are asked in one circulation of a paper, as a unit of work leaves them."""

from uuid import UUID

from shared.contracts.projects.papers import Approval, DecisionPaper
from shared.domain.work import Work


def guard_of(paper_id: UUID) -> str:
    """Held by whoever answers, and by whoever recalls or withdraws the paper: each counts what the one before left."""
    return f"decision paper {paper_id}"


async def approvals_of(work: Work, paper: DecisionPaper) -> list[Approval]:
    """Of the round that runs."""
    stored = await work.select(Approval, "paper_id = ?", (str(paper.id),))
    return work.with_staged(
        Approval, stored, lambda one: one.paper_id == paper.id and one.round == paper.round
    )
