"""Types that are kept: a value that is not what a typed shape says is refused, named by its place.

The engines take plain frozen dataclasses, which check nothing. `refuse_mistyped` is what an entry asks first,
so that a string for a number or a number for a date is a refusal and not an accident further down.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from numbers import Integral
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from shared.exact import refused

_Flaw: TypeAlias = tuple[str, str]
"""Where below the value (a JSON pointer), and what is wrong there."""
_Check: TypeAlias = Callable[[Any], _Flaw | None]
_LARGEST = 2**1023
_PLAIN = {int: "a whole number", float: "a float", str: "a string", date: "a date", NoneType: "None"}


def refuse_mistyped(value: object, kind: Any, pointer: str) -> None:
    """Raises `Invalid` for the first part of `value`, however deep, that is not of the type `kind` says.

    Integers pass as floats, lists and arrays as tuples, an enumeration's value as its member; a bool is no
    number and a time no date. A shape may not contain itself.
    """
    if flaw := _check(kind)(value):
        below, detail = flaw
        raise refused("wrong_type", detail, pointer + below)


@cache
def _check(kind: Any) -> _Check:
    """What tells the flaw of a value, for one type; made once."""
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _shape(kind)
    if origin in (Union, UnionType):
        return _union(kind)
    if origin is tuple and get_args(kind)[-1:] != (...,):
        return _row(kind)
    if origin in (tuple, Sequence):
        return _list(kind)
    if origin is Mapping:
        return _mapping(kind)
    return _simple(origin if isinstance(origin, type) else kind)


def _simple(kind: Any) -> _Check:
    def check(value: Any) -> _Flaw | None:
        return None if type(value) is kind or _is_a(value, kind) else _wrong(value, kind)

    return check


def _is_a(value: Any, kind: Any) -> bool:
    if kind is Any:
        return True
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if kind is float:
        return isinstance(value, float) or (_is_whole(value) and abs(value) < _LARGEST)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, kind) or (issubclass(kind, Enum) and value in [*kind])


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | Integral) and not isinstance(value, bool)


def _wrong(value: Any, kind: Any) -> _Flaw:
    if kind is float and _is_whole(value):
        return "", "the number is too large"
    return "", f"{type(value).__name__} found where {_name(kind)} is due"


def _name(kind: Any) -> str:
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(map(_name, get_args(kind)))
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    return _PLAIN.get(kind) or str(getattr(kind, "__name__", kind))


def _shape(kind: Any) -> _Check:
    hints = get_type_hints(kind)
    checks = [(field.name, _check(hints[field.name])) for field in fields(kind)]

    def check(value: Any) -> _Flaw | None:
        if not isinstance(value, kind):
            return _wrong(value, kind)
        for name, inner in checks:
            if flaw := inner(getattr(value, name)):
                return _below(name, flaw)
        return None

    return check


def _union(kind: Any) -> _Check:
    checks = {member: _check(member) for member in get_args(kind)}

    def check(value: Any) -> _Flaw | None:
        if inner := checks.get(type(value)):
            return inner(value)
        deep = None
        for inner in checks.values():
            if (flaw := inner(value)) is None:
                return None
            deep = deep or (flaw if flaw[0] else None)  # of this member's shape, but for something in it
        return deep or _wrong(value, kind)

    return check


def _row(kind: Any) -> _Check:
    checks = [_check(member) for member in get_args(kind)]

    def check(value: Any) -> _Flaw | None:
        if not _is_list(value) or len(value) != len(checks):
            return "", f"{len(checks)} values are due"
        flaws = ((i, inner(value[i])) for i, inner in enumerate(checks))
        return next((_below(i, flaw) for i, flaw in flaws if flaw), None)

    return check


def _list(kind: Any) -> _Check:
    inner = _check(get_args(kind)[0])

    def check(value: Any) -> _Flaw | None:
        if not _is_list(value):
            return "", f"{type(value).__name__} found where a list is due"
        for i, each in enumerate(value):
            if flaw := inner(each):
                return _below(i, flaw)
        return None

    return check


def _is_list(value: Any) -> bool:
    return (
        hasattr(value, "__len__")
        and hasattr(value, "__getitem__")
        and not isinstance(value, str | bytes | Mapping)
    )


def _mapping(kind: Any) -> _Check:
    key, inner = map(_check, get_args(kind))

    def check(value: Any) -> _Flaw | None:
        if not isinstance(value, Mapping):
            return "", f"{type(value).__name__} found where a mapping is due"
        flaws = ((name, key(name) or inner(each)) for name, each in value.items())
        return next((_below(name, flaw) for name, flaw in flaws if flaw), None)

    return check


def _below(step: object, flaw: _Flaw) -> _Flaw:
    escaped = str(step).replace("~", "~0").replace("/", "~1")
    return f"/{escaped}{flaw[0]}", flaw[1]
