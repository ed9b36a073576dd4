"""What MSPDI has no place for, as corrections that travel in one custom text field.

A correction says of one member what a reader will make of the file and what it truly is. It is applied only
while the file still reads that way: where someone has since edited the value elsewhere, the edit stands.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic import TypeAdapter

    Value = TypeVar("Value", bound=DataclassInstance)
else:
    Value = TypeVar("Value")

Corrections: TypeAlias = Mapping[str, Any]
"""By member: the pair of the value as read and the true one, both as plain JSON values."""


@cache
def _adapter(kind: type[Any], member: str) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter  # only plans with something to correct pay for it

    return TypeAdapter(get_type_hints(kind)[member])


def _plain(value: Any, member: str) -> Any:
    return _adapter(value.__class__, member).dump_python(getattr(value, member), mode="json", warnings=False)


def corrections(read: Value, true: Value) -> dict[str, Any]:
    """What has to be corrected of `read`, the reader's view of an element, to make it `true`."""
    return {
        each.name: [_plain(read, each.name), _plain(true, each.name)]
        for each in fields(true)
        if getattr(read, each.name) != getattr(true, each.name)
    }


def corrected(read: Value, by: Corrections) -> Value:
    """`read` with each correction that still applies; Raises ValueError for one that is none."""
    known = {each.name for each in fields(read)}
    true: dict[str, Any] = {}
    for member, pair in by.items():
        if member in known and isinstance(pair, list) and pair[:1] == [_plain(read, member)]:
            true[member] = _adapter(type(read), member).validate_json(json.dumps(pair[1]), strict=True)
    return replace(read, **true)


def packed(by: Corrections) -> str:
    """The text of a custom field; ASCII, so that no character of it is lost on the way."""
    return json.dumps(by, separators=(",", ":"))


def unpacked(text: str) -> dict[str, Any]:
    """The corrections of a custom field; a text that another program has cut short holds none."""
    try:
        by = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return by if isinstance(by, dict) else {}
