"""The bodies of requests that bring a file: what is refused before a byte of it is read, and what once it is there."""

import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable

from shared.base.errors import Fault, Invalid, Malformed, TooLarge, UnsupportedMediaType
from shared.base.texts import Text
from shared.http.call import Call
from shared.http.checking import as_described
from shared.http.operation import Operation, Parameter
from shared.http.spooled import Spooled

MEDIA_TYPE = "application/octet-stream"
LARGEST_FILE = 50 * 1024 * 1024

_DIGEST = re.compile("(?:^|,) *sha-256=:([A-Za-z0-9+/]{43}=): *(?:,|$)")
CONTENT_DIGEST = Parameter(
    "Content-Digest",
    "The SHA-256 of the file (RFC 9530), by which a damaged transfer is noticed: `sha-256=:…:`, in base64.",
    {"type": "string", "pattern": _DIGEST.pattern},
)


def spooler(operation: Operation) -> Callable[[Call], Awaitable[None]]:
    """Reads the body of an operation that takes a file, into `call.spooled`; `call.body_hash` is its hash."""
    limit = operation.body_limit

    async def read(call: Call) -> None:
        _check_head(call, limit)
        spooled = call.spooled = Spooled(call.kernel.settings.data)
        with call.kernel.receiving.one_more():
            async for piece in pieces_of(call):
                spooled.add(piece)
                if spooled.size > limit:
                    raise _too_large(limit)
        if (length := call.sent.get(b"content-length", b"")) and int(length) != spooled.size:
            raise Malformed("the file has another length than Content-Length says", code="malformed_request")
        call.body_hash = spooled.sha256
        _check_digest(call)

    return read


def _check_head(call: Call, limit: int) -> None:
    """Refuse what can be refused before anything is read."""
    media_type = call.sent.get(b"content-type", b"").split(b";")[0].strip().lower()
    if media_type != MEDIA_TYPE.encode():
        raise UnsupportedMediaType(
            Text("send the file as it is, as {media_type}", media_type=MEDIA_TYPE),
            headers={"Accept-Post": MEDIA_TYPE},
        )
    if call.sent.get(b"content-encoding", b"identity").strip().lower() not in (b"", b"identity"):
        raise UnsupportedMediaType(
            "send the file as it is, not compressed",
            code="unsupported_encoding",
            headers={"Accept-Encoding": "identity"},
        )
    length = call.sent.get(b"content-length", b"")
    if length and not length.isdigit():
        raise Malformed("Content-Length is no number", code="malformed_request")
    if length and (len(length) > 18 or int(length) > limit):
        raise _too_large(limit)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(Text("a file may have {limit} bytes", limit=limit))


async def pieces_of(call: Call) -> AsyncIterator[bytes]:
    """The body of a request as it comes. Of a caller who is gone before its end nothing is done."""
    more = True
    while more:
        message = await call.receive()
        if message["type"] == "http.disconnect":
            raise Malformed("the body has ended before its end", code="malformed_request")
        more = message.get("more_body", False)
        if data := message.get("body", b""):
            yield data


def _check_digest(call: Call) -> None:
    """Refuse (422) a file that is not the one whose hash was sent."""
    header, spooled = call.header("Content-Digest"), call.spooled
    if header is None or spooled is None:
        return
    match = _DIGEST.search(header)
    if match is None:
        fault = Fault("invalid", as_described(CONTENT_DIGEST), header="Content-Digest")
        raise Malformed("Content-Digest names no SHA-256", fault)
    if base64.b64decode(match[1]).hex() != spooled.sha256:
        raise Invalid(
            "the file is not the one whose hash was sent",
            Fault("mismatch", "is not its SHA-256", header="Content-Digest"),
            code="digest_mismatch",
        )
