"""The organisation's own fields as the members that they are: made from their definitions, as the API answers them.

A definition is an item of `/projects/v1/field-definitions`. The values stand in the member `custom`, by name.
"""

from collections.abc import Mapping
from typing import Any, Final

from shared.contracts.forms import Field, Kind

CUSTOM: Final = "custom"
DEFINITIONS: Final = "/projects/v1/field-definitions"
KINDS: Mapping[str, Kind] = {
    "text": "line", "number": "number", "money": "money", "day": "day", "choice": "choice", "person": "reference",
    "yes_no": "yes_no",
}  # fmt: skip
"""Type of a definition -> what its values are."""


def field_of(definition: Mapping[str, Any]) -> Field:
    """The member that a definition declares, by its name within `custom`."""
    kind = KINDS[definition["type"]]
    return Field(
        definition["name"], kind, nullable=True, required=definition["required_when"] == "always",
        choices=tuple(definition["choices"]), names=("person",) if kind == "reference" else (),
        longest=500 if kind == "line" else None,
    )  # fmt: skip


def label_of(definition: Mapping[str, Any], language: str) -> str:
    """In this language, or the first one that is there; a number says what it counts."""
    labels = {label["language"]: label["text"] for label in reversed(definition["label"])}
    label: str = labels.get(language) or definition["label"][0]["text"]
    return f"{label} ({definition['unit']})" if definition["unit"] else label
