"""The organisation's own fields on the pages of registers: one part, `custom`, made from their definitions.

Lists, forms and comparisons treat it as any part of an aggregate, so a refusal at `/custom/<name>` stands at its control.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.reporting.web.registers.client import Api
from shared.contracts.forms import Entry, Field, Kind
from shared.http.parameters import LARGEST_PAGE

CUSTOM: Final = "custom"
DEFINITIONS = "/projects/v1/field-definitions"
KINDS: Mapping[str, Kind] = {
    "text": "line", "number": "number", "money": "money", "day": "day", "choice": "choice", "person": "reference",
    "yes_no": "yes_no",
}  # fmt: skip


@dataclass(frozen=True)
class OwnFields:
    """The fields of one kind of aggregate. `labels` are by path, in the language of the page."""

    active: Sequence[Field] = ()
    retired: Sequence[Field] = ()
    labels: Mapping[str, str] | None = None
    sensitive: frozenset[str] = frozenset()
    """The names of those that no history has."""

    @property
    def part_to_give(self) -> tuple[Field, ...]:
        """What a form gives: a part of the active fields, or nothing where there are none."""
        return self._part(self.active)

    @property
    def part_to_show(self) -> tuple[Field, ...]:
        """What a page shows: values of retired fields stand."""
        return self._part([*self.active, *self.retired])

    def _part(self, fields: Sequence[Field]) -> tuple[Field, ...]:
        return (Field(CUSTOM, "part", members=tuple(fields)),) if fields else ()


async def own_fields(api: Api, entry: Entry, language: str) -> OwnFields:
    """The definitions that count for a collection; none where the reader may not read them."""
    query = [("aggregate", entry.key), ("sort", "name"), ("limit", str(LARGEST_PAGE))]
    reply = await api.read(DEFINITIONS, query)
    definitions = [] if reply.is_refusal else [one for one in reply.body["items"] if one["state"] != "draft"]
    return OwnFields(
        [_field(one) for one in definitions if one["state"] == "active"],
        [_field(one) for one in definitions if one["state"] == "retired"],
        {f"{CUSTOM}.{one['name']}": _label(one, language) for one in definitions},
        frozenset(one["name"] for one in definitions if one["sensitive"]),
    )


def _field(one: Mapping[str, Any]) -> Field:
    names = ("person",) if one["type"] == "person" else ()
    return Field(
        one["name"], KINDS[one["type"]], nullable=True, required=one["required_when"] == "always",
        choices=tuple(one["choices"]), names=names, longest=500 if one["type"] == "text" else None,
    )  # fmt: skip


def _label(one: Mapping[str, Any], language: str) -> str:
    """In the language of the page, or the first one that is there; a number says what it counts."""
    labels = {label["language"]: label["text"] for label in reversed(one["label"])}
    label: str = labels.get(language) or one["label"][0]["text"]
    return f"{label} ({one['unit']})" if one["unit"] else label
