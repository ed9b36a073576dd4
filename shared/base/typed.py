"""Types that are kept: a value that is not what a typed shape says is refused, named by its place.

The engines take plain frozen dataclasses, which check nothing. `refuse_mistyped` is what an entry asks first,
so that a string for a number or a number for a date is a refusal and not an accident further down. Ranges,
references and what else depends on the values is each engine's own to check after it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from numbers import Integral
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias, Union, get_args, get_origin, get_type_hints

from shared.base.exact import refused
from shared.base.texts import Text, either

_Flaw: TypeAlias = tuple[str, str]
"""Where below the value (a JSON pointer), and what is wrong there."""
_LARGEST = 2**1023
_PLAIN = {
    int: Text("a whole number"),
    float: Text("a float"),
    bool: Text("True or False"),
    str: Text("a string"),
    date: Text("a date"),
    datetime: Text("a datetime"),
    NoneType: Text("None"),
}


class _Check(NamedTuple):
    """How a value is checked against a type: the classes whose values are all valid, and a function that
    finds the flaw of one.

    The classes are what makes it quick: most values of a large plan need no second look.
    """

    sound: frozenset[type]
    flaw: Callable[[Any], _Flaw | None]


def refuse_mistyped(value: object, kind: Any, pointer: str) -> None:
    """Raises `Invalid` for the first part of `value`, however deep, that is not of the type `kind` says.

    Integers pass as floats, lists and arrays as tuples, any collection as a collection, and an enumeration's
    value as its member. A bool is not a number, and a time is not a date. Of an `Annotated` type the value is
    held to what is added. A shape may not contain itself.
    """
    if flaw := _check(kind).flaw(value):
        below, detail = flaw
        raise refused("wrong_type", detail, pointer + below)


def require_instance(value: object, kind: type, pointer: str) -> None:
    """Raises `Invalid` if `value` is no `kind`; its content is trusted, as that of an engine's own answers."""
    if not isinstance(value, kind):
        raise refused("wrong_type", _wrong(value, kind)[1], pointer)


@contextmanager
def mistyped_on_failure(value: object, kind: Any, pointer: str) -> Iterator[None]:
    """Checks `value` as `refuse_mistyped` does, but only if the block fails.

    For values so large that checking every part would take as long as the work itself.
    """
    try:
        yield
    except (AttributeError, TypeError, ValueError, ArithmeticError):
        refuse_mistyped(value, kind, pointer)
        raise


@cache
def _check(kind: Any) -> _Check:
    """The check of one type; made once."""
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _shape(kind)
    if origin is Annotated:
        return _check(get_args(kind)[1])
    if origin in (Union, UnionType):
        return _union(kind)
    if origin is tuple and get_args(kind)[-1:] != (...,):
        return _row(kind)
    if origin in (tuple, Sequence):
        return _list(kind)
    if origin in (Collection, frozenset):
        return _collection(kind)
    if origin is Mapping:
        return _mapping(kind)
    return _simple(origin if isinstance(origin, type) else kind)


def _simple(kind: Any) -> _Check:
    def flaw(value: Any) -> _Flaw | None:
        return None if _is_a(value, kind) else _wrong(value, kind)

    return _Check(frozenset([kind]) if isinstance(kind, type) else frozenset(), flaw)


def _is_a(value: Any, kind: Any) -> bool:
    if kind is Any:
        return True
    if get_origin(kind) is Literal:
        return _is_among(value, get_args(kind))
    if kind is float:
        return isinstance(value, float) or (_is_whole(value) and abs(value) < _LARGEST)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, kind) or (issubclass(kind, Enum) and _is_among(value, [*kind]))


def _is_among(value: Any, choices: Sequence[Any]) -> bool:
    return isinstance(value, str | int | float) and value in choices


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | Integral) and not isinstance(value, bool)


def _wrong(value: Any, kind: Any) -> _Flaw:
    if kind is float and _is_whole(value):
        return "", Text("the number is too large")
    is_choice = get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, Enum))
    actual = repr(value) if is_choice and isinstance(value, str) else type(value).__name__
    return "", Text("{actual} found where {kind} is due", actual=actual, kind=_name(kind))


def _name(kind: Any) -> str:
    if get_origin(kind) is Annotated:
        return _name(get_args(kind)[1])
    if get_origin(kind) in (Union, UnionType):
        return either(map(_name, get_args(kind)))
    if get_origin(kind) is Literal:
        return either(map(repr, get_args(kind)))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return either(repr(member.value) for member in kind)
    return _PLAIN.get(kind) or str(getattr(kind, "__name__", kind))


def _shape(kind: Any) -> _Check:
    hints = get_type_hints(kind, include_extras=True)
    checks = [(field.name, *_check(hints[field.name])) for field in fields(kind)]

    def flaw(value: Any) -> _Flaw | None:
        if not isinstance(value, kind):
            return _wrong(value, kind)
        for name, sound, inner in checks:
            member = getattr(value, name)
            if type(member) not in sound and (flaw_inside := inner(member)):
                return _below(name, flaw_inside)
        return None

    return _Check(frozenset(), flaw)


def _union(kind: Any) -> _Check:
    checks = {member: _check(member) for member in get_args(kind)}

    def flaw(value: Any) -> _Flaw | None:
        if check := checks.get(type(value)):
            return check.flaw(value)
        deep = None
        for check in checks.values():
            if (flaw_of_kind := check.flaw(value)) is None:
                return None
            deep = deep or (
                flaw_of_kind if flaw_of_kind[0] else None
            )  # of this member's shape, but for something in it
        return deep or _wrong(value, kind)

    return _Check(frozenset().union(*(check.sound for check in checks.values())), flaw)


def _row(kind: Any) -> _Check:
    checks = [_check(member) for member in get_args(kind)]

    def flaw(value: Any) -> _Flaw | None:
        if not _is_list(value) or len(value) != len(checks):
            return "", Text("{count} {count:value is|values are} due", count=len(checks))
        flaws = ((i, check.flaw(value[i])) for i, check in enumerate(checks))
        return next((_below(i, flaw_inside) for i, flaw_inside in flaws if flaw_inside), None)

    return _Check(frozenset(), flaw)


def _list(kind: Any) -> _Check:
    sound, inner = _check(get_args(kind)[0])

    def flaw(value: Any) -> _Flaw | None:
        if not _is_list(value):
            return "", Text("{name} found where a list is due", name=type(value).__name__)
        if sound.issuperset(map(type, value)):
            return None
        for i, each in enumerate(value):
            if flaw_inside := inner(each):
                return _below(i, flaw_inside)
        return None

    return _Check(frozenset(), flaw)


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple | list) or (
        hasattr(value, "__len__")
        and hasattr(value, "__getitem__")
        and not isinstance(value, str | bytes | Mapping)
    )


def _collection(kind: Any) -> _Check:
    sound, inner = _check(get_args(kind)[0])

    def flaw(value: Any) -> _Flaw | None:
        if not isinstance(value, Collection) or isinstance(value, str | bytes | Mapping):
            return "", Text("{name} found where a collection is due", name=type(value).__name__)
        if sound.issuperset(map(type, value)):
            return None
        return next(filter(None, map(inner, value)), None)  # of the whole: a set has no places

    return _Check(frozenset(), flaw)


def _mapping(kind: Any) -> _Check:
    key, inner = (_check(part).flaw for part in get_args(kind))

    def flaw(value: Any) -> _Flaw | None:
        if not isinstance(value, Mapping):
            return "", Text("{name} found where a mapping is due", name=type(value).__name__)
        for name, each in value.items():
            if flaw_inside := key(name) or inner(each):
                return _below(name, flaw_inside)
        return None

    return _Check(frozenset(), flaw)


def _below(step: object, flaw: _Flaw) -> _Flaw:
    escaped = str(step).replace("~", "~0").replace("/", "~1")
    return f"/{escaped}{flaw[0]}", flaw[1]
