"""Text files: what separates their cells is detected, and their rows are read one at a time."""

import csv
import re
from _csv import Reader  # what `csv.reader` gives; `csv` itself has no name for it
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypedDict

from services.imports.tables import limits
from services.imports.tables.encodings import (
    UNREADABLE,
    Encoding,
    encoding_of,
    lines_in,
    unreadable_characters,
)
from services.imports.tables.grids import OF_THE_ROW, CellFlaw, Grid, Line, cell_too_long, letter_of
from services.imports.tables.layout import largest_first, name_of_delimiter, tables_of_grid
from services.imports.tables.table import Note, Table, UnreadableTable
from shared.base.formulas import unprotected
from shared.base.texts import Text

DELIMITERS = (";", "\t", "|", ",")
NONE = "\x1f"
"""Stands for the delimiter of a file with one column."""
LOOKED_AT = 100
"""Lines by which the delimiter is detected."""
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)


class _Quoting(TypedDict):
    doublequote: bool
    escapechar: str | None


QUOTES_DOUBLED: _Quoting = {"doublequote": True, "escapechar": None}
QUOTES_ESCAPED: _Quoting = {"doublequote": False, "escapechar": "\\"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells of a line are told apart."""

    delimiter: str
    quoting: _Quoting
    skips_spaces: bool = False
    """Whether a space after a delimiter belongs to no cell, as in `1, "a, b"`."""
    first_line: int = 1


def text_tables(
    path: Path, encoding: str = "", delimiter: str = "", header_line: int | None = None
) -> list[Table]:
    """The tables of a text file, the largest first. Raises UnreadableTable."""
    if path.stat().st_size > limits.TEXT_FILE:
        raise UnreadableTable(
            "file_too_large", Text("{file} has more than {limit} GB.", file=path.name, limit=limits.TEXT_FILE // 1024**3)
        )  # fmt: skip
    chars = encoding_of(path, encoding)
    dialect, note = _dialect_of(path, chars, delimiter)
    notes = [*chars.notes(), note]
    if dialect.skips_spaces:
        notes.append(Note("spaces", Text("Spaces after the delimiter belong to no cell.")))

    def tables(dialect: Dialect) -> list[Table]:
        grid = Grid(path.name, "", lambda: _lines(path, chars, dialect), tuple(notes), (), dialect.delimiter)
        return tables_of_grid(grid, header_line)

    try:
        read = tables(dialect)
    except _WrongQuotes as refusal:
        if not _has_escaped_quotes(path, chars):
            raise
        notes.append(Note("escaped_quotes", Text("Quotes within cells are written with a backslash.")))
        try:
            read = tables(
                Dialect(dialect.delimiter, QUOTES_ESCAPED, dialect.skips_spaces, dialect.first_line)
            )
        except UnreadableTable:
            raise refusal from None
    if not read:
        raise UnreadableTable("empty_file", Text("{file} is empty.", file=path.name))
    return largest_first(read)


class _WrongQuotes(UnreadableTable):
    """The quotes of a line are no pairs."""


def _lines(path: Path, encoding: Encoding, dialect: Dialect) -> Iterator[Line]:
    for number, cells, ends in _records(path, encoding, dialect):
        flaws = _flaws(cells) if encoding.has_unreadable else ()
        if ends > number + 1 and (swallowed := _swallowed(cells, ends, dialect)):
            flaws = (*flaws, swallowed)
        yield Line(number, cells, flaws)


def _records(path: Path, encoding: Encoding, dialect: Dialect) -> Iterator[tuple[int, list[str], int]]:
    """The line that each record begins in, its cells, and the line that it ends in."""
    lines = islice(lines_in(path, encoding), dialect.first_line - 1, None)
    reader = _reader(lines, dialect)
    before = dialect.first_line - 1
    begins = before + 1
    try:
        for cells in reader:
            ends = before + reader.line_num
            yield begins, [unprotected(cell) for cell in cells], ends
            begins = ends + 1
    except csv.Error as error:
        raise _place_of_error(path, encoding, dialect, begins) from error


def _reader(lines: Iterator[str], dialect: Dialect) -> Reader:
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        skipinitialspace=dialect.skips_spaces,
        strict=True,
        **dialect.quoting,
    )


def _flaws(cells: list[str]) -> tuple[CellFlaw, ...]:
    if not UNREADABLE.search("".join(cells)):
        return ()
    return tuple(flaw for i, cell in enumerate(cells) for flaw in unreadable_characters(i, cell))


def _swallowed(cells: list[str], ends: int, dialect: Dialect) -> CellFlaw | None:
    """The flaw of a record with a cell of many lines that are rows themselves: a quote was left open, and another one
    closed it much later."""
    if len(cells) < 3:
        return None
    for index, cell in enumerate(cells):
        inner = cell.splitlines()[1:-1]
        whole = sum(line.count(dialect.delimiter) == len(cells) - 1 for line in inner)
        if len(inner) > 1 and whole * 5 >= len(inner) * 4:
            return CellFlaw(
                OF_THE_ROW,
                "swallowed_lines",
                Text(
                    "the quote that begins in column {column} ends in line {line}; the {count:,} lines between look like rows",
                    column=letter_of(index), line=ends, count=len(inner),
                ),
                Text("Remove the quote, or write it twice within quotes."),
            )  # fmt: skip
    return None


def _place_of_error(path: Path, encoding: Encoding, dialect: Dialect, begins: int) -> UnreadableTable:
    """What is wrong from a line on: the line and the column of the quote or of the endless cell."""
    scan = _Scan(dialect, begins)
    for text in islice(lines_in(path, encoding), begins - 1, None):
        if problem := scan.goes_wrong_in(text):
            break
    else:
        problem = "open"
    where = (scan.cell_line, letter_of(scan.column))
    if problem == "long" and not scan.quoted:
        return cell_too_long(path.name, *where)
    place = {"file": path.name, "line": scan.cell_line, "column": letter_of(scan.column)}
    if problem == "text":
        return _WrongQuotes(
            "broken_quotes",
            Text(
                "{file}, line {line}, column {column}: a quote that ends before its cell does, in line {end}. Within quotes, write "
                "each quote twice.",
                **place, end=scan.line,
            ),
            *where,
        )  # fmt: skip
    if problem == "long":
        return _WrongQuotes(
            "cell_too_long",
            Text(
                "{file}, line {line}, column {column}: the quote that begins here ends after more than {limit:,} characters, or "
                "never.",
                **place, limit=limits.CELL,
            ),
            *where,
        )  # fmt: skip
    return _WrongQuotes(
        "broken_quotes",
        Text(
            "{file}, line {line}, column {column}: the quote that begins here never ends. Remove it, or write it twice within "
            "quotes.",
            **place,
        ),
        *where,
    )  # fmt: skip


class _Scan:
    """Follows the cells of a record one character at a time, to find where the reader of the library gave up."""

    def __init__(self, dialect: Dialect, line: int) -> None:
        self.dialect = dialect
        self.line, self.cell_line, self.column = line - 1, line, 0
        self.quoted = self._closed = False
        self._length = 0

    def goes_wrong_in(self, text: str) -> str:
        """`text` where text follows a closing quote, `long` where a cell has no end; empty where all is well."""
        self.line += 1
        if not self.quoted:
            self._begin_cell(0)
        escape, fresh = self.dialect.quoting["escapechar"], not self.quoted
        skipped = False
        for character in text:
            if skipped:
                skipped = False
            elif character == escape:
                skipped = True
            elif character == '"' and self.quoted and not self._closed:
                self._closed = True
                continue
            elif character == '"' and self._closed:
                self._closed = not self.dialect.quoting["doublequote"]
            elif character == '"' and fresh:
                self.quoted, self.cell_line = True, self.line
                fresh = False
                continue
            elif character == self.dialect.delimiter and (self._closed or not self.quoted):
                self._begin_cell(self.column + 1)
                fresh = True
                continue
            elif self._closed and character not in "\r\n":
                return "text"
            fresh = fresh and character == " " and self.dialect.skips_spaces
            self._length += 1
            if self._length > limits.CELL:
                return "long"
        if self._closed:
            self.quoted = self._closed = False
        return ""

    def _begin_cell(self, column: int) -> None:
        self.column, self.cell_line, self._length = column, self.line, 0
        self.quoted = self._closed = False


def _has_escaped_quotes(path: Path, encoding: Encoding) -> bool:
    return any('\\"' in line for line in lines_in(path, encoding))


def _dialect_of(path: Path, encoding: Encoding, wish: str) -> tuple[Dialect, Note]:
    first = next(lines_in(path, encoding), "")
    if not wish and (separator := _SEPARATOR_LINE.fullmatch(first)):
        return Dialect(separator[1], QUOTES_DOUBLED, first_line=2), Note(
            "delimiter",
            Text("Cells are separated by {delimiter}, as the first line says.", delimiter=name_of_delimiter(separator[1])),
        )  # fmt: skip
    begin = 2 if _SEPARATOR_LINE.fullmatch(first) else 1
    sample = list(islice(lines_in(path, encoding), begin - 1, LOOKED_AT))
    if wish:
        dialect = Dialect(_one_character(wish), QUOTES_DOUBLED, first_line=begin)
        return dialect, Note(
            "delimiter", Text("Cells are separated by {delimiter}.", delimiter=name_of_delimiter(wish))
        )
    scores = {
        (delimiter, spaces): _evenness(sample, Dialect(delimiter, QUOTES_DOUBLED, spaces))
        for delimiter in DELIMITERS
        for spaces in (False, True)
        if not spaces or re.search(re.escape(delimiter) + r' +"', "".join(sample[:20]))
    }
    delimiter, spaces = max(scores, key=lambda one: (scores[one], not one[1]))
    share, width = scores[delimiter, spaces]
    if share < (0.5 if width < 4 else 0.3):
        return Dialect(NONE, QUOTES_DOUBLED, first_line=begin), Note(
            "delimiter", Text("There is one column: nothing separates cells.")
        )
    return Dialect(delimiter, QUOTES_DOUBLED, spaces, begin), Note(
        "delimiter", Text("Cells are separated by {delimiter}.", delimiter=name_of_delimiter(delimiter))
    )


def _one_character(wish: str) -> str:
    wish = {"\\t": "\t", "tab": "\t"}.get(wish.lower(), wish)
    if len(wish) != 1 or wish in '"\r\n':
        raise UnreadableTable(
            "wrong_delimiter",
            Text(
                "A delimiter is one character, such as a comma or a tab, not {delimiter!r}.", delimiter=wish
            ),
        )
    return wish


def _evenness(sample: list[str], dialect: Dialect) -> tuple[float, int]:
    """How surely a delimiter separates cells, and how many; (0, 1) where nothing is separated.

    That is the share of lines with the usual number of cells. Nearly as good are lines that end early, below a first one
    that is as long as any. A comma before each space, in cells below a name without one, belongs to a text.
    """
    widths: list[int] = []
    whole = 1.0
    try:
        widths.extend(len(cells) for cells in _reader(iter(sample), dialect) if any(cells))
    except csv.Error:
        whole = 0.5 if len(widths) < len(sample) - 1 else 1.0  # a quote may go on behind the sample
    several = [width for width in widths if width > 1]
    if not several or (widths[0] == 1 and _is_prose(sample, dialect)):
        return 0.0, 1
    usual, count = max(Counter(several).items(), key=lambda one: (one[1], one[0]))
    share = count / len(widths)
    if several[0] == max(several) and 0.9 * len(several) > count:
        usual, share = several[0], 0.9 * len(several) / len(widths)
    return round(whole * share, 2), usual


def _is_prose(sample: list[str], dialect: Dialect) -> bool:
    delimiters = sum(line.count(",") for line in sample)
    return dialect.delimiter == "," and delimiters == sum(line.count(", ") for line in sample)
