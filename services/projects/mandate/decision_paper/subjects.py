"""What papers are about: a request, a project, or something of a project. It need not be there for a paper to be written,
such as a question that concerns the house."""

from typing import Any
from uuid import UUID

from shared.base.errors import Fault, Invalid
from shared.contracts.language import Aggregate, entry_of, plain
from shared.contracts.projects.intake import Request
from shared.contracts.projects.papers import Approval, DecisionPaper
from shared.contracts.projects.structure import Project
from shared.domain.work import Work

OF_REQUEST = ("code", "cost_low", "cost_likely", "cost_high", "effort_hours", "wanted_by")
OF_PROJECT = ("code", "stage", "planned_cost", "planned_start_on", "planned_finish_on")
"""The figures that a paper is frozen with; titles of what may become confidential are not among them."""


async def check_subject(work: Work, paper: DecisionPaper) -> None:
    """Refuse (422) a paper on something that is not there, or that lies elsewhere than the paper."""
    if paper.subject is None:
        return
    subject = await _something(work, paper.subject.kind, paper.subject.id)
    if subject is None:
        raise Invalid(
            "a reference names nothing",
            Fault("not_found", "there is none with this id", pointer="/subject/id"),
        )
    if getattr(subject, "project_id", None) != paper.project_id or paper.project_id is None:
        raise Invalid(
            "a paper lies in the project of what it decides on",
            Fault("of_another_project", "is of another project", pointer="/subject/id"),
            code="of_another_project",
        )


async def _something(work: Work, kind: str, id: UUID) -> Aggregate | None:
    """An open aggregate of this service; None where there is none, or none that who asked sees."""
    for shape in work.mirrors:
        entry = entry_of(shape)
        if entry.name == kind and entry.visibility == "open":
            one = await work.find_by_id(shape, id)
            return None if one is None or work.hides(one) else one
    return None


async def standing(work: Work, paper: DecisionPaper) -> dict[str, Any]:
    """The figures of what the paper is about, as they stand now, each with its version."""
    figures: dict[str, Any] = {}
    for name, shape, id, members in (
        ("request", Request, paper.request_id, OF_REQUEST),
        ("project", Project, paper.project_id, OF_PROJECT),
    ):
        one: Aggregate | None = None if id is None else await work.find_by_id(shape, id)
        if one is not None:
            content = one.model_dump(mode="json", include={"id", "version", *members})
            figures[name] = content
    if paper.subject is not None:
        subject = await _something(work, paper.subject.kind, paper.subject.id)
        version = None if subject is None else subject.version
        figures["subject"] = {"kind": paper.subject.kind, "id": str(paper.subject.id), "version": version}
    return figures


async def hand_over(work: Work, request: Request) -> None:
    """What was decided on a request is the project's, too, that it became."""
    assert request.became is not None
    where, params = "request_id = ? AND project_id IS NULL", (str(request.id),)
    papers, approvals = (
        await work.select(DecisionPaper, where, params),
        await work.select(Approval, where, params),
    )
    for paper in papers:
        paper.project_id = request.became.id
        work.save(paper, plain(DecisionPaper, "revised"))
    for approval in approvals:
        approval.project_id = request.became.id
        work.save(approval, plain(Approval, "revised"))
