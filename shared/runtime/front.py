"""The front door: one address before all services, whether they live in this process or each in its own."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.base.errors import BadGateway, DeadlineExceeded, Malformed, Refusal, Unavailable
from shared.http.call import Trace, trace_of
from shared.http.problems import MEDIA_TYPE, language_headers, language_of, problem_bytes

FORWARDED = b"x-forwarded-for"
"""One line, to which each door adds its caller; the service believes the trusted ones of them."""
OF_THE_CONNECTION = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)
GIVEN_ANEW = OF_THE_CONNECTION | {b"date"}
TIMEOUT = {"connect": 2.0, "read": 60.0, "write": 30.0, "pool": 5.0}
"""Seconds; live streams say every 15 s that they are still there."""


def front(apps: Mapping[str, ASGIApp]) -> ASGIApp:
    """The first segment of the path names the service. All other paths, such as those of the pages, go to
    reporting."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "/")
        if asks_of_the_server(scope):
            await tell_methods(send)
            return
        app_of_path = apps.get(path.split("/", 2)[1] if path.startswith("/") else "")
        await (app_of_path or apps["reporting"])(scope, receive, send)

    return app


def asks_of_the_server(scope: Scope) -> bool:
    """Whether it is about the server as a whole: `OPTIONS *`."""
    return (scope["type"], scope.get("method"), scope.get("path")) == ("http", "OPTIONS", "*")


async def tell_methods(send: Send) -> None:
    """`OPTIONS *`: what the server as a whole can do (RFC 9110, 9.3.7)."""
    headers = [(b"allow", b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class Upstream:
    """A service in another process, as an application: requests and answers are streamed through as they are."""

    def __init__(self, url: str) -> None:
        self._url = httpx.URL(url)
        self._transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=None))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        trace = trace_of(dict(scope["headers"]))
        if not scope["path"].startswith("/"):
            await _refuse(Malformed("the address is not a path", code="malformed_path"), scope, trace, send)
            return
        try:
            answer = await self._transport.handle_async_request(self._request(scope, receive, trace))
        except httpx.TransportError as error:
            await _refuse(_refusal_of(error), scope, trace, send)
            return
        await _until_done_or_gone(_pass_on(answer, send), receive)

    def _request(self, scope: Scope, receive: Receive, trace: Trace) -> httpx.Request:
        path = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        passed_by = [value for name, value in scope["headers"] if name == FORWARDED]
        headers = [pair for pair in scope["headers"] if pair[0] not in (FORWARDED, *OF_THE_CONNECTION)]
        if scope.get("client"):
            passed_by.append(scope["client"][0].encode())
        if passed_by:
            headers.append((FORWARDED, b", ".join(passed_by)))
        sent = {name for name, _ in scope["headers"]}
        if (
            b"x-request-id" not in sent
        ):  # the same in the service's log, and where the door itself has to refuse
            headers.append((b"x-request-id", trace.request_id.encode()))
        body = _body(receive) if sent & {b"content-length", b"transfer-encoding"} else None
        request = httpx.Request(
            scope["method"], self._url.copy_with(raw_path=path), headers=headers, content=body
        )
        request.extensions["timeout"] = TIMEOUT
        return request

    async def close(self) -> None:
        await self._transport.aclose()


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise httpx.WriteError("the caller disconnected")
        more = message.get("more_body", False)
        yield message.get("body", b"")


async def _pass_on(answer: httpx.Response, send: Send) -> None:
    headers = [(n.lower(), v) for n, v in answer.headers.raw if n.lower() not in GIVEN_ANEW]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    try:
        async for chunk in answer.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        await answer.aclose()


async def _until_done_or_gone(passing: Coroutine[Any, Any, None], receive: Receive) -> None:
    """A caller that has left a live stream must not keep it open between the front door and the service."""
    tasks = [asyncio.create_task(passing), asyncio.create_task(_gone(receive))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def _refusal_of(error: httpx.TransportError) -> Refusal:
    """Only what never reached the service may be sent again without a thought."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return Unavailable(
            "the service is being started again; the request did not reach it, and may be sent again",
            code="service_away",
            headers={"Retry-After": "1"},
        )
    if isinstance(error, httpx.TimeoutException):
        return DeadlineExceeded(
            "the service did not answer in time; the request may have been executed: check, or send it again with the"
            " same Idempotency-Key",
            code="service_silent",
        )
    return BadGateway(
        "the service stopped before it answered; the request may have been executed: check, or send it again with the"
        " same Idempotency-Key"
    )


async def _refuse(refusal: Refusal, scope: Scope, trace: Trace, send: Send) -> None:
    language = language_of(dict(scope["headers"]))
    body = problem_bytes(refusal, scope["path"], trace.trace_id, language)
    headers = {
        "content-type": MEDIA_TYPE,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-request-id": trace.request_id,
        **language_headers(language),
        **refusal.headers,
    }
    header_lines = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": header_lines})
    body = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": body})
