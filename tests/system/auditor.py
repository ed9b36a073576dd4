"""The crash auditor: what callers were told, against outboxes, topics and dashboards. Over the public interfaces only.

every acknowledged write is in the outbox once, with the state that was answered
versions run 1..n without a gap, positions too, and every event names the one before it in its partition
REST answers the last version of everything
the topic holds the same events, first seen in order
the dashboards are the fold of the events
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError

from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.language import PARTITIONS, topics_of
from shared.store.outbox import partition_of
from tests.system.load import Acknowledged

DEADLINE_S = 90.0
BREATH_S = 0.1

Json = dict[str, Any]
Place = tuple[str, int]


@dataclass
class Audit:
    """The findings, and the client that looks for them."""

    client: httpx.AsyncClient
    findings: list[str] = field(default_factory=list)

    def expect(self, holds: bool, finding: str) -> None:
        if not holds:
            self.findings.append(finding)

    async def outbox(self, service: str) -> list[Json]:
        """All events of a service, by its feed."""
        events: list[Json] = []
        after: str | None = "0"
        while after is not None:
            answer = await self.client.get(f"/{service}/v1/events", params={"after": after})
            page = answer.raise_for_status().json()
            events += page["items"]
            after = page.get("next")
        return events

    def check_order(self, events: Sequence[Json]) -> None:
        """Positions 1..n, the chain of each partition, and versions 1..n of each aggregate."""
        positions = [int(event["sequence"]) for event in events]
        self.expect(positions == list(range(1, len(events) + 1)), "the positions are not 1..n")
        heads: dict[Place, int] = defaultdict(int)
        for event in events:
            place = place_of(event)
            self.expect(
                int(event["previoussequence"]) == heads[place], f"{event['sequence']}: a broken chain"
            )
            heads[place] = int(event["sequence"])
        self.check_versions(events)

    def check_versions(self, events: Iterable[Json]) -> None:
        versions: dict[str, list[int]] = defaultdict(list)
        for event in events:
            versions[event["subject"]].append(event["data"]["version"])
        for subject, numbers in versions.items():
            self.expect(numbers == list(range(1, len(numbers) + 1)), f"{subject}: versions {numbers}")

    def check_acknowledged(self, events: Sequence[Json], acknowledged: Iterable[Acknowledged]) -> None:
        written = {(event["subject"], event["data"]["version"]): event["data"]["state"] for event in events}
        self.expect(len(written) == len(events), "a version was published twice")
        for reported in acknowledged:
            self.expect(
                written.get((reported.id, reported.version)) == reported.state,
                f"{reported.id} v{reported.version} is lost",
            )

    def check_once(self, events: Sequence[Json], names: Sequence[str]) -> None:
        """A create that was sent again and again with one key made one thing."""
        created = [e["data"]["state"]["name"] for e in events if e["type"].endswith("project.created.v1")]
        for name in names:
            self.expect(created.count(name) == 1, f"{name} was made {created.count(name)} times")

    async def check_rest(self, events: Sequence[Json]) -> None:
        for (collection, id), state in last_states(events).items():
            answer = await self.client.get(f"/projects/v1/{collection}/{id}")
            self.expect(answer.is_success and answer.json() == state, f"{id}: REST answers another state")

    async def check_topics(self, service: str, servers: str, events: Sequence[Json]) -> None:
        """The topic holds every event; what is there twice was there in order the first time."""
        seen: dict[int, Json] = {}
        highest: dict[Place, int] = defaultdict(int)
        wanted = {int(event["sequence"]): event for event in events}
        async for place, event in topic_events(topics_of(service), servers, len(wanted)):
            position = int(event["sequence"])
            if position not in seen:
                self.expect(position > highest[place], f"{position} came after a later one")
                seen[position], highest[place] = event, position
        other = [(seen.get(at), wanted[at]) for at in wanted if seen.get(at) != wanted[at]]
        self.expect(
            not other, f"{service}: {len(other)} of {len(wanted)} events differ in the topic: {other[:1]}"
        )
        self.check_versions(seen[position] for position in sorted(seen))

    async def check_dashboard(self, events: Sequence[Json]) -> None:
        """Reporting's list of projects is the fold of their events; waits for what is on its way."""
        states = [state for (collection, _), state in last_states(events).items() if collection == "projects"]
        wanted = {state["id"]: shown_of(state) for state in states}
        shown: dict[str, Json] = {}
        for _ in range(int(DEADLINE_S / BREATH_S)):
            shown = await self._shown()
            if shown == wanted:
                return
            await asyncio.sleep(BREATH_S)
        late = [id for id in wanted if shown.get(id) != wanted[id]]
        self.findings.append(
            f"the dashboard differs in {len(late)} of {len(wanted)} projects, such as {late[:1]}"
        )

    async def _shown(self) -> dict[str, Json]:
        shown: dict[str, Json] = {}
        following: str | None = "/reporting/v1/projects?limit=200"
        while following:
            answer = await self.client.get(following)
            if not answer.is_success:
                return {}
            page = answer.json()
            for item in page["items"]:
                project = item["project"]
                shown[project["id"]] = {
                    "name": project["name"],
                    "code": project["code"],
                    "stage": item["stage"],
                }
            following = answer.links.get("next", {}).get("url")
        return shown


async def audit(
    url: str,
    token: str,
    acknowledged: Sequence[Acknowledged],
    names: Sequence[str],
    servers: str | None = None,
) -> list[str]:
    """Everything that is wrong after the crash; nothing, if the promises hold."""
    async with httpx.AsyncClient(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30
    ) as client:
        result = Audit(client)
        events = await result.outbox("projects")
        result.check_order(events)
        result.check_acknowledged(events, acknowledged)
        result.check_once(events, names)
        await result.check_rest(events)
        if servers:
            await result.check_topics("projects", servers, events)
        await result.check_dashboard(events)
        return result.findings


def place_of(event: Json) -> Place:
    return EVENT_TYPES[event["type"]][0].topic, partition_of(event["partitionkey"])


def last_states(events: Iterable[Json]) -> dict[tuple[str, str], Json]:
    """(collection, id) -> the state after the last event."""
    return {(EVENT_TYPES[e["type"]][0].collection, e["subject"]): e["data"]["state"] for e in events}


def shown_of(state: Json) -> Json:
    return {"name": state["name"], "code": state["code"], "stage": state["stage"]}


async def topic_events(topics: Sequence[str], servers: str, until: int) -> Any:
    """(place, event) of every message that is in the topics now; waits until `until` different ones are there."""
    reader = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", fetch_max_wait_ms=5)
    try:
        await _start(reader)
        reader.assign([TopicPartition(topic, p) for topic in topics for p in range(PARTITIONS)])
        await reader.seek_to_beginning()
        different: set[str] = set()
        async with asyncio.timeout(DEADLINE_S):
            while len(different) < until:
                for place, messages in (await reader.getmany(timeout_ms=200)).items():
                    for message in messages:
                        if message.value is None:
                            continue  # a tombstone: the event before it has told
                        event = json.loads(message.value)
                        different.add(event["sequence"])
                        yield (place.topic, place.partition), event
    finally:
        await reader.stop()


async def _start(reader: AIOKafkaConsumer) -> None:
    """Once the broker is there again, should it just have been killed."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            try:
                await reader.start()
                return
            except KafkaConnectionError:
                await asyncio.sleep(BREATH_S)
