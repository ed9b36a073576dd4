"""Values of members as people read them: states and choices by their labels, records by their names, in any language."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.imports.server import Server
from services.imports.tables.judging import Column
from services.imports.tables.references import CODES, entries_named
from services.imports.tables.targets import Target, TargetField
from shared.base.ids import is_canonical
from shared.base.texts import Text, joined
from shared.contracts.forms import Entry, model_of
from shared.contracts.forms.own import CUSTOM
from shared.contracts.words import Called, label

EMPTY = Text("empty")
UNSEEN = Text("a record that you do not see")
YES, NO = Text("yes"), Text("no")


def shown_value(value: Any, field: TargetField | None = None, kind: str = "") -> str:
    """A value of a member of a kind of aggregate; a choice is said in the language of its reader."""
    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
        return f"{value['currency']} {value['amount']}"
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return joined([shown_value(one, field, kind) for one in value]) if value else ""
    if field is not None and isinstance(value, str) and value in field.of.choices:
        return _called_choice(value, field, kind)
    return "" if value is None else str(value)


def _called_choice(value: str, field: TargetField, kind: str) -> str:
    if field.path.partition(".")[0] == CUSTOM:  # as the organisation wrote it
        return value
    name = f"{kind}.{field.path}.{value}"
    return Called("value", name, label("value", name))


def called_member(target: Target, field: TargetField) -> str:
    """What a member is called, in the language of the reader."""
    if field.path.partition(".")[0] == CUSTOM:
        return field.label()
    return Called("member", f"{target.entry.name}.{field.path}", field.label())


async def names_of_ids(
    server: Server, own: Entry, columns: Sequence[Column], ids: Collection[str]
) -> dict[str, str]:
    """Id -> what the record is called, of those that the columns name and the caller sees."""
    names: dict[str, str] = {}
    entries = {
        entry.path: entry for column in columns for entry in entries_named(column.field.of, own.service)
    }
    for entry in entries.values():
        missing = [id for id in ids if id not in names and is_canonical(id)]
        members = [*(code for code in CODES if code in model_of(entry).by_name), *entry.title]
        parameters = [("archived", "true"), ("fields", ",".join(("id", *members)))]
        async for items in server.those_with(entry.path, "id", missing, parameters):
            names |= {item["id"]: title_of(entry, item) for item in items}
    return names


def title_of(entry: Entry, item: Mapping[str, Any]) -> str:
    """What a record is called: its label, or its code, or what else tells it from others."""
    titles = [shown_value(item[name]) for name in entry.title if item.get(name) is not None]
    codes = [str(item[name]) for name in CODES if item.get(name) and name not in entry.title]
    return " · ".join((*codes[:1], *titles))
