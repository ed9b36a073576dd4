"""Custom fields (extended attributes) of tasks, resources and assignments, by the name people gave them.

A plan knows a custom value by its alias, or by the field's own name (Text1, Number3) where it has no alias.
When written, names that are fields of the format go back to their field, and all others to free text fields
under that alias. Field numbers are the format's own: the base of the kind of element plus an offset.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.projects.engines.planfiles.mspdi.remainder import packed, unpacked
from services.projects.engines.planfiles.mspdi.values import build_element
from services.projects.engines.planfiles.safexml import UNWRITABLE, Element
from shared.base.errors import Fault, Invalid

REMAINDER = "Portolan"
"""The alias of the text field that holds what MSPDI has no place for."""

_BASE = {"Task": 0x0B400000, "Resource": 0x0C400000, "Assignment": 0x0F400000}

_OFFSETS = {
    "Task": {
        "Text": "51 54 57 60 63 66-70 317-336",
        "Start": "52 55 58 61 64 282 284 286 288 290",
        "Finish": "53 56 59 62 65 283 285 287 289 291",
        "Flag": "72-81 292-301",
        "Number": "87-91 302-316",
        "Duration": "103-105 275-281",
        "Cost": "106-108 258-264",
        "Date": "265-274",
    },
    "Resource": {
        "Text": "8-9 30-32 97-101 225-244",
        "Start": "102-106 220-224",
        "Finish": "107-111 190-194",
        "Flag": "127-135 126 195-204",
        "Number": "112-116 205-219",
        "Duration": "117-119 183-189",
        "Cost": "123-125 166-172",
        "Date": "173-182",
    },
    "Assignment": {
        "Text": "88-97 218-237",
        "Start": "98-102 213-217",
        "Finish": "103-107 183-187",
        "Flag": "123-131 122 188-197",
        "Number": "108-112 198-212",
        "Duration": "113-115 176-182",
        "Cost": "119-121 159-165",
        "Date": "166-175",
    },
}


def _numbered(offsets: str) -> list[int]:
    bounds = [[int(bound) for bound in part.split("-")] for part in offsets.split()]
    return [number for first, *last in bounds for number in range(first, (last or [first])[0] + 1)]


_NUMBERS: dict[str, dict[str, int]] = {
    kind: {
        f"{name}{index}": _BASE[kind] + offset
        for name, offsets in families.items()
        for index, offset in enumerate(_numbered(offsets), 1)
    }
    for kind, families in _OFFSETS.items()
}
_NAMES = {number: name for numbers in _NUMBERS.values() for name, number in numbers.items()}


# --- reading ------------------------------------------------------------------------------------------------


def labels_of(project: Element) -> dict[str, str]:
    """The names of the custom fields a file defines, by field number; an alias goes before a field's name."""
    labels: dict[str, str] = {}
    for each in project.all("ExtendedAttributes", "ExtendedAttribute"):
        label = each.texts.get("Alias") or each.texts.get("FieldName", "")
        for number in ("FieldID", "SecondaryPID"):
            if label and number in each.texts:
                labels.setdefault(each.texts[number], label)
    return labels


def custom_from(
    element: Element, labels: Mapping[str, str], skipped: Counter[str]
) -> tuple[dict[str, str], dict[str, Any]]:
    """The custom values of an element by their label, and the corrections found among them."""
    values: dict[str, str] = {}
    by: dict[str, Any] = {}
    for each in element.children.get("ExtendedAttribute", ()):
        field = each.texts.get("FieldID", "").strip()
        native = _NAMES.get(int(field), "") if field.isdecimal() and len(field) < 12 else ""
        label = labels.get(field) or native
        value = _amount(each.texts.get("Value", ""), native, -2)
        if label == REMAINDER:
            by = unpacked(value)
        if not label or label in values or (label == REMAINDER and not by):
            skipped[f"Project/{element.name}s/{element.name}/ExtendedAttribute[FieldID={field[:20]}]"] += 1
        elif label != REMAINDER:
            values[label] = value
    return values, by


def _amount(value: str, field: str, places: int) -> str:
    """Costs are counted in hundredths in the file, in units everywhere else."""
    if not re.fullmatch(r"Cost\d+", field) or not re.fullmatch(r"-?\d{1,18}(\.\d{1,6})?", value):
        return value
    return format(Decimal(value).scaleb(places).normalize(), "f")


# --- writing ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class CustomFields:
    """Which field of one kind of element holds which name; names beyond the format's fields have none."""

    kind: str
    numbers: Mapping[str, int]
    has_remainder: bool = False

    def definitions(self) -> list[Element]:
        """The definitions of the fields in use."""
        return [
            build_element(
                "ExtendedAttribute", FieldID=number, FieldName=_NAMES[number], Alias=_alias(name, number)
            )
            for name, number in sorted(self.numbers.items(), key=lambda item: item[1])
            if name != REMAINDER or self.has_remainder
        ]

    def labels(self) -> dict[str, str]:
        """The names a reader will find, by field number."""
        return {str(number): UNWRITABLE.sub("\ufffd", name) for name, number in self.numbers.items()}

    def put(self, element: Element, values: Mapping[str, str]) -> None:
        """Adds the values that have a field; the others are left to the remainder."""
        attributes = [
            build_element("ExtendedAttribute", FieldID=number, Value=_amount(values[name], _NAMES[number], 2))
            for name, number in self.numbers.items()
            if name in values and name != REMAINDER
        ]
        if attributes:
            element.children["ExtendedAttribute"] = attributes

    def put_remainder(self, element: Element, by: Mapping[str, Any]) -> None:
        if not by:
            return
        if REMAINDER not in self.numbers:
            kind = self.kind.lower()
            what = f"a {kind} holds values MSPDI has no place for, and no text field is free for them"
            raise Invalid(what, Fault("no_free_text_field", what), code="no_free_text_field")
        self.has_remainder = True
        text = build_element("ExtendedAttribute", FieldID=self.numbers[REMAINDER], Value=packed(by))
        element.children.setdefault("ExtendedAttribute", []).append(text)


def _alias(name: str, number: int) -> str | None:
    return None if _NAMES[number] == name else name


def fields_for(kind: str, customs: Iterable[Mapping[str, str]]) -> CustomFields:
    """A field for every name used by the `customs` of one kind, as far as the format has fields."""
    used = {name for values in customs for name in values}
    native = _NUMBERS[kind]
    numbers = {name: native[name] for name in sorted(used) if name in native}
    free = [number for name, number in native.items() if name.startswith("Text") and name not in used]
    if free:
        numbers[REMAINDER] = free.pop()
    numbers.update(zip(sorted(used - numbers.keys() - {REMAINDER, ""}), free, strict=False))
    return CustomFields(kind, numbers)
