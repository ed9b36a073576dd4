"""The process is killed while persons are erased: each is erased wholly, or not at all."""

import asyncio
import json
from collections import defaultdict
from typing import Any

import httpx

from tests.system.running import EmbeddedProcess, token_of

PERSONS = "/resources/v1/persons"
MANY = 300
SOME = 40
DEADLINE_S = 30


async def test_a_kill_leaves_of_each_person_all_or_nothing(embedded_process: EmbeddedProcess) -> None:
    headers = {"Authorization": f"Bearer {token_of(embedded_process.data)}"}
    erased: set[str] = set()
    async with httpx.AsyncClient(base_url=embedded_process.url, headers=headers, timeout=30) as client:
        people = await hired(client)
        erasing = asyncio.gather(*(erase(client, some, erased) for some in (people[::2], people[1::2])))
        async with asyncio.timeout(DEADLINE_S):
            while len(erased) < SOME:  # noqa: ASYNC110 what it waits for is a number of answers
                await asyncio.sleep(0.001)
        embedded_process.kill()
        await erasing
        await asyncio.to_thread(embedded_process.start)
        told = await events(client)
        gone = {id for id in people if told[id][-1]["type"].endswith(".erased.v1")}
        assert erased <= gone < set(people)
        for id in people:
            assert ("Byron" in json.dumps(told[id])) == (id not in gone)
            standing = (await client.get(f"{PERSONS}/{id}")).json()
            assert standing == told[id][-1]["data"]["state"]
        await erase(client, [id for id in people if id not in gone], erased)
        assert "Byron" not in json.dumps(await events(client))
        assert "Byron" not in (await client.get(f"{PERSONS}?archived=true&limit=200")).text


async def hired(client: httpx.AsyncClient) -> list[str]:
    items = [{"name": f"Ada Byron {n}"} for n in range(MANY)]
    answer = await client.post(f"{PERSONS}/batch", json={"items": items}, headers={"Idempotency-Key": "all"})
    return [item["resource"]["id"] for item in answer.json()["items"]]


async def erase(client: httpx.AsyncClient, people: list[str], erased: set[str]) -> None:
    """One after the other, until the process is gone."""
    for id in people:
        try:
            answer = await client.post(f"{PERSONS}/{id}/erase", headers={"If-Match": '"1"'})
        except httpx.TransportError:
            return
        assert answer.status_code == 200, answer.text
        erased.add(id)


async def events(client: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """All that the feed tells, by person."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    after: str | None = "0"
    while after is not None:
        page = (await client.get("/resources/v1/events", params={"after": after})).json()
        for event in page["items"]:
            found[event["subject"]].append(event)
        after = page.get("next")
    return found
