"""What every bus promises, whether the outboxes in this process, a mock cluster or Apache Kafka."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from shared.messaging.bus import LostCommits, Mark, Marks, Record
from tests.contracts.carried import TOPICS, Carried
from tests.contracts.consuming import consuming

Place = tuple[str, int]


@pytest.fixture
def heads_asked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.bus.kafka.HEADS_S", 0.2)


def by_partition(records: Sequence[Record]) -> dict[Place, list[Record]]:
    result: dict[Place, list[Record]] = defaultdict(list)
    for record in records:
        result[record.topic, record.partition].append(record)
    return result


def marks_after(records: Sequence[Record]) -> Marks:
    return {(r.topic, r.partition): Mark(r.epoch, r.position, r.offset + 1) for r in records}


async def test_a_partition_comes_in_the_order_of_its_positions(carried: Carried) -> None:
    await carried.write(aggregates=30, versions=4)
    async with carried.publishing():
        events = by_partition(await carried.read(120))
    assert len(events) > 6
    for records in events.values():
        positions = [record.position for record in records]
        assert positions == sorted(set(positions))


async def test_the_versions_of_an_aggregate_come_in_order_and_without_a_gap(carried: Carried) -> None:
    await carried.write(aggregates=10, versions=9)
    async with carried.publishing():
        records = await carried.read(90)
    versions: dict[str, list[int]] = defaultdict(list)
    for record in records:
        versions[record.event.subject].append(record.event.data.version)
    assert len(versions) == 10
    assert all(numbers == list(range(1, 10)) for numbers in versions.values())


async def test_every_record_names_the_one_before_it_in_its_partition(carried: Carried) -> None:
    await carried.write(aggregates=40, versions=2)
    async with carried.publishing():
        events = by_partition(await carried.read(80))
    for records in events.values():
        assert [r.previous for r in records] == [0, *(r.position for r in records[:-1])]


async def test_the_events_are_those_of_the_source_s_feed_to_the_byte(carried: Carried) -> None:
    await carried.write(aggregates=25, versions=2)
    async with carried.publishing():
        records = await carried.read(50)
    in_order = sorted(records, key=lambda record: record.position)
    assert [json.loads(record.value) for record in in_order] == await carried.published()
    healed = [r for place in by_partition(records) for r in await carried.bus.heal(*place, after=0, until=51)]
    assert {r.position: r.value for r in healed} == {r.position: r.value for r in records}


async def test_a_record_knows_its_place_and_its_epoch(carried: Carried) -> None:
    await carried.write(aggregates=5)
    async with carried.publishing():
        records = await carried.read(5)
    for record in records:
        event = json.loads(record.value)
        assert (record.position, record.previous) == (int(event["sequence"]), int(event["previoussequence"]))
        assert record.topic in TOPICS
        assert record.epoch == 1
        assert not record.foreign


async def test_reading_goes_on_after_the_marks(carried: Carried) -> None:
    await carried.write(aggregates=20)
    async with carried.publishing():
        first = await carried.read(20)
        await carried.write(aggregates=20)
        second = await carried.read(20, marks_after(first))
    assert {r.position for r in second} == set(range(21, 41))


async def test_what_was_read_but_not_marked_comes_again(carried: Carried) -> None:
    await carried.write(aggregates=20)
    async with carried.publishing():
        first = await carried.read(20)
        again = await carried.read(20)
    assert {r.value for r in first} == {r.value for r in again}


async def test_what_is_committed_while_a_consumer_waits_reaches_it(carried: Carried) -> None:
    async with carried.publishing(), consuming(carried) as consumer:
        await carried.write(aggregates=3)
        await consumer.until(3)
        await carried.write(aggregates=3)
        await consumer.until(6)
        assert sorted(await consumer.positions()) == [1, 2, 3, 4, 5, 6]


async def test_what_a_gap_swallowed_comes_from_the_source(carried: Carried) -> None:
    await carried.write(aggregates=30, versions=2)
    async with carried.publishing():
        events = by_partition(await carried.read(60))
    place, records = max(events.items(), key=lambda item: len(item[1]))
    first, last = records[0], records[-1]
    healed = await carried.bus.heal(*place, after=first.position, until=last.position)
    assert [(r.position, r.previous, r.value) for r in healed] == [
        (r.position, r.previous, r.value) for r in records[1:-1]
    ]


async def test_a_consumer_heals_what_never_reached_the_bus(carried: Carried, heads_asked_often: None) -> None:
    await carried.write(aggregates=60)
    await carried.store.run("UPDATE relay_state SET published_position = 40 RETURNING one")
    async with carried.publishing(), consuming(carried) as consumer:
        await carried.write(aggregates=60)
        await consumer.until(120)
        assert sorted(await consumer.positions()) == list(range(1, 121))
        assert await consumer.are_in_order()


async def test_a_consumer_heals_what_the_bus_lost_at_its_end(
    carried: Carried, heads_asked_often: None
) -> None:
    """No later event shows the gap: the partitions end too early, or have nothing at all."""
    async with carried.publishing(), consuming(carried) as consumer:
        await carried.write(aggregates=8)
        await consumer.until(8)
    await carried.write(aggregates=60, versions=2)
    await carried.store.run("UPDATE relay_state SET published_position = 128 RETURNING one")
    async with carried.publishing(), consuming(carried) as consumer:
        await consumer.until(128)
        assert sorted(await consumer.positions()) == list(range(1, 129))
        assert await consumer.are_in_order()
        await carried.write(aggregates=5)
        await consumer.until(133)
        assert sorted(await consumer.positions()) == list(range(1, 134))


async def test_a_source_that_is_silent_of_its_ends_holds_nobody_up(
    carried: Carried, heads_asked_often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.bus.kafka.ASKING_S", 0.1)
    monkeypatch.setattr("shared.messaging.bus.kafka.KafkaBus.heads", lambda *_: asyncio.sleep(600))
    async with carried.publishing(), consuming(carried) as consumer:
        for written in (5, 10, 15):
            await carried.write(aggregates=5)
            await consumer.until(written)
            await asyncio.sleep(0.4)


async def test_what_is_published_twice_is_taken_in_once(carried: Carried) -> None:
    await carried.write(aggregates=20, versions=2)
    async with consuming(carried) as consumer:
        async with carried.publishing():
            await consumer.until(40)
        await carried.store.run("UPDATE relay_state SET published_position = 10 RETURNING one")
        async with carried.publishing():
            await carried.write(aggregates=5)
            await consumer.until(45)
        assert sorted(await consumer.positions()) == list(range(1, 46))


async def test_a_relay_that_starts_again_and_again_loses_nothing(carried: Carried) -> None:
    async with consuming(carried) as consumer:
        for _ in range(6):
            await carried.write(aggregates=50)
            async with carried.publishing():
                await carried.write(aggregates=1)
        async with carried.publishing():
            await consumer.until(306)
        assert sorted(await consumer.positions()) == list(range(1, 307))
        assert await consumer.are_in_order()


async def test_a_consumer_that_starts_again_goes_on_where_its_database_says(carried: Carried) -> None:
    async with carried.publishing():
        async with consuming(carried) as consumer:
            await carried.write(aggregates=30)
            await consumer.until(30)
        await carried.write(aggregates=30)
        async with consuming(carried) as consumer:
            await consumer.until(60)
            assert sorted(await consumer.positions()) == list(range(1, 61))
            assert await consumer.are_in_order()


async def test_a_fold_that_fails_in_passing_is_tried_again_until_it_succeeds(carried: Carried) -> None:
    async with carried.publishing(), consuming(carried, failing=3) as consumer:
        await carried.write(aggregates=10)
        await consumer.until(10)
        assert consumer.failures == 3
        assert sorted(await consumer.positions()) == list(range(1, 11))


async def test_a_source_that_ends_before_what_was_taken_in_has_lost_its_last_commits(
    carried: Carried, heads_asked_often: None
) -> None:
    await carried.write(aggregates=5, versions=1)
    async with carried.publishing():
        marks = marks_after(await carried.read(5))
        place, mark = max(marks.items(), key=lambda item: item[1].position)
        marks[place] = Mark(mark.epoch, mark.position + 3, mark.next_offset)

        async def load() -> Marks:
            return marks

        async def read_on() -> None:
            async with asyncio.timeout(20), aclosing(carried.bus.read("a-loser", TOPICS, load)) as batches:
                async for _ in batches:
                    continue

        with pytest.raises(LostCommits, match="projects ends at position 5, but 8 was applied"):
            await read_on()
