"""How shapes are kept: read and written by compiled codecs, each made once from the declaration of its shape.

What stands in a store was checked when it was accepted, so reading it only gives the values their types. What is written
is byte for byte what the shape's own serializer writes. A shape that holds what no codec can express (a custom serializer, an
instant or a fraction within a list) is read and written by Pydantic.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin
from uuid import UUID

import msgspec
from msgspec.structs import asdict
from pydantic import BaseModel, PlainSerializer, WrapSerializer
from pydantic.fields import FieldInfo
from pydantic_core import to_json

M = TypeVar("M", bound=BaseModel)
STORED = {"stored": True}
"""The context in which what stands in a store or an event is read: what was accepted once can always be read."""
Members = dict[str, Any]
"""Member -> its value, in the order of the shape."""


class Plain:
    """Marks, in an annotation, what is kept as it is on the wire."""


class NotExpressible(TypeError):
    """The shape has no compiled codec; the message says why."""


@dataclass(frozen=True, eq=False)
class Codec(Generic[M]):
    """How one shape is read from and written to a store."""

    shape: type[M]
    names: tuple[str, ...]
    read: Callable[[str | bytes], Members]
    """The members of a document; one that the shape does not know is an error, one that is missing has its default."""
    write: Callable[[Members], bytes]
    """The document of these members, which are all that the shape has, in its order."""
    is_compiled: bool

    def one(self, text: str | bytes) -> M:
        """The object that a document describes."""
        return construct(self.shape, self.read(text))


def construct(shape: type[M], members: Members) -> M:
    """An object with these members, which are valid already. The dict is used as it is, not copied."""
    one = shape.__new__(shape)
    _set(one, "__dict__", members)
    _set(one, "__pydantic_fields_set__", set(members))
    _set(one, "__pydantic_extra__", None)
    _set(one, "__pydantic_private__", None)
    return one


_set = object.__setattr__


@cache
def codec_of(shape: type[M]) -> Codec[M]:
    """The codec of a shape; Pydantic is used where no compiled one can be made."""
    try:
        return _compiled(shape)
    except NotExpressible:
        return _by_pydantic(shape)


def _by_pydantic(shape: type[M]) -> Codec[M]:
    def read(text: str | bytes) -> Members:
        return dict(vars(shape.model_validate_json(text, context=STORED)))

    def write(members: Members) -> bytes:
        return shape.__pydantic_serializer__.to_json(construct(shape, members))

    return Codec(shape, tuple(shape.model_fields), read, write, False)


def _compiled(shape: type[M]) -> Codec[M]:
    plain = _plain_of(shape)
    decode = msgspec.json.Decoder(_struct(shape), dec_hook=_inner).decode
    encode = msgspec.json.Encoder(enc_hook=_outer).encode
    return Codec(
        shape, tuple(shape.model_fields), lambda text: asdict(decode(text)), lambda m: encode(plain(m)), True
    )


@cache
def _struct(shape: type[BaseModel]) -> type[msgspec.Struct]:
    """A struct with the members of a shape and their types; NotExpressible where the decoder has no such type."""
    if shape.model_config.get("extra") != "forbid" or shape.model_computed_fields:
        raise NotExpressible(f"{shape.__name__} has more than its members")
    if shape.__pydantic_decorators__.model_serializers or shape.__pydantic_decorators__.field_serializers:
        raise NotExpressible(f"{shape.__name__} is serialized in its own way")
    members = [_member(shape, name, field) for name, field in shape.model_fields.items()]
    return msgspec.defstruct(
        shape.__name__, members, forbid_unknown_fields=True, kw_only=True, gc=False, frozen=True
    )


def _member(shape: type[BaseModel], name: str, field: FieldInfo) -> tuple[str, Any, Any]:
    if field.alias or field.serialization_alias or field.exclude:
        raise NotExpressible(f"{shape.__name__}.{name} is called otherwise on the wire")
    kind = _kind(Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation, True)
    if field.is_required():
        return name, kind, msgspec.NODEFAULT
    if field.default_factory is not None:
        return name, kind, msgspec.field(default_factory=lambda: field.get_default(call_default_factory=True))
    if isinstance(field.default, list | dict | set):
        return name, kind, msgspec.field(default_factory=lambda: field.get_default())
    return name, kind, msgspec.field(default=field.default)


_PLAIN = (str, int, bool, UUID, date, NoneType)


def _kind(annotation: Any, is_member: bool = False) -> Any:
    """A type as the decoder wants it. Instants and fractions are members of their own only: they are written in our way."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        kind, *marks = arguments
        if any(isinstance(mark, Plain) for mark in marks):
            return Any
        if any(isinstance(mark, WrapSerializer) for mark in marks):
            raise NotExpressible("a serializer of its own")
        if any(isinstance(mark, PlainSerializer) for mark in marks) and _without_null(kind) is not datetime:
            raise NotExpressible("a serializer of its own")
        return _kind(kind, is_member)
    if origin in (Union, UnionType):
        return Union[tuple(_kind(one, is_member and _is_optional(arguments)) for one in arguments)]  # noqa: UP007 made from data
    if origin is Literal or annotation in _PLAIN:
        return annotation
    if origin is list:
        return list[_kind(arguments[0])]  # type: ignore[misc]
    if origin is tuple and arguments[1:] == (...,):
        return tuple[_kind(arguments[0]), ...]  # type: ignore[misc]
    if origin is dict and _without_null(arguments[0]) is str:
        return dict[str, _kind(arguments[1])]  # type: ignore[misc]
    if annotation in (datetime, float) and is_member:
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        _struct(annotation)
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return annotation
    raise NotExpressible(f"{annotation}")


def _is_optional(arguments: tuple[Any, ...]) -> bool:
    return len(arguments) == 2 and NoneType in arguments


def _without_null(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    options = [one for one in get_args(annotation) if one is not NoneType]
    if get_origin(annotation) in (Union, UnionType) and len(options) == 1:
        return _without_null(options[0])
    return annotation


def _inner(kind: Any, value: Any) -> Any:
    """A shape within a document, from its JSON."""
    if not isinstance(value, dict):
        raise msgspec.ValidationError(f"Expected `object`, got `{type(value).__name__}`")
    return construct(kind, asdict(msgspec.convert(value, _struct(kind), dec_hook=_inner)))


def _outer(value: Any) -> Any:
    """A shape within a document, as its members."""
    if isinstance(value, BaseModel):
        return _plain_of(type(value))(vars(value))
    raise NotImplementedError(type(value))


@cache
def _plain_of(shape: type[BaseModel]) -> Callable[[Members], Mapping[str, Any]]:
    """Makes the members of a shape such that the encoder writes them as we do: instants always with six decimals, and
    fractions as the shape's own serializer does."""
    kinds = {name: _without_null(field.annotation) for name, field in shape.model_fields.items()}
    instants = tuple(name for name, kind in kinds.items() if kind is datetime)
    fractions = tuple(name for name, kind in kinds.items() if kind is float)

    def plain(members: Members) -> Members:
        for name in fractions:
            if members[name] is not None:
                members = members | {name: _fraction(members[name])}
        for name in instants:
            value = members[name]
            if value is not None and (not value.microsecond or value.tzinfo is not UTC):
                members = members | {name: write_instant(value)}
        return members

    return plain


LARGEST_FRACTION = 1e15
"""Up to here both serializers write a number with a fraction alike; beyond they write its exponent differently."""


def _fraction(value: float) -> float | msgspec.Raw:
    """A number as the encoder writes it like the shape's own serializer; what is not finite is null for both."""
    value = float(value)
    if abs(value) <= LARGEST_FRACTION or not isfinite(value):
        return value
    return msgspec.Raw(to_json(value))


def write_instant(value: datetime) -> str:
    """`2026-06-01T08:30:00.000001Z`."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
