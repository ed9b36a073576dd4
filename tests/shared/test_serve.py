"""What a server says to those who do not speak HTTP: the same as to everybody else."""

import asyncio
import json

import pytest
from starlette.types import Receive, Scope, Send

from shared.serve import serving


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
