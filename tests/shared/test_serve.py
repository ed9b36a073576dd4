"""An application on an address, as callers and proxies meet it; and those who do not speak HTTP."""

import asyncio
import json

import pytest
from starlette.types import Receive, Scope, Send

from shared.serve import serving

PATIENCE_S = 6.0
"""Longer than uvicorn keeps an idle connection by itself."""
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


async def never(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("what is no request reached the application")


@pytest.mark.parametrize(
    "sent", [b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n"],
    ids=["no line", "a NUL in a header", "an endless address"],
)  # fmt: skip
async def test_what_cannot_be_read_as_http_is_told_as_a_problem(sent: bytes) -> None:
    async with serving(never, "127.0.0.1", 0) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
        writer.write(sent)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"\r\ncontent-type: application/problem+json" in head
    assert json.loads(body)["code"] == "malformed_request"


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
