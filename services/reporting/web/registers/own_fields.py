"""The organisation's own fields on the pages of registers: one part, `custom`, made from their definitions.

Lists, forms and comparisons treat it as any part of an aggregate, so a refusal at `/custom/<name>` stands at its control.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from services.reporting.web.registers.client import Api
from shared.contracts.forms import Entry, Field
from shared.contracts.forms.own import CUSTOM, DEFINITIONS, field_of, label_of
from shared.http.parameters import LARGEST_PAGE


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

    @property
    def columns(self) -> tuple[Field, ...]:
        """What may be a column of lists, by paths such as `custom.users`: sensitive values are in no list."""
        fields = [one for one in (*self.active, *self.retired) if one.name not in self.sensitive]
        return tuple(msgspec.structs.replace(one, name=f"{CUSTOM}.{one.name}") for one in fields)

    def _part(self, fields: Sequence[Field]) -> tuple[Field, ...]:
        return (Field(CUSTOM, "part", members=tuple(fields)),) if fields else ()


def parameter_of(path: str, operator: str = "") -> str:
    """As lists of services are asked for a field: `custom.users` is `custom[users]`, or `custom[users][gte]`."""
    name = f"{CUSTOM}[{path.removeprefix(f'{CUSTOM}.')}]"
    return f"{name}[{operator}]" if operator else name


def values_by_path(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state with the values of its own fields beside its members: `custom.users`."""
    return {**state, **{f"{CUSTOM}.{name}": value for name, value in state.get(CUSTOM, {}).items()}}


async def own_fields(api: Api, entry: Entry, language: str) -> OwnFields:
    """The definitions that count for a collection; none where the reader may not read them."""
    query = [("aggregate", entry.key), ("sort", "name"), ("limit", str(LARGEST_PAGE))]
    reply = await api.read(DEFINITIONS, query)
    definitions = [] if reply.is_refusal else [one for one in reply.body["items"] if one["state"] != "draft"]
    return OwnFields(
        [field_of(one) for one in definitions if one["state"] == "active"],
        [field_of(one) for one in definitions if one["state"] == "retired"],
        {f"{CUSTOM}.{one['name']}": label_of(one, language) for one in definitions},
        frozenset(one["name"] for one in definitions if one["sensitive"]),
    )
