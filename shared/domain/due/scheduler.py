"""Tells what is due: one process of a service at a time, in the order of the instants, each once.

    rows by index -> their aggregates -> the rows again -> [ versions with facts + rows as told + lease, one commit ]

The rows are read again after the aggregates: what another process has told by then is seen, and what it tells later
takes the version that this commit needs. So nothing is told twice, whoever holds the lease.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from shared.base import telemetry
from shared.base.clock import from_micros, machine_micros, now_micros, to_micros
from shared.base.ids import new_id_text
from shared.contracts.language import Aggregate
from shared.domain import history
from shared.domain.due import arming, calendar, rows
from shared.domain.due.calendar import almanac_of, worked_days_in
from shared.domain.due.declaring import Due
from shared.domain.kernel import Kernel
from shared.domain.lease import Lease
from shared.domain.register import Register, save
from shared.domain.work import Work
from shared.store import StaleVersion, Unreachable
from shared.store.outbox import Origin
from shared.store.unit import RowWrite

LOOK_EVERY_S = 1.0
BATCH = 100
MOST_FAILURES = 50
"""Batches in a row of which nothing was told."""
AGAIN_US = 60_000_000
"""After so long something that could not be told is tried again."""
LEASE = "due"

_COLUMNS = "id, kind, aggregate_id, due_at"
_MOVE = "UPDATE due SET due_at = ?, stands = ? WHERE id = ? AND due_at = ?"
_LATER = "UPDATE due SET retry_at = ? WHERE id = ? RETURNING id"


class Waiting(NamedTuple):
    """A row that is to be told."""

    id: str
    kind: str
    aggregate_id: str
    due_at: int


class Scheduler:
    """What becomes due in one service, as one process tells it."""

    def __init__(self, kernel: Kernel, registers: Iterable[Register[Any]]) -> None:
        self.kernel = kernel
        self.registers = [register for register in registers if register.dues]
        self.lease = Lease(kernel.store, LEASE)
        self._kinds: dict[str, tuple[Due, Register[Any]]] = {
            due.kind: (due, register) for register in self.registers for due in register.dues
        }
        self._needs_working_days = any(due.lead.working for due, _ in self._kinds.values())
        self._armed_with: str | None = None
        """The mark of the working days with which all rows were seen to follow from their declarations."""
        marks = ", ".join("?" * len(self._kinds))
        self._oldest = f"SELECT MIN(due_at) FROM due WHERE {rows.WAITS} AND kind IN ({marks})"
        self._next = (
            f"SELECT {_COLUMNS} FROM due WHERE {rows.WAITS} AND due_at <= ? AND retry_at <= ?"
            f" AND kind IN ({marks}) ORDER BY due_at, id LIMIT {BATCH}"
        )
        telemetry.begin(telemetry.OF_A_SCHEDULER, kernel.service)

    async def run(self) -> None:
        """Without end; while the database is away nothing is told."""
        while True:
            with suppress(Unreachable, StaleVersion):
                await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> int:
        """Tell what is due by now; answers how much that was. Of several processes only one does.

        Nothing is told while a history is read in: what was told before comes with it."""
        store = self.kernel.store
        if self._needs_working_days:
            await calendar.look(store, self.kernel.settings, self.kernel.mirrors)
        [(oldest,)] = await store.fetch(self._oldest, tuple(self._kinds))
        late = 0.0 if oldest is None else max(0, now_micros() - oldest) / 1_000_000
        telemetry.DUE_OLDEST.labels(self.kernel.service).set(late)
        unarmed = await self._unarmed()
        if not (unarmed or (late and await self._waiting())):
            return 0
        if await history.is_being_read_in(store) or not await self.lease.take():
            return 0
        count = await self._tell_all()
        for register, due in unarmed:
            await arming.arm(self.kernel, register, due, self.lease)
        await self.lease.give_back()
        return count

    async def _unarmed(self) -> list[tuple[Register[Any], Due]]:
        """Asked until there is none, then only where the working days change.

        So while versions of Portolan with different rules run side by side, they do not undo each other's rows.
        """
        mark = worked_days_in(self.kernel.store).mark
        if mark == self._armed_with:
            return []
        unarmed = await arming.needed(self.kernel.store, self.registers)
        self._armed_with = None if unarmed else mark
        return unarmed

    async def _tell_all(self) -> int:
        """In the order of their instants. Where other writers come between too often, the rest waits for the next look."""
        count = failures = 0
        while failures < MOST_FAILURES and (waiting := await self._waiting()):
            some = await self._tell_some(waiting)
            count, failures = count + some, 0 if some else failures + 1
            if not some and not await self.lease.take():
                break
        return count

    async def _waiting(self) -> list[Waiting]:
        found_rows = await self.kernel.store.fetch(self._next, (now_micros(), machine_micros(), *self._kinds))
        return [Waiting(*row) for row in found_rows]

    async def _tell_some(self, waiting: Sequence[Waiting]) -> int:
        """All in one commit; where that fails one by one, until another writer comes between."""
        with suppress(StaleVersion):
            try:
                return await self._tell(waiting)
            except (Unreachable, StaleVersion):
                raise
            except Exception as error:  # noqa: BLE001 one of them cannot be told: find out which
                if len(waiting) == 1:
                    await self._put_off(waiting[0], error)
                    return 0
        if len(waiting) == 1:
            return 0
        count = 0
        for one in waiting:
            before = count
            count += await self._tell_some([one])
            if count == before:  # it is read again first, so that what follows keeps the order
                break
        return count

    async def _put_off(self, one: Waiting, error: Exception) -> None:
        telemetry.DUE_FAILURES.labels(self.kernel.service).inc()
        telemetry.LOG.event(
            "error", self.kernel.service, "what is due cannot be told", kind=one.kind, id=one.aggregate_id,
            error=repr(error),
        )  # fmt: skip
        await self.kernel.store.run(_LATER, (machine_micros() + AGAIN_US, one.id))

    async def _tell(self, waiting: Sequence[Waiting]) -> int:
        """Stage and commit; what no longer is as its row says is only put right."""
        work = self._work()
        aggregates = await self._aggregates(work, waiting)
        unchanged = await self._still_waiting(waiting)
        count = 0
        for one in waiting:
            if one in unchanged:
                count += await self._tell_one(work, one, aggregates.get(one.aggregate_id))
        work.unit.parts[0].statements.append(self.lease.renewal())
        await work.commit()
        telemetry.DUE_TOLD.labels(self.kernel.service).inc(count)
        return count

    async def _tell_one(self, work: Work, one: Waiting, entity: Any) -> bool:
        due, register = self._kinds[one.kind]
        if entity is None:  # there is no such aggregate, as after a restore by hand
            work.add_statement(_MOVE, [(one.due_at, 0, one.id, one.due_at)])
            return False
        at = from_micros(one.due_at)
        almanac = almanac_of(work.store, work.settings.zone)
        instant = at if due.is_foreign else due.instant(entity, almanac)
        if instant != at or not await due.still(work, entity):
            moved = instant is not None and instant != at
            when = to_micros(instant) if instant is not None else one.due_at
            work.add_statement(_MOVE, [(when, int(moved), one.id, one.due_at)])
            return False
        due.effect(entity)
        work.telling = due
        with work.effective_from(one.due_at):
            entity = await save(work, register, entity, due.fact(due_at=at))
        work.telling = None
        row = rows.row_of(due, entity, at, due.is_foreign or due.stands(entity))
        work.part.rows.append(
            RowWrite(rows.TELLING, (*row, one.due_at, now_micros(), entity.version, 0), None)
        )
        return True

    async def _aggregates(self, work: Work, waiting: Sequence[Waiting]) -> dict[str, Aggregate]:
        """Those of some rows by their ids, one query a kind."""
        ids: dict[type[Aggregate], set[str]] = {}
        for one in waiting:
            ids.setdefault(self._kinds[one.kind][1].shape, set()).add(one.aggregate_id)
        aggregates = dict[str, Aggregate]()
        for shape, aggregate_ids in ids.items():
            marks = ", ".join("?" * len(aggregate_ids))
            some = await work.select(shape, f"id IN ({marks})", sorted(aggregate_ids), archived=True)
            aggregates |= {str(one.id): one for one in some}
        return aggregates

    async def _still_waiting(self, waiting: Sequence[Waiting]) -> set[Waiting]:
        marks = ", ".join("?" * len(waiting))
        text = f"SELECT {_COLUMNS} FROM due WHERE {rows.WAITS} AND id IN ({marks})"
        return {
            Waiting(*row) for row in await self.kernel.store.fetch(text, [one.id for one in waiting])
        } & set(waiting)

    def _work(self) -> Work:
        kernel = self.kernel
        origin = Origin(kernel.source, "system", "system:due", new_id_text())
        scopes = frozenset({f"{kernel.service}.write", f"{kernel.service}.decide"})
        return Work(
            kernel.store, kernel.mirrors, origin, scopes=scopes, settings=kernel.settings, watch=kernel.watch
        )
