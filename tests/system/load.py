"""Writers that go on whatever happens, and keep account of what they were told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

DEADLINE_S = 120.0
BREATH_S = 0.05
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


@dataclass(frozen=True)
class Acknowledged:
    """A write that was answered with a 2xx: this aggregate has this version, with this state."""

    id: str
    version: int
    state: dict[str, Any]


@dataclass
class Load:
    """Clients that create projects and revise them; a create is sent with one key until it is answered."""

    client: httpx.AsyncClient
    acknowledged: list[Acknowledged] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    without_retry_after: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    ending: bool = False

    async def write(self) -> None:
        """One writer, until told to end."""
        while not self.ending:
            created = await self.create()
            for percent in range(2):
                created = await self.revise(created, f"revision {percent}")

    async def create(self) -> dict[str, Any]:
        name, key = f"Project {uuid4().hex}", {"Idempotency-Key": uuid4().hex}
        self.names.append(name)
        async with asyncio.timeout(DEADLINE_S):
            while True:
                answer = await self._send("POST", "/projects/v1/projects", json={"name": name}, headers=key)
                if answer is not None and answer.is_success:
                    return self._note(answer)
                await asyncio.sleep(BREATH_S)

    async def revise(self, expected: dict[str, Any], text: str) -> dict[str, Any]:
        """What was sent without an answer may have been done: read, and go on from there."""
        url = f"/projects/v1/projects/{expected['id']}"
        async with asyncio.timeout(DEADLINE_S):
            while True:
                headers = {"If-Match": f'"{expected["version"]}"', **MERGE_PATCH}
                answer = await self._send(
                    "PATCH", url, json={"description": f"{text} {uuid4()}"}, headers=headers
                )
                if answer is not None and answer.is_success:
                    return self._note(answer)
                await asyncio.sleep(BREATH_S)
                current = await self._send("GET", url)
                if current is not None and current.is_success:
                    expected = current.json()

    def _note(self, answer: httpx.Response) -> dict[str, Any]:
        state: dict[str, Any] = answer.json()
        self.acknowledged.append(Acknowledged(state["id"], state["version"], state))
        return state

    async def _send(self, method: str, url: str, **how: Any) -> httpx.Response | None:
        try:
            answer = await self.client.request(method, url, **how)
        except httpx.TransportError:
            return None
        self.statuses[answer.status_code] += 1
        if answer.status_code == 503 and "retry-after" not in answer.headers:
            self.without_retry_after.append(answer.text)
        return answer

    async def reaches(self, more: int) -> None:
        """Wait until so many more writes are acknowledged."""
        wanted = len(self.acknowledged) + more
        async with asyncio.timeout(DEADLINE_S):
            while len(self.acknowledged) < wanted:  # noqa: ASYNC110 the writers do not tell
                await asyncio.sleep(BREATH_S)


@asynccontextmanager
async def under_load(url: str, token: str, writers: int = 6) -> AsyncIterator[Load]:
    """Writers at work while the block lasts; afterwards each finishes what it began."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=15) as client:
        load = Load(client)
        tasks = [asyncio.create_task(load.write()) for _ in range(writers)]
        try:
            yield load
        finally:
            load.ending = True
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert not any(outcomes), f"a writer ended with {outcomes}; the answers were {load.statuses}"
