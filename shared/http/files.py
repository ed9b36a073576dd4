"""Files: sent to `POST /<service>/v1/files`, used by an aggregate within a day, and read through that aggregate only.

    body -> disk -> type by content -> scanner -> quota -> pieces in the store -> one commit: all are there

What has the same hash is stored once, and nobody learns whether somebody else has sent it before.
"""

import json
import re
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field, WithJsonSchema

from shared.base import filetypes, scanning
from shared.base.clock import now_micros, to_wire
from shared.base.errors import Fault, Invalid, NotFound, RangeNotSatisfiable, TooManyRequests, Unavailable
from shared.base.texts import Text
from shared.contracts import language
from shared.contracts.language import AnswerShape, FileName, Instant, Pattern
from shared.contracts.language.values import WITHOUT_FOLDERS
from shared.http.call import Answer, Call, Pending
from shared.http.operation import Parameter
from shared.http.query import Query
from shared.http.routes import Routes
from shared.http.spooled import Spooled
from shared.http.spooling import CONTENT_DIGEST, LARGEST_FILE
from shared.store import content as contents
from shared.store.content import Content, Upload

MEGABYTE, GIGABYTE = 10**6, 10**9
UNKNOWN_TYPE = "application/octet-stream"
SENT_WHOLE = 256 * 1024
"""Up to so many bytes a content is answered at once; beyond, a piece at a time."""
SANDBOX = "default-src 'none'; sandbox"
"""A browser that shows a file all the same runs nothing of it, and loads nothing for it."""
RANGE = Parameter("Range", "The bytes to answer: `bytes=0-1023`, one range.", {"type": "string"})
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")

HashInPath = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "The SHA-256 of the file."}
    ),
]


class FileUpload(AnswerShape):
    """A file that was sent: its hash is what an aggregate names that uses it."""

    sha256: language.Sha256
    """The hash of its content."""
    size: Annotated[int, Field(ge=1)]
    """How many bytes it has."""
    media_type: str
    """What it is by its content, whatever its name says."""
    name: FileName
    """Its name."""
    expires_at: Instant
    """Until then its sender may name it in an aggregate; what none uses by then is removed."""


class FileQuery(Query):
    """What is said of a file beside its content."""

    name: Annotated[FileName, Pattern(f"^ *{WITHOUT_FOLDERS} *$")] = Field(
        default="file", description="The name of the file, without folders."
    )


class _Received(Pending):
    """A file that is there once the unit is committed."""

    def __init__(self, service: str, upload: Upload) -> None:
        self._text = _text(upload)
        self._headers = {"Location": f"/{service}/v1/files/{upload.sha256}"}

    def answer(self, call: Call) -> Answer:
        return Answer(201, self._text.encode(), dict(self._headers))

    def reference(self, call: Call) -> dict[str, Any]:
        return {"status": 201, "body": self._text, "headers": self._headers}


def _text(upload: Upload) -> str:
    return json.dumps(vars(upload) | {"expires_at": to_wire(upload.expires_at)}, ensure_ascii=False)


def routes(service: str) -> Routes:
    """Where a service takes files in."""
    routes = Routes(service, "Files", names_service=True, about="Files that aggregates use.")

    @routes.post(
        "/v1/files", scope=f"{service}.contribute", takes_file=True, status=201, body_limit=LARGEST_FILE, headers=(CONTENT_DIGEST,),
        schema=FileUpload,
    )  # fmt: skip
    async def create(call: Call, query: FileQuery) -> Any:
        """Send a file. The body is the file as it is. Its sender may name its hash in an aggregate within a day; what
        none uses is removed. A file is of the type that its content says: 422 `type_mismatch` where its name
        claims another one, 422 `infected` where the scanner of the instance says so."""
        return await _receive(call, query.name)

    @routes.get("/v1/files/{hash}", refusals=(404,))
    async def get(call: Call, hash: HashInPath) -> Answer[FileUpload]:
        """Get what is known of a file that the caller has sent. Its content is read through the aggregate that uses
        it."""
        upload = await contents.upload_of(call.kernel.store, hash, call.principal.key)
        if upload is None:
            raise NotFound("there is no such file of yours")
        return Answer(200, _text(upload).encode())

    return routes


async def _receive(call: Call, name: str) -> Any:
    assert call.spooled is not None
    return _Received(call.service, await take(call, call.spooled, name))


async def take(call: Call, spooled: Spooled, name: str, *, of_any_type: bool = False) -> Upload:
    """Check a file that has come whole and store it; it is its sender's once the unit of the call is committed.

    `of_any_type`: whoever uses it looks at its content, whatever its name claims.
    """
    store, caller = call.kernel.store, call.principal.key
    if not spooled.size:
        raise Invalid(
            "the file is empty", Fault("empty", "send the file as body", pointer=""), code="empty_file"
        )
    media_type = UNKNOWN_TYPE if of_any_type else _type_of(spooled, name)
    await _refuse_infected(call, spooled)
    await _keep_quota(call, spooled.size)
    upload = Upload(
        spooled.sha256,
        spooled.size,
        filetypes.refined(media_type, name),
        name,
        now_micros() + contents.UNUSED_US,
    )
    async with call.kernel.receiving.storing:
        await contents.store_pieces(store, Content(upload.sha256, upload.size, media_type), spooled.read)
    call.work.part.statements += contents.completed(upload, caller)
    return upload


def _type_of(spooled: Spooled, name: str) -> str:
    """By its content; refused (422) where the name claims another one."""
    media_type = filetypes.media_type_of(spooled.read, spooled.size)
    if filetypes.contradicts(media_type, name):
        raise Invalid(
            Text("the content is {media_type}, and the name claims something else", media_type=media_type),
            Fault(
                "type_mismatch", Text("the content is {media_type}", media_type=media_type), parameter="name"
            ),
            code="type_mismatch",
        )
    return media_type


async def _refuse_infected(call: Call, spooled: Spooled) -> None:
    try:
        if await scanning.is_clean(call.kernel.settings.scanner, spooled.read, spooled.size):
            return
    except scanning.ScannerAway as away:
        raise Unavailable(
            "the virus scanner does not answer, and no file is taken without it",
            code="scanner_unavailable",
            headers={"Retry-After": "30"},
        ) from away
    raise Invalid(
        "the virus scanner found something in the file",
        Fault("infected", "the scanner refuses it", pointer=""),
        code="infected",
    )


async def _keep_quota(call: Call, size: int) -> None:
    """Refuse what would go beyond what one caller may send a day, or what the store may hold."""
    settings, store = call.kernel.settings, call.kernel.store
    most = settings.upload_megabytes_per_caller * MEGABYTE
    if most and await contents.sent_by(store, call.principal.key) + size > most:
        raise TooManyRequests(
            Text(
                "{upload_megabytes_per_caller} MB may be sent within a day",
                upload_megabytes_per_caller=settings.upload_megabytes_per_caller,
            ),
            code="quota_exceeded",
            headers={"Retry-After": "3600"},
        )
    most = settings.files_gigabytes * GIGABYTE
    if most and await contents.stored_bytes(store) + size > most:
        raise Unavailable(
            "the files of this service take all the room that they are given",
            code="store_full",
            headers={"Retry-After": "3600"},
        )


# Reading


async def answer(call: Call, sha256: str, name: str, media_type: str) -> Answer:
    """The content of a file that an aggregate uses, or the part of it that `Range` names: always to be saved, never to
    be shown. Which aggregate, and whether the caller may see it, is for the route to know."""
    store = call.kernel.store
    content = await contents.content_of(store, sha256)
    if content is None:
        raise NotFound("the content is not there any more")
    tag = f'"{sha256}"'
    part = _part_asked(call, tag)
    start, stop = (0, content.size) if part is None else _bounds(part, content.size)
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": disposition(name),
        "Content-Security-Policy": SANDBOX,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
    }
    status = 200
    if part is not None:
        status, headers["Content-Range"] = 206, f"bytes {start}-{stop - 1}/{content.size}"
    if stop - start <= SENT_WHOLE:
        body = b"".join([piece async for piece in contents.pieces(store, content, start, stop)])
        return Answer(status, body, headers, media_type)
    headers["Content-Length"] = str(stop - start)
    return Answer(status, b"", headers, media_type, contents.pieces(store, content, start, stop))


def _part_asked(call: Call, tag: str) -> tuple[str, str] | None:
    """First and last byte of the range that is asked for, one of them perhaps empty; None for the whole content.

    Several ranges, and what cannot be read, are as none (RFC 9110, 14.2)."""
    header, tag_named = call.header("Range"), call.header("If-Range")
    if header is None or (tag_named is not None and tag_named != tag):
        return None
    match = _RANGE.fullmatch(header.strip())
    return None if match is None or match[0] == "bytes=-" else (match[1], match[2])


def _bounds(part: tuple[str, str], size: int) -> tuple[int, int]:
    """(start, stop) of a part of a content of `size` bytes; RangeNotSatisfiable where nothing of it is there."""
    first, last = part
    start, stop = (
        (int(first), min(size, int(last) + 1 if last else size))
        if first
        else (max(0, size - int(last)), size)
    )
    if start >= stop:
        raise RangeNotSatisfiable(
            Text("the content has {size} bytes", size=size), headers={"Content-Range": f"bytes */{size}"}
        )
    return start, stop


def disposition(name: str) -> str:
    """`attachment` with the name as ASCII for old clients, and as it is (RFC 6266)."""
    plain = re.sub(r"[^ !#$&+\-.^_`{}~0-9A-Za-z(),;=@\[\]]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


# Frozen content, and whether it is still what it was


class Verification(AnswerShape):
    """Whether a content is still what it was when it was stored."""

    sha256: language.Sha256
    """The hash under which it is stored, and which the aggregate names."""
    size: int
    """Bytes."""
    media_type: str
    """What it is."""
    intact: bool
    """Whether the stored bytes have this hash and this size."""
    checked_at: Instant
    """When they were read and hashed."""


async def verification(call: Call, sha256: str) -> Answer[Verification]:
    """Read and hash a content that an aggregate uses; the aggregate's own route has checked who may see it."""
    store = call.kernel.store
    content = await contents.content_of(store, sha256)
    if content is None:
        raise NotFound("the content is not there any more")
    intact = await contents.is_intact(store, content)
    verified = vars(content) | {"intact": intact, "checked_at": to_wire(now_micros())}
    return Answer(200, json.dumps(verified).encode(), {"Cache-Control": "no-store"})
