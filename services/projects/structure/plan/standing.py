"""A project's plan as it stands: read in pieces, so that no other request waits for a large one."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

from shared.base.turns import in_turns
from shared.contracts.language import Aggregate
from shared.contracts.projects.plan import Activity, Dependency
from shared.domain.work import Work

AT_ONCE = 500
"""So many rows are read at once."""

A = TypeVar("A", bound=Aggregate)


@dataclass
class Plan:
    """What is live of a project's plan, by id and in the order of ids."""

    activities: dict[UUID, Activity]
    links: dict[UUID, Dependency]

    async def tag(self) -> str:
        return await tag_of([*self.activities.values(), *self.links.values()])


async def plan_of(work: Work, project_id: UUID) -> Plan:
    """The plan of a project as it is stored."""
    return Plan(
        {one.id: one for one in await all_of(work, Activity, project_id)},
        {one.id: one for one in await all_of(work, Dependency, project_id)},
    )


async def all_of(work: Work, shape: type[A], project_id: UUID) -> list[A]:
    rows: list[A] = []
    after = ""
    while True:
        page = await work.select(
            shape, f"project_id = ? AND id > ? ORDER BY id LIMIT {AT_ONCE}", (str(project_id), after)
        )
        rows += page
        await asyncio.sleep(0)
        if len(page) < AT_ONCE:
            return rows
        after = str(page[-1].id)


async def by_ids(work: Work, shape: type[A], ids: Iterable[UUID | str]) -> dict[UUID, A]:
    """Of these the ones that there are, archived or not, in any project."""
    texts = sorted({str(id) for id in ids})
    rows: dict[UUID, A] = {}
    for first in range(0, len(texts), AT_ONCE):
        piece = texts[first : first + AT_ONCE]
        marks = ", ".join("?" * len(piece))
        rows |= {one.id: one for one in await work.select(shape, f"id IN ({marks})", piece, archived=True)}
    return rows


async def tag_of(rows: Iterable[Aggregate]) -> str:
    """The ETag of a plan: a hash of the ids and versions of all that is in it."""
    texts = [f"{one.id}.{one.version}" async for one in in_turns(rows, AT_ONCE)]
    return await asyncio.to_thread(_tag, texts)


def _tag(texts: list[str]) -> str:
    return f'"{blake2b("".join(sorted(texts)).encode(), digest_size=16).hexdigest()}"'
