"""Answers: the result of an endpoint as bytes and headers."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec
from starlette.types import Send

from shared.base.clock import epoch_seconds
from shared.base.errors import Refusal, Unauthenticated
from shared.contracts.language import Aggregate, entry_of
from shared.http import problems
from shared.http.call import Answer, Call, Pending
from shared.http.compression import compressed
from shared.store import Unreachable


def written(result: Any, call: Call, status: int) -> Answer:
    """The answer to a write: the aggregate as it stands now, with its ETag and position. What was only tried has none."""
    if isinstance(result, Pending):
        answer = result.answer(call)
    elif isinstance(result, Answer):
        answer = result
    elif call.work.dry:
        answer = Answer(200, call.answered(result))
    else:
        answer = aggregate(result, call, status)
    positions = call.work.positions()
    if positions:
        answer.headers["Portolan-Position"] = position_token(call.kernel.store.epoch, positions)
    return answer


def aggregate(entity: Aggregate | None, call: Call, status: int) -> Answer:
    if entity is None or status == 204:
        return Answer(204)
    headers = {"ETag": f'"{entity.version}"'}
    if status == 201:
        headers["Location"] = location(entity)
    return Answer(status, call.answered(entity), headers)


def location(entity: Aggregate) -> str:
    entry = entry_of(type(entity))
    return f"/{entry.service}/v1/{entry.collection}/{entity.id}"


def position_token(epoch: int, positions: dict[tuple[str, int], int]) -> str:
    """`Portolan-Position`: opaque to callers, read again from `Portolan-After`."""
    marks = [(topic, partition, position) for (topic, partition), position in positions.items()]
    marks.sort()
    plain = msgspec.json.encode((epoch, marks))
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def conditional(result: Any, call: Call) -> Answer:
    """The answer to a read: 304 where the caller already has it."""
    answer = result if isinstance(result, Answer) else aggregate(result, call, 200)
    is_tagged = "ETag" in answer.headers  # to hash a page of 200 KB costs as much as reading it
    is_kept = (
        answer.headers.get("Cache-Control") != NOT_KEPT
    )  # what is looked up anew each time differs each time
    if (
        is_kept
        and not is_tagged
        and answer.status == 200
        and answer.body
        and answer.media_type == "application/json"
    ):
        answer.headers["ETag"] = weak_tag(answer.body)
    tags_held = call.tags("if-none-match") if b"if-none-match" in call.sent else None
    tag = answer.headers.get("ETag")
    if tags_held and tag and any(held_tag in ("*", tag.removeprefix("W/")) for _, held_tag in tags_held):
        return Answer(304, headers={"ETag": tag})
    return answer


def weak_tag(body: bytes) -> str:
    """The ETag of what has no version of its own, as a list: who has read the same is sent nothing."""
    return f'W/"{blake2b(body, digest_size=9).hexdigest()}"'


def refused(refusal: Refusal, call: Call) -> Answer:
    language = problems.language_of(call.sent)
    body = problems.problem_bytes(refusal, call.scope["path"], call.trace.trace_id, language)
    headers = refusal.headers | problems.language_headers(language)
    if isinstance(refusal, Unauthenticated):
        headers.setdefault("WWW-Authenticate", 'Bearer realm="portolan"')
    return Answer(refusal.status, body, headers, problems.MEDIA_TYPE)


def _is_read(answer: Answer, call: Call) -> bool:
    return answer.status in (200, 304) and call.scope["method"] in ("GET", "HEAD")


@lru_cache(maxsize=256)
def _on_the_wire(name: str) -> bytes:
    return name.lower().encode()


VARY = "Origin, Accept, Accept-Encoding"
"""What an answer depends on beside its address and the caller."""
REVALIDATED, NOT_KEPT = "private, no-cache", "no-store"
"""Of a read: for this caller, and to be asked for again each time (with its ETag). Of anything else: nothing to keep."""


STATUS = "portolan.status"
"""The key of a scope under which the status of the answer stands, once it is on its way."""
_ALWAYS = (b"x-content-type-options", b"nosniff")
_VARY = (b"vary", VARY.encode())
_CACHE_CONTROL = {
    True: (b"cache-control", REVALIDATED.encode()),
    False: (b"cache-control", NOT_KEPT.encode()),
}


async def send(answer: Answer, call: Call, head_only: bool, send: Send) -> None:
    if b"accept-encoding" in call.sent:
        answer = await compressed(answer, call)
    status, body, scope = answer.status, answer.body, call.scope
    headers = [(b"x-request-id", call.trace.request_id.encode()), _ALWAYS]
    if status not in (204, 304):
        headers.append((b"content-type", answer.media_type.encode()))
        if answer.stream is None:
            headers.append((b"content-length", b"%d" % len(body)))
    own = answer.headers | call.replied if call.replied else answer.headers
    if "Vary" not in own or own["Vary"] in VARY:
        headers.append(_VARY)
    else:
        headers.append((b"vary", f"{VARY}, {own['Vary']}".encode("latin-1")))
    if "Cache-Control" not in own:
        headers.append(_CACHE_CONTROL[_is_read(answer, call)])
    for name, value in own.items():
        if name != "Vary":
            headers += [(_on_the_wire(name), line.encode("latin-1")) for line in value.split("\n")]
    scope[STATUS] = status
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if answer.stream is None or head_only:
        await send({"type": "http.response.body", "body": b"" if head_only else body})
        return
    length = answer.headers.get("Content-Length")
    await _stream(answer.stream, call, send, None if length is None else int(length))


STALLED_S = 75.0
"""Seconds for which a client may read nothing of a stream before it is ended."""
ENDING_S = 1.0
"""Seconds that sending the end of a stream may take."""


async def _stream(pieces: AsyncIterator[bytes], call: Call, send: Send, length: int | None = None) -> None:
    """Piece by piece, until the stream ends, its store is away, its reader is gone, or one of `STREAM_ENDS` says so.

    One whose `length` was announced is left without an end where it has not come so far: the reader notices.
    """
    sent = 0

    async def sending() -> None:
        nonlocal sent
        with suppress(Unreachable, TimeoutError):
            async for piece in pieces:
                sent += len(piece)
                async with asyncio.timeout(STALLED_S):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})

    async def listening() -> None:
        while (await call.receive())["type"] != "http.disconnect":
            continue

    gone = asyncio.create_task(listening())
    tasks = [gone, *(asyncio.create_task(work) for work in (sending(), *(end(call) for end in STREAM_ENDS)))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if gone not in done and (length is None or sent == length):
        with suppress(TimeoutError):
            async with asyncio.timeout(ENDING_S):
                await send({"type": "http.response.body", "body": b""})


async def _process_ends(call: Call) -> None:
    await call.kernel.ending.wait()


ADMITTED_AGAIN_S = 2.0
"""How often the reader of a stream is checked again: its token may have been revoked, or its session may have
ended."""
LAST_WORD_S = 1.5
"""So long a stream of the pages may take to say itself that the session is over."""


async def _reader_is_refused(call: Call) -> None:
    """Until the reader would not be admitted any more: the token has expired, or was revoked, or nobody is logged in."""
    while await _is_admitted(call):  # noqa: ASYNC110 rights end without an event
        await asyncio.sleep(max(0.0, min(call.principal.expires_at - epoch_seconds(), ADMITTED_AGAIN_S)))
    if call.by_cookie is not None:
        await asyncio.sleep(LAST_WORD_S)


async def _is_admitted(call: Call) -> bool:
    if call.principal.expires_at <= epoch_seconds() or call.kernel.revocations.concern(call.principal):
        return False
    if call.by_cookie is not None:
        try:
            await call.by_cookie(call)
        except Unauthenticated:
            return False
        except Unreachable:
            return True
    return True


STREAM_ENDS: list[Callable[[Call], Coroutine[Any, Any, None]]] = [_process_ends, _reader_is_refused]
"""What ends a stream from this side: each returns when it is time."""
