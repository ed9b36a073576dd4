"""What a circulated paper is frozen with: all that it says, its evidence, and how what it is about stood then."""

from typing import Any

from services.projects.mandate.decision_paper.subjects import standing
from shared.base.errors import Fault, Invalid
from shared.contracts.common import DOCUMENTS
from shared.contracts.projects.papers import DecisionPaper, Evidence
from shared.domain.work import Work

FORMAT = "portolan.decision_paper.1"
WORDS = ("title", "question", "options", "criteria", "recommendation", "approvers", "due_on")


async def content_of(work: Work, paper: DecisionPaper) -> dict[str, Any]:
    """All that those who are asked decide on."""
    return {
        "format": FORMAT,
        "id": str(paper.id),
        "round": paper.round,
        "circulated_on": str(paper.circulated_on),
        **paper.model_dump(mode="json", include={*WORDS}),
        "evidence": [await _evidence(work, place, one) for place, one in enumerate(paper.evidence)],
        "about": await standing(work, paper),
    }


async def _evidence(work: Work, place: int, one: Evidence) -> dict[str, Any]:
    """A document stands there by the hash of its newest file, which never changes."""
    frozen = one.model_dump(mode="json")
    if one.document_id is None:
        return frozen
    document = await work.load(DOCUMENTS["projects"], one.document_id)
    if not document.versions:
        raise Invalid(
            "the document has no file yet; add a version first",
            Fault("no_version", "has no file yet", pointer=f"/evidence/{place}/document_id"),
            code="no_version",
        )
    newest = document.versions[-1]
    version = {"number": len(document.versions), "sha256": newest.sha256, "name": newest.name}
    return frozen | {"version": version}
