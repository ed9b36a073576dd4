"""The front door before services in other processes: what it says where they do not answer, and what it lets through."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from deploy.kafka.broker import free_port
from shared.runtime import front
from shared.runtime.front import Upstream
from shared.runtime.serve import serving
from tests.shared.runtime.test_connections import connected, fine

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "trace_id", "errors"}
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def leaving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


@asynccontextmanager
async def before(address: str) -> AsyncIterator[str]:
    """The front door before one service at the address, which is everybody's."""
    upstream = Upstream(address)
    async with serving(front.front({"reporting": upstream}), "127.0.0.1", 0) as url:
        yield url
    await upstream.close()


@asynccontextmanager
async def a_service_that(behaves: Behaviour) -> AsyncIterator[str]:
    server = await asyncio.start_server(behaves, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def posted(url: str) -> tuple[httpx.Response, dict[str, Any]]:
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        answer = await client.post(
            "/projects/v1/projects", json={"name": "x"}, headers={"X-Request-ID": "mine"}
        )
    problem: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "mine"
    assert set(problem) == MEMBERS
    assert problem["instance"] == "/projects/v1/projects"
    assert problem["status"] == answer.status_code
    return answer, problem


async def test_what_did_not_reach_a_service_may_be_sent_again() -> None:
    async with before(f"http://127.0.0.1:{free_port()}") as url:
        answer, problem = await posted(url)
    assert (answer.status_code, problem["code"], answer.headers["retry-after"]) == (503, "service_away", "1")
    assert "may be sent again" in problem["detail"]


@pytest.mark.parametrize(
    ("behaves", "status", "code"), [(silent, 504, "service_silent"), (leaving, 502, "service_lost")]
)
async def test_of_what_may_have_been_done_nobody_says_to_send_it_again(
    behaves: Behaviour, status: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(front.TIMEOUT, "read", 0.2)
    async with a_service_that(behaves) as address, before(address) as url:
        answer, problem = await posted(url)
    assert (answer.status_code, problem["code"]) == (status, code)
    assert "may have been executed" in problem["detail"]
    assert "Idempotency-Key" in problem["detail"]
    assert "retry-after" not in answer.headers


async def test_each_door_adds_its_caller_to_one_line() -> None:
    seen: list[list[bytes]] = []

    async def looking(scope: Any, receive: Any, send: Any) -> None:
        seen.append([value for name, value in scope["headers"] if name == b"x-forwarded-for"])
        await fine(scope, receive, send)

    async with (
        serving(looking, "127.0.0.1", 0) as address,
        before(address) as url,
        httpx.AsyncClient() as client,
    ):
        await client.get(url)
        await client.get(url, headers=[("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-For", "192.0.2.2")])
    assert seen == [[b"127.0.0.1"], [b"192.0.2.1, 192.0.2.2, 127.0.0.1"]]


async def test_the_request_id_is_the_same_behind_the_door() -> None:
    seen: list[bytes] = []

    async def looking(scope: Any, receive: Any, send: Any) -> None:
        seen.append(dict(scope["headers"])[b"x-request-id"])
        await fine(scope, receive, send)

    async with (
        serving(looking, "127.0.0.1", 0) as address,
        before(address) as url,
        httpx.AsyncClient() as client,
    ):
        await client.get(url, headers={"X-Request-ID": "mine"})
        await client.get(url)
    assert seen[0] == b"mine"
    assert len(seen[1]) == 32


@pytest.mark.parametrize(("line", "status"), [
    (b"GET *", b"400"), (b"OPTIONS *", b"204"), (b"GET /", b"200"), (b"GET http://here/a", b"200"),
])  # fmt: skip
async def test_every_form_of_an_address_is_answered(line: bytes, status: bytes) -> None:
    async with (
        serving(fine, "127.0.0.1", 0) as address,
        before(address) as url,
        connected(url) as (reader, writer),
    ):
        writer.write(line + b" HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
    assert answer.split()[1] == status
    if status == b"400":
        assert b"application/problem+json" in answer


async def test_an_upgrade_to_a_websocket_is_answered_as_plain_http() -> None:
    lines = (b"Host: here", b"Connection: Upgrade, close", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13",
             b"Sec-WebSocket-Key: eA==")  # fmt: skip
    async with (
        serving(fine, "127.0.0.1", 0) as address,
        before(address) as url,
        connected(url) as (reader, writer),
    ):
        writer.write(b"GET /live HTTP/1.1\r\n" + b"\r\n".join(lines) + b"\r\n\r\n")
        assert (await reader.read()).split()[1] == b"200"
