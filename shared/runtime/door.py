"""The door of a process: its connections, how long each may take, and what is refused before the application sees it.

    connection -> head (10 s, 16 KiB, 100 lines) -> application -> answer -> idle (75 s) -> head -> …
                  └ 408, 431, 400 as a problem       └ the rest of a body that nobody reads is let in for a moment,
    └ beyond the bound whoever is waited for longest   so that its sender sees the answer
      gives way; 503 where nobody is

It is uvicorn's protocol with these bounds; what it uses of its inside is why the version of uvicorn is bounded.
"""

import asyncio
import re
import resource
from collections.abc import Coroutine
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NoReturn, cast

import httptools
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from shared.base import telemetry
from shared.base.errors import HeadersTooLarge, Malformed, Refusal, RequestTimeout, Unavailable, Unimplemented
from shared.http.call import URL_LIMIT, trace_of
from shared.http.problems import MEDIA_TYPE, problem_bytes

HEAD_S = 10.0
"""How long the head of a request may take, from its first byte (or from when the connection was made) on."""
IDLE_S = 75.0
"""Longer than callers and proxies keep an idle connection (usually a minute), so that they close it. If this
side closes it just as the next request is sent, that request is lost."""
HEAD_LIMIT = 16 * 1024
"""Bytes of all header lines together; the address has a limit of its own."""
HEAD_LINES = 100
GRACE_S = 3.0
"""How long requests may still take once the process ends at once."""
LINGER_S = 5.0
LINGER_SILENT_S = 1.0
LINGER_LIMIT = 64 * 1024 * 1024
"""Of a body that nobody reads so much is still let in after the answer, for so long, and while something comes."""
LONGEST_READ = 65_535
"""Bytes of an address that the parser of addresses can take apart."""
RESERVED_FILES = 128
"""Open files that are kept for stores, logs and the bus."""
TURNED_AWAY = 64
"""So many connections beyond the limit get an answer at a time; the others are closed without one."""
SLOW_BODY_S = 5.0
"""How long a body may take before its connection counts as waiting."""
HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(:[0-9]{0,5})?")
"""What a Host may be: a name, an address of four numbers, or one in brackets (RFC 9110, 7.2)."""
FRAMING = (b"content-length", b"transfer-encoding")
OF_THE_CONNECTION = (*FRAMING, b"connection")
TOO_LONG = b"/" + b"-" * URL_LIMIT


@dataclass
class Door:
    """What one process lets in, and how it closes."""

    connections: int = 1000
    head_s: float = HEAD_S
    idle_s: float = IDLE_S
    grace_s: float = GRACE_S
    closing: bool = False
    """Answers end their connections, so that callers go elsewhere."""
    at_once: asyncio.Event = field(default_factory=asyncio.Event)
    """Whoever ends the process does not want to wait any more."""
    turned_away: int = 0
    """Connections beyond the limit that are being answered."""
    waiting: dict["Protocol", float] = field(default_factory=dict)
    """Silent or slow connections, with the time since when (of the loop's clock), the longest first. The process only
    waits for the head or the body of their next request."""

    def __post_init__(self) -> None:
        self.connections = min(self.connections, files_for(self.connections))

    def longest_waiting(self, now: float) -> "Protocol | None":
        """Who is waited for longest, and may be sent away for somebody new."""
        return next((one for one, since in self.waiting.items() if one.gives_way(now - since)), None)


def files_for(connections: int) -> int:
    """Let the process open enough files for so many connections; how many of them there is room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(1, soft - RESERVED_FILES)


class Protocol(HttpToolsProtocol):
    """One connection. What cannot be read as HTTP, and what is too much, is refused as everything else is."""

    def __init__(self, *arguments: Any, door: Door, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._door = door
        self._lines = self._head = self._unaccounted = 0
        """Header lines and their bytes; bytes that came and are no part of an address or a body."""
        self._in_head = True
        self._authorizations = 0
        self._hosts: list[bytes] = []
        self._framed: list[tuple[bytes, bytes]] = []
        """The lines that say whether there is a body, and how long it is."""
        self._framing = b""
        """What says how long the body is of a request that asks for another protocol."""
        self._muted = False
        """While a parser receives what another one has read."""
        self._refusal: Refusal | None = None
        self._last: Refusal | None = None
        """What is answered behind the requests that came before on this connection."""
        self._timer: asyncio.TimerHandle | None = None
        """Of the head that is awaited, or of the end of the connection."""
        self._lingering = False
        self._linger_until = 0.0
        self._linger_left = LINGER_LIMIT
        self._turned_away = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        telemetry.CONNECTIONS.set(len(self.connections))
        if len(self.connections) - self._door.turned_away > self._door.connections:
            longest = self._door.longest_waiting(self.loop.time())
            if longest is None:
                self._turn_away()
                return
            longest._give_way()
        self._await_head()

    def _await_head(self) -> None:
        self._wait(self._door.head_s, self._head_is_late)
        self._is_waited_for()

    def _is_waited_for(self) -> None:
        """From now on, until its head has come, or its body."""
        self._door.waiting.pop(self, None)
        self._door.waiting[self] = self.loop.time()

    def gives_way(self, waited_s: float) -> bool:
        """Whether nothing is lost that somebody else's request would not be worth more."""
        if self.pipeline:
            return False
        if self.cycle is None or self.cycle.response_complete:
            return True
        return self.cycle.more_body and not self.cycle.response_started and waited_s > SLOW_BODY_S

    def _give_way(self) -> None:
        """End the connection for somebody new; who has begun a request is told so."""
        has_begun = self._in_head and self._unaccounted
        if has_begun or (self.cycle is not None and not self.cycle.response_complete):
            self._turn_away()
        else:
            self._door.waiting.pop(self, None)
            self._turned_away = True
            self._door.turned_away += 1
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait(None)
        self._door.waiting.pop(self, None)
        if self._turned_away:
            self._door.turned_away -= 1
        telemetry.CONNECTIONS.set(len(self.connections))

    def data_received(self, data: bytes) -> None:
        if self._lingering:
            self._pass_over(len(data))
            return
        if self._last is not None:
            return
        self._unaccounted += len(data)
        self._unset_keepalive_if_required()
        self._feed(data)
        if self._in_head and self._unaccounted and self._timer is None:  # most heads come whole
            self._await_head()
        if self._unaccounted > HEAD_LIMIT and not self._lingering and not self.transport.is_closing():
            self._refuse(_head_too_large())

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.send_400_response("")
        except httptools.HttpParserUpgrade as upgrade:
            self._stay_with_http(data[upgrade.args[0] :])

    def _stay_with_http(self, rest: bytes) -> None:
        """A request that would rather speak another protocol is answered in this one, as HTTP allows.

        The parser reads no further, nor the request's body (Java's client asks for HTTP/2 in this way): another one
        does, which is told how long that is.
        """
        self.parser = httptools.HttpRequestParser(self)
        if self._framing:
            self._muted = True
            self.parser.feed_data(b"POST / HTTP/1.1\r\n%s\r\n" % self._framing)
            self._muted, self._framing = False, b""
        if rest:
            self._feed(rest)

    def on_message_begin(self) -> None:
        if self._muted:
            return
        super().on_message_begin()
        self._lines = self._head = self._authorizations = 0
        self._hosts, self._framed = [], []
        self._in_head = True

    def on_url(self, url: bytes) -> None:
        """Of an address that never ends no more is kept than the application needs to refuse it (414)."""
        if self._muted:
            return
        self._unaccounted -= len(url)
        if self.url is not TOO_LONG:
            super().on_url(url)
            if len(self.url) > LONGEST_READ:
                self.url = TOO_LONG

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._muted:
            return
        self._lines += 1
        self._head += len(name) + len(value) + 4
        if self._lines > HEAD_LINES or self._head > HEAD_LIMIT:
            self._fail(_head_too_large())
        name = name.lower()
        if name == b"host":
            self._hosts.append(value)
        elif name == b"authorization":
            self._authorizations += 1
        elif name in FRAMING:
            self._framed.append((name, value))
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._muted:
            return
        self._in_head = False
        self._unaccounted = 0
        self._wait(None)
        self._check_head()
        super().on_headers_complete()
        self._is_waited_for()
        cycle = self.cycle
        if self._door.closing:
            cycle.keep_alive = False
        has_body = bool(self._framed)
        if has_body and self.parser.should_upgrade():
            self._framing = b"".join(b"%s: %s\r\n" % line for line in self._framed)
        cycle.send = _Sending(cycle, has_body)  # type: ignore[method-assign]
        if has_body or not cycle.keep_alive:
            cycle.transport = cast(asyncio.Transport, _Closing(self))

    def on_body(self, body: bytes) -> None:
        self._unaccounted -= len(body)
        super().on_body(body)

    def on_chunk_complete(self) -> None:
        self._unaccounted = 0

    def on_message_complete(self) -> None:
        if self._framing and not self._muted:  # the head is, and the body is still to be read
            return
        self._unaccounted = 0
        self._in_head = True
        self._door.waiting.pop(self, None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self.cycle.__dict__.pop("send", None)  # a circle that would wait for the garbage collector
        is_last = not self.pipeline
        super().on_response_complete()
        if self._last is not None and is_last and not self.transport.is_closing():
            self._answer(self._last)
        elif self._in_head and not self.transport.is_closing():
            self._is_waited_for()

    def timeout_keep_alive_handler(self) -> None:
        """What the caller does not take is given up with the connection."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        refusal = self._refusal or Malformed(
            "this is no HTTP request that can be read", code="malformed_request"
        )
        self._refuse(refusal)

    def close(self) -> None:
        """Close once the caller has had time to see the answer. If the connection closed at once while a body
        still arrives, many clients would never see the answer."""
        if self.transport.is_closing() or self._lingering:
            return
        if self.cycle is not None and not self.cycle.more_body and self._refusal is None:
            self._shut()
            return
        self._lingering = True
        self._linger_until = self.loop.time() + LINGER_S
        self._door.waiting.pop(self, None)
        self.flow.resume_reading()
        self._wait(LINGER_SILENT_S, self._shut)

    def _shut(self) -> None:
        """Close; what the caller does not take of the answer is given up after a while."""
        self.transport.close()
        self._wait(self._door.idle_s, self.transport.abort)

    def _pass_over(self, size: int) -> None:
        self._linger_left -= size
        if self._linger_left < 0 or self.loop.time() > self._linger_until:
            self._shut()
        else:
            self._wait(LINGER_SILENT_S, self._shut)

    def _check_head(self) -> None:
        """What proxies and services could read in two ways is refused (RFC 9112, 3.2 and 6.1)."""
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1"):
            self._fail(Malformed("a request names HTTP/1.1 or HTTP/1.0", code="malformed_request"))
        codings = [value.strip().lower() for name, value in self._framed if name == b"transfer-encoding"]
        if codings and version == "1.0":
            self._fail(Malformed("HTTP/1.0 has no Transfer-Encoding", code="malformed_request"))
        if codings and codings != [b"chunked"]:
            self._fail(
                Unimplemented(
                    "the only Transfer-Encoding that is read here is chunked", code="transfer_coding_unknown"
                )
            )
        hosts = self._hosts
        if len(hosts) > 1 or (not hosts and version == "1.1"):
            self._fail(Malformed("a request names one Host", code="malformed_request"))
        if hosts and not HOST.fullmatch(hosts[0]):
            self._fail(
                Malformed("Host is a name or an address, with or without a port", code="malformed_request")
            )
        if self._authorizations > 1:
            self._fail(Malformed("Authorization is given twice", code="malformed_request"))

    def _fail(self, refusal: Refusal) -> NoReturn:
        """Out of the parser, which calls `send_400_response` then."""
        self._refusal = refusal
        raise ValueError(refusal.detail)

    def _head_is_late(self) -> None:
        self._timer = None
        if self._unaccounted or self._lines:
            self._refuse(RequestTimeout(f"the head of a request may take {self._door.head_s:.0f} s"))
        else:
            self.transport.close()

    def _turn_away(self) -> None:
        self._door.waiting.pop(self, None)
        if self._door.turned_away >= TURNED_AWAY:
            self.transport.abort()
            return
        self._turned_away = True
        self._door.turned_away += 1
        telemetry.TURNED_AWAY.inc()
        busy = Unavailable(
            f"this process serves {self._door.connections} connections, and all are taken",
            code="too_many_connections",
            headers={"Retry-After": "5"},
        )
        self._refuse(busy)

    def _refuse(self, refusal: Refusal) -> None:
        """The refusal as a problem, and the end of the connection; while an earlier request is being answered only the
        latter, behind that answer. Requests that wait behind that one are answered before the refusal."""
        self._refusal = refusal
        if self.pipeline:
            if self.cycle.more_body:
                self.pipeline.popleft()
            self._last = refusal
            return
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.response_started:
                self.transport.close()
            elif self.cycle.more_body:
                self._answer(refusal)
                self.cycle.disconnected = True  # whoever waits for the rest of the body waits no longer
                self.cycle.message_event.set()
            else:
                self.cycle.keep_alive = False
                self._lingering = True
                self._linger_until = self.loop.time() + LINGER_S
            return
        self._answer(refusal)

    def _answer(self, refusal: Refusal) -> None:
        """The refusal as a problem, and the end of the connection."""
        trace = trace_of({})
        body = problem_bytes(refusal, "/", trace.trace_id)
        head = {
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            "x-content-type-options": "nosniff",
            "x-request-id": trace.request_id,
            "cache-control": "no-store",
            "connection": "close",
            **refusal.headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        status = HTTPStatus(refusal.status)
        self.transport.write(f"HTTP/1.1 {status.value} {status.phrase}\r\n{lines}\r\n".encode() + body)
        self.close()

    def _wait(self, seconds: float | None, then: Any = None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = self.loop.call_later(seconds, then)


class _Closing:
    """The transport of a request whose connection ends with it: to close it is for the protocol to do."""

    __slots__ = ("close", "is_closing", "write", "writelines")

    def __init__(self, protocol: Protocol) -> None:
        self.write = protocol.transport.write
        self.writelines = protocol.transport.writelines
        self.is_closing = protocol.transport.is_closing
        self.close = protocol.close


class _Sending:
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


def _head_too_large() -> HeadersTooLarge:
    return HeadersTooLarge(f"the header lines may have {HEAD_LIMIT} bytes together, and be {HEAD_LINES}")
