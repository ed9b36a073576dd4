"""Events that a consumer cannot apply: stored in its database, with their aggregates parked until an operator decides."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from shared.base import telemetry
from shared.base.clock import now_micros
from shared.base.ids import new_id_text
from shared.domain.erasure import forgotten_event
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.forgetting import erasing
from shared.store import Store


class DeadLetters:
    """Those of one consumer."""

    def __init__(self, store: Store, service: str, consumer: str) -> None:
        self.parked: set[str] = set()
        """Ids of aggregates of which nothing is folded."""
        self._store = store
        self._service = service
        self._consumer = consumer
        self._labels = (service, consumer)

    async def load(self) -> None:
        """Read anew what is parked: another replica may have decided."""
        rows = await self._store.fetch(
            "SELECT aggregate_id FROM parked WHERE consumer = ?", (self._consumer,)
        )
        self.parked = {row[0] for row in rows}

    async def count(self) -> None:
        """Tell the metrics what waits for a decision, whichever replica put it aside."""
        name = (self._consumer,)
        rows = await self._store.fetch(
            "SELECT (SELECT COUNT(*) FROM dead_letter WHERE consumer = ?),"
            " (SELECT COUNT(*) FROM parked WHERE consumer = ?)",
            name * 2,
        )
        telemetry.LETTERS_WAITING.labels(*self._labels).set(rows[0][0])
        telemetry.PARKED.labels(*self._labels).set(rows[0][1])

    def bury(self, work: Work, record: Record, error: str) -> None:
        """To the dead letters; the aggregate is parked until somebody decides."""
        subject, kind = _addressed(record)
        telemetry.DEAD_LETTERS.labels(*self._labels).inc()
        telemetry.LOG.event("error", self._service, "a dead letter", subject=subject, type=kind, error=error)
        name, at = self._consumer, now_micros()
        work.add_statement(
            "INSERT INTO dead_letter (id, consumer, topic, partition, position, aggregate_id, type, event, error,"
            " recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    new_id_text(), name, record.topic, record.partition, record.position, subject, kind,
                    record.value.decode("utf-8", "replace"), error, at,
                )
            ],
        )  # fmt: skip
        if subject:
            work.add_statement(
                "INSERT INTO parked (consumer, aggregate_id, since) VALUES (?, ?, ?)"
                " ON CONFLICT (consumer, aggregate_id) DO NOTHING",
                [(name, subject, at)],
            )
            self.parked.add(subject)

    async def forget(self, work: Work, records: Sequence[Record]) -> None:
        """The dead letters of an erased person are redacted too, parked or not."""
        for record in records:
            if shape := erasing(record):
                letters = await self.of(record.event.subject)
                redacted = [
                    (forgotten_event(shape, letter.value).decode(), id) for id, letter in letters.items()
                ]
                work.add_statement("UPDATE dead_letter SET event = ? WHERE id = ?", redacted)

    async def of(self, aggregate_id: str) -> dict[str, Record]:
        """Id -> the event, of one aggregate, in order."""
        rows = await self._store.fetch(
            "SELECT id, topic, partition, position, event FROM dead_letter"
            " WHERE consumer = ? AND aggregate_id = ? ORDER BY topic, partition, position",
            (self._consumer, aggregate_id),
        )
        return {id: Record(t, p, 0, position, 0, 0, event.encode()) for id, t, p, position, event in rows}

    async def release(self, work: Work, aggregate_id: str, letters: Iterable[str]) -> None:
        """Commit without the letters; the aggregate stays parked where another replica has stored more letters of it."""
        work.add_statement("DELETE FROM dead_letter WHERE id = ?", [(id,) for id in letters])
        work.add_statement(
            "DELETE FROM parked WHERE consumer = ? AND aggregate_id = ? AND NOT EXISTS (SELECT 1 FROM dead_letter d"
            " WHERE d.consumer = parked.consumer AND d.aggregate_id = parked.aggregate_id)",
            [(self._consumer, aggregate_id)],
        )
        await work.commit()
        await self.load()


def _addressed(record: Record) -> tuple[str, str]:
    """Subject and type, as far as they can be read."""
    try:
        event: Any = json.loads(record.value)
        return str(event.get("subject", ""))[:36], str(event.get("type", ""))
    except (ValueError, AttributeError):
        return "", ""
