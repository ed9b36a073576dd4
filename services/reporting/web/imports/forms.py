"""The form of a mapping: for each column what it fills and how its cells are read; and the mapping that a form says.

Controls are named by the number of the column: `c3.member`, `c3.order`, `c3.v.0` for its first text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.mapping import Mapping as TableMapping
from services.imports.tables.mapping_files import check, from_toml, to_toml
from services.imports.tables.orders import ColumnShown, Outcome, QuestionShown
from services.imports.tables.references import MAKEABLE, REVERSES
from services.imports.tables.targets import ID, KEY, VERSION, Target, TargetField
from services.reporting.web.registers.naming import Naming
from services.reporting.web.words import N_, Words

SETTINGS = {
    "order": N_("Order of days"),
    "century": N_("Century of short years"),
    "decimal": N_("Decimal sign"),
    "currency": N_("Currency"),
    "scale": N_("One unit is"),
    "sign": N_("Below zero is"),
    "unit": N_("Percentages are written"),
    "full_week": N_("Hours of a full week"),
    "period": N_("A month or year means"),
    "epoch": N_("Numbers of days count from"),
    "separator": N_("Several are parted by"),
    "by": N_("Named by"),
    "makes": N_("What is not there yet"),
}
"""What the cells of a column are read by."""
OPTIONS: dict[str, dict[str, str]] = {
    "order": {
        "year-first": N_("year first"),
        "month-first": N_("month first"),
        "day-first": N_("day first"),
    },
    "century": {"1900": "1900", "2000": "2000"},
    "decimal": {".": N_("point"), ",": N_("comma")},
    "scale": {"1": "1", "1000": N_("a thousand"), "1000000": N_("a million")},
    "sign": {"as-written": N_("what came back"), "inverted": N_("what was spent")},
    "unit": {"percent": "50", "fraction": "0.5"},
    "period": {"first": N_("its first day"), "last": N_("its last day")},
    "epoch": {"1900": "1900", "1904": "1904"},
    "separator": {";": ";", ",": ",", "|": "|"},
    "by": {
        "code": N_("code"),
        "name": N_("name"),
        "email": N_("mail address"),
        "external": N_("its key in the source"),
        "id": N_("id"),
    },
    "makes": {"": N_("is a finding"), "yes": N_("is made")},
}
"""Setting -> its values and what they are called."""
REPEATS = {
    "": N_("left out, and said"),
    "keep": N_("each counts"),
    "leave-out": N_("are the same one again"),
}
"""What rows that are the same in all cells are."""
CREDITS = {"": N_("reverse the one booking of their amount"), "alone": N_("are credits of their own")}
"""What bookings below zero are that name none which they reverse."""
OF_KIND: dict[str, tuple[str, ...]] = {
    "day": ("order", "century", "period", "epoch"),
    "instant": ("order", "century"),
    "money": ("currency", "scale", "decimal", "sign"),
    "number": ("decimal", "scale", "unit", "full_week"),
    "integer": ("decimal", "unit"),
    "reference": ("by", "makes"),
    "rows": ("separator",),
}
"""Kind of a member -> the settings that it may need."""
ALWAYS = {"currency", "scale", "by", "makes"}
"""Settings that are shown even where the cells leave no doubt."""
WHOLE = ("century", "scale", "epoch")
NOT_TAKEN = ""


@dataclass(frozen=True)
class Control:
    """One control of a column."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]] = ()
    """Empty: a text is typed."""
    is_asked: bool = False
    """Whether nothing can be read before it is said."""


@dataclass(frozen=True)
class ColumnForm:
    """A column as the page shows it."""

    number: int
    content: ColumnShown
    member: str
    is_key: bool
    controls: Sequence[Control]
    texts: Sequence[tuple[str, int, Control]]
    """Its texts, how many cells have each, and what it stands for."""
    questions: Sequence[QuestionShown] = ()


def heading_of(texts: Mapping[str, str]) -> int | None:
    """The line of the heading that a form says; None: it is to be found."""
    text = texts.get("header_line", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def is_another_table(outcome: Outcome, before: str, sheet: str, heading: int | None) -> bool:
    """Whether a form asks for another sheet, or for another heading: then there are other columns."""
    if sheet != before:
        return True
    read = from_toml(outcome.mapping).header_line if outcome.mapping else outcome.header_line
    return heading is not None and heading != read


@dataclass(frozen=True)
class MappingForm:
    """All of it."""

    columns: Sequence[ColumnForm]
    members: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    """Groups of (member, label), for the choice of each column."""
    constants: Sequence[Control]
    of_rows: Sequence[Control]
    """What becomes of rows that are the same, and of bookings below zero."""
    source: str
    header_line: str
    """Where the heading stands, if that was said or found."""
    missing: Sequence[str] = field(default_factory=tuple)
    """Labels of what new records need and nothing fills."""


def form_of(outcome: Outcome, target: Target, words: Words) -> MappingForm:
    """The form of what was proposed, or said before."""
    mapping = from_toml(outcome.mapping)
    by_column = {one.column: one for one in mapping.columns}
    columns = [
        _column(number, content, by_column.get(content.name), mapping, target, outcome, words)
        for number, content in enumerate(outcome.columns)
    ]
    filled = {one.member for one in mapping.columns}
    missing = [f for f in target.columns if f.required and f.path not in filled]
    choices = [f.path for f in target.columns if f.of.kind == "choice" and f.path not in filled]
    constant_paths = list(dict.fromkeys([*mapping.constants, *(f.path for f in missing), *choices]))
    return MappingForm(
        columns=columns,
        members=_members(target, words),
        constants=[
            _constant(target, target.field(path), mapping.constants, words) for path in constant_paths
        ],
        of_rows=_of_rows(mapping, target, words),
        source=mapping.source,
        header_line="" if mapping.header_line is None else str(mapping.header_line),
        missing=[label_of(f, words) for f in missing if f.path not in mapping.constants],
    )


def _of_rows(mapping: TableMapping, target: Target, words: Words) -> list[Control]:
    kinds = [("repeats", N_("Equal rows"), REPEATS)]
    if target.has(REVERSES):
        kinds.append(("credits", N_("Credits"), CREDITS))
    return [
        Control(
            name, words.gettext(title), getattr(mapping, name) or "",
            [(value, words.gettext(text)) for value, text in choices.items()],
        )
        for name, title, choices in kinds
    ]  # fmt: skip


def label_of(of: TargetField, words: Words) -> str:
    return of.label(words.language)


def _members(target: Target, words: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {"needed": [], "others": [], "row": []}
    for one in target.columns:
        group = "row" if one.path in (ID, VERSION, KEY) else "needed" if one.required else "others"
        label = words.gettext(N_("Key in the source")) if one.path == KEY else label_of(one, words)
        groups[group].append((one.path, label))
    titles = {
        "needed": N_("New ones need"),
        "others": N_("They may have"),
        "row": N_("They are known by"),
    }
    return [(words.gettext(titles[name]), members) for name, members in groups.items() if members]


def _column(
    number: int, content: ColumnShown, one: ColumnMapping | None, mapping: TableMapping, target: Target,
    outcome: Outcome, words: Words,
) -> ColumnForm:  # fmt: skip
    one = one or ColumnMapping(column=content.name)
    questions = [q for q in outcome.questions if q.column == content.name]
    of = target.field(one.member) if one.member and target.has(one.member) else None
    return ColumnForm(
        number=number,
        content=content,
        member=one.member,
        is_key=content.name in mapping.key,
        controls=_controls(number, one, of, questions, words) if of else (),
        texts=_texts(number, one, of, content, target, words) if of else (),
        questions=questions,
    )


def _controls(
    number: int, one: ColumnMapping, of: TargetField, questions: Sequence[QuestionShown], words: Words
) -> list[Control]:
    settings = OF_KIND.get(of.of.kind, ())
    asked_of = {q.setting for q in questions}
    controls = []
    for setting in dict.fromkeys((*settings, *asked_of)):
        value = getattr(one, setting)
        if setting == "makes" and not set(MAKEABLE) & set(of.of.names):
            continue
        if not (setting in ALWAYS or setting in asked_of or value):
            continue
        text = ("yes" if value else "") if setting == "makes" else "" if value is None else str(value)
        if setting == "scale" and not text and setting not in asked_of:
            text = "1"
        controls.append(
            Control(
                f"c{number}.{setting}", words.gettext(SETTINGS[setting]), text,
                _options(setting, text, questions, words), setting in asked_of,
            )
        )  # fmt: skip
    return controls


def _options(
    setting: str, value: str, questions: Sequence[QuestionShown], words: Words
) -> list[tuple[str, str]]:
    """What may be chosen; an open question brings its readings with examples. Nothing where a text is typed."""
    if setting not in OPTIONS:
        return []
    of_question = next((q.choices for q in questions if q.setting == setting and q.choices), None)
    if of_question:
        return [("", "–"), *((str(c.value), c.label) for c in of_question)]
    options = [(code, words.gettext(text)) for code, text in OPTIONS[setting].items()]
    return options if value or "" in OPTIONS[setting] or setting == "scale" else [("", "–"), *options]


def _texts(
    number: int, one: ColumnMapping, of: TargetField, content: ColumnShown, target: Target, words: Words
) -> list[tuple[str, int, Control]]:
    """What each of few texts stands for, where the member has choices."""
    if of.of.kind not in ("choice", "yes_no"):
        return []
    codes = of.of.choices or ("true", "false")
    labels = [(code, _choice(target, of, code, words)) for code in codes]
    as_proposed = (NOT_TAKEN, words.gettext(N_("as it is")))
    return [
        (
            text, count,
            Control(f"c{number}.v.{place}", text, one.values.get(text, ""), [as_proposed, *labels]),
        )
        for place, (text, count) in enumerate(content.texts.items())
    ]  # fmt: skip


def _choice(target: Target, of: TargetField, code: str, words: Words) -> str:
    if of.of.kind == "yes_no":
        return words.gettext(N_("yes")) if code == "true" else words.gettext(N_("no"))
    return Naming(words).value(target.entry, of.path, code)


def _constant(target: Target, of: TargetField, constants: Mapping[str, str], words: Words) -> Control:
    """What every row has; one of its choices where the member has some, and what stands there where it is no code."""
    text = constants.get(of.path, "")
    labels = [(code, _choice(target, of, code, words)) for code in of.of.choices if of.of.kind == "choice"]
    if text and labels and text not in dict(labels):
        labels.append((text, text))
    return Control(f"every.{of.path}", label_of(of, words), text, [("", "–"), *labels] if labels else ())


# The form as it was sent


def mapping_of(texts: Mapping[str, str], outcome: Outcome, target: Target) -> str:
    """The mapping that a form says, as TOML: what it does not speak of stays as it was. BadMapping where it makes none."""
    before = from_toml(outcome.mapping)
    by_column = {one.column: one for one in before.columns}
    columns, key = [], []
    for number, content in enumerate(outcome.columns):
        sent = {
            name.partition(".")[2]: text.strip()
            for name, text in texts.items()
            if name.partition(".")[0] == f"c{number}"
        }
        one = by_column.get(content.name) or ColumnMapping(column=content.name)
        columns.append(_column_of(one, sent, list(content.texts)))
        if sent.get("key"):
            key.append(content.name)
    constants = {
        name.removeprefix("every."): text.strip()
        for name, text in texts.items()
        if name.startswith("every.") and text.strip()
    }
    source = texts.get("source", "").strip() or before.source
    of_rows = {name: texts.get(name, getattr(before, name)) or None for name in ("repeats", "credits")}
    mapping = msgspec.structs.replace(
        before, columns=tuple(columns), key=tuple(key), constants=constants, source=source, **of_rows
    )
    text = to_toml(mapping)
    check(from_toml(text), target)
    return text


def _column_of(one: ColumnMapping, sent: Mapping[str, str], texts: Sequence[str]) -> ColumnMapping:
    if "member" not in sent:
        return one
    changes: dict[str, Any] = {"member": sent["member"]}
    if sent["member"] != one.member:  # how it is read was said for another member
        return ColumnMapping(column=one.column, member=sent["member"])
    for setting in SETTINGS:
        if setting in sent:
            changes[setting] = _value(setting, sent[setting])
    values = dict(one.values)
    for place, text in enumerate(texts):
        if (code := sent.get(f"v.{place}")) is not None:
            values.pop(text, None)
            if code:
                values[text] = code
    return msgspec.structs.replace(one, values=values, **changes)


def _value(setting: str, text: str) -> Any:
    if setting == "makes":
        return bool(text)
    if setting == "currency":
        return text.upper()
    if not text:
        return None
    if setting == "full_week":
        return float(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else text
    return int(text) if setting in WHOLE and text.isascii() and text.isdigit() else text
