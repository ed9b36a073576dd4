"""An application on an address, as callers and proxies meet it; and those who do not speak HTTP."""

import asyncio
import json
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.runtime.serve import serving
from tests.conftest import running_service

PATIENCE_S = 6.0
"""Longer than uvicorn keeps an idle connection by itself."""
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


async def never(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("what is no request reached the application")


async def answered(url: str, sent: bytes) -> tuple[bytes, bytes]:
    """(head, body) of the one answer on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
    writer.write(sent)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head, body


@pytest.mark.parametrize(
    "sent", [b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n"], ids=["no line", "a NUL in a header"]
)  # fmt: skip
async def test_what_cannot_be_read_as_http_is_told_as_a_problem(sent: bytes) -> None:
    async with serving(never, "127.0.0.1", 0) as url:
        head, body = await answered(url, sent)
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"\r\ncontent-type: application/problem+json" in head
    assert json.loads(body)["code"] == "malformed_request"


@pytest.mark.parametrize("size", [9_000, 65_530, 65_540, 100_000, 3_000_000])
@pytest.mark.parametrize(
    "start", [b"/projects/v1/projects?q=", b"http://here/projects/v1/projects/", b"http://"]
)
async def test_an_address_that_is_too_long_is_told_so_however_long_it_is(
    tmp_path: Path, start: bytes, size: int
) -> None:
    async with (
        running_service(SERVICE, Settings(data=tmp_path)) as (one, _),
        serving(one.app, "127.0.0.1", 0) as url,
    ):
        address = start + b"a" * size + (b"/" + b"a" * 9_000 if start == b"http://" else b"")
        head, body = await answered(
            url, b"GET " + address + b" HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
        )
    assert head.startswith(b"HTTP/1.1 414 ")
    assert b"\r\ncontent-type: application/problem+json" in head
    assert json.loads(body)["code"] == "uri_too_long"


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def test_an_idle_connection_is_left_to_the_caller_to_close() -> None:
    async with serving(fine, "127.0.0.1", 0) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
        writer.write(REQUEST)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        ended = asyncio.create_task(reader.read())
        await asyncio.wait([ended], timeout=PATIENCE_S)
        assert not ended.done(), "the server closed it"
        ended.cancel()
        writer.close()
