"""What stands in a form: the texts for a state, and the members of a request from texts.

A control is named by its path, `planned_cost.amount` or `week.0.shifts.1.begins`. What cannot be read stays the text
that was typed, and the service says what is wrong with it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.reporting.web.words import Words
from shared.contracts.forms import Field

Texts = Mapping[str, str]
"""Path of a control -> what stands in it."""

WHOLE = re.compile(r"-?[0-9]{1,18}")
DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,10})?")
MOST_ROWS = 500


def path_of(prefix: str, name: str | int) -> str:
    return f"{prefix}.{name}" if prefix and name != "" else prefix or str(name)


def texts_of(
    fields: Iterable[Field], state: Mapping[str, Any], words: Words, prefix: str = ""
) -> dict[str, str]:
    """What stands in the controls of `fields` where they show a state."""
    texts: dict[str, str] = {}
    for field in fields:
        texts |= _texts(field, state.get(field.name), words, path_of(prefix, field.name))
    return texts


def _texts(field: Field, value: Any, words: Words, path: str) -> dict[str, str]:
    if value is None:
        return {}
    match field.kind:
        case "part":
            return texts_of(field.members, value, words, path)
        case "money":
            return {f"{path}.amount": words.exact(value["amount"]), f"{path}.currency": value["currency"]}
        case "integer" | "number" if not field.is_year:
            return {path: words.exact(value)}
        case "rows":
            rows = [{"": item} if is_plain(field) else item for item in value]
            texts = {path_of(path, i): "" for i in range(len(rows))}
            for i, row in enumerate(rows):
                texts |= texts_of(field.members, row, words, path_of(path, i))
            return texts
        case "yes_no":
            return {path: "yes"} if value else {path: "no"} if field.nullable else {}
        case _:
            return {path: str(value)}


def is_plain(field: Field) -> bool:
    """Whether the items of a list are single values."""
    return len(field.members) == 1 and not field.members[0].name


def rows_of(texts: Texts, path: str) -> list[int]:
    """The numbers of the rows of a list that have a control."""
    start = len(path) + 1
    numbers = {name[start:].partition(".")[0] for name in texts if name.startswith(f"{path}.")}
    return sorted(
        int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 5
    )[:MOST_ROWS]


def without_blank_rows(fields: Iterable[Field], texts: Texts, prefix: str = "") -> dict[str, str]:
    """The same with the rows counted from 0, and without those in which nothing was typed."""
    rest = dict(texts)
    for field in fields:
        path = path_of(prefix, field.name)
        if field.kind == "part":
            rest = without_blank_rows(field.members, rest, path)
        elif field.kind == "rows":
            rest = _renumbered(field, rest, path)
    return rest


def _renumbered(field: Field, texts: dict[str, str], path: str) -> dict[str, str]:
    others = {name: text for name, text in texts.items() if not name.startswith(f"{path}.")}
    count = 0
    for number in rows_of(texts, path):
        old = path_of(path, number)
        row = {name: text for name, text in texts.items() if name == old or name.startswith(f"{old}.")}
        row = without_blank_rows(field.members, row, old)
        if any(text.strip() for text in row.values()):
            others |= {path_of(path, count) + name[len(old) :]: text for name, text in row.items()}
            count += 1
    return others


def members_of(fields: Iterable[Field], texts: Texts, words: Words, prefix: str = "") -> dict[str, Any]:
    """What the controls say, as the members of a request; None for what is blank."""
    return {field.name: _value(field, texts, path_of(prefix, field.name), words) for field in fields}


def _value(field: Field, texts: Texts, path: str, words: Words) -> Any:
    text = texts.get(path, "").strip()
    match field.kind:
        case "part":
            members = members_of(field.members, texts, words, path)
            says_something = any(_says_something(one, members[one.name]) for one in field.members)
            return filled(members) if says_something or not field.nullable else None
        case "rows":
            rows = [members_of(field.members, texts, words, path_of(path, i)) for i in rows_of(texts, path)]
            return [row[""] for row in rows] if is_plain(field) else [filled(row) for row in rows]
        case "money":
            amount = words.read(texts.get(f"{path}.amount", ""))
            return {"amount": amount, "currency": texts.get(f"{path}.currency", "")} if amount else None
        case "yes_no":
            return {"yes": True, "no": False}.get(text) if field.nullable else path in texts
        case "integer":
            number = words.read(text)
            return int(number) if WHOLE.fullmatch(number) else number or None
        case "number":
            number = words.read(text)
            return float(number) if DECIMAL.fullmatch(number) else number or None
        case "prose":
            return texts.get(path, "").replace("\r\n", "\n") or None
        case _:
            return text.replace("\r\n", "\n") or None


def _says_something(field: Field, value: Any) -> bool:
    """A box that is not ticked and a list without rows do not; nor does a currency beside no amount, which is None."""
    if field.kind in ("rows", "part") or (field.kind == "yes_no" and not field.nullable):
        return bool(value)
    return value is not None


def filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is blank."""
    return {name: value for name, value in members.items() if value is not None}


def changes(fields: Sequence[Field], texts: Texts, base: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The members that say something else than `base`, as a merge patch takes them."""
    new = members_of(fields, texts, words)
    old = members_of(fields, texts_of(fields, base, words), words)
    return {f.name: _emptied(f, new[f.name], old[f.name]) for f in fields if new[f.name] != old[f.name]}


def differences(fields: Iterable[Field], one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Field]:
    """The members in which two states differ."""
    return [f for f in fields if one.get(f.name) != other.get(f.name)]


def _emptied(field: Field, value: Any, old: Any) -> Any:
    """A text of several lines that is emptied is an empty text; anything else that is, is null, in a part too."""
    if field.kind == "part" and value is not None and old is not None:
        return dict.fromkeys(old) | value
    if value is None and field.kind == "prose" and not field.nullable:
        return ""
    return value
