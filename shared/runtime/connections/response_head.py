"""The first bytes of an answer, and whether its connection ends with it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

from shared.runtime.connections.request_head import FRAMING, HEAD_LINES

OF_THE_CONNECTION = (*FRAMING, b"connection")


class Closing:
    """The transport of a request whose connection ends with it: to close it is for the protocol to do."""

    __slots__ = ("close", "is_closing", "write", "writelines")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.writelines = transport.writelines
        self.is_closing = transport.is_closing
        self.close = close


class Sending:
    """The `send` of a request. Of a request with a body an answer before its end says that the connection ends with it.

    The head of a usual answer is put together here, with one look at all its values instead of two at each line. It
    waits for the body, and both go out in one write.
    """

    __slots__ = ("_cycle", "_has_body", "_head", "_send")

    def __init__(self, cycle: RequestResponseCycle, has_body: bool) -> None:
        self._cycle, self._has_body, self._send = cycle, has_body, cycle.send
        self._head = b""
        """The head that waits for the first piece of its body."""

    def __call__(self, message: ASGISendEvent) -> Coroutine[Any, Any, None]:
        cycle = self._cycle
        if not cycle.response_started:
            if self._has_body and cycle.more_body:
                cycle.keep_alive = False
            return self._begin(message)
        return self._go_on(message) if self._head else self._send(message)

    async def _begin(self, message: ASGISendEvent) -> None:
        cycle = self._cycle
        if message["type"] == "http.response.start" and not (cycle.disconnected or cycle.flow.write_paused):
            headers = [*cycle.default_headers, *message.get("headers", ())]
            if (usual := _head_of(message["status"], headers)) is not None:
                head, length = usual
                cycle.response_started, cycle.waiting_for_100_continue = True, False
                cycle.chunked_encoding, cycle.expected_content_length = False, length
                self._head = head if cycle.keep_alive else head[:-2] + b"connection: close\r\n\r\n"
                return
        await self._send(message)

    async def _go_on(self, message: ASGISendEvent) -> None:
        """The head with its body, where that comes whole; otherwise the head, and uvicorn sends the body."""
        cycle, head = self._cycle, self._head
        self._head = b""
        body: Any = message.get("body", b"")
        is_whole = len(body) == cycle.expected_content_length and not message.get("more_body")
        if not is_whole or cycle.disconnected or cycle.flow.write_paused or cycle.scope["method"] == "HEAD":
            if not cycle.disconnected:
                cycle.transport.write(head)
            await self._send(message)
            return
        cycle.transport.writelines((head, body))
        cycle.expected_content_length, cycle.response_complete = 0, True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()


def _head_of(status: int, headers: list[tuple[bytes, bytes]]) -> tuple[bytes, int] | None:
    """The head of an answer whose length is known, and that length; None of any other, or where a line is wrong."""
    length = None
    lines = [STATUS_LINE[status]]
    for name, value in headers:
        if name == b"content-length":
            length = int(value)
        elif name not in _SOUND_NAMES and not _is_sound(name):
            return None
        lines += (name, b": ", value, b"\r\n")
    if length is None or HEADER_VALUE_RE.search(b"\t".join([value for _, value in headers])):
        return None
    lines.append(b"\r\n")
    return b"".join(lines), length


_SOUND_NAMES: set[bytes] = set()
"""Names of lines that were looked at already; those of an application are few."""


def _is_sound(name: bytes) -> bool:
    """Whether a line of this name says nothing of the connection, and is one that uvicorn would send as it is."""
    if name in OF_THE_CONNECTION or name != name.lower() or HEADER_RE.search(name):
        return False
    if len(_SOUND_NAMES) < HEAD_LINES:
        _SOUND_NAMES.add(name)
    return True
