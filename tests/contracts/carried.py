"""A source and the bus that carries its events: every bus behind one face, with the projects service as the source."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from aiokafka.admin import AIOKafkaAdminClient

from services.projects.service import SERVICE as PROJECTS
from shared.base.settings import Settings
from shared.contracts.language import plain, topics_of
from shared.contracts.projects.strategy import Portfolio
from shared.domain.work import Work
from shared.http.auth import Tokens
from shared.http.serving import Serving
from shared.messaging.bus import Bus, Marks, Record
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.bus.kafka import KafkaBus
from shared.messaging.relay import relaying
from shared.runtime.running import embedded_bus, opened
from shared.runtime.serve import serving
from shared.store import Store
from shared.store.outbox import Origin

TOPICS = topics_of("projects")
DEADLINE_S = 40


@dataclass
class Carried:
    """A source and the bus that carries its events; `feed` is its event feed over HTTP."""

    settings: Settings
    kernel: Serving
    bus: Bus
    feed: str
    token: str

    @property
    def store(self) -> Store:
        return self.kernel.store

    def publishing(self) -> AbstractAsyncContextManager[Any]:
        """While it lasts, what is committed reaches the bus; the embedded bus needs nobody for that."""
        if isinstance(self.bus, EmbeddedBus):
            return nullcontext()
        return relaying("projects", self.store, self.settings)

    async def write(self, aggregates: int, versions: int = 1) -> None:
        """One commit a version, so that versions of many aggregates interleave."""
        created: list[Portfolio] = []
        work = self._work()
        for i in range(aggregates):
            created.append(work.save(work.new(Portfolio, name=f"Portfolio {i}"), plain(Portfolio, "created")))
        await work.commit()
        for version in range(2, versions + 1):
            work = self._work()
            for one in created:
                portfolio = await work.load(Portfolio, one.id)
                portfolio.name = f"{one.name}, {version}"
                work.save(portfolio, plain(Portfolio, "revised"))
            await work.commit()

    def _work(self) -> Work:
        return Work(self.store, self.kernel.mirrors, Origin(self.kernel.source, "user", "anna", "a-test"))

    async def published(self) -> list[dict[str, Any]]:
        """What the source has published, as its feed answers it."""
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {self.token}"}) as client:
            answer = await client.get(self.feed, params={"limit": 500})
        items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
        return items

    async def read(self, count: int, marks: Marks | None = None) -> list[Record]:
        """The first `count` records after the marks."""

        async def load() -> Marks:
            return marks or {}

        records: list[Record] = []
        batches = self.bus.read("contract", TOPICS, load)
        try:
            async with asyncio.timeout(DEADLINE_S):
                async for batch in batches:
                    records += batch
                    if len(records) >= count:
                        return records
        finally:
            await batches.aclose()
        return records


async def without_topics(servers: str) -> str:
    """The broker, with the topics of earlier tests deleted."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        remaining = [topic for topic in await admin.list_topics() if topic.endswith(".v1")]
        if remaining:
            await admin.delete_topics(remaining)
    finally:
        await admin.close()
    return servers


@asynccontextmanager
async def source(folder: Path, bus_url: str, database_url: str = "", **others: Any) -> AsyncIterator[Carried]:
    """The projects service alone, answering its feed on an address of its own."""
    settings = Settings(data=folder / "source", bus_url=bus_url, database_url=database_url, **others)
    tokens = Tokens(settings)
    assert tokens.local is not None
    token = tokens.local.issue("a-test", "service", settings.audience)
    async with opened(PROJECTS, settings, tokens) as one, serving(one.app, "127.0.0.1", 0) as url:
        settings.feeds["projects"] = url
        bus: Bus = embedded_bus({"projects": one.kernel.store})
        if not bus_url.startswith("embedded:"):
            bus = KafkaBus(settings, lambda: token)
        yield Carried(settings, one.kernel, bus, f"{url}/projects/v1/events", token)
        await bus.close()
