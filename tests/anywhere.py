"""Bad values put in the place of every value of an input, one at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

BAD: tuple[Any, ...] = (
    None,
    "5",
    b"x",
    True,
    -1,
    1.2,
    float("nan"),
    float("inf"),
    1e308,
    10**400,
    10**5000,
    Decimal("NaN"),
    Decimal("1e1000000"),
    1j,
    [],
    {},
    object(),
    date(2026, 6, 1),
    datetime(2026, 6, 1),
)


def spoiled(value: Any) -> Iterator[Any]:
    """The value with one bad value somewhere in it, in every way there is."""
    yield from BAD
    for step, part in _parts(value):
        for bad in spoiled(part):
            yield _with(value, step, bad)


def _parts(value: Any) -> list[tuple[Any, Any]]:
    if is_dataclass(value):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple | list):
        return [*enumerate(value)]
    return [*value.items()] if isinstance(value, Mapping) else []


def _with(value: Any, step: Any, part: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)((*value[:step], part, *value[step + 1 :]))
    return {**value, step: part} if isinstance(value, Mapping) else replace(value, **{step: part})
