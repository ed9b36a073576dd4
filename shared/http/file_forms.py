"""Forms of pages that may bring a file: their texts in memory, the file on the disk piece by piece.

A file that is too large is passed over, so that the page can say so beside what was typed.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from pydantic import BaseModel, ValidationError

from shared.base.errors import Malformed, TooLarge, UnsupportedMediaType
from shared.base.texts import Text
from shared.base.validation import invalid_from
from shared.http.call import Call, read_content, read_form
from shared.http.multipart import MEDIA_TYPE, Part, Parts, boundary_of
from shared.http.operation import FORM, Operation
from shared.http.spooled import SentFile, Spooled
from shared.http.spooling import LARGEST_FILE, pieces_of

PASSED_OVER = 4 * LARGEST_FILE
"""Bytes: so much is read of a form whose file is too large; a longer one is refused at once, without its page."""


@dataclass
class _Form:
    """What has come of one form."""

    call: Call
    limit: int
    """Bytes of all texts together."""
    most_files: int = 1

    def __post_init__(self) -> None:
        self.texts: dict[str, bytearray] = {}
        self._size = 0
        self._into: bytearray | Spooled | None = None

    def begin(self, part: Part) -> None:
        if part.file_name is None:
            if part.name in self.texts:
                raise Malformed("a member of the form is given twice", code="malformed_form")
            self._into = self.texts[part.name] = bytearray()
            self._count(len(part.name))
        elif not part.file_name:
            self._into = None
        else:
            if len(self.call.sent_files) >= self.most_files:
                detail = Text(
                    "this form brings at most {count} {count:file|files}; put them into one ZIP file",
                    count=self.most_files,
                )
                raise Malformed(
                    detail if self.most_files > 1 else "a form brings one file", code="malformed_form"
                )
            self._into = Spooled(self.call.kernel.settings.data)
            self.call.spooled = self.call.spooled or self._into
            self.call.sent_files += (SentFile(part.name, part.file_name, self._into),)

    def add(self, data: bytes) -> None:
        if isinstance(self._into, bytearray):
            self._count(len(data))
            self._into += data
        elif isinstance(self._into, Spooled):
            if self._into.size + len(data) > LARGEST_FILE:
                self.call.sent_files[-1].is_too_large = True
                self._into = None
            else:
                self._into.add(data)

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > self.limit:
            raise TooLarge(Text("the body may have {limit} bytes", limit=self.limit))

    def value(self) -> dict[str, str]:
        try:
            return {name: text.decode() for name, text in self.texts.items()}
        except UnicodeDecodeError as error:
            raise Malformed("the form cannot be read", code="malformed_form") from error


def form_spooler(operation: Operation) -> Callable[[Call], Awaitable[BaseModel]]:
    """Reads the form of an operation that takes files too: its texts are the body, the files `call.sent_files`."""
    model = cast(type[BaseModel], operation.body)

    async def read(call: Call) -> BaseModel:
        content_type = call.sent.get(b"content-type", b"").decode("latin-1")
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type == MEDIA_TYPE:
            value = await _with_files(call, content_type, operation)
        elif media_type == FORM:
            value = await _texts_alone(call, operation.body_limit)
        else:
            raise UnsupportedMediaType(
                Text("send {media_type}", media_type=MEDIA_TYPE),
                headers={"Accept-Post": f"{MEDIA_TYPE}, {FORM}"},
            )
        try:
            return read_content(model, value, json.dumps(value).encode())
        except ValidationError as error:
            raise invalid_from(error) from error

    return read


async def _with_files(call: Call, content_type: str, operation: Operation) -> dict[str, str]:
    length = call.sent.get(b"content-length", b"")
    if length.isdigit() and (len(length) > 18 or int(length) > PASSED_OVER):
        raise TooLarge(Text("a file may have {limit} bytes", limit=LARGEST_FILE))
    form = _Form(call, operation.body_limit, operation.most_files)
    parts, hash, size = Parts(boundary_of(content_type)), sha256(), 0
    with call.kernel.receiving.one_more():
        async for piece in pieces_of(call):
            size += len(piece)
            if size > PASSED_OVER:
                raise TooLarge(Text("a file may have {limit} bytes", limit=LARGEST_FILE))
            hash.update(piece)
            for one in parts.feed(piece):
                if isinstance(one, Part):
                    form.begin(one)
                else:
                    form.add(one)
    if not parts.is_complete:
        raise Malformed("the body has ended before its end", code="malformed_request")
    call.body_hash = hash.hexdigest()
    return form.value()


async def _texts_alone(call: Call, limit: int) -> dict[str, str]:
    raw = bytearray()
    async for piece in pieces_of(call):
        raw += piece
        if len(raw) > limit:
            raise TooLarge(Text("the body may have {limit} bytes", limit=limit))
    call.body_hash = sha256(raw).hexdigest()
    return read_form(bytes(raw))
