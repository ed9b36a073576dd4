"""A grid of cells becomes a table: the names of its columns, where its rows begin, and which lines are none."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice, takewhile
from math import log2
from typing import Literal

from services.imports.tables import limits
from services.imports.tables.blocks import Between, Watch, table_above
from services.imports.tables.grids import (
    OF_THE_ROW,
    CellFlaw,
    Grid,
    Line,
    is_filled,
    list_of_lines,
    too_many_columns,
)
from services.imports.tables.headers import LOOKED_AT, Header, alone_in, header_of, name_of, unique_names
from services.imports.tables.table import Flaw, Note, Row, Table, UnreadableTable, Value
from shared.base.texts import Text

_NoRow = Literal["blank", "repeated", "heading"]
MOST_TITLES, LONGEST_TITLE = 10, 200
"""Lines above a table that are looked at, and characters of each."""
MOST_TABLES = 20
"""Tables of one sheet that are told apart."""
SHORT_BY_HABIT = 0.1
"""From this share of lines with too few cells on, whoever wrote the file leaves empty cells at the end out."""


def tables_of_grid(grid: Grid, header_line: int | None = None) -> list[Table]:
    """The tables of a grid, from above; none where no cell is filled. `header_line` is that of the names of the one that is
    wanted, 0 where there are none.

    Reads the whole grid once for each, so that what makes it unreadable is said before anything is done with it.
    """
    tables: list[Table] = []
    rest = grid
    while len(tables) < MOST_TABLES:
        sample = _sample(rest, header_line)
        if not sample:
            break
        table, next_line = _first_table(rest, sample, header_line)
        tables.append(table)
        if not next_line:
            break
        rest = replace(grid, lines=Between(grid.lines, next_line))
        if header_line is not None:
            heading = name_of_line(next(iter(rest.lines())))
            return [replace(table, notes=(*table.notes, _note_of_next(next_line, heading)))]
    return [replace(table, notes=(*_notes_of_others(table, tables), *table.notes)) for table in tables]


def _note_of_next(line: int, heading: str) -> Note:
    return Note(
        "other_tables",
        Text("Another table begins in line {line}, and is left out: {heading}.", line=line, heading=heading),
    )  # fmt: skip


def _notes_of_others(table: Table, tables: Sequence[Table]) -> Iterator[Note]:
    others = [one for one in tables if one is not table]
    if others:
        yield Note(
            "other_tables",
            Text(
                "This is the table with its heading in line {line}. Others stand apart from it on the same sheet: {others}.",
                line=table.header_line,
                others="; ".join(f"{one.header_line} ({', '.join(one.columns)[:60]})" for one in others),
            ),
        )  # fmt: skip


def name_of_line(line: Line) -> str:
    """The cells of a line as people name it."""
    return ", ".join(filter(None, map(name_of, line.cells)))[:LONGEST_TITLE]


def _first_table(grid: Grid, sample: list[Line], header_line: int | None) -> tuple[Table, int]:
    """The first table of a grid, and the line in which the next one begins; 0 where none does."""
    header = header_of(sample, grid.merged, header_line)
    if header_line is None and (lower := table_above(sample, header)):
        above = replace(grid, lines=Between(grid.lines, 0, lower))
        table, next_line = _first_table(above, [line for line in sample if line.number < lower], None)
        return table, next_line or lower
    watch = Watch(header)
    extent = _measured(grid, header, watch)
    if watch.begins_at:
        grid = replace(grid, lines=Between(grid.lines, 0, watch.begins_at))
        extent = _measured(grid, header)
        sample = [line for line in sample if line.number < watch.begins_at]
    return _table(grid, header, extent, sample), watch.begins_at


def _table(grid: Grid, header: Header, extent: "_Extent", sample: list[Line]) -> Table:
    names = unique_names([*header.names, *[None] * (extent.width - len(header.names))])
    places = [
        i for i in range(extent.width) if extent.filled[i] or (i < len(header.names) and header.names[i])
    ]
    columns = tuple(names[i] for i in places)
    reading = _Reading(grid, header, extent, places, columns)
    notes = (*grid.notes, *_notes(grid, header, extent, places, names, sample))
    groups = {names[i]: header.groups[i] for i in places if i < len(header.groups) and header.groups[i]}
    return Table(
        grid.file, grid.sheet, header.line, columns, reading.rows, notes, extent.rows, _titles(grid, header, sample), groups
    )  # fmt: skip


def _titles(grid: Grid, header: Header, sample: Sequence[Line]) -> tuple[str, ...]:
    """What stands above the names. Where their line was wished for, the sample begins there: above it titles stand alone."""
    above = [line for line in sample if line.number < header.first_line]
    if not above and header.first_line > 1:
        near = Between(grid.lines, header.first_line - MOST_TITLES, header.first_line)
        alone = (line for line in reversed([*near()]) if not line.is_blank)
        above = [*takewhile(lambda line: sum(map(is_filled, line.cells)) == 1, alone)][::-1]
    texts = (" ".join(filter(None, map(name_of, line.cells))) for line in above[:MOST_TITLES])
    return tuple(text[:LONGEST_TITLE] for text in texts)


def largest_first(tables: Iterable[Table]) -> list[Table]:
    """The widest and longest of the tables of a file first: it is the one to propose."""
    return sorted(tables, key=lambda table: -len(table.columns) * log2(table.row_count + 1))


@dataclass(slots=True)
class _Lines:
    """Lines of one kind: the first of them, and how many there are."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, number: int) -> None:
        self.count += 1
        if len(self.first) < 10:
            self.first.append(number)

    def text(self) -> Text:
        return list_of_lines(self.first, self.count)


@dataclass(slots=True)
class _Extent:
    """What a grid holds from its first line of data on."""

    width: int
    rows: int = 0
    filled: list[bool] = field(default_factory=list)
    """Of each column, whether any of its cells is filled."""
    left_out: dict[_NoRow, _Lines] = field(default_factory=lambda: defaultdict(_Lines))
    short: _Lines = field(default_factory=_Lines)


def _sample(grid: Grid, header_line: int | None) -> list[Line]:
    start = max(1, (header_line or 1) - 1)
    lines = (line for line in grid.lines() if line.number >= start and not line.is_blank)
    sample = list(islice(lines, LOOKED_AT))
    if header_line and not any(line.number == header_line for line in sample):
        raise UnreadableTable(
            "no_such_line",
            Text("{file}: line {line} has no cells, so it cannot name the columns.", file=grid.file, line=header_line),
            header_line,
        )  # fmt: skip
    return sample


def _measured(grid: Grid, header: Header, watch: Watch | None = None) -> _Extent:
    """What the grid holds; `watch` sees where another table begins, which ends this one."""
    extent = _Extent(len(header.names))
    if grid.delimiter:
        extent.width = max(extent.width, _usual_width(grid, header))
    extent.filled = [False] * extent.width
    open_columns = list(range(extent.width))
    for line, left_out in _lines_below(grid, header):
        cells = line.cells
        if left_out:
            extent.left_out[left_out].add(line.number)
        else:
            if watch is not None and not watch.begins_at:
                watch.look_at(line)
            if watch is not None and watch.begins_at:
                break
            extent.rows += 1
            if extent.rows > limits.ROWS:
                raise _too_many_rows(grid)
            if grid.delimiter:
                if len(cells) < extent.width:
                    extent.short.add(line.number)
            elif len(cells) > extent.width:
                if len(cells) > limits.COLUMNS:
                    raise too_many_columns(grid.file, line.number, len(cells) - 1)
                open_columns.extend(range(extent.width, len(cells)))
                extent.filled.extend([False] * (len(cells) - extent.width))
                extent.width = len(cells)
            if open_columns:
                for i in open_columns:
                    if i < len(cells) and is_filled(cells[i]):
                        extent.filled[i] = True
                open_columns = [i for i in open_columns if not extent.filled[i]]
    if watch is not None and not watch.begins_at:
        watch.end()
    if extent.width > limits.COLUMNS:
        raise too_many_columns(grid.file, header.line, extent.width - 1)
    return extent


def _usual_width(grid: Grid, header: Header) -> int:
    """As many cells as at least half of the first lines have."""
    lines = (line for line in grid.lines() if line.number > header.last_line and not line.is_blank)
    lengths = sorted(len(line.cells) for line in islice(lines, LOOKED_AT))
    return lengths[len(lengths) // 2] if lengths else 0


def _too_many_rows(grid: Grid) -> UnreadableTable:
    return UnreadableTable(
        "too_many_rows",
        Text(
            "{file} has more than {limit:,} rows. Divide it into several files: the rows of each are known by their keys.",
            file=grid.file, limit=limits.ROWS,
        ),
    )  # fmt: skip


def _lines_below(grid: Grid, header: Header) -> Iterator[tuple[Line, _NoRow | None]]:
    """The lines below the names, each with why it is no row, if it is none."""
    headings = _headings(grid)
    for line in grid.lines():
        if line.number > header.last_line:
            yield line, _no_row(line, header, headings)


def _no_row(line: Line, header: Header, headings: dict[int, int]) -> _NoRow | None:
    if line.is_blank:
        return "blank"
    if _repeats(line.cells, header.repeated) or _repeats(line.cells, header.repeated_above):
        return "repeated"
    if header.titles and alone_in(line) in header.titles:
        return "repeated"
    return "heading" if _is_heading(line, headings) else None


def _repeats(cells: Sequence[Value], names: Sequence[str]) -> bool:
    """Whether cells are the names of a heading again; those at its end may be missing."""
    if not names or not cells or name_of(cells[0]) != names[0]:
        return False
    texts = tuple(map(name_of, cells[: len(names)]))
    return texts == names[: len(texts)] and not any(names[len(texts) :]) and any(texts)


def _headings(grid: Grid) -> dict[int, int]:
    """Lines with a cell that is merged over three columns or more -> that column."""
    return {m.top: m.left_edge for m in grid.merged if m.top == m.bottom and m.right_edge - m.left_edge >= 2}


def _is_heading(line: Line, headings: dict[int, int]) -> bool:
    column = headings.get(line.number)
    return column is not None and not any(is_filled(cell) for i, cell in enumerate(line.cells) if i != column)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the rows of a grid are read, once its header and its extent are known."""

    grid: Grid
    header: Header
    extent: _Extent
    places: list[int]
    columns: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """The rows of data, each as wide as the header."""
        groups = _Groups(self.grid)
        counted = bool(self.grid.delimiter) and self.extent.short.count <= self.extent.rows * SHORT_BY_HABIT
        width = self.extent.width
        for line, left_out in _lines_below(self.grid, self.header):
            if left_out:
                continue
            flaws = self._flaws(line, counted)
            cells = list(line.cells[:width])
            cells.extend([None] * (width - len(cells)))
            groups.fill(line.number, cells)
            yield Row(
                line.number, tuple(cells[i] if is_filled(cells[i]) else None for i in self.places), flaws
            )

    def _flaws(self, line: Line, counted: bool) -> tuple[Flaw, ...]:
        count, width = len(line.cells), self.extent.width
        if not line.flaws and (count == width or not self.grid.delimiter):
            return ()
        flaws = [self._of_cell(flaw) for flaw in line.flaws if flaw.column in (OF_THE_ROW, *self.places)]
        if self.grid.delimiter and any(map(is_filled, line.cells[width:])):
            flaws.append(
                Flaw(
                    "too_many_cells",
                    Text(
                        "{count} cells under {columns} columns; too much is {surplus!r}",
                        count=count, columns=width,
                        surplus=self.grid.delimiter.join(map(str, line.cells[width:]))[:80],
                    ),
                    Text("A cell with {delimiter} in it needs quotes around it.", delimiter=name_of_delimiter(self.grid.delimiter)),
                )
            )  # fmt: skip
        elif counted and count < width:
            flaws.append(
                Flaw(
                    "too_few_cells",
                    Text("{count} cells under {columns} columns", count=count, columns=width),
                    Text("Each line needs a cell for each column; a cell with a line break in it needs quotes around it."),
                )
            )  # fmt: skip
        return tuple(flaws)

    def _of_cell(self, flaw: CellFlaw) -> Flaw:
        column = "" if flaw.column == OF_THE_ROW else self.columns[self.places.index(flaw.column)]
        return Flaw(flaw.code, flaw.reason, flaw.mend, column)


class _Groups:
    """Cells that are merged over several lines: each of these lines has the text or the day of the first. Numbers are
    not repeated: an amount that is shown once would count several times."""

    def __init__(self, grid: Grid) -> None:
        self._begin: dict[int, list[tuple[int, int]]] = {}
        for merged in grid.merged:
            if merged.bottom > merged.top:
                self._begin.setdefault(merged.top, []).append((merged.left_edge, merged.bottom))
        self._open: dict[int, tuple[int, Value]] = {}

    def fill(self, line: int, cells: list[Value]) -> None:
        """Writes into the cells of a line what is merged over it; lines come in order."""
        for column, bottom in self._begin.get(line, ()):
            if column < len(cells) and isinstance(cells[column], str | bool | date):
                self._open[column] = (bottom, cells[column])
        for column, (bottom, value) in list(self._open.items()):
            if line > bottom:
                del self._open[column]
            elif not is_filled(cells[column]):
                cells[column] = value


def name_of_delimiter(delimiter: str) -> Text:
    match delimiter:
        case ",":
            return Text("a comma")
        case ";":
            return Text("a semicolon")
        case "\t":
            return Text("a tab")
        case "|":
            return Text("a vertical bar")
    return Text("{delimiter!r}", delimiter=delimiter)


def _notes(
    grid: Grid,
    header: Header,
    extent: _Extent,
    places: list[int],
    names: tuple[str, ...],
    sample: Sequence[Line],
) -> Iterator[Note]:
    yield from _notes_of_header(header, places, names, sample)
    blank, repeated, headings = (extent.left_out[kind] for kind in ("blank", "repeated", "heading"))
    if repeated.count:
        yield Note(
            "repeated_header",
            Text("The column names stand again in {lines}; this is left out.", lines=repeated.text()),
        )  # fmt: skip
    if blank.count and extent.rows:
        yield Note("blank_lines", Text("Empty lines are left out: {lines}.", lines=blank.text()))
    if headings.count:
        yield Note(
            "headings",
            Text("Headings between the rows are left out: {lines}.", lines=headings.text()),
        )
    if grid.delimiter and extent.short.count > extent.rows * SHORT_BY_HABIT:
        yield Note(
            "short_lines",
            Text("{count:,} lines end early; the cells that they lack are read as empty.", count=extent.short.count),
        )  # fmt: skip
    yield from _notes_of_groups(grid, header, names, places)
    if not extent.rows:
        yield Note("no_rows", Text("There are column names, but no rows below them."))


def _notes_of_header(
    header: Header, places: list[int], names: tuple[str, ...], sample: Sequence[Line]
) -> Iterator[Note]:
    above = [line for line in sample if line.number < header.first_line]
    if above:
        yield Note(
            "lines_above",
            Text(
                "What stands above the table is left out, {lines}: {titles}.",
                lines=list_of_lines([line.number for line in above]),
                titles=" / ".join(filter(None, (name_of(c)[:60] for line in above[:3] for c in line.cells)))[:200],
            ),
        )  # fmt: skip
    if not header.line:
        yield Note(
            "no_header",
            Text("No line names the columns, so they are called by their letters: {columns}.", columns=", ".join(names)[:100]),
        )  # fmt: skip
        return
    if header.first_line != header.last_line:
        yield Note(
            "header_lines",
            Text("The column names stand in lines {first} and {last}, and are joined.", first=header.first_line, last=header.last_line),
        )  # fmt: skip
    nameless = [names[i] for i in places if i >= len(header.names) or not header.names[i]]
    if nameless:
        yield Note(
            "columns_without_name",
            Text("Columns without a name are called by their letters: {columns}.", columns=", ".join(nameless)[:200]),
        )  # fmt: skip
    renamed = [
        names[i] for i in places if i < len(header.names) and header.names[i] and names[i] != header.names[i]
    ]
    if renamed:
        yield Note(
            "repeated_names",
            Text(
                "Names that several columns have are numbered: {columns}.", columns=", ".join(renamed)[:200]
            ),
        )


def _notes_of_groups(grid: Grid, header: Header, names: tuple[str, ...], places: list[int]) -> Iterator[Note]:
    groups = [m for m in grid.merged if m.bottom > m.top > header.last_line and m.left_edge in places]
    if groups:
        yield Note(
            "merged_cells",
            Text(
                "Cells that are merged over several lines count for each of them, in {columns}; a number counts for the "
                "first line only.",
                columns=", ".join(dict.fromkeys(names[m.left_edge] for m in groups))[:200],
            ),
        )  # fmt: skip
