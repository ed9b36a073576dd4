"""Pages of an outbox as record batches of Kafka; no broker is needed to make them."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.memory_records import MemoryRecords

from services.resources.service import SERVICE as RESOURCES
from shared.base.settings import Settings
from shared.contracts.language import topics_of
from shared.messaging.bus import batches as making
from shared.messaging.bus.batches import Batches, page_of
from shared.messaging.bus.embedded import read_outbox
from shared.messaging.relay import Producer
from shared.store import Store
from shared.store.outbox import partition_of
from tests.conftest import running_service
from tests.contracts.carried import TOPICS, Carried, source

PERSONS = "/resources/v1/persons"


@pytest.fixture
async def written(tmp_path: Path) -> AsyncIterator[Carried]:
    async with source(tmp_path, "embedded:") as one:
        await one.write(aggregates=30, versions=4)
        yield one


@pytest.fixture
async def producer() -> AsyncIterator[AIOKafkaProducer]:
    """One that is not connected, and that fills a batch with few messages."""
    unconnected = Producer(bootstrap_servers="127.0.0.1:9", max_batch_size=4_000)
    yield unconnected
    await unconnected.discard()


def messages(batches: Batches) -> dict[tuple[str, int], list[tuple[str, bytes | None, dict[str, bytes]]]]:
    """Partition -> key, value and headers of its messages, over all its batches, in order."""
    result: dict[tuple[str, int], list[tuple[str, bytes | None, dict[str, bytes]]]] = {}
    for place, queue in batches.items():
        for builder in queue:
            records = MemoryRecords(bytes(builder._builder.build()))
            while records.has_next():
                for r in records.next_batch():
                    result.setdefault(place, []).append((r.key.decode(), r.value, dict(r.headers)))
    return result


async def publish_batches(store: Store, producer: AIOKafkaProducer, size: int) -> Batches:
    """All that an outbox holds of the topics, a page at a time; the batches of a partition in the order of the pages."""
    heads: dict[tuple[str, int], int] = {}
    together: Batches = {}
    after = 0
    while True:
        page = await page_of(producer, store, TOPICS, after, size, heads)
        for place, queue in (await page.compressed()).items():
            together.setdefault(place, type(queue)()).extend(queue)
        if page.size < size:
            return together
        after = page.last


@pytest.mark.parametrize("size", [7, 100, 120, 2_000])
async def test_messages_made_of_columns_are_the_events_in_order_however_large_pages_and_batches_are(
    written: Carried, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(making, "SLICE", 25)
    created = await publish_batches(written.store, producer, size)
    assert any(len(queue) > 1 for queue in created.values()), (
        "the batches are too large to follow one another"
    )
    records = await read_outbox(written.store, TOPICS, 0, 1_000, {})
    expected: dict[tuple[str, int], list[bytes]] = {}
    for record in records:
        expected.setdefault((record.topic, record.partition), []).append(record.value)
    result = messages(created)
    assert {place: [value for _, value, _ in answer] for place, answer in result.items()} == expected
    for (_, partition), of_partition in result.items():
        for key, value, headers in of_partition:
            event = json.loads(value or b"")
            assert (key, partition) == (event["partitionkey"], partition_of(key))
            assert headers == {
                "content-type": b"application/cloudevents+json; charset=UTF-8",
                "ce_id": event["id"].encode(),
                "ce_type": event["type"].encode(),
                "ce_subject": event["subject"].encode(),
            }


async def test_a_page_ends_with_the_last_position_that_it_holds(
    written: Carried, producer: AIOKafkaProducer
) -> None:
    first = await page_of(producer, written.store, TOPICS, 0, 50, {})
    rest = await page_of(producer, written.store, TOPICS, first.last, 500, {})
    none = await page_of(producer, written.store, TOPICS, rest.last, 500, {})
    assert [(p.last, p.size) for p in (first, rest, none)] == [(50, 50), (120, 70), (120, 0)]
    assert await none.compressed() == {}


async def test_the_loop_does_other_work_between_the_slices_of_a_page(
    written: Carried, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "SLICE", 10)
    turns = 0

    async def other_work() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other_work())
    await page_of(producer, written.store, TOPICS, 0, 120, {})
    task.cancel()
    assert turns >= 120 // 10


async def test_a_tombstone_stands_right_behind_the_event_that_erases(
    tmp_path: Path, producer: AIOKafkaProducer
) -> None:
    async with running_service(RESOURCES, Settings(data=tmp_path)) as (one, callers):
        client = callers("director")
        person = (await client.post(PERSONS, json={"name": "Ada Byron"})).json()
        await client.post(f"{PERSONS}/{person['id']}/erase", headers={"If-Match": '"1"'})
        page = await page_of(producer, one.kernel.store, topics_of("resources"), 0, 100, {})
        [of_partition] = messages(await page.compressed()).values()
    [(_, created, _), (_, erased, event), (key, nothing, tombstone)] = of_partition
    assert created is not None
    assert erased is not None
    assert (key, nothing) == (person["id"], None)
    assert tombstone == {
        "ce_specversion": b"1.0",
        "ce_source": b"/portolan/portolan/resources/1",
        "ce_sequence": b"%020d" % 2,
        **{name: event[name] for name in ("ce_id", "ce_type", "ce_subject")},
    }
