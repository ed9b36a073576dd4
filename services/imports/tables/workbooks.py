"""Workbooks (.xlsx, .xlsm): a table for each visible sheet, the one that looks most like a table first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import join, normpath
from typing import NamedTuple

from services.imports.tables.grids import Grid, Line
from services.imports.tables.layout import largest_first, tables_of_grid
from services.imports.tables.number_formats import BUILT_IN, PLAIN, NumberFormat, format_of
from services.imports.tables.packages import Package, damaged, package_of, parser_of
from services.imports.tables.sheets import (
    Conventions,
    SharedTexts,
    lines_of,
    marks_of,
    shared_texts_of,
)
from services.imports.tables.table import Note, Table, UnreadableTable
from shared.base.texts import Text


class Sheet(NamedTuple):
    """A sheet as the workbook lists it."""

    name: str
    is_visible: bool
    part: str = ""


def workbook_tables(path: Path, sheet: str = "", header_line: int | None = None) -> list[Table]:
    """The tables of a workbook. Raises UnreadableTable."""
    with package_of(path) as package:
        workbook = _Workbook(package)
        if workbook.part.endswith(".bin"):
            raise IsOlderWorkbook
        conventions = workbook.conventions()

        def grid(one: Sheet) -> Grid:
            marks = marks_of(package, one.part)
            notes = tuple(_notes(conventions, marks.hidden_lines))
            return Grid(path.name, one.name, _Lines(path, one.part, conventions), notes, marks.merged)

        return tables_in(path.name, workbook.sheets, grid, sheet, header_line)


class IsOlderWorkbook(Exception):
    """The parts of the workbook are no XML."""


def tables_in(
    file: str, sheets: list[Sheet], grid_of: Callable[[Sheet], Grid], name: str, header_line: int | None
) -> list[Table]:
    """The tables of the sheets that are wanted, with what is to be told of their neighbours; the largest first.

    Raises UnreadableTable where there is none.
    """
    tables, refusals = [], []
    for sheet in _sheets_to_read(file, sheets, name):
        try:
            of_sheet = tables_of_grid(grid_of(sheet), header_line)
        except UnreadableTable as refusal:
            refusals.append((sheet.name, refusal))
        else:
            tables += of_sheet
    if not tables:
        if refusals:
            raise refusals[0][1]
        raise UnreadableTable("empty_file", Text("{file} has no sheet with a cell in it.", file=file))
    tables = largest_first(tables)
    notes = tuple(_notes_of_others(refusals, sheets))
    return [replace(table, notes=(*_neighbours(table, tables), *table.notes, *notes)) for table in tables]


def _sheets_to_read(file: str, sheets: list[Sheet], name: str) -> list[Sheet]:
    """The sheet with a name, hidden or not; without a name all that a person sees. Raises UnreadableTable."""
    if not name:
        return [sheet for sheet in sheets if sheet.is_visible]
    same = [s for s in sheets if s.name == name] or [
        s for s in sheets if s.name.casefold() == name.casefold()
    ]
    if not same:
        raise UnreadableTable(
            "no_such_sheet",
            Text("{file} has no sheet {sheet!r}; it has {sheets}.", file=file, sheet=name, sheets=_list(s.name for s in sheets)),
        )  # fmt: skip
    return same[:1]


def _notes_of_others(refusals: list[tuple[str, UnreadableTable]], sheets: list[Sheet]) -> Iterator[Note]:
    for name, refusal in refusals:
        yield Note(
            "unreadable_sheet", Text("Sheet {sheet} is not read: {reason}", sheet=name, reason=refusal.reason)
        )
    hidden = [sheet.name for sheet in sheets if not sheet.is_visible]
    if hidden:
        yield Note("hidden_sheets", Text("Hidden sheets are left out: {sheets}.", sheets=_list(hidden)))


def _neighbours(table: Table, tables: list[Table]) -> Iterator[Note]:
    others = list(dict.fromkeys(one.sheet for one in tables if one.sheet != table.sheet))
    if others:
        yield Note(
            "other_sheets",
            Text("This is sheet {sheet}; other sheets with tables are {others}.", sheet=table.sheet, others=_list(others)),
        )  # fmt: skip


def _list(names: Iterator[str] | list[str]) -> str:
    names = list(names)
    return ", ".join(name[:40] for name in names[:20]) + (" …" if len(names) > 20 else "")


def _notes(conventions: Conventions, hidden_lines: int) -> Iterator[Note]:
    if conventions.from_1904:
        yield Note("days_from_1904", Text("The workbook counts its days from 1904."))
    if hidden_lines:
        yield Note(
            "hidden_lines", Text("{count} hidden {count:line is|lines are} read too.", count=hidden_lines)
        )


@dataclass(frozen=True, slots=True)
class _Lines:
    """Reads the lines of a sheet each time it is called."""

    path: Path
    part: str
    conventions: Conventions

    def __call__(self) -> Iterator[Line]:
        with package_of(self.path) as package:
            yield from lines_of(package, self.part, self.conventions)


class _Workbook:
    """The list of sheets of a workbook, and the parts that they refer to."""

    def __init__(self, package: Package) -> None:
        self._package = package
        roots = self._related("_rels/.rels", "")
        self.part = next((part for kind, part in roots.values() if kind == "officeDocument"), "")
        if not self.part:
            raise damaged(package.file, Text("it has no workbook"))
        self.sheets: list[Sheet] = []
        self._from_1904 = False
        if not self.part.endswith(".bin"):
            folder, _, name = self.part.rpartition("/")
            self._parts = self._related(f"{folder}/_rels/{name}.rels".lstrip("/"), folder)
            package.parse(self.part, parser_of(package.file, self._take))

    def conventions(self) -> Conventions:
        texts = self._part_of("sharedStrings")
        styles = self._part_of("styles")
        return Conventions(
            shared_texts_of(self._package, texts) if texts else SharedTexts(),
            _formats_of(self._package, styles) if styles else (),
            self._from_1904,
        )

    def _part_of(self, kind: str) -> str:
        return next((part for k, part in self._parts.values() if k == kind and part in self._package), "")

    def _take(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self._from_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet":
            link = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            kind, part = self._parts.get(link, ("", ""))
            if kind == "worksheet":
                visible = attributes.get("state", "visible") == "visible"
                self.sheets.append(Sheet(attributes.get("name", ""), visible, part))

    def _related(self, part: str, folder: str) -> dict[str, tuple[str, str]]:
        """Id of a link -> its kind and the part that it leads to; links out of the workbook are not followed."""
        links: dict[str, tuple[str, str]] = {}

        def take(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                path = target if target.startswith("/") else normpath(join(folder, target))
                links[attributes.get("Id", "")] = (
                    attributes.get("Type", "").rpartition("/")[2],
                    path.lstrip("/"),
                )

        if part in self._package:
            self._package.parse(part, parser_of(self._package.file, take))
        return links


def _formats_of(package: Package, part: str) -> tuple[NumberFormat, ...]:
    """The formats of the styles that cells name."""
    codes, formats = dict(BUILT_IN), list[NumberFormat]()
    in_cells = False

    def take(name: str, attributes: dict[str, str]) -> None:
        nonlocal in_cells
        if name == "numFmt":
            codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs", "dxfs", "cellStyles"):
            in_cells = name == "cellXfs"
        elif name == "xf" and in_cells:
            code = codes.get(_number(attributes.get("numFmtId")))
            formats.append(format_of(code) if code else PLAIN)

    package.parse(part, parser_of(package.file, take))
    return tuple(formats)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
