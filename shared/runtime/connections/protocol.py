"""uvicorn's protocol with limits: what cannot be read as HTTP, and what is too much, is refused as everything else is.

What it uses of uvicorn's and httptools' inside is why their versions are bounded.
"""

import asyncio
from http import HTTPStatus
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.base import telemetry
from shared.base.errors import Malformed, Refusal, RequestTimeout, Unavailable
from shared.base.texts import Text
from shared.http.call import URL_LIMIT, trace_of
from shared.http.problems import MEDIA_TYPE, problem_bytes
from shared.runtime.connections.limits import ConnectionLimits
from shared.runtime.connections.request_head import HEAD_LIMIT, RequestHead, too_large
from shared.runtime.connections.response_head import Closing, Sending

LINGER_S = 5.0
LINGER_SILENT_S = 1.0
LINGER_LIMIT = 64 * 1024 * 1024
"""After the answer, the rest of a body that nobody reads is still accepted: for LINGER_S seconds and LINGER_LIMIT bytes,
and until nothing came for LINGER_SILENT_S."""
LONGEST_READ = 65_535
"""Bytes of an address that the parser of addresses can take apart."""
TURNED_AWAY = 64
"""So many connections beyond the limit get an answer at a time; the others are closed without one."""
SLOW_BODY_S = 5.0
"""How long a body may take before its connection counts as waiting."""
TOO_LONG = b"/" + b"-" * URL_LIMIT


class LimitedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, limits: ConnectionLimits, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._limits = limits
        self._head = RequestHead()
        self._unaccounted = 0
        """Bytes that came and are no part of an address or a body."""
        self._in_head = True
        self._upgraded_framing = b""
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
        if len(self.connections) - self._limits.turned_away > self._limits.connections:
            longest = self._limits.longest_waiting(self.loop.time())
            if longest is None:
                self._turn_away()
                return
            longest.give_way()
        self._await_head()

    def _await_head(self) -> None:
        self._wait(self._limits.head_s, self._refuse_late_head)
        self._begin_waiting()

    def _begin_waiting(self) -> None:
        """Count it as waiting from now on, until its head or its body has come."""
        self._limits.waiting.pop(self, None)
        self._limits.waiting[self] = self.loop.time()

    def gives_way(self, waited_s: float) -> bool:
        """Whether it may be closed for a new connection: it has no request, or one whose body comes slowly."""
        if self.pipeline:
            return False
        if self.cycle is None or self.cycle.response_complete:
            return True
        return self.cycle.more_body and not self.cycle.response_started and waited_s > SLOW_BODY_S

    def give_way(self) -> None:
        """End the connection for a new one; a caller that has begun a request gets a 503."""
        has_begun = self._in_head and self._unaccounted
        if has_begun or (self.cycle is not None and not self.cycle.response_complete):
            self._turn_away()
        else:
            self._limits.waiting.pop(self, None)
            self._turned_away = True
            self._limits.turned_away += 1
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait(None)
        self._limits.waiting.pop(self, None)
        if self._turned_away:
            self._limits.turned_away -= 1
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
            self._refuse(too_large())

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
        if self._upgraded_framing:
            self._muted = True
            self.parser.feed_data(b"POST / HTTP/1.1\r\n%s\r\n" % self._upgraded_framing)
            self._muted, self._upgraded_framing = False, b""
        if rest:
            self._feed(rest)

    def on_message_begin(self) -> None:
        if self._muted:
            return
        super().on_message_begin()
        self._head = RequestHead()
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
        name = name.lower()
        try:
            self._head.add(name, value)
        except Refusal as refusal:
            self._refusal = refusal
            raise
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._muted:
            return
        self._in_head = False
        self._unaccounted = 0
        self._wait(None)
        self._check_head()
        self.expect_100_continue = self._head.expects_continue
        super().on_headers_complete()
        self._begin_waiting()
        cycle = self.cycle
        if self._limits.closing:
            cycle.keep_alive = False
        has_body = bool(self._head.framing)
        if has_body and self.parser.should_upgrade():
            self._upgraded_framing = b"".join(b"%s: %s\r\n" % line for line in self._head.framing)
        cycle.send = Sending(cycle, has_body)  # type: ignore[method-assign]
        if has_body or not cycle.keep_alive:
            cycle.transport = cast(asyncio.Transport, Closing(self.transport, self.close))

    def on_body(self, body: bytes) -> None:
        self._unaccounted -= len(body)
        super().on_body(body)

    def on_chunk_complete(self) -> None:
        self._unaccounted = 0

    def on_message_complete(self) -> None:
        if self._upgraded_framing and not self._muted:  # the head is, and the body is still to be read
            return
        self._unaccounted = 0
        self._in_head = True
        self._limits.waiting.pop(self, None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self.cycle.__dict__.pop("send", None)  # a circle that would wait for the garbage collector
        is_last = not self.pipeline
        super().on_response_complete()
        if self._last is not None and is_last and not self.transport.is_closing():
            self._answer(self._last)
        elif self._in_head and not self.transport.is_closing():
            self._begin_waiting()

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
        self._limits.waiting.pop(self, None)
        self.flow.resume_reading()
        self._wait(LINGER_SILENT_S, self._shut)

    def _shut(self) -> None:
        """Close; what the caller does not take of the answer is given up after a while."""
        self.transport.close()
        self._wait(self._limits.idle_s, self.transport.abort)

    def _pass_over(self, size: int) -> None:
        self._linger_left -= size
        if self._linger_left < 0 or self.loop.time() > self._linger_until:
            self._shut()
        else:
            self._wait(LINGER_SILENT_S, self._shut)

    def _check_head(self) -> None:
        """Out of the parser, which calls `send_400_response` then."""
        try:
            self._head.check(self.parser.get_http_version())
        except Refusal as refusal:
            self._refusal = refusal
            raise

    def _refuse_late_head(self) -> None:
        self._timer = None
        if self._unaccounted or self._head.lines:
            self._refuse(
                RequestTimeout(
                    Text("the head of a request may take {head_s:.0f} s", head_s=self._limits.head_s)
                )
            )
        else:
            self.transport.close()

    def _turn_away(self) -> None:
        self._limits.waiting.pop(self, None)
        if self._limits.turned_away >= TURNED_AWAY:
            self.transport.abort()
            return
        self._turned_away = True
        self._limits.turned_away += 1
        telemetry.TURNED_AWAY.inc()
        busy = Unavailable(
            Text(
                "this process serves {connections} connections, and all are taken",
                connections=self._limits.connections,
            ),
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
                self.cycle.disconnected = True  # the application no longer waits for the rest of the body
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
