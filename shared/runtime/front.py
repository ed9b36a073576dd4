"""The front door: one address before all services, whether they live in this process or each in its own."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

OF_THE_CONNECTION = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)
GIVEN_ANEW = OF_THE_CONNECTION | {b"date"}
TIMEOUT = {"connect": 2.0, "read": 60.0, "write": 30.0, "pool": 5.0}
"""Seconds; live streams say every 15 s that they are still there."""

AWAY = (
    b'{"type":"/problems/service_away","title":"Not available now","status":503,"code":"service_away",'
    b'"detail":"the service is being started again; send the request again"}'
)


def front(apps: Mapping[str, ASGIApp]) -> ASGIApp:
    """The first segment of the path names the service; the pages, and whatever is nobody's, are reporting's."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "/")
        found = apps.get(path.split("/", 2)[1] if path.startswith("/") else "")
        await (found or apps["reporting"])(scope, receive, send)

    return app


class Upstream:
    """A service in another process, as an application: requests and answers are streamed through as they are."""

    def __init__(self, url: str) -> None:
        self._url = httpx.URL(url)
        self._transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=None))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            answer = await self._transport.handle_async_request(self._request(scope, receive))
        except httpx.TransportError:
            await _refuse(send)
            return
        await _until_done_or_gone(_pass_on(answer, send), receive)

    def _request(self, scope: Scope, receive: Receive) -> httpx.Request:
        path = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        headers = [(name, value) for name, value in scope["headers"] if name not in OF_THE_CONNECTION]
        if scope.get("client"):
            headers.append((b"x-forwarded-for", scope["client"][0].encode()))
        sent = {name for name, _ in scope["headers"]}
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
            raise httpx.WriteError("the caller went away")
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
    """Whoever has stopped listening to a live stream must not keep it open behind the door."""
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


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/problem+json"), (b"retry-after", b"1")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": AWAY})
