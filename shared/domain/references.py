"""References: within a service they must exist; to another service they must have been heard of.

A service keeps what it must know of foreign aggregates, as their events told it. A command that names one not
yet seen waits a little for it to arrive, then refuses in a way that says: try again.
"""

import asyncio
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import SQLModel

from shared.base.errors import Fault, Invalid, NotYetKnown
from shared.domain.work import Work

WAIT_S = 1.0
POLL_S = 0.02


async def exists(work: Work, row: type[SQLModel], id: UUID | None, pointer: str) -> None:
    """Refuse (422) a reference within the service to what is not there; what this unit makes is there."""
    table: Any = row.__table__  # type: ignore[attr-defined]
    if id is None or work.relies_on(table.name, id) or (table.name, id) in work.seen:
        return
    if not await work.store.fetch(f"SELECT 1 FROM {table.name} WHERE id = ?", (str(id),)):
        fault = Fault("not_found", "there is none with this id", pointer=pointer)
        raise Invalid("a reference names nothing", fault)


async def heard_of(work: Work, row: type[SQLModel], id: UUID | None, pointer: str) -> tuple[Any, ...] | None:
    """The service's own copy of a foreign aggregate; 409 with Retry-After where it does not arrive.

    A unit waits a second in all, however many references it names, so a batch of unknown ones is answered; one that
    is only asked about does not wait.
    """
    if id is None:
        return None
    table: Any = row.__table__  # type: ignore[attr-defined]
    if (known := work.foreign.get((table.name, id))) is not None:
        return known
    work.waits_until = work.waits_until or monotonic() + (0 if work.dry else WAIT_S)
    while True:
        rows = await work.store.fetch(f"SELECT * FROM {table.name} WHERE id = ?", (str(id),))
        if rows:
            return tuple(rows[0])
        if monotonic() >= work.waits_until:
            raise NotYetKnown(
                "a reference has not arrived here yet",
                Fault("not_yet_known", "not heard of yet", pointer=pointer),
                headers={"Retry-After": "1"},
            )
        await asyncio.sleep(POLL_S)


async def foresee(work: Work, names: Mapping[str, type[SQLModel]], bodies: Iterable[BaseModel]) -> None:
    """Read at once what the members of many requests name: of each table what will be asked for, in one query."""
    own = {mirror.name: shape for shape, mirror in work.mirrors.items()}
    wanted: dict[str, set[UUID]] = {}
    for body in bodies:
        for member, row in names.items():
            if (id := getattr(body, member)) is not None:
                wanted.setdefault(row.__table__.name, set()).add(id)  # type: ignore[attr-defined]
    for table, ids in wanted.items():
        condition, params = f"id IN ({', '.join('?' * len(ids))})", sorted(map(str, ids))
        if table in own:
            await work.select(own[table], condition, params, archived=True)
        else:
            rows = await work.store.fetch(f"SELECT * FROM {table} WHERE {condition}", params)
            work.foreign |= {(table, UUID(row[0])): tuple(row) for row in rows}


async def is_news(work: Work, row: type[SQLModel], id: UUID, version: int) -> bool:
    """Whether a told version is later than the service's own copy: a replay of what was told is no news."""
    table: Any = row.__table__  # type: ignore[attr-defined]
    rows = await work.store.fetch(f"SELECT version FROM {table.name} WHERE id = ?", (str(id),))
    return not rows or version > rows[0][0]
