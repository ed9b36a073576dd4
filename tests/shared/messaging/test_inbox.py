"""A consumer: each event counts once, gaps are healed, poison is put aside, a new epoch stops it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from services.projects.service import SERVICE as PROJECTS
from services.reporting.service import SERVICE as REPORTING
from shared.base.settings import Settings
from shared.contracts.projects.structure import Project
from shared.domain.work import Work
from shared.http.auth import Tokens
from shared.http.serving import Serving
from shared.messaging.bus import Record
from shared.messaging.bus.embedded import EmbeddedBus, read_outbox
from shared.messaging.bus.protocol import Mark
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.messaging.new_records import NewEpoch
from shared.runtime.running import embedded_bus, opened
from shared.store import StaleVersion
from tests.conftest import Callers

PROJECTION, *_ = REPORTING.consumers
URL = "/projects/v1/projects"
LETTERS = "/reporting/v1/dead-letters"


class Spoiled(Exception):
    """What an event that cannot be folded raises."""


@dataclass
class Desk:
    """Projects writes; reporting takes in what the test hands it, through a fold that may choke on some projects."""

    writing: httpx.AsyncClient
    reading: httpx.AsyncClient
    source: Serving
    kernel: Serving
    bus: EmbeddedBus
    inbox: Inbox
    spoiled: set[str]

    async def project(self, *names: str) -> str:
        """A project that is revised once for every further name."""
        created = (await self.writing.post(URL, json={"name": names[0]})).json()
        for name in names[1:]:
            headers = {"If-Match": f'"{created["version"]}"', "Content-Type": "application/merge-patch+json"}
            created = (
                await self.writing.patch(f"{URL}/{created['id']}", json={"name": name}, headers=headers)
            ).json()
        return str(created["id"])

    async def records(self, of: str | None = None) -> list[Record]:
        topics = PROJECTION.topics
        stored = await read_outbox(self.source.store, topics, 0, 1000, {})
        return [r for r in stored if of in (None, r.event.subject)]

    async def names(self) -> dict[str, str]:
        rows = await self.kernel.store.fetch("SELECT aggregate_id, state FROM current_state")
        return {id: json.loads(state)["name"] for id, state in rows}

    async def count(self, table: str) -> int:
        return int((await self.kernel.store.fetch(f"SELECT COUNT(*) FROM {table}"))[0][0])

    def counted(self, metric: str) -> float:
        labels = {"service": "reporting", "consumer": PROJECTION.name}
        return REGISTRY.get_sample_value(metric, labels) or 0.0


@asynccontextmanager
async def at_desk(settings: Settings) -> AsyncIterator[Desk]:
    spoiled: set[str] = set()

    async def fold(work: Work, records: Sequence[Record]) -> None:
        if bad := spoiled & {r.event.subject for r in records}:
            raise Spoiled(min(bad))
        assert PROJECTION.fold is not None
        await PROJECTION.fold(work, records)

    tokens = Tokens(settings)
    async with (
        opened(PROJECTS, settings, tokens) as projects,
        opened(REPORTING, settings, tokens) as reporting,
        AsyncExitStack() as stack,
    ):
        bus = embedded_bus({"projects": projects.kernel.store})
        inbox = Inbox(reporting.kernel, bus, replace(PROJECTION, fold=fold))
        reporting.kernel.inboxes[PROJECTION.name] = inbox
        clients = [Callers(one.app, tokens, stack)("director") for one in (projects, reporting)]
        yield Desk(*clients, projects.kernel, reporting.kernel, bus, inbox, spoiled)


@pytest.fixture
async def desk(tmp_path: Path, database_url: str) -> AsyncIterator[Desk]:
    async with at_desk(Settings(data=tmp_path, database_url=database_url)) as created:
        yield created


async def test_what_comes_twice_counts_once(desk: Desk) -> None:
    await desk.project("A", "B")
    records = await desk.records()
    before = desk.counted("portolan_events_duplicate_total")
    for batch in (records, records, records[:1], [records[0], *records]):
        await desk.inbox.take(batch)
    assert await desk.count("history") == 2
    assert desk.counted("portolan_events_duplicate_total") - before == 2 + 1 + 3


async def test_a_gap_is_healed_from_the_source_and_counted(desk: Desk) -> None:
    id = await desk.project("A", "B", "C", "D")
    records = await desk.records()
    before = desk.counted("portolan_events_gap_total")
    await desk.inbox.take(records[:1])
    await desk.inbox.take(records[3:])
    rows = await desk.kernel.store.fetch("SELECT version FROM history ORDER BY version")
    assert [row[0] for row in rows] == [1, 2, 3, 4]
    assert await desk.names() == {id: "D"}
    assert desk.counted("portolan_events_gap_total") - before == 1
    await desk.inbox.take(records)
    assert await desk.count("history") == 4


async def test_the_marks_are_kept_with_what_was_folded(desk: Desk) -> None:
    id = await desk.project("A", "B")
    records = await desk.records()
    await desk.inbox.take(records[:1])
    later = Inbox(desk.kernel, desk.bus, PROJECTION)
    marks = await later._load()
    assert {m.position for m in marks.values()} == {records[0].position}
    await later.take(records)
    assert await desk.names() == {id: "B"}
    assert await desk.count("history") == 2


async def test_two_consumers_that_hold_one_partition_do_not_both_fold(desk: Desk) -> None:
    """One lost its partition and does not know: its marks are fenced off, nothing of its batch is written."""
    await desk.project("A", "B", "C")
    records = await desk.records()
    other = Inbox(desk.kernel, desk.bus, PROJECTION)
    await desk.inbox.take(records[:2])
    with pytest.raises(Exception, match="inbox_position"):
        await other.take(records[:1])
    await other._take_until_committed(records)
    assert await desk.count("history") == 3


async def test_a_partition_that_comes_back_during_a_fold_is_not_folded_from_where_it_was_lost(
    desk: Desk,
) -> None:
    """Frozen in the middle of a fold, a replica wakes up, is given its partition anew, and only then commits."""
    await desk.project("A", "B", "C")
    records = await desk.records()
    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def slowly(work: Work, records: Sequence[Record]) -> None:
        begun.set()
        await goes_on.wait()

    slow = Inbox(desk.kernel, desk.bus, replace(PROJECTION, fold=slowly))
    await slow._load()
    folding = asyncio.create_task(slow.take(records[:1]))
    await begun.wait()
    await desk.inbox.take(records)
    assigned = asyncio.create_task(slow._load())
    await asyncio.wait([assigned], timeout=0.1)
    goes_on.set()
    with pytest.raises(StaleVersion):
        await folding
    assert {mark.position for mark in (await assigned).values()} == {records[-1].position}
    assert await desk.count("inbox_position") == 1


async def test_a_poisoned_event_parks_its_aggregate_and_the_others_go_on(desk: Desk) -> None:
    bad, good = await desk.project("bad", "worse"), await desk.project("good", "better")
    desk.spoiled.add(bad)
    await desk.inbox.take(await desk.records())
    assert await desk.names() == {good: "better"}
    letters = (await desk.reading.get(LETTERS)).json()["items"]
    assert [(x["aggregate_id"], x["consumer"]) for x in letters] == [(bad, PROJECTION.name)] * 2
    assert any("Spoiled" in x["error"] for x in letters)
    assert any("parked" in x["error"] for x in letters)
    marks = await desk.kernel.store.fetch("SELECT MAX(position) FROM inbox_position")
    assert marks[0][0] == 4, "the marks move on"
    desk.spoiled.clear()
    third = await desk.project("third")
    await desk.inbox.take(await desk.records())
    assert await desk.names() == {good: "better", third: "third"}


async def test_what_the_database_refuses_is_poison_too(desk: Desk) -> None:
    """The fold says yes and the commit says no: that must not stop the consumer for ever."""

    async def fold(work: Work, records: Sequence[Record]) -> None:
        for r in records:
            name = None if "bad" in r.state(Project).name else "x"
            work.add_statement("INSERT INTO guard (key, version) VALUES (?, ?)", [(name, 1)])

    bad, good = await desk.project("bad"), await desk.project("good")
    inbox = Inbox(desk.kernel, desk.bus, Consumer("test.refused", ("projects",), fold=fold))
    await inbox.take(await desk.records())
    assert await desk.count("guard") == 1
    rows = await desk.kernel.store.fetch("SELECT aggregate_id FROM parked")
    assert [row[0] for row in rows] == [bad] != [good]


async def test_a_dead_letter_is_folded_again_when_asked(desk: Desk) -> None:
    bad = await desk.project("bad", "worse")
    desk.spoiled.add(bad)
    await desk.inbox.take(await desk.records())
    letter = (await desk.reading.get(LETTERS)).json()["items"][0]
    still = await desk.reading.post(f"{LETTERS}/{letter['id']}/retry")
    assert (still.status_code, still.json()["code"]) == (409, "still_dead")
    assert await desk.count("dead_letter") == 2
    desk.spoiled.clear()
    assert (await desk.reading.post(f"{LETTERS}/{letter['id']}/retry")).status_code == 204
    assert await desk.names() == {bad: "worse"}
    assert await desk.count("history") == 2
    assert await desk.count("dead_letter") == await desk.count("parked") == 0
    assert (await desk.reading.post(f"{LETTERS}/{letter['id']}/retry")).status_code == 404
    other = await desk.project("other")
    await desk.inbox.take(await desk.records())
    assert other in await desk.names()


async def test_a_dead_letter_is_discarded_when_asked(desk: Desk) -> None:
    bad = await desk.project("bad")
    desk.spoiled.add(bad)
    await desk.inbox.take(await desk.records())
    letter = (await desk.reading.get(LETTERS)).json()["items"][0]
    assert (await desk.reading.post(f"{LETTERS}/{letter['id']}/discard")).status_code == 204
    assert await desk.count("dead_letter") == await desk.count("parked") == 0
    desk.spoiled.clear()
    await desk.writing.patch(
        f"{URL}/{bad}",
        json={"name": "mended"},
        headers={"If-Match": '"1"', "Content-Type": "application/merge-patch+json"},
    )
    await desk.inbox.take(await desk.records())
    assert await desk.names() == {bad: "mended"}


async def test_a_decision_in_another_replica_is_heard_of(desk: Desk) -> None:
    bad = await desk.project("bad")
    desk.spoiled.add(bad)
    await desk.inbox.take(await desk.records())
    desk.spoiled.clear()
    elsewhere = Inbox(desk.kernel, desk.bus, PROJECTION)
    assert await elsewhere.retry(bad) is None
    headers = {"If-Match": '"1"', "Content-Type": "application/merge-patch+json"}
    await desk.writing.patch(f"{URL}/{bad}", json={"name": "mended"}, headers=headers)
    await desk.inbox.take(await desk.records())
    assert await desk.names() == {bad: "mended"}
    assert await desk.count("parked") == 0


async def test_only_who_operates_decides_on_dead_letters(desk: Desk) -> None:
    bad = await desk.project("bad")
    desk.spoiled.add(bad)
    await desk.inbox.take(await desk.records())
    letter = (await desk.reading.get(LETTERS)).json()["items"][0]
    local = desk.kernel.tokens.local
    assert local is not None
    viewer = {"Authorization": f"Bearer {local.issue('vera', 'viewer', 'portolan')}"}
    for verb in ("retry", "discard"):
        refused = await desk.reading.post(f"{LETTERS}/{letter['id']}/{verb}", headers=viewer)
        assert refused.status_code == 403
    assert (await desk.reading.get(LETTERS, headers=viewer)).status_code == 403


async def test_what_is_no_event_of_ours_is_put_aside(desk: Desk) -> None:
    id = await desk.project("A", "B")
    first, second = await desk.records()
    await desk.inbox.take([replace(first, value=b"\xff nonsense", _event=None), second])
    assert await desk.names() == {id: "B"}
    assert await desk.count("dead_letter") == 1


def with_changes(record: Record, **members: Any) -> Record:
    published = json.loads(record.value)
    for name, value in members.items():
        published[name] = value(published[name]) if callable(value) else value
    return replace(record, value=json.dumps(published).encode(), _event=None)


async def test_an_unknown_type_is_counted_and_passed_over(desk: Desk) -> None:
    id = await desk.project("A", "B")
    first, second = await desk.records()
    before = desk.counted("portolan_events_unknown_total")
    unknown = with_changes(second, type="portolan.projects.project.teleported.v1")
    await desk.inbox.take([first, unknown])
    assert await desk.names() == {id: "A"}
    assert await desk.count("dead_letter") == 0
    assert desk.counted("portolan_events_unknown_total") - before == 1
    await desk.inbox.take([second])
    assert await desk.names() == {id: "A"}, "its position was taken in"


async def test_members_that_are_not_known_here_are_ignored(desk: Desk) -> None:
    id = await desk.project("A")
    [record] = await desk.records()
    newer = with_changes(
        record,
        datacolour="blue",
        data=lambda data: data | {"mood": 1, "state": data["state"] | {"mood": "sunny"}, "fact": {"x": 1}},
    )
    await desk.inbox.take([newer])
    assert await desk.names() == {id: "A"}
    assert newer.state(Project).name == "A"
    assert await desk.count("dead_letter") == 0


async def test_a_new_epoch_stops_the_consumer_and_says_what_to_do(desk: Desk) -> None:
    await desk.project("A", "B")
    first, second = await desk.records()
    await desk.inbox.take([first])
    with pytest.raises(NewEpoch, match="portolan rebuild"):
        await desk.inbox.take([replace(second, epoch=2)])
    assert await desk.count("history") == 1


async def test_who_reacts_is_not_sent_to_a_rebuild_after_a_new_epoch(desk: Desk) -> None:
    """Reactions never run again: a rebuild would not make good what was missed."""
    await desk.project("A", "B")
    first, second = await desk.records()
    desk.inbox.marks[first.topic, first.partition] = Mark(1, first.position, 1)
    desk.inbox.consumer = replace(desk.inbox.consumer, fold=None)
    with pytest.raises(NewEpoch, match="A store that went back"):
        await desk.inbox.take([replace(second, epoch=2)])


async def test_a_restored_source_is_noticed_on_any_partition(desk: Desk) -> None:
    """Its outbox is shorter than what was taken in, and the next event falls on a partition without a mark."""
    first = await desk.project("A", "B", "C")
    await desk.inbox.take(await desk.records())
    await desk.source.store.run("UPDATE counter SET epoch = 2, last = 1")
    await desk.source.store.run("DELETE FROM outbox WHERE position > 1")
    desk.source.store.epoch = 2
    assert first in await desk.names()
    async for batch in desk.bus.read(PROJECTION.name, PROJECTION.topics, desk.inbox._load):
        with pytest.raises(NewEpoch):
            await desk.inbox.take(batch)
        break
    marks = desk.inbox.marks
    elsewhere = [
        r
        for n in range(20)
        if (r := await _project_elsewhere(desk, n)) and (r.topic, r.partition) not in marks
    ]
    with pytest.raises(NewEpoch):
        await desk.inbox.take(elsewhere[:1])


async def _project_elsewhere(desk: Desk, n: int) -> Record:
    id = await desk.project(f"P{n}")
    [record] = await desk.records(id)
    return record


async def test_a_stopped_consumer_is_not_ready(desk: Desk) -> None:
    await desk.project("A")
    [record] = await desk.records()
    await desk.inbox.take([record])
    desk.source.store.epoch = 2
    await desk.inbox.run()
    assert desk.inbox.stopped is not None
    assert "portolan rebuild" in desk.inbox.stopped
