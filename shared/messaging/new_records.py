"""What is new of a batch: without what was applied before, and with what is missing in between."""

from collections.abc import Sequence

from shared.base import telemetry
from shared.messaging.bus import UNREAD, Bus, Marks, Record


class NewEpoch(Exception):
    """The source was restored from a backup: positions cannot be compared any more, the projection must be rebuilt."""


async def new_records(
    bus: Bus, marks: Marks, batch: Sequence[Record], labels: tuple[str, str], way_on: str
) -> list[Record]:
    """The records behind the marks, in order and without a gap; NewEpoch, which ends with `way_on`, where there is one.

    `labels` are service and consumer, under which duplicates and gaps are counted.
    """
    heads = {key: mark.position for key, mark in marks.items()}
    epochs = {topic: mark.epoch for (topic, _), mark in marks.items() if mark.position}
    fresh: list[Record] = []
    for record in batch:
        key = (record.topic, record.partition)
        mark = marks.get(key, UNREAD)
        if record.foreign:
            if record.offset >= mark.next_offset:
                fresh.append(record)
            continue
        if epochs.setdefault(record.topic, record.epoch) != record.epoch:
            raise NewEpoch(f"{record.topic} began epoch {record.epoch}; {way_on}")
        stand = heads.get(key, 0)
        if record.position <= stand:
            telemetry.DUPLICATES.labels(*labels).inc()
            continue
        if record.previous > stand or record.offset < 0:  # lost on the way, itself or what is before it
            telemetry.GAPS.labels(*labels).inc()
            fresh.extend(await bus.heal(record.topic, record.partition, stand, record.previous + 1))
        if not record.tombstone:
            fresh.append(record)
        heads[key] = record.position
    return fresh
