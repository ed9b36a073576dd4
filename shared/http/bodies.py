"""Bodies of requests: read within their bound, and checked as the declaration of the operation says."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from starlette.types import Message

from shared.base import strict_json
from shared.base.errors import Fault, Invalid, Malformed, TooLarge, UnsupportedMediaType
from shared.base.texts import Text
from shared.base.validation import invalid_from
from shared.http.call import Call, read_content, read_form
from shared.http.file_forms import form_spooler
from shared.http.operation import FORM, Operation
from shared.http.signature import Signature
from shared.http.spooling import spooler

HASHED_AT_ONCE = 256 * 1024

Reader = Callable[[Call], Awaitable[BaseModel | bytes | None]]


def body_reader(operation: Operation, signature: Signature) -> Reader:
    """Reads the body of one operation: the content for its endpoint, None where that takes none."""
    if operation.takes_file:
        return form_spooler(operation) if operation.media_type == FORM else spooler(operation)
    if operation.ignores_body:
        return _anything(operation)
    return _nothing(operation) if operation.takes is None else _content(operation, signature)


def _nothing(operation: Operation) -> Reader:
    async def read(call: Call) -> None:
        raw = await _raw(call, operation.body_limit)
        if raw.strip() not in (b"", b"{}"):
            raise Malformed("this operation takes no body", code="unexpected_body")

    return read


def _anything(operation: Operation) -> Reader:
    async def read(call: Call) -> None:
        await read_body(call, operation.body_limit)

    return read


def _may_be_missing(operation: Operation) -> bool:
    model = operation.body
    return model is not None and not any(field.is_required() for field in model.model_fields.values())


def _content(operation: Operation, signature: Signature) -> Reader:
    media_type, sent_as = operation.media_type, operation.media_type.encode()
    accept = {"Accept-Patch" if operation.method == "PATCH" else "Accept-Post": media_type}
    limit, items, is_form = operation.body_limit, operation.items_limit, media_type == FORM
    fills = operation.fills
    takes_body, is_raw = signature.body is not None, operation.is_raw

    async def read(call: Call) -> BaseModel | bytes | None:
        raw = await _raw(call, limit)
        sent_type = call.sent.get(b"content-type", b"")
        if sent_type != sent_as:
            sent_type = sent_type.split(b";")[0].strip().lower()
            if raw == b"" and not sent_type and not is_raw and _may_be_missing(operation):
                raw, sent_type = b"{}", sent_as
            if sent_type != sent_as:
                raise UnsupportedMediaType(Text("send {media_type}", media_type=media_type), headers=accept)
        if is_raw:
            return raw
        if is_form:
            value: Any = read_form(raw)
            raw = json.dumps(value).encode()
        elif len(raw) <= strict_json.AT_ONCE:
            value = strict_json.read(raw, items)
        else:
            value = await strict_json.read_in_slices(raw, items)
        call.body_value = value
        if not isinstance(value, dict):
            raise Invalid(
                "the body is not an object", Fault("not_an_object", "send a JSON object", pointer="")
            )
        if not takes_body:
            return None
        if fills is not None:
            content = await fills(call, value)
            if content is not value:
                value, raw = dict(content), json.dumps(content).encode()
        try:
            return read_content(cast(type[BaseModel], operation.body), value, raw)
        except ValidationError as error:
            raise invalid_from(error) from error

    return read


async def _raw(call: Call, limit: int) -> bytes:
    """The body as it was sent, and its hash, by which a key that is used again is known to come with the same body."""
    if call.sent.get(b"content-encoding", b"identity").strip().lower() not in (b"", b"identity"):
        raise UnsupportedMediaType(
            "send the body as it is, not compressed",
            code="unsupported_encoding",
            headers={"Accept-Encoding": "identity"},
        )
    raw = await read_body(call, limit)
    if len(raw) <= HASHED_AT_ONCE:
        call.body_hash = sha256(raw).hexdigest()
    else:
        call.body_hash = await asyncio.to_thread(lambda: sha256(raw).hexdigest())
    return raw


async def read_body(call: Call, limit: int) -> bytes:
    """The body, refused (413) as soon as it is known to be too large."""
    declared = call.sent.get(b"content-length", b"")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > limit):
        raise TooLarge(Text("the body may have {limit} bytes", limit=limit))
    message = await _piece(call)
    if not message.get("more_body"):
        whole = cast(bytes, message.get("body", b""))
        if len(whole) > limit:
            raise TooLarge(Text("the body may have {limit} bytes", limit=limit))
        return whole
    pieces, size = [], 0
    while True:
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            raise TooLarge(Text("the body may have {limit} bytes", limit=limit))
        if not message.get("more_body"):
            return b"".join(pieces)
        message = await _piece(call)


async def _piece(call: Call) -> Message:
    """The next piece of the body. Of a caller who is gone before its end nothing is done: nobody knows what is missing."""
    message = await call.receive()
    if message["type"] == "http.disconnect":
        raise Malformed("the body has ended before its end", code="malformed_request")
    return message
