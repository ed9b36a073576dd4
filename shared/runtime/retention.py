"""What is kept for a while only, and taken out after the start and then once an hour, a handful of rows at a time.

Events and the aggregates they tell of are kept for ever; this is about what stands beside them. What is about persons may be
erased once the organisation keeps it no longer (`shared.domain.keeping`).
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from shared.base.clock import DAY_US, HOUR_US, machine_micros, now_micros
from shared.domain.keeping import erase_outdated
from shared.domain.kernel import Kernel
from shared.runtime.service import Service
from shared.store import content

HANDFUL = 500
"""So many rows go in one transaction: a few milliseconds, for which nothing else is written."""
GIVEN_UP = (
    "NOT EXISTS (SELECT 1 FROM dead_letter d"
    " WHERE d.consumer = parked.consumer AND d.aggregate_id = parked.aggregate_id)"
)
"""An aggregate without a dead letter needs no decision: later events of it are applied again."""
MOST_REFUSED = 20_000
"""Refused attempts beyond these are taken out, the oldest first, however young they are."""


@dataclass(frozen=True)
class Outdated:
    """Rows of a table that are to go."""

    table: Table
    where: str
    params: tuple[Any, ...]


async def forget_outdated(service: Service, kernel: Kernel) -> int:
    """Take out what is older than the settings say, and erase what the organisation keeps no longer; answers how many rows
    and aggregates that were.

    ClockJumped where the clock cannot be believed: a year ahead, it would take out everything, revocations too, and a
    revoked token would be good again once the clock is put right.
    """
    kernel.watch.check(now_micros())
    rows = sum([await _take_out(kernel, outdated) for outdated in _outdated(service, kernel)])
    rows += await erase_outdated(kernel, service.registers)
    return rows + await content.prune(kernel.store)


def _outdated(service: Service, kernel: Kernel) -> Iterator[Outdated]:
    tables, settings, now = service.metadata.tables, kernel.settings, now_micros()
    before = now - settings.idempotency_hours * HOUR_US
    yield Outdated(tables["idempotency"], "created_at < ?", (before,))
    refused = tables["refused_attempt"]
    yield Outdated(refused, "recorded_at < ?", (now - settings.refused_attempts_days * DAY_US,))
    yield Outdated(
        refused,
        "recorded_at < (SELECT MIN(recorded_at) FROM (SELECT recorded_at FROM refused_attempt"
        f" ORDER BY recorded_at DESC LIMIT {MOST_REFUSED}) AS newest)",
        (),
    )
    if settings.dead_letters_days:
        yield Outdated(tables["dead_letter"], "recorded_at < ?", (now - settings.dead_letters_days * DAY_US,))
        yield Outdated(tables["parked"], GIVEN_UP, ())
    yield Outdated(tables["content_upload"], "expires_at < ?", (now,))
    for name in ("revocation", "operation", "access_token_use", *service.expiring):
        yield Outdated(tables[name], "expires_at < ?", (machine_micros(),))


async def _take_out(kernel: Kernel, outdated: Outdated) -> int:
    name, keys = outdated.table.name, ", ".join(column.name for column in outdated.table.primary_key)
    gone = 0
    while True:
        rows = await kernel.store.run(
            f"DELETE FROM {name} WHERE ({keys}) IN (SELECT {keys} FROM {name} WHERE {outdated.where} LIMIT {HANDFUL})"
            f" RETURNING 1",
            outdated.params,
        )
        gone += len(rows)
        if len(rows) < HANDFUL:
            return gone
        await asyncio.sleep(0)
