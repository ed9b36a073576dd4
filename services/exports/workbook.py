"""What stands as a workbook: a sheet for each register, with names beside the ids, amounts as numbers, and no formula."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from services.exports.standing import Standing
from shared.base.workbooks import Cell, new_workbook, sheet_name, write_cell, write_heads
from shared.contracts.forms import Entry, Field, index, model_of, shared_kinds
from shared.contracts.words import Labels, capitalised, labels_in

MOST_ROWS = 1_000_000
"""Of one sheet; what is more goes on in another one."""
State = Mapping[str, Any]
CUSTOM = "custom"


@dataclass(frozen=True)
class Head:
    """A column: what stands above it, and its value of a state."""

    label: str
    value: Callable[[State], Cell]


@dataclass
class Workbook:
    """The sheets of what stands, in one language."""

    standing: Standing
    language: str
    cut: int = 0
    """Texts that were too long for a cell."""

    def write(self, path: Path) -> dict[str, int]:
        """Sheet -> its rows, for all registers that have any."""
        labels, rows = labels_in(self.language), dict[str, int]()
        with new_workbook(path, constant_memory=True) as book:
            self._head = book.add_format({"bold": True})
            self._formats: dict[type, Any] = {
                date: book.add_format({"num_format": "yyyy-mm-dd"}),
                datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            }
            for entry in index():
                for name, count in self._sheets(book, entry, labels):
                    rows[name] = count
            if not rows:
                book.add_worksheet("1")
        return rows

    def _sheets(self, book: Any, entry: Entry, labels: Labels) -> Iterator[tuple[str, int]]:
        heads, sheet, row, number = self._heads(entry, labels), None, 0, 0
        for state in self.standing.states(f"{entry.service}.{entry.collection}"):
            if sheet is None or row == MOST_ROWS:
                if sheet is not None:
                    yield sheet.get_name(), row
                number += 1
                sheet, row = book.add_worksheet(_title(entry, labels, number)), 0
                write_heads(sheet, [head.label for head in heads], self._head)
            row += 1
            for place, head in enumerate(heads):
                value = head.value(state)
                self.cut += write_cell(sheet, row, place, value, self._formats.get(type(value)))
        if sheet is not None:
            yield sheet.get_name(), row

    # Columns

    def _heads(self, entry: Entry, labels: Labels) -> list[Head]:
        heads = [Head("id", lambda state: state["id"])]
        for member in model_of(entry).members:
            if member.name != CUSTOM:
                heads += self._of(entry, labels, (member,))
        heads += self._own(entry, labels)
        return heads + [_moment(_label(entry, labels, name), name) for name in ("created_at", "updated_at")]

    def _own(self, entry: Entry, labels: Labels) -> Iterator[Head]:
        """The organisation's own fields."""
        for definition in self.standing.states("projects.field-definitions"):
            if definition["aggregate"] == entry.key:
                in_languages = {one["language"]: one["text"] for one in definition["label"]}
                text = in_languages.get(self.language) or next(
                    iter(in_languages.values()), definition["name"]
                )
                yield from self._money_or_one(text, (CUSTOM, definition["name"]), definition["type"], labels)

    def _of(self, entry: Entry, labels: Labels, path: tuple[Field, ...]) -> Iterator[Head]:
        """The columns of a member: an amount has its currency beside it, an id its name before it."""
        field, names = path[-1], tuple(one.name for one in path)
        if field.kind == "part":
            for member in field.members:
                yield from self._of(entry, labels, (*path, member))
            return
        text = ": ".join(_label(entry, labels, ".".join(names[: place + 1])) for place in range(len(names)))
        if field.kind == "choice":
            kind = f"{entry.name}.{'.'.join(names)}"
            yield Head(text, lambda state: _choice(labels, kind, _at(state, names)))
        else:
            yield from self._money_or_one(text, names, field.kind, labels)

    def _money_or_one(self, text: str, names: tuple[str, ...], kind: str, labels: Labels) -> Iterator[Head]:
        if kind == "money":
            currency = capitalised(labels("member", "money.currency"))
            yield Head(text, lambda state: _number((_at(state, names) or {}).get("amount")))
            yield Head(f"{text}: {currency}", lambda state: (_at(state, names) or {}).get("currency"))
        elif kind in ("reference", "person"):
            yield Head(text, lambda state: self.standing.label(_at(state, names) or ""))
            yield Head(f"{text} (id)", lambda state: _at(state, names))
        else:
            read = _READ.get(kind, _plain)
            yield Head(text, lambda state: read(_at(state, names)))


def _at(state: State, names: Sequence[str]) -> Any:
    value: Any = state
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _moment(label: str, name: str) -> Head:
    return Head(label, lambda state: _instant(state.get(name)))


def _number(value: Any) -> Cell:
    return None if value is None else Decimal(str(value))


def _day(value: Any) -> Cell:
    return None if value is None else date.fromisoformat(value)


def _instant(value: Any) -> Cell:
    """In UTC, to the second: a spreadsheet knows no zones."""
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=None, microsecond=0)


def _choice(labels: Labels, kind: str, value: Any) -> Cell:
    return capitalised(labels("value", f"{kind}.{value}")) if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> Cell:
    """A text as it is; lists and maps as JSON."""
    if value is None or value == [] or value == {}:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


_READ: Mapping[str, Callable[[Any], Cell]] = {
    "day": _day, "instant": _instant, "integer": _number, "number": _number,
}  # fmt: skip


def _label(entry: Entry, labels: Labels, path: str) -> str:
    return capitalised(labels("member", f"{entry.name}.{path}"))


def _title(entry: Entry, labels: Labels, number: int) -> str:
    """Of a sheet, at most 31 characters; of what several services have, with the service."""
    text = capitalised(labels("aggregates", entry.name))
    if entry.name in shared_kinds():
        text = f"{text} ({labels('service', entry.service)})"
    name = sheet_name(text)
    return name if number == 1 else f"{name[:27]} {number}"
