"""What a consumer does with records: it folds them at once, or fills copies and reacts to one after the other."""

from collections.abc import Sequence
from uuid import UUID

from shared.domain.copies import Copy
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.consumer import Consumer
from shared.messaging.positions import Positions


async def apply(consumer: Consumer, positions: Positions, work: Work, records: Sequence[Record]) -> None:
    """Stage what follows from the records; nothing where all of them became dead letters."""
    if not records:
        return
    if consumer.fold:
        await consumer.fold(work, records)
        return
    await _foresee(consumer, work, records)
    for record in records:
        news = True
        for copy in consumer.copies_by_event_type.get(record.event.type, ()):
            news = await copy.remember(work, record.state(copy.shape)) and news
        reactions = consumer.of_history if record.is_history else consumer.reactions
        reaction = reactions.get(record.event.type)
        if reaction and news and positions.triggers(record):
            work.set_cause(
                record.event.id, record.event.correlationid, record.event.traceparent, record.effective_at
            )
            await reaction(work, record)
    if consumer.settle:
        await consumer.settle(work)


async def _foresee(consumer: Consumer, work: Work, records: Sequence[Record]) -> None:
    """Read at once the copies that the records may change."""
    wanted: dict[Copy, set[UUID]] = {}
    for record in records:
        for copy in consumer.copies_by_event_type.get(record.event.type, ()):
            wanted.setdefault(copy, set()).add(UUID(record.event.subject))
    for copy, ids in wanted.items():
        await copy.foresee(work, ids)
