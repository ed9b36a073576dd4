"""How the project of something in this service is found, for the matrix of acts."""

from typing import Any

from services.projects.structure.project.model import ProjectRow
from shared.contracts.projects.structure import Project
from shared.domain.acts import Standing
from shared.domain.references import exists
from shared.domain.work import Work


async def of_project(work: Work, one: Any) -> Standing:
    """By `project_id`, which must name a project (422)."""
    await exists(work, ProjectRow, one.project_id, "/project_id")
    project = await work.load(Project, one.project_id)
    return Standing(project.stage, project.archived_at is not None)


async def of_project_if_any(work: Work, one: Any) -> Standing | None:
    """The same where `project_id` may be null: then no project is asked."""
    return None if one.project_id is None else await of_project(work, one)
