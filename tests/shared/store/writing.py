"""Units of work as services make them, and what stands in a store afterwards."""

import asyncio
from collections.abc import Iterable
from typing import Any

from services.projects.service import SERVICE
from shared.contracts.language import ExternalRef, plain
from shared.contracts.projects.structure import Project
from shared.domain.work import Work
from shared.store import Store
from shared.store.outbox import Origin

ORIGIN = Origin("/portolan/tests/projects/1", "user", "anna", "tests")


def work_on(store: Store) -> Work:
    return Work(store, SERVICE.mirrors, ORIGIN)


def stage(work: Work, code: str, external_id: str | None = None) -> Project:
    """A new project in the current part of the unit."""
    ref = ExternalRef(source="tests", id=external_id) if external_id else None
    built = work.new(Project, code=code, name=f"Project {code}", external_ref=ref)
    return work.save(built, plain(Project, "created"))


def creating(store: Store, code: str, external_id: str | None = None) -> Work:
    work = work_on(store)
    stage(work, code, external_id)
    return work


async def created(store: Store, code: str, external_id: str | None = None) -> Project:
    work = work_on(store)
    built = stage(work, code, external_id)
    await work.commit()
    return built


async def renaming(store: Store, project: Project, name: str) -> Work:
    """A unit that has read the project as it is now."""
    work = work_on(store)
    rename(work, await work.load(Project, project.id), name)
    return work


def rename(work: Work, project: Project, name: str) -> Project:
    project.name = name
    return work.save(project, plain(Project, "revised"))


async def outcomes(units: Iterable[Work]) -> list[BaseException | None]:
    """What came of units committed at the same time."""
    return await asyncio.gather(*(unit.commit() for unit in units), return_exceptions=True)


async def codes(store: Store) -> set[str]:
    return {row[0] for row in await store.fetch("SELECT code FROM project")}


async def positions(store: Store) -> list[int]:
    return [row[0] for row in await store.fetch("SELECT position FROM outbox ORDER BY position")]


async def versions(store: Store) -> dict[str, list[int]]:
    """Aggregate -> the versions it published, in the order of their positions."""
    result: dict[str, list[int]] = {}
    for id, version in await store.fetch(
        "SELECT aggregate_id, aggregate_version FROM outbox ORDER BY position"
    ):
        result.setdefault(id, []).append(version)
    return result


async def everything(store: Store) -> list[Any]:
    """Whatever a unit could have left."""
    return [
        await store.fetch("SELECT id, version, document FROM project ORDER BY id"),
        await store.fetch("SELECT position, event_id FROM outbox ORDER BY position"),
        await store.fetch("SELECT last FROM counter"),
        await store.fetch("SELECT key, version FROM guard ORDER BY key"),
        await store.fetch("SELECT principal, route, key FROM idempotency ORDER BY key"),
    ]
