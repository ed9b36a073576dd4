"""Whether the project that something belongs to still allows what is to be done: the matrix, asked by commands.

An aggregate says in its rules which act each deed is, and in its commands how its project is found. The register asks
before it creates, revises, archives or restores; a command with a route of its own asks by itself.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.contracts.language import Aggregate, entry_of
from shared.contracts.projects.structure import Stage
from shared.domain import stages
from shared.domain.copies import Known
from shared.domain.references import known_copy
from shared.domain.stages import Act
from shared.domain.work import Work

CREATE, REVISE, ARCHIVE, RESTORE = "create", "revise", "archive", "restore"
"""The deeds of every register; each move of a lifecycle is a deed by its own name."""

VERBS = ("contribute", "write", "decide", "import")
PROJECT = "project_id"
"""The member by which an aggregate names its project."""


class Standing(NamedTuple):
    """A project as far as the matrix asks."""

    stage: Stage
    archived: bool


@dataclass(frozen=True)
class Acts:
    """`project` finds the project of an aggregate (None: it belongs to none); `act` names the act of a deed, given the
    aggregate as it is to be and as it was (None: the deed asks nothing of the project)."""

    project: Callable[[Work, Any], Awaitable[Standing | None]]
    act: Callable[[str, Any, Any], Act | None]
    pointer: str = "/project_id"


def of_known_project(projects: Known) -> Callable[[Work, Any], Awaitable[Standing | None]]:
    """Finds the project by `project_id` in the service's own copies, which have `stage` and `archived`. It
    waits for one that has not arrived yet."""

    async def standing(work: Work, one: Any) -> Standing | None:
        project = await known_copy(work, projects, one.project_id, "/project_id")
        return None if project is None else Standing(project.stage, project.archived)

    return standing


async def admit(work: Work, acts: Acts, entity: Aggregate, deed: str) -> None:
    """Refuse the deed where the project does not allow it, or not to this caller; what goes over to another project
    is asked of both."""
    before = work.before(entity)
    act = acts.act(deed, entity, before)
    if act is None:
        return
    for one in (entity, before) if _goes_over(entity, before) else (entity,):
        standing = await acts.project(work, one)
        if standing is not None:
            stages.admit(act, standing.stage, standing.archived, verbs(work, one or entity), acts.pointer)


def _goes_over(entity: Aggregate, before: Aggregate | None) -> bool:
    if before is None or PROJECT not in type(entity).model_fields:
        return False
    return bool(getattr(before, PROJECT) != getattr(entity, PROJECT))


async def permits(work: Work, acts: Acts, entity: Aggregate, deed: str) -> bool:
    """Whether the project allows the deed to this caller, on the aggregate as it stands."""
    act = acts.act(deed, entity, entity)
    if act is None:
        return True
    standing = await acts.project(work, entity)
    return standing is None or stages.permits(act, *standing, verbs(work, entity))


def verbs(work: Work, one: Aggregate) -> set[str]:
    """What the caller of this unit may do with an aggregate, where it lies."""
    service, allowed = entry_of(type(one)).service, work.allowed_scopes(one)
    return {verb for verb in VERBS if f"{service}.{verb}" in allowed}
