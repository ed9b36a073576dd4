"""The bounds of connections and heads, as they are met on a socket; and that every client sees why it was refused."""

import asyncio
import json
import shutil
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.runtime.connections import ConnectionLimits, protocol
from shared.runtime.connections.request_head import HEAD_LIMIT, HEAD_LINES
from shared.runtime.serve import serving
from tests.conftest import DEADLINE_S, running_service

MIB = 1024 * 1024
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
PROJECTS = "/projects/v1/projects"


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"fine"})


async def never(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("what is refused at the door reached the application")


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
    try:
        yield reader, writer
    finally:
        writer.close()


async def refused(url: str, sent: bytes, status: int) -> dict[str, Any]:
    """The problem with which it is answered, and behind which the connection ends."""
    async with connected(url) as (reader, writer), asyncio.timeout(DEADLINE_S):
        writer.write(sent)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), (head, body)
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    problem: dict[str, Any] = json.loads(body)
    assert problem["status"] == status
    return problem


def head_of(*lines: bytes, version: bytes = b"1.1") -> bytes:
    return b"GET /livez HTTP/" + version + b"\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


HUGE = {
    "one line": head_of(b"Host: here", b"X: " + b"a" * HEAD_LIMIT),
    "a line of 3 MB": head_of(b"Host: here", b"X: " + b"a" * 3 * MIB),
    "the name of a line": head_of(b"Host: here", b"X" * HEAD_LIMIT + b": a"),
    "many lines": head_of(b"Host: here", *[b"X: a"] * HEAD_LINES),
    "100,000 lines": head_of(b"Host: here", *[b"X: a"] * 100_000),
    "lines without end": b"GET / HTTP/1.1\r\nHost: here\r\n" + b"X: a\r\n" * 20_000,
    "a line without end": b"GET / HTTP/1.1\r\nHost: here\r\nX: " + b"a" * MIB,
}


@pytest.mark.parametrize("sent", HUGE.values(), ids=HUGE)
async def test_header_lines_that_are_too_large_are_refused(sent: bytes) -> None:
    async with serving(_reading, "127.0.0.1", 0) as url:
        assert (await refused(url, sent, 431))["code"] == "headers_too_large"


BROKEN = {
    "a trailer without end": (b"0\r\nX: " + b"a" * MIB, 431),
    "trailers": (b"1\r\na\r\n0\r\n" + b"X: a\r\n" * 20_000, 431),
    "an extension of a chunk without end": (b"1;" + b"a" * MIB, 431),
    "no size": (b"1\r\na\r\nzz\r\n", 400),
    "a size beyond 64 bits": (b"f" * 20 + b"\r\na", 400),
}


@pytest.mark.parametrize(("body", "status"), BROKEN.values(), ids=BROKEN)
async def test_a_body_that_cannot_be_read_to_its_end_is_refused(body: bytes, status: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with serving(_reading, "127.0.0.1", 0) as url:
        await refused(url, head + body, status)


@pytest.mark.parametrize(
    "host", [b"here", b"here:80", b"127.0.0.1:8000", b"[::1]:8000", b"a-b.example.org", b"my_pod:"]
)
async def test_a_host_is_a_name_or_an_address(host: bytes) -> None:
    async with serving(fine, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        writer.write(head_of(b"Host: " + host))
        assert (await reader.readuntil(b"fine")).startswith(b"HTTP/1.1 200 ")


async def _reading(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        continue


async def test_what_is_within_the_bounds_is_let_in() -> None:
    room = HEAD_LIMIT - len("Host: here\r\n") - len("X: \r\n")
    lines = [b"X: a"] * (HEAD_LINES - 1)
    async with serving(fine, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        for sent in (head_of(b"Host: here", b"X: " + b"a" * room), head_of(b"Host: here", *lines)) * 2:
            writer.write(sent)
            assert (await reader.readuntil(b"fine")).startswith(b"HTTP/1.1 200 ")


async def test_a_body_in_many_small_chunks_is_no_head() -> None:
    body = b"1\r\na\r\n" * 50_000 + b"0\r\n\r\n"
    sent = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    async with serving(_counting, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        writer.write(sent)
        assert (await reader.readuntil(b"50000")).startswith(b"HTTP/1.1 200 ")


async def _counting(scope: Scope, receive: Receive, send: Send) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


AMBIGUOUS = {
    "no Host": head_of(b"Accept: */*"),
    "two Hosts": head_of(b"Host: here", b"Host: there"),
    "the same Host twice": head_of(b"Host: here", b"host: here"),
    "a Host of two": head_of(b"Host: here, there"),
    "an empty Host": head_of(b"Host:"),
    "a Host with a path": head_of(b"Host: here/there?"),
    "a Host with an account": head_of(b"Host: me@here"),
    "a Host of HTTP/1.0 with a blank": head_of(b"Host: he re", version=b"1.0"),
    "two Authorizations": head_of(b"Host: here", b"Authorization: Bearer a", b"Authorization: Bearer b"),
}


@pytest.mark.parametrize("sent", AMBIGUOUS.values(), ids=AMBIGUOUS)
async def test_what_can_be_read_in_two_ways_is_refused(sent: bytes) -> None:
    async with serving(never, "127.0.0.1", 0) as url:
        assert (await refused(url, sent, 400))["code"] == "malformed_request"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/0.9\r\nHost: here\r\n\r\n",
        b"GET /\r\n\r\n",
        head_of(b"Transfer-Encoding: chunked", version=b"1.0") + b"0\r\n\r\n",
    ],
)
async def test_an_old_request_is_refused_where_it_cannot_be_read_safely(sent: bytes) -> None:
    async with serving(never, "127.0.0.1", 0) as url:
        assert (await refused(url, sent, 400))["code"] == "malformed_request"


@pytest.mark.parametrize(
    "lines",
    [
        (b"Transfer-Encoding: gzip, chunked",),
        (b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked"),
        (b"Transfer-Encoding: x,chunked",),
    ],
)
@pytest.mark.parametrize("method", [b"GET", b"POST"])
async def test_a_transfer_coding_that_is_not_read_here_is_told(
    method: bytes, lines: tuple[bytes, ...]
) -> None:
    sent = head_of(b"Host: here", *lines).replace(b"GET", method) + b"0\r\n\r\n"
    async with serving(never, "127.0.0.1", 0) as url:
        assert (await refused(url, sent, 501))["code"] == "transfer_coding_unknown"


async def test_chunked_is_read_however_it_is_written() -> None:
    sent = head_of(b"Host: here", b"Transfer-Encoding:  CHUNKED ") + b"2\r\nab\r\n0\r\n\r\n"
    async with serving(_counting, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        writer.write(sent.replace(b"GET", b"POST"))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")


async def test_http_1_0_needs_no_host() -> None:
    async with serving(fine, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        writer.write(head_of(version=b"1.0"))
        assert (await reader.read()).startswith(b"HTTP/1.1 200 ")


async def test_nobody_is_believed_to_be_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose `X-Forwarded-For` counts is said by `PORTOLAN_TRUSTED_PROXIES` alone, for callers of this machine too."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    lines = (b"Host: here", b"X-Forwarded-For: 192.0.2.7", b"X-Forwarded-Proto: https")
    async with serving(_seen, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        writer.write(head_of(*lines))
        assert b"\r\n\r\n127.0.0.1 http." in await reader.readuntil(b".\n")


async def _seen(scope: Scope, receive: Receive, send: Send) -> None:
    seen = f"{scope['client'][0]} {scope['scheme']}.\n".encode()
    length = (b"content-length", b"%d" % len(seen))
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": seen})


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ", b"GET"])
async def test_a_head_that_does_not_end_is_given_up(sent: bytes) -> None:
    async with serving(never, "127.0.0.1", 0, ConnectionLimits(head_s=0.2)) as url:
        assert (await refused(url, sent, 408))["code"] == "request_timeout"


async def test_a_head_that_goes_on_slowly_is_given_up_too() -> None:
    async with (
        serving(never, "127.0.0.1", 0, ConnectionLimits(head_s=0.2)) as url,
        connected(url) as (reader, writer),
    ):
        answer = asyncio.create_task(reader.read())
        async with asyncio.timeout(DEADLINE_S):
            writer.write(b"GET / HTTP/1.1\r\n")
            while not answer.done():
                writer.write(b"X: a\r\n")
                await asyncio.wait([answer], timeout=0.02)
        assert answer.result().startswith(b"HTTP/1.1 408 ")


async def test_a_second_head_on_a_connection_has_its_own_time() -> None:
    async with (
        serving(fine, "127.0.0.1", 0, ConnectionLimits(head_s=0.2)) as url,
        connected(url) as (reader, writer),
    ):
        writer.write(REQUEST)
        assert (await reader.readuntil(b"fine")).startswith(b"HTTP/1.1 200 ")
        writer.write(REQUEST[:10])
        async with asyncio.timeout(DEADLINE_S):
            assert (await reader.read()).startswith(b"HTTP/1.1 408 ")


async def test_a_connection_on_which_nothing_comes_is_closed_without_a_word() -> None:
    async with (
        serving(never, "127.0.0.1", 0, ConnectionLimits(head_s=0.1)) as url,
        connected(url) as (reader, _),
    ):
        async with asyncio.timeout(DEADLINE_S):
            assert await reader.read() == b""


async def test_an_idle_connection_is_closed_after_its_time() -> None:
    async with (
        serving(fine, "127.0.0.1", 0, ConnectionLimits(idle_s=1)) as url,
        connected(url) as (reader, writer),
    ):
        writer.write(REQUEST)
        async with asyncio.timeout(DEADLINE_S):
            assert (await reader.read()).endswith(b"fine")


async def test_connections_beyond_the_bound_are_told_so() -> None:
    async with serving(_reading_and_waiting, "127.0.0.1", 0, ConnectionLimits(connections=2)) as url:
        async with connected(url) as (_, first), connected(url) as (_, second), asyncio.timeout(DEADLINE_S):
            for writer in (first, second):
                writer.write(REQUEST)
            while (await refused(url, REQUEST, 503))["code"] != "too_many_connections":
                continue
        async with asyncio.timeout(DEADLINE_S):  # those who went make room
            while not await _is_let_in(url):
                continue


async def _reading_and_waiting(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers its head, and then nothing until its caller is gone."""
    while (await receive()).get("more_body"):
        continue
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"f", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        continue


HALF_SENT = {
    "nothing": b"",
    "half a line": b"GE",
    "half an address": b"GET /proje",
    "half a head": b"GET / HTTP/1.1\r\nHost: he",
    "half a head behind a request": REQUEST + b"GET / HT",
    "nothing more": REQUEST,
}


@pytest.mark.parametrize("sent", HALF_SENT.values(), ids=HALF_SENT)
async def test_whoever_is_waited_for_longest_gives_way_to_somebody_new(sent: bytes) -> None:
    """Half-sent requests without end lock nobody out."""
    async with (
        serving(fine, "127.0.0.1", 0, ConnectionLimits(connections=3)) as url,
        AsyncExitStack() as others,
        asyncio.timeout(DEADLINE_S),
    ):
        for _ in range(10):
            reader, writer = await others.enter_async_context(connected(url))
            writer.write(sent)
            if sent.startswith(REQUEST):
                await reader.readuntil(b"fine")
            assert await _is_let_in(url)


async def test_who_gives_way_is_told_so_if_a_request_has_begun() -> None:
    async with (
        serving(fine, "127.0.0.1", 0, ConnectionLimits(connections=1)) as url,
        asyncio.timeout(DEADLINE_S),
    ):
        for sent, answer in ((b"GET / HT", b"HTTP/1.1 503 "), (b"", b"")):
            async with connected(url) as (reader, writer):
                writer.write(sent)
                while not await _is_let_in(url):
                    continue
                assert (await reader.read())[:13] == answer


async def test_a_body_that_comes_slowly_gives_way_too(monkeypatch: pytest.MonkeyPatch) -> None:
    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n"
    async with (
        serving(_counting, "127.0.0.1", 0, ConnectionLimits(connections=1)) as url,
        connected(url) as (reader, writer),
        asyncio.timeout(DEADLINE_S),
    ):
        writer.write(head + b"a")
        while (await refused(url, REQUEST, 503))["code"] != "too_many_connections":
            continue
        monkeypatch.setattr(protocol, "SLOW_BODY_S", 0.0)
        assert await _is_let_in(url)
        assert (await reader.read()).startswith(b"HTTP/1.1 503 ")


PIPELINED = {
    "a bad chunk": (b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
    "a coding": (b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", b"501"),
    "no request": (b"nonsense\r\n\r\n", b"400"),
}


@pytest.mark.parametrize(("last", "status"), PIPELINED.values(), ids=PIPELINED)
@pytest.mark.parametrize("before", [2, 3])
async def test_a_refusal_comes_behind_the_answers_to_earlier_requests(
    before: int, last: bytes, status: bytes
) -> None:
    """Before them it would be taken for the answer to the first."""
    async with serving(_counting, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        writer.write(REQUEST * before + last)
        async with asyncio.timeout(DEADLINE_S):
            answers = (await reader.read()).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"200"] * before + [status]


async def _is_let_in(url: str) -> bool:
    async with connected(url) as (reader, writer):
        writer.write(REQUEST)
        return b" 200 " in await reader.readline()


async def test_an_answer_that_nobody_takes_is_given_up() -> None:
    ended = asyncio.Event()

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 50 * MIB})
        while (await receive())["type"] != "http.disconnect":
            continue
        ended.set()

    async with (
        serving(large, "127.0.0.1", 0, ConnectionLimits(idle_s=1)) as url,
        connected(url) as (_, writer),
    ):
        writer.write(REQUEST)
        await asyncio.wait_for(ended.wait(), DEADLINE_S)


async def test_another_protocol_is_not_spoken_and_http_is_answered() -> None:
    upgrade = (
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: eA==",
    )
    async with serving(fine, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        writer.write(head_of(b"Host: here", *upgrade))
        assert (await reader.readuntil(b"fine")).startswith(b"HTTP/1.1 200 ")
        writer.write(REQUEST)
        assert (await reader.readuntil(b"fine")).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("sent", [b"Content-Length: 4\r\n\r\nfour", b"Transfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n",
                                  b"Content-Length: 0\r\n\r\n"])  # fmt: skip
async def test_the_body_of_a_request_that_asks_for_http_2_is_read(sent: bytes) -> None:
    """Java's client asks for it with every first request."""
    asking = b"POST / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    size = b"4" if b"four" in sent else b"0"
    async with serving(_counting, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        for piece in (asking + sent) * 2, asking, sent:
            writer.write(piece)
        for _ in range(3):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            assert (await reader.readuntil(b"0\r\n\r\n")).split(b"\r\n")[1] == size


async def test_a_service_alone_tells_what_it_can_do(tmp_path: Path) -> None:
    async with projects(tmp_path) as (url, _), connected(url) as (reader, writer):
        for line, status in ((b"OPTIONS *", b"204"), (b"GET *", b"404")):
            writer.write(line + b" HTTP/1.1\r\nHost: here\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.split()[1] == status
        assert b"content-type: application/problem+json" in head


async def test_two_requests_sent_at_once_are_answered_in_order() -> None:
    sent = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\nabc" + REQUEST
    async with serving(_counting, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        writer.write(sent * 2)
        for size in (b"3", b"0") * 2:
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 ")
            assert (await reader.readuntil(b"0\r\n\r\n")).split(b"\r\n")[1] == size


@asynccontextmanager
async def projects(folder: Path) -> AsyncIterator[tuple[str, str]]:
    """(address, token of a director)."""
    async with (
        running_service(SERVICE, Settings(data=folder)) as (one, callers),
        serving(one.app, "127.0.0.1", 0) as url,
    ):
        yield url, callers.token("director")


@pytest.mark.parametrize("size", [2, 8, 60])
async def test_urllib_sees_why_its_large_body_is_refused(tmp_path: Path, size: int) -> None:
    async with projects(tmp_path) as (url, token):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{url}{PROJECTS}", b" " * size * MIB, headers)
        for _ in range(3):
            with pytest.raises(urllib.error.HTTPError) as seen:
                await asyncio.to_thread(urllib.request.urlopen, request, timeout=30)
            assert (seen.value.code, json.load(seen.value)["code"]) == (413, "too_large")


JAVA = """
import java.net.URI;
import java.net.http.*;
class Sending {
  public static void main(String[] given) throws Exception {
    var client = HttpClient.newHttpClient();
    for (int i = 0; i < 6; i++) {
      var request = HttpRequest.newBuilder(URI.create(given[0]))
        .header("Content-Type", "application/json").header("Authorization", "Bearer " + given[1])
        .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[Integer.parseInt(given[2])])).build();
      System.out.print(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() + " ");
    }
  }
}
"""


@pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java")
@pytest.mark.parametrize("size", [2, 8, 60])
async def test_java_sees_why_its_large_body_is_refused(tmp_path: Path, size: int) -> None:
    source = tmp_path / "Sending.java"
    source.write_text(JAVA)
    async with projects(tmp_path) as (url, token):
        java = await asyncio.create_subprocess_exec(
            "java", str(source), f"{url}{PROJECTS}", token, str(size * MIB),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        seen, error = await asyncio.wait_for(java.communicate(), 60)
    assert seen.split() == [b"413"] * 6, error.decode()[-500:]


async def test_who_asks_before_sending_a_body_is_told_without_it(tmp_path: Path) -> None:
    """No 100 before the token was looked at; nothing is awaited that nobody sends."""
    asking = f"POST {PROJECTS} HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 15\r\n"
    asking += "Content-Type: application/json\r\n"
    async with projects(tmp_path) as (url, token):
        assert (await refused(url, f"{asking}\r\n".encode(), 401))["code"] == "unauthenticated"
        async with connected(url) as (reader, writer):
            writer.write(f"{asking}Authorization: Bearer {token}\r\n\r\n".encode())
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
            writer.write(b'{"name": "Asked"}'[:15])
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


async def test_a_body_after_the_answer_is_let_in_for_a_while_only() -> None:
    async with serving(fine, "127.0.0.1", 0) as url, connected(url) as (_, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000000000\r\n\r\n")
        started = monotonic()
        with pytest.raises(ConnectionError):  # noqa: PT012 when it ends nobody knows
            while monotonic() < started + 30:
                writer.write(b"x" * MIB)
                await writer.drain()


HALF_SENT = {
    "a chunk, and no last one": b'Transfer-Encoding: chunked\r\n\r\n10\r\n{"name": "Half"}\r\n',
    "less than was declared": b'Content-Length: 20\r\n\r\n{"name": "Half"}',
    "a chunk, and what is none": b'Transfer-Encoding: chunked\r\n\r\n10\r\n{"name": "Half"}\r\nzz\r\n',
}


@pytest.mark.parametrize("sent", HALF_SENT.values(), ids=HALF_SENT)
async def test_a_request_whose_body_ends_too_early_does_nothing(tmp_path: Path, sent: bytes) -> None:
    async with projects(tmp_path) as (url, token):
        head = f"POST {PROJECTS} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n"
        head += "Content-Type: application/json\r\n"
        async with connected(url) as (_, writer):
            writer.write(head.encode() + sent)
            await writer.drain()
        listed = f"GET {PROJECTS} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n\r\n"
        for _ in range(20):
            async with connected(url) as (reader, writer), asyncio.timeout(DEADLINE_S):
                writer.write(listed.encode())
                assert b'{"items":[]' in await reader.readuntil(b"}")


async def in_two_pieces(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    await send({"type": "http.response.body", "body": b"full"})


async def shorter_than_said(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
    await send({"type": "http.response.body", "body": b"half"})


async def answered_until_the_end(app: Any, method: bytes) -> bytes:
    sent = method + b" / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    async with serving(app, "127.0.0.1", 0) as url, connected(url) as (reader, writer):
        async with asyncio.timeout(DEADLINE_S):
            writer.write(sent)
            return await reader.read()


@pytest.mark.parametrize(
    ("app", "method", "body"),
    [
        (fine, b"GET", b"fine"),
        (fine, b"HEAD", b""),
        (in_two_pieces, b"GET", b"halffull"),
        (shorter_than_said, b"GET", b"half"),
    ],
    ids=["whole", "only the head", "in pieces", "cut short"],
)
async def test_a_head_goes_out_with_what_there_is_of_its_body(app: Any, method: bytes, body: bytes) -> None:
    head, _, rest = (await answered_until_the_end(app, method)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in head
    assert rest == body
