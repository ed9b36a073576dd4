"""Whoever was erased is forgotten in all that is kept, however the events came: a history is what is folded anew."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from services.reporting.replay import TABLES, compare, replaying
from services.reporting.service import SERVICE as REPORTING
from services.resources.people.person.api import PERSONS
from services.resources.service import SERVICE as RESOURCES
from shared.base.settings import Settings
from shared.contracts.language import plain, topics_of
from shared.contracts.resources.people import Person, PersonErased
from shared.domain.erasure import erase
from shared.domain.register import archive
from shared.domain.work import Work
from shared.http.auth import Tokens
from shared.messaging.bus import Record
from shared.messaging.bus.embedded import EmbeddedBus, Heads, read_outbox
from shared.messaging.inbox import Inbox
from shared.runtime.running import Opened, opened
from shared.store.outbox import Origin

PROJECTION, *_ = REPORTING.consumers
TOPICS = topics_of("resources")
FEW = tuned(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])

life = st.lists(
    st.tuples(st.sampled_from(["hire", "revise", "revise", "archive", "erase"]), st.integers(0, 3))
)
sizes = st.lists(st.sampled_from([1, 2, 5, 20]), min_size=1)


@dataclass
class Told:
    """What a broker that forgets nothing would hold: each event as it was when it was published."""

    source: Opened
    reporting: Opened
    records: list[Record] = field(default_factory=list)
    heads: Heads = field(default_factory=dict)

    async def live(self, steps: Sequence[tuple[str, int]]) -> None:
        """Persons come, change and go; nothing follows an erasure."""
        persons: dict[int, Person] = {}
        for step, who in steps:
            work = self.work()
            if step == "hire" or who not in persons:
                persons[who] = work.save(work.new(Person, name=f"Ada {who}"), plain(Person, "created"))
            else:
                person = await work.load(Person, persons[who].id)
                if step == "erase":
                    await erase(work, person, PersonErased())
                    del persons[who]
                elif step == "archive" and person.archived_at is None:
                    await archive(work, PERSONS, person)
                else:
                    person.name = f"Ada {who}, {person.version}"
                    work.save(person, plain(Person, "revised"))
            await work.commit()
            last = self.records[-1].position if self.records else 0
            self.records += await read_outbox(self.source.kernel.store, TOPICS, last, 10, self.heads)

    def work(self) -> Work:
        kernel = self.source.kernel
        return Work(kernel.store, kernel.mirrors, Origin(kernel.source, "user", "anna", "a-test"))

    async def hear(self, sizes: Sequence[int]) -> None:
        """All of it from the beginning, in batches of these sizes, one after the other and over again."""
        store = self.reporting.kernel.store
        for table in (*TABLES, "inbox_position"):
            await store.run(f"DELETE FROM {table} WHERE 1 = 1 RETURNING 1")
        inbox = Inbox(self.reporting.kernel, EmbeddedBus({}), PROJECTION)
        start, turn = 0, 0
        while start < len(self.records):
            size = sizes[turn % len(sizes)]
            await inbox.take(self.records[start : start + size])
            start, turn = start + size, turn + 1


@pytest.fixture
async def listener(tmp_path: Path) -> AsyncIterator[Told]:
    settings = Settings(data=tmp_path)
    tokens = Tokens(settings)
    async with (
        opened(RESOURCES, settings, tokens) as source,
        opened(REPORTING, settings, tokens) as reporting,
    ):
        yield Told(source, reporting)


@FEW
@given(steps=life, sizes=sizes)
async def test_what_was_heard_before_the_erasure_ends_as_what_is_folded_after_it(
    listener: Told, steps: list[tuple[str, int]], sizes: list[int]
) -> None:
    await listener.live(steps)
    await listener.hear(sizes)
    live, source = listener.reporting.kernel.store, listener.source.kernel.store
    async with replaying(listener.reporting.kernel.settings, {"resources": (source, TOPICS)}) as replay:
        await replay.catch_up()
        assert await compare(live, replay.kernel.store) == []
    erased = {r.event.subject for r in listener.records if r.event.type.endswith(".erased.v1")}
    for id, state in await live.fetch("SELECT aggregate_id, state FROM history"):
        assert (json.loads(state)["name"] == "Erased person") == (id in erased)
