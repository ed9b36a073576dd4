"""JSON: an array of objects, an object a line, or an answer that holds such an array, as those of OData do.

Objects are read one at a time. What is nested becomes columns `a.b`. Parts of the format are left out, and links to what is
not in the answer; so is nothing else.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import NoReturn

from services.imports.tables import limits
from services.imports.tables.encodings import Encoding, encoding_of, mended, pieces_in, unreadable_characters
from services.imports.tables.grids import cell_too_long
from services.imports.tables.layout import largest_first
from services.imports.tables.table import Flaw, Note, Row, Table, UnreadableTable, Value
from services.imports.tables.unread import Json
from shared.base.texts import Text

Place = tuple[str, ...]
"""The members that lead to an array: `("d", "results")`."""
DEPTH = 3
"""Members that lead to an array at most."""
NESTED = 6
"""Depth to which an object becomes columns; what lies deeper stands in one cell as JSON."""
BETWEEN = "; "
"""Between the texts of a list in one cell."""

_NO_BLANK = re.compile(r"[^ \t\r\n]")
_MICROSOFT_DAY = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_OF_THE_FORMAT = re.compile(r"(?:.*@)?odata\.|__metadata$|.*@odata\.")
_NEXT_PAGE = ("@odata.nextLink", "odata.nextLink", "__next")


def begins_as_json(text: str) -> bool:
    """Whether a text begins as JSON does that can hold a table."""
    return re.match(r'\s*(?:\[\s*(?:\{|\])|\{\s*["}])', text) is not None


def json_tables(path: Path, encoding: str = "", name: str = "") -> list[Table]:
    """The tables of a file of JSON, the largest first; `name` chooses one by the members that lead to it.

    Raises UnreadableTable.
    """
    document = _Document(path, encoding_of(path, encoding))
    _looked_through(document)
    arrays = {place: array for place, array in document.arrays.items() if array.columns or not array.rows}
    places = [place for place in arrays if not name or ".".join(place) == name]
    if not places:
        raise UnreadableTable("no_table", Text("{file} has no array of objects.", file=path.name))
    tables = largest_first(map(document.table, places))
    if len(tables) > 1:
        others = ", ".join(table.sheet for table in tables[1:])[:200]
        note = Note("other_arrays", Text("The file has other arrays: {others}.", others=others))
        tables[0] = replace(tables[0], notes=(*tables[0].notes, note))
    return tables


class _Source:
    """The text of a file, of which no more than one value stands in memory."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self.file, self.line = path.name, 1
        self._pieces = pieces_in(path, encoding)
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_constant=self._constant)
        self._text, self._place, self._ended = "", 0, False

    def peek(self) -> str:
        """The next character that is no blank; empty at the end of the file."""
        while True:
            visible = _NO_BLANK.search(self._text, self._place)
            self._go_to(visible.start() if visible else len(self._text))
            if self._place < len(self._text) or not self._more():
                return self._text[self._place : self._place + 1]

    def take(self, character: str) -> bool:
        """Goes behind the character if it is the next one."""
        if self.peek() != character:
            return False
        self._go_to(self._place + 1)
        return True

    def expect(self, character: str) -> None:
        if not self.take(character):
            self.refuse(Text("{character} is missing", character=character))

    def value(self) -> Json:
        """The next value, whatever it is."""
        self.peek()
        value: Json
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                if not self._more():
                    self.line += self._text.count("\n", self._place, error.pos)
                    self.refuse(Text(error.msg))
            except RecursionError:
                self.refuse(Text("it is nested too deeply"))
            except ValueError:
                self.refuse(Text("a number of thousands of digits"))
            else:
                if end < len(self._text) or not self._more():
                    self._go_to(end)
                    return value
            if len(self._text) - self._place > limits.RECORD:
                self._too_long()

    def refuse(self, reason: Text) -> NoReturn:
        raise UnreadableTable(
            "broken_json",
            Text("{file}, line {line}: no JSON from here on ({reason}).", file=self.file, line=self.line, reason=reason),
            self.line,
        )  # fmt: skip

    def _too_long(self) -> NoReturn:
        raise UnreadableTable(
            "record_too_long",
            Text("{file}, line {line}: the object that begins here has more than {limit:,} characters.", file=self.file, line=self.line, limit=limits.RECORD),
            self.line,
        )  # fmt: skip

    def _go_to(self, place: int) -> None:
        self.line += self._text.count("\n", self._place, place)
        self._place = place

    def _more(self) -> bool:
        """As much text again as there is of the value, or a piece."""
        needed = len(self._text) - self._place
        parts = [self._text[self._place :]]
        while not self._ended:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            parts.append(piece)
            needed -= len(piece)
            if needed <= 0:
                break
        if len(parts) == 1:
            return False
        self._text, self._place = "".join(parts), 0
        return True

    def _object(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        members = dict(pairs)
        if len(members) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            self.refuse(Text("{member} is there twice", member=twice[:40]))
        return members

    def _constant(self, text: str) -> NoReturn:
        self.refuse(Text("{text} is no number", text=text))


@dataclass(slots=True)
class _Array:
    """What was met in one array: its columns in the order of their appearance."""

    columns: dict[str, None] = field(default_factory=dict)
    lists: dict[str, None] = field(default_factory=dict)
    """Columns with lists of objects."""
    rows: int = 0
    other_values: int = 0

    def add(self, value: Json, source: _Source) -> None:
        if not isinstance(value, dict):
            self.other_values += 1
            return
        self.rows += 1
        for name, _, is_list in _flat(value):
            self.columns[name] = None
            if is_list:
                self.lists[name] = None
        if self.rows > limits.ROWS or len(self.columns) > limits.COLUMNS:
            raise UnreadableTable(
                "too_many_rows" if self.rows > limits.ROWS else "too_many_columns",
                Text("{file} has more than {rows:,} rows or {columns:,} columns. Divide it into several files.", file=source.file, rows=limits.ROWS, columns=limits.COLUMNS),
            )  # fmt: skip


@dataclass(slots=True)
class _Document:
    """What a file of JSON holds."""

    path: Path
    encoding: Encoding
    by_lines: bool = False
    arrays: dict[Place, _Array] = field(default_factory=dict)
    total: Json = None
    """How many rows the answer says that there are in all, if it does."""
    has_next_page: bool = False

    def source(self) -> _Source:
        return _Source(self.path, self.encoding)

    def table(self, place: Place) -> Table:
        array = self.arrays[place]
        columns = tuple(array.columns)
        notes = tuple(self._notes(array))
        return Table(
            self.path.name, ".".join(place), 0, columns, lambda: self._rows(place, columns), notes, array.rows
        )

    def _rows(self, place: Place, columns: tuple[str, ...]) -> Iterator[Row]:
        source, number = self.source(), 0
        for where, line, value in _values(source, self):
            if where == place and isinstance(value, dict):
                number += 1
                yield _row(line if self.by_lines else number, value, columns, source)

    def _notes(self, array: _Array) -> Iterator[Note]:
        yield from self.encoding.notes()
        if not self.by_lines:
            yield Note("numbered", Text("Lines are counted by objects: line 1 is the first object."))
        if self.has_next_page or (isinstance(self.total, int) and self.total > array.rows):
            yield Note("next_page", Text("The answer has further pages, so not all rows are in this file."))
        if array.other_values:
            yield Note("other_values", Text("{count:,} values between the objects are left out.", count=array.other_values))  # fmt: skip
        if array.lists:
            yield Note(
                "lists",
                Text("Lists of objects stand in one cell as JSON: {columns}.", columns=", ".join(array.lists)[:200]),
            )  # fmt: skip
        if not array.rows:
            yield Note("no_rows", Text("There are no rows."))


def _looked_through(document: _Document) -> None:
    """Finds the arrays of a file, and their columns."""
    source = document.source()
    document.by_lines = source.peek() == "{" and _has_lines(document)
    for place, _, value in _values(source, document):
        document.arrays.setdefault(place, _Array()).add(value, source)
    if source.peek():
        source.refuse(Text("something follows the end"))
    filled = {place: array for place, array in document.arrays.items() if array.rows}
    document.arrays = filled or document.arrays


def _has_lines(document: _Document) -> bool:
    """Whether a file that begins with an object has an object a line, or but one that is a row itself."""
    source = document.source()
    try:
        first = source.value()
    except UnreadableTable as refusal:
        if refusal.code == "record_too_long":
            return False
        raise
    return source.peek() == "{" or not _has_rows(first, DEPTH)


def _has_rows(value: Json, depth: int) -> bool:
    if isinstance(value, list):
        return not value or any(isinstance(item, dict) for item in value)
    return isinstance(value, dict) and depth > 0 and any(_has_rows(v, depth - 1) for v in value.values())


def _values(source: _Source, document: _Document) -> Iterator[tuple[Place, int, Json]]:
    """All values that may be rows: the place of their array, the line that they begin in, and themselves."""
    if document.by_lines:
        while source.peek():
            yield (), source.line, source.value()
    elif source.peek() == "[":
        yield from _items(source, ())
    else:
        yield from _members(source, (), document)


def _members(source: _Source, place: Place, document: _Document) -> Iterator[tuple[Place, int, Json]]:
    """The items of the arrays within an object."""
    source.expect("{")
    while not source.take("}"):
        if source.peek() != '"':
            source.refuse(Text("the name of a member is missing"))
        name = str(source.value())
        source.expect(":")
        here, first = (*place, name), source.peek()
        if first == "[":
            if here not in document.arrays and len(document.arrays) >= limits.ARRAYS:
                source.refuse(Text("it has more than {limit:,} arrays", limit=limits.ARRAYS))
            document.arrays.setdefault(here, _Array())
            yield from _items(source, here)
        elif first == "{" and len(here) < DEPTH:
            yield from _members(source, here, document)
        else:
            value = source.value()
            document.has_next_page |= name in _NEXT_PAGE and value is not None
            document.total = value if name in ("total", "odata.count", "@odata.count") else document.total
        if not source.take(",") and source.peek() != "}":
            source.refuse(Text("a comma is missing"))


def _items(source: _Source, place: Place) -> Iterator[tuple[Place, int, Json]]:
    source.expect("[")
    while not source.take("]"):
        source.peek()
        yield place, source.line, source.value()
        if not source.take(",") and source.peek() != "]":
            source.refuse(Text("a comma is missing"))


def _flat(value: dict[str, Json], before: str = "", depth: int = 1) -> Iterator[tuple[str, Value, bool]]:
    """Column, cell, and whether it is a list of objects; members of the format itself are left out."""
    for name, member in value.items():
        if _OF_THE_FORMAT.match(name):
            continue
        column = before + name
        if isinstance(member, dict):
            if set(member) == {"__deferred"}:
                continue
            if member and depth < NESTED:
                yield from _flat(member, column + ".", depth + 1)
            else:
                yield column, json.dumps(member, ensure_ascii=False) if member else None, False
        elif isinstance(member, list):
            if any(isinstance(item, dict | list) for item in member):
                yield column, json.dumps(member, ensure_ascii=False), True
            else:
                yield column, BETWEEN.join(str(item) for item in member if item is not None) or None, False
        else:
            yield column, member, False


def _row(line: int, value: dict[str, Json], columns: tuple[str, ...], source: _Source) -> Row:
    cells: dict[str, Value] = {}
    flaws = []
    for column, cell, _ in _flat(value):
        if isinstance(cell, str):
            if len(cell) > limits.CELL:
                raise cell_too_long(source.file, line, column)
            cell = _day(cell) if cell.startswith("/Date(") else mended(cell)
            if isinstance(cell, str):
                flaws += [Flaw(f.code, f.reason, f.mend, column) for f in unreadable_characters(0, cell)]
        elif isinstance(cell, float) and not isfinite(cell):
            flaws.append(Flaw("unreadable_number", Text("it is too large for a number"), Text("Write the value again."), column))  # fmt: skip
            cell = str(cell)
        cells[column] = cell if not isinstance(cell, str) or cell.strip() else None
    return Row(line, tuple(map(cells.get, columns)), tuple(flaws))


def _day(text: str) -> Value:
    """A day as older answers of OData write it: milliseconds from 1970."""
    if shows := _MICROSOFT_DAY.fullmatch(text):
        try:
            return datetime(1970, 1, 1) + timedelta(milliseconds=int(shows[1]))
        except OverflowError:
            return text
    return text
