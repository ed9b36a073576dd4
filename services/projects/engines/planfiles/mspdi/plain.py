"""Typed values as plain JSON values and back: how a correction carries what its file has no place for.

Plain are text, numbers, truth values, lists and objects; dates are written as ISO 8601 has them, decimals as
text. The way back takes nothing but what the type says, for a file may hold anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from shared.base.texts import Text


def plain(value: Any) -> Any:
    """The plain value of a typed one."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def typed(kind: Any, value: Any) -> Any:
    """The value of that type which a plain one stands for. Raises ValueError where it stands for none."""
    return _reader(kind)(value)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _reader(inner[0])
    if origin in (Union, UnionType):
        return lambda value: _first(inner, value)
    if origin is tuple and inner[-1:] == (...,):
        return lambda value: tuple(typed(inner[0], each) for each in _an(value, list))
    if origin is tuple:
        return lambda value: tuple(typed(k, each) for k, each in zip(inner, _an(value, list), strict=True))
    if origin is Mapping:
        return lambda value: {
            typed(inner[0], key): typed(inner[1], each) for key, each in _an(value, dict).items()
        }
    if is_dataclass(kind):
        return lambda value: _instance(kind, _an(value, dict))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return _SIMPLE[kind]


def _first(kinds: tuple[Any, ...], value: Any) -> Any:
    """The value as the first of the types that takes it; a day goes before an instant."""
    for kind in sorted(kinds, key=lambda each: each is datetime):
        try:
            return typed(kind, value)
        except ValueError:
            continue
    raise ValueError("it is of none of the types it may be of")


def _instance(kind: Any, members: dict[str, Any]) -> Any:
    hints = _members(kind)
    if strange := members.keys() - hints.keys():
        raise ValueError(Text("{name} has no {strange}", name=kind.__name__, strange=min(strange)))
    try:
        return kind(**{name: typed(hints[name], value) for name, value in members.items()})
    except TypeError as lacking:
        raise ValueError(str(lacking)) from None


@cache
def _members(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: hints[each.name] for each in fields(kind)}


def _an(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(Text("it is no {name}", name=kind.__name__))
    return value


def _float(value: Any) -> float:
    return float(_an(value, int) if type(value) is int else _an(value, float))


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(_an(value, str))
    except InvalidOperation:
        raise ValueError("it is no decimal number") from None


_SIMPLE: dict[Any, Callable[[Any], Any]] = {
    str: lambda value: _an(value, str),
    bool: lambda value: _an(value, bool),
    int: lambda value: _an(value, int),
    NoneType: lambda value: _an(value, NoneType),
    float: _float,
    Decimal: _decimal,
    date: lambda value: date.fromisoformat(_an(value, str)),
    datetime: lambda value: datetime.fromisoformat(_an(value, str)),
}
