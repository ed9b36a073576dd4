"""What MSPDI has no place for, as corrections that travel in one custom text field.

A correction says of one member what a reader will make of the file and what it truly is. It is applied only
while the file still reads that way: where someone has since edited the value elsewhere, the edit stands.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_type_hints

from services.projects.engines.planfiles.mspdi.plain import plain, typed

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Value = TypeVar("Value", bound=DataclassInstance)
else:
    Value = TypeVar("Value")

Corrections: TypeAlias = Mapping[str, Any]
"""By member: the pair of the value as read and the true one, both as plain JSON values."""


def corrections(read: Value, true: Value) -> dict[str, Any]:
    """What has to be corrected of `read`, the reader's view of an element, to make it `true`."""
    return {
        each.name: [plain(getattr(read, each.name)), plain(getattr(true, each.name))]
        for each in fields(true)
        if getattr(read, each.name) != getattr(true, each.name)
    }


def corrected(read: Value, by: Corrections) -> Value:
    """`read` with each correction that still applies; Raises ValueError for one that is none."""
    hints = get_type_hints(type(read), include_extras=True)
    true: dict[str, Any] = {}
    for member, pair in by.items():
        if (
            member in hints
            and isinstance(pair, list)
            and pair[:1] == [plain(getattr(read, member))]
            and len(pair) > 1
        ):
            true[member] = typed(hints[member], pair[1])
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
