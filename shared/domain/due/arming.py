"""Rows for aggregates that stood before a due was declared, or before its rule or the working days changed.

What has passed by then is history, and nothing is told of it. Aggregates are read a page at a time; a page in which one
changed meanwhile is read again, so that no older instant stays.
"""

from collections.abc import Sequence
from typing import Any

from shared.base.clock import from_micros, now_micros
from shared.contracts.language import Aggregate
from shared.contracts.stored import codec_of, construct
from shared.domain.due import rows
from shared.domain.due.calendar import almanac_of, worked_days_in
from shared.domain.due.declaring import Due
from shared.domain.kernel import Kernel
from shared.domain.lease import Lease
from shared.domain.register import Register
from shared.store import Part, Statement, Store, Unit
from shared.store.unit import RowWrite

PAGE = 500

_DECLARED = "SELECT kind, declaration FROM due_kind"
_DECLARE = """
INSERT INTO due_kind (kind, declaration) VALUES (?, ?)
ON CONFLICT (kind) DO UPDATE SET declaration = excluded.declaration
"""


async def needed(store: Store, registers: Sequence[Register[Any]]) -> list[tuple[Register[Any], Due]]:
    """The dues whose rows do not follow from their declaration yet."""
    declared = dict(await store.fetch(_DECLARED))
    mark = worked_days_in(store).mark
    return [
        (register, due)
        for register in registers
        for due in register.dues
        if declared.get(due.kind) != due.declaration(mark)
    ]


async def arm(kernel: Kernel, register: Register[Any], due: Due, lease: Lease) -> None:
    """Write the rows of one due; StaleVersion where the lease is lost."""
    store, after = kernel.store, ""
    declaration = due.declaration(worked_days_in(store).mark)
    while not due.is_foreign:
        page = await _page(store, register, after)
        if not page:
            break
        await store.commit(
            Unit([Part(rows=await _rows(kernel, due, register, page), statements=[lease.renewal()])])
        )
        if await _versions(store, register, page) == {row[0]: row[1] for row in page}:
            after = page[-1][0]
    declare = Statement(_DECLARE, [(due.kind, declaration)])
    await store.commit(Unit([Part(statements=[declare, lease.renewal()])]))


async def _page(store: Store, register: Register[Any], after: str) -> list[tuple[Any, ...]]:
    table = register.mirror.name
    return await store.fetch(
        f"SELECT id, version, document FROM {table} WHERE archived = 0 AND id > ? ORDER BY id LIMIT {PAGE}",
        (after,),
    )


async def _versions(store: Store, register: Register[Any], page: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    ids = [row[0] for row in page]
    marks = ", ".join("?" * len(ids))
    return dict(
        await store.fetch(f"SELECT id, version FROM {register.mirror.name} WHERE id IN ({marks})", ids)
    )


async def _rows(
    kernel: Kernel, due: Due, register: Register[Any], page: Sequence[tuple[Any, ...]]
) -> list[RowWrite]:
    """Of those that are due some time, and of those that no longer are. What waits for the very instant that follows from the
    declaration was written with its aggregate: it is told, although its instant passes just now."""
    almanac, at = almanac_of(kernel.store, kernel.settings.zone), now_micros()
    ids = [row[0] for row in page]
    marks = ", ".join("?" * len(ids))
    standing = await kernel.store.fetch(
        f"SELECT aggregate_id, due_at FROM due WHERE kind = ? AND stands = 1 AND aggregate_id IN ({marks})",
        (due.kind, *ids),
    )
    stood = dict(standing)
    shape: type[Aggregate] = register.shape
    codec = codec_of(shape)
    writes = []
    for id, _, document in page:
        entity = construct(shape, codec.read(document))
        instant = rows.waits_from_birth(due, entity, almanac, at)
        if instant is not None:
            writes.append(RowWrite(rows.STANDING, rows.row_of(due, entity, instant), None))
        elif id in stood and due.instant(entity, almanac) != from_micros(stood[id]):
            row = rows.row_of(due, entity, from_micros(stood[id]), False)
            writes.append(RowWrite(rows.STANDING, row, None))
    return writes
