"""The cells of one sheet of a workbook (.xlsx), a line at a time, with what their formats show.

Parts are parsed as they are inflated, so neither the sheet nor its empty cells ever stand in memory. A library that lays a
sheet out whole needs more than a machine has for two cells far apart, drops error values, and tells no formats.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.imports.tables import limits
from services.imports.tables.encodings import mended, unreadable_characters
from services.imports.tables.grids import CellFlaw, Line, Merged, cell_too_long, letter_of, too_many_columns
from services.imports.tables.number_formats import PLAIN, NumberFormat, number_in, plain_number, value_of
from services.imports.tables.packages import Package, check_depth, damaged, parser_of, parser_with
from services.imports.tables.table import UnreadableTable, Value
from shared.base.texts import Text

LAST_LINE, LAST_COLUMN = 1_048_576, 16_384
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


class SharedTexts:
    """The texts that the cells of all sheets point to, in one piece: a list of them would take several times the memory."""

    def __init__(self) -> None:
        self._content, self._ends = bytearray(), array("I", (0,))

    def add(self, text: str) -> None:
        self._content += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._content))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._content[self._ends[index] : self._ends[index + 1]].decode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Conventions:
    """What the cells of all sheets of a workbook refer to."""

    texts: SharedTexts
    formats: Sequence[NumberFormat]
    """By the number of the style that a cell names."""
    from_1904: bool


@dataclass(slots=True)
class SheetMarks:
    """What stands behind the cells of a sheet, or beside them."""

    merged: tuple[Merged, ...] = ()
    hidden_lines: int = 0


def shared_texts_of(package: Package, part: str) -> SharedTexts:
    """All texts of a part; of those with formatted pieces the pieces together, without what tells how to pronounce them."""
    texts, pieces, size = SharedTexts(), list[str](), 0
    reading, silent = False, False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal reading, silent, size
        if name == "si":
            pieces.clear()
            size = 0
        elif name == "rPh":
            silent = True
        elif name == "t":
            reading = not silent

    def end(name: str) -> None:
        nonlocal reading, silent
        if name == "si":
            texts.add("".join(pieces))
        elif name == "rPh":
            silent = False
        elif name == "t":
            reading = False

    def characters(text: str) -> None:
        nonlocal size
        if reading:
            if size <= limits.CELL:  # what is longer is refused where a cell shows it, with its place
                pieces.append(text)
            size += len(text)

    package.parse(part, parser_of(package.file, start, end, characters), limits.SHARED_TEXTS)
    return texts


def lines_of(package: Package, part: str, conventions: Conventions) -> Iterator[Line]:
    """The lines that have a filled cell. Raises UnreadableTable."""
    cells = _Cells(package.file, conventions)
    parser = parser_with(cells.start, cells.end, cells.characters)
    for _ in package.fed(part, parser, limits.PART):
        yield from cells.lines
        cells.lines.clear()


def marks_of(package: Package, part: str) -> SheetMarks:
    """Which cells are merged, and how many lines are hidden."""
    merged: list[Merged] = []
    marks = SheetMarks()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "mergeCell":
            place = _RANGE.fullmatch(attributes.get("ref", ""))
            if place and place[3]:
                merged.append(Merged(int(place[2]), column_of(place[1]), int(place[4]), column_of(place[3])))
            if len(merged) > limits.MERGED:
                raise damaged(
                    package.file, Text("it has more than {limit:,} merged cells", limit=limits.MERGED)
                )
        elif name == "row" and attributes.get("hidden") in ("1", "true"):
            marks.hidden_lines += 1

    if package.mentions(part, (b"mergeCell ", b"hidden="), limits.PART):
        package.parse(part, parser_of(package.file, start), limits.PART)
    marks.merged = tuple(merged)
    return marks


def column_of(letters: str) -> int:
    """The number of a column: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


class _Cells:
    """Collects the cells of a sheet while its part is parsed."""

    def __init__(self, file: str, conventions: Conventions) -> None:
        self.lines: list[Line] = []
        self._file, self._conventions = file, conventions
        self._formats = {str(i): format_ for i, format_ in enumerate(conventions.formats)}
        self._columns: dict[str, int] = {}
        self._depth = 0
        self._number, self._column = 0, -1
        self._cells: list[Value] = []
        self._flaws: list[CellFlaw] = []
        self._type, self._format = "n", PLAIN
        self._value, self._formula = "", ""
        self._kinds: dict[str, str] = {}
        self._collects = ""
        self._is_silent = False
        self._is_filled = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > limits.DEPTH:
            check_depth(self._file, self._depth)
        kind = self._kinds.get(name) or self._kind_of(name)
        if kind == "c":
            self._begin_cell(attributes)
        elif kind == "v" or kind == "t":
            if not self._is_silent:
                self._collects = "v"
        elif kind == "row":
            self._begin_line(attributes)
        elif kind == "f":
            self._collects, self._formula = "f", "="
        elif kind == "rPh":
            self._is_silent = True

    def end(self, name: str) -> None:
        self._depth -= 1
        kind = self._kinds.get(name) or self._kind_of(name)
        if kind == "c":
            if self._value or self._formula:
                self._end_cell()
        elif kind == "v" or kind == "t" or kind == "f":
            self._collects = ""
        elif kind == "row":
            if self._is_filled:
                self.lines.append(Line(self._number, self._cells, self._flaws))
        elif kind == "rPh":
            self._is_silent = False

    def characters(self, text: str) -> None:
        if self._collects == "v":
            self._value = self._value + text if self._value else text
            if len(self._value) > limits.CELL:
                raise self._too_long()
        elif self._collects == "f" and len(self._formula) < 100:
            self._formula += text[:100]

    def _kind_of(self, name: str) -> str:
        """The name of an element without its prefix."""
        kind = self._kinds[name] = name.rpartition(":")[2]
        return kind

    def _begin_line(self, attributes: dict[str, str]) -> None:
        text = attributes.get("r")
        number = int(text) if text and text.isdecimal() and len(text) < 9 else self._number + 1
        if not self._number < number <= LAST_LINE:
            raise damaged(
                self._file, Text("line {line} stands behind line {other}", line=number, other=self._number)
            )
        self._number, self._column = number, -1
        self._cells, self._flaws, self._is_filled = [], [], False

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place is None:
            self._column += 1
        else:
            letters = place.rstrip("0123456789")
            column = self._columns.get(letters)
            if column is None:
                column = column_of(letters) if re.fullmatch("[A-Z]{1,3}", letters) else -1
                if not 0 <= column < LAST_COLUMN:
                    raise damaged(
                        self._file,
                        Text("line {line} has a cell {place!r}", line=self._number, place=place[:20]),
                    )
                self._columns[letters] = column
            self._column = column
        self._type = attributes.get("t", "n")
        self._value = self._formula = self._collects = ""
        style = attributes.get("s")
        self._format = self._formats.get(style, PLAIN) if style is not None else PLAIN

    def _end_cell(self) -> None:
        value = self._read()
        if value is None:
            return
        if self._column >= limits.COLUMNS:
            raise too_many_columns(self._file, self._number, self._column)
        cells = self._cells
        if self._column >= len(cells):
            cells.extend([None] * (self._column + 1 - len(cells)))
        cells[self._column] = value
        self._is_filled = True

    def _read(self) -> Value:
        text, type_ = self._value, self._type
        if not text:
            return self._without_value() if type_ != "str" else None
        if type_ == "n":
            return self._number_of(text)
        if type_ == "s":
            return self._text_of(self._shared(text))
        if type_ == "b":
            return text.strip() in ("1", "true")
        if type_ == "e":
            self._flaw(
                "error_value",
                Text("the spreadsheet shows the error {error}", error=text[:20]),
                Text("Mend the formula, or write the value."),
            )
            return text[:20]
        if type_ == "d":
            return self._day_of(text)
        return self._text_of(text)

    def _number_of(self, text: str) -> Value:
        try:
            if self._format is PLAIN:
                return int(text) if len(text) < 16 and text.isdecimal() else plain_number(number_in(text))
            return value_of(number_in(text), self._format, self._conventions.from_1904)
        except (ValueError, OverflowError):
            return self._marked(text)

    def _day_of(self, text: str) -> Value:
        try:
            moment = datetime.fromisoformat(text.strip().removesuffix("Z"))
        except ValueError:
            return self._marked(text)
        return date(moment.year, moment.month, moment.day) if "T" not in text else moment.replace(tzinfo=None)

    def _marked(self, text: str) -> str:
        """What should be a number or a day, as it stands there, with its flaw."""
        self._flaw(
            "unreadable_number",
            Text("{text!r} is no number or day that there is", text=text[:40]),
            Text("Write the value again."),
        )
        return text[:40]

    def _shared(self, text: str) -> str:
        try:
            return self._conventions.texts[int(text)]
        except (ValueError, IndexError) as error:
            raise damaged(
                self._file, Text("line {line} points to a text that is missing", line=self._number)
            ) from error

    def _text_of(self, text: str) -> str:
        if "_x" in text:
            text = _ESCAPED.sub(lambda place: chr(int(place[1], 16)), text)
        if len(text) > limits.CELL:
            raise self._too_long()
        text = mended(text)
        self._flaws += unreadable_characters(self._column, text)
        return text

    def _without_value(self) -> Value:
        if not self._formula:
            return None
        self._flaw(
            "formula_without_value",
            Text("the file has a formula here, but not its value"),
            Text("Open the file in a spreadsheet and save it again."),
        )
        return self._formula[:100]

    def _flaw(self, code: str, reason: Text, mend: Text) -> None:
        self._flaws.append(CellFlaw(self._column, code, reason, mend))

    def _too_long(self) -> UnreadableTable:
        return cell_too_long(self._file, self._number, letter_of(self._column))
