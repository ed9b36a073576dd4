"""Trials as a caller makes them: begun, waited for, and their result read."""

import asyncio
from time import monotonic
from typing import Any

import httpx

WITHIN_S = 60.0
OPEN = ("queued", "running")


async def tried(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The result of a trial that succeeds."""
    answer = await client.post(path, json=body)
    assert answer.status_code == 202, answer.text
    one = await ended(client, answer.headers["location"])
    assert one["state"] == "succeeded", one
    return dict((await client.get(one["result"])).json())


async def ended(client: httpx.AsyncClient, operation: str) -> dict[str, Any]:
    """The operation once it has ended."""
    until = monotonic() + WITHIN_S
    while (one := (await client.get(operation)).json())["state"] in OPEN:
        assert monotonic() < until, one
        await asyncio.sleep(0.01)
    return dict(one)
