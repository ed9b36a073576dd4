"""Mappings as files: TOML that people read and edit, with comments that say what each column's proposal rests on.

    # The project's name
    [[columns]]
    column = "Project Title"
    member = "name"

What is written is read back exactly; the comments are for people only. What cannot be read is refused with its line.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Texts
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from services.imports.tables.mapping import BadMapping, ColumnMapping, Mapping
from services.imports.tables.targets import Target, UnknownMember
from shared.base.text import folded
from shared.base.texts import Text

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_AT_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")
_HEAD = (
    "Which column of the table goes where. Correct it, and give it with --mapping the next time.",
    "A column without a member is not taken. The names of members: portolan import template.",
)


def to_toml(mapping: Mapping, comments: Texts[str, Sequence[str]] | None = None) -> str:
    """The mapping as TOML; `comments` are lines above a column, by its name."""
    plain = msgspec.to_builtins(mapping)
    columns = plain.pop("columns", ())
    spread = plain.pop("spread", {})
    tables = {name: plain.pop(name) for name in list(plain) if isinstance(plain[name], dict)}
    lines = [f"# {line}" for line in _HEAD] + ["", *_pairs(plain)]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *_pairs(table)]
    lines += _of_spread(spread) if spread else []
    for column in columns:
        values = column.pop("values", {})
        lines += ["", *(_comment(line) for line in (comments or {}).get(column["column"], ()))]
        lines += ["[[columns]]", *_pairs(column)]
        if values:
            lines += ["[columns.values]", *_pairs(values)]
    return "\n".join(lines) + "\n"


def _of_spread(spread: dict[str, Any]) -> list[str]:
    values, kinds = spread.pop("values"), spread.pop("kinds", {})
    lines = [
        "",
        "# Columns that are one for each period: every filled cell becomes a row.",
        "[spread]",
        *_pairs(spread),
    ]
    for value, columns in values.items():
        lines += [f"[spread.values.{_key(value)}]", *_pairs(columns)]
    if kinds:
        lines += ["[spread.kinds]", *_pairs(kinds)]
    return lines


def from_toml(text: str) -> Mapping:
    """The mapping that the text holds. BadMapping says what of it makes no sense, and in which line."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(text, error) from error
    try:
        return msgspec.convert(plain, Mapping)
    except msgspec.ValidationError as error:
        raise _no_mapping(text, str(error)) from error


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file. BadMapping, and OSError where it cannot be read."""
    try:
        return from_toml(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadMapping(Text("it is not in UTF-8, as TOML is")) from error


def check(mapping: Mapping, target: Target, text: str = "") -> None:
    """BadMapping where it is for another register, or a member is unknown, read only or filled twice.

    `text` is the TOML that it was read from: with it the line is said.
    """
    if mapping.register != target.register:
        names = {"other": mapping.register, "register": target.register}
        raise BadMapping(Text("it maps to {other}, not to {register}", **names), _line_of(text, "register"))
    if mapping.spread is not None and (fault := mapping.spread.fault) is not None:
        raise BadMapping(fault, _line_of(text, "spread"))
    filled: dict[str, str] = {}
    for number, column in enumerate(mapping.columns):
        fault = _fault_of(column.member, target)
        if fault is None and column.member in filled:
            other = filled[column.member]
            fault = Text("{member} is filled by {other!r} already", member=column.member, other=other)
        if fault is not None:
            raise BadMapping(fault, _line_of(text, "columns", number, "member"))
        if column.member:
            filled[column.member] = column.column
    for member in mapping.constants:
        if (fault := _fault_of(member, target)) is not None:
            raise BadMapping(fault, _line_of(text, "constants", member))


def _fault_of(member: str, target: Target) -> Text | None:
    if not member:
        return None
    try:
        field = target.field(member)
    except UnknownMember as error:
        return Text("{reason}", reason=error.args[0])
    return None if field.is_taken else target.untaken(field, member)


@dataclass(frozen=True, slots=True)
class Fit:
    """A mapping beside a table: what of it the table has."""

    mapping: Mapping
    """With the names of the columns as the table writes them, and without those that it lacks."""
    missing: tuple[str, ...] = ()
    """The columns of the mapping that the table lacks."""
    new: tuple[str, ...] = ()
    """The columns of the table of which the mapping says nothing."""


def fitted(mapping: Mapping, columns: Sequence[str]) -> Fit:
    """The mapping for a table with these columns. Case, accents and blanks make no difference between names."""
    by_fold = {folded(name): name for name in reversed(columns)}
    mentioned = dict.fromkeys(
        name
        for name in (
            *(name for column in mapping.columns for name in (column.column, *column.joined)),
            *mapping.key,
            mapping.date_column,
        )
        if name
    )
    names = {name: name if name in columns else by_fold.get(folded(name), "") for name in mentioned}
    fit = msgspec.structs.replace(
        mapping,
        columns=tuple(
            msgspec.structs.replace(
                c, column=names[c.column], joined=tuple(names[n] for n in c.joined if names[n])
            )
            for c in mapping.columns
            if names[c.column]
        ),
        key=tuple(names[c] for c in mapping.key if names[c]),
        date_column=names.get(mapping.date_column, ""),
    )
    missing = tuple(name for name, own in names.items() if not own)
    there = set(names.values())
    return Fit(fit, missing, tuple(name for name in columns if name not in there))


def _pairs(table: Texts[str, object]) -> Iterator[str]:
    return (f"{_key(name)} = {_value(value)}" for name, value in table.items())


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name)


def _value(value: object) -> str:
    """A text, a number, a yes or no or a list of texts, as TOML writes it: as JSON does, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(line: str) -> str:
    return "# " + "".join(character if character.isprintable() else " " for character in line)


def _no_toml(text: str, error: tomllib.TOMLDecodeError) -> BadMapping:
    place = _AT_LINE.search(str(error))
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    return BadMapping(Text("{fault}", fault=_AT_LINE.sub("", str(error))), line)


_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`")
_STEP = re.compile(r"\.(?P<name>[A-Za-z_]\w*)|\[(?P<number>\d+)\]")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")


def _no_mapping(text: str, fault: str) -> BadMapping:
    place = _PATH.search(fault)
    steps = [
        int(s["number"]) if s["number"] else s["name"] for s in _STEP.finditer(place["path"] if place else "")
    ]
    reason = Text("{fault}", fault=_PATH.sub("", fault))
    if unknown := _UNKNOWN.match(fault):
        of = ColumnMapping if "columns" in steps else Mapping
        near = get_close_matches(unknown["name"], of.__struct_fields__, 1)
        reason = (
            Text("nothing is called {name!r}; is {near!r} meant?", name=unknown["name"], near=near[0])
            if near
            else Text("nothing is called {name!r} here", name=unknown["name"])
        )
        steps.append(unknown["name"])
    elif steps:
        name = next(str(step) for step in reversed(steps) if isinstance(step, str))
        reason = Text("{name}: {fault}", name=name, fault=_PATH.sub("", fault))
    return BadMapping(reason, _line_of(text, *steps))


def _line_of(text: str, *steps: str | int) -> int:
    """The line in which something is written, as `to_toml` lays it out; the nearest thing above it, else 0."""
    line = within = 0
    lines = text.splitlines()
    for step in steps:
        if isinstance(step, int):
            heads = [n for n, one in enumerate(lines, 1) if re.match(r"\s*\[\[\s*columns\s*\]\]", one)]
            line = within = heads[step] if step < len(heads) else line
            continue
        head = next(
            (n for n, one in enumerate(lines, 1) if re.match(rf"\s*\[\s*{re.escape(step)}\s*\]", one)), 0
        )
        key = re.compile(rf"\s*[\"']?{re.escape(step)}[\"']?\s*=")
        place = next((n for n, one in enumerate(lines[within:], within + 1) if key.match(one)), 0)
        line = within = place or head or line
    return line
