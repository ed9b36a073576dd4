"""What erases persons is killed at it: each is erased wholly or not at all, and in the end nobody names them."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from shared.http.auth.issuers import LocalIssuer
from tests.system.running import EmbeddedProcess, StackProcess

PERSONS = "/resources/v1/persons"
HIRED_ON, LATER = "2026-01-05", "2026-02-01"
MANY = 300
SOME = 40
DEADLINE_S = 60.0
BREATH_S = 0.02

Crash = Callable[[], Awaitable[None]]


async def test_a_killed_process_has_erased_each_person_or_not(embedded_process: EmbeddedProcess) -> None:
    async def crash() -> None:
        embedded_process.kill()
        await asyncio.to_thread(embedded_process.start)

    await crash_while_erasing(embedded_process.url, embedded_process.data, crash)


async def test_a_killed_service_of_the_stack_has_erased_each_person_or_not(stack: StackProcess) -> None:
    """Its relay dies with it, so the tombstones are on their way or not."""
    await crash_while_erasing(stack.url, stack.data, lambda: stack.kill("resources"))


async def crash_while_erasing(url: str, data: Path, crash: Crash) -> None:
    token = LocalIssuer(data).issue("an-importer", "service", "portolan")
    async with httpx.AsyncClient(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30
    ) as client:
        people = await hired(client)
        erased: set[str] = set()
        erasing = asyncio.gather(*(erase(client, some, erased) for some in (people[::2], people[1::2])))
        await until(lambda: len(erased) >= SOME)
        await crash()
        await erasing
        await served(client)
        await each_is_told_of_or_erased(client, people, erased)
        await erase(client, [id for id in people if id not in erased], erased)
        assert not tells_of_any(await events(client))
        await nobody_is_named_on_an_earlier_day(client, people)


async def hired(client: httpx.AsyncClient) -> list[str]:
    answer = await client.post(
        f"{PERSONS}/batch",
        json={"items": [{"name": f"Ada Byron {n}"} for n in range(MANY)]},
        headers={"Idempotency-Key": "all", "Portolan-Effective-At": HIRED_ON},
    )
    return [item["resource"]["id"] for item in answer.json()["items"]]


async def erase(client: httpx.AsyncClient, people: list[str], erased: set[str]) -> None:
    """One after the other, until nobody answers; what was done without an answer counts as done."""
    for id in people:
        try:
            answer = await client.post(f"{PERSONS}/{id}/erase", headers={"If-Match": '"1"'})
        except httpx.TransportError:
            return
        if answer.status_code in (502, 503, 504):  # nobody answers, or who was asked went away
            return
        assert answer.status_code in (200, 412), answer.text
        erased.add(id)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not holds():  # noqa: ASYNC110 what it waits for are answers
            await asyncio.sleep(BREATH_S)


async def served(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not (await client.get("/resources/readyz")).is_success:  # noqa: ASYNC110 it is another process
            await asyncio.sleep(BREATH_S)


async def each_is_told_of_or_erased(client: httpx.AsyncClient, people: list[str], erased: set[str]) -> None:
    reported = await events(client)
    gone = {id for id in people if reported[id][-1]["type"].endswith(".erased.v1")}
    assert erased <= gone < set(people)
    for id in people:
        assert tells_of_any(reported[id]) == (id not in gone)
        assert (await client.get(f"{PERSONS}/{id}")).json() == reported[id][-1]["data"]["state"]


async def events(client: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """All that the feed tells, by subject."""
    result: dict[str, list[dict[str, Any]]] = defaultdict(list)
    after: str | None = "0"
    while after is not None:
        page = (await client.get("/resources/v1/events", params={"after": after})).json()
        for event in page["items"]:
            result[event["subject"]].append(event)
        after = page.get("next")
    return result


async def nobody_is_named_on_an_earlier_day(client: httpx.AsyncClient, people: list[str]) -> None:
    """Reporting's history forgets as the events arrive."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            load = (await client.get("/reporting/v1/load", params={"as_of": LATER})).json()
            names = {item["person"]["id"]: item["person"]["name"] for item in load["items"]}
            if [names.get(id) for id in people] == ["Erased person"] * len(people):
                return
            await asyncio.sleep(BREATH_S)


def tells_of_any(reported: Any) -> bool:
    return "Byron" in json.dumps(reported)
