"""Files become tables: what a file is, its content says and not its name; how it was read, its notes say."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from services.imports.tables.encodings import beginning_of
from services.imports.tables.json_files import begins_as_json, json_tables
from services.imports.tables.older_workbooks import has_workbook, older_workbook_tables
from services.imports.tables.table import Row, Table, UnreadableTable
from services.imports.tables.text_files import text_tables
from services.imports.tables.workbooks import IsOlderWorkbook, workbook_tables
from shared.base.filetypes import media_type_of
from shared.base.texts import Text

_OLE = "application/x-ole-storage"
_OOXML = "application/vnd.openxmlformats-officedocument"
_OOXML_SHEETS = (f"{_OOXML}.spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroenabled.12")
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_CONTROLS = "".join(map(chr, (*range(9), 11, *range(14, 26), *range(27, 32))))
_NEVER = {
    _OLE: Text("a document of an older office program, or of Microsoft Project"),
    f"{_OOXML}.wordprocessingml.document": Text("a document of a word processor"),
    f"{_OOXML}.presentationml.presentation": Text("a presentation"),
    "application/pdf": Text("a PDF document"),
    "application/zip": Text("an archive, which must be unpacked first"),
    "application/gzip": Text("an archive, which must be unpacked first"),
    "application/java-archive": Text("an archive, which must be unpacked first"),
    "application/rtf": Text("a document of a word processor"),
    "image/png": Text("an image"),
    "image/jpeg": Text("an image"),
    "application/x-executable": Text("a program"),
}
_MARKUP = {
    "text/html": Text("a web page"),
    "application/xml": Text("XML"),
    "image/svg+xml": Text("an image"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read, where that is not left to be detected."""

    sheet: str = ""
    header_line: int | None = None
    """The line of the column names, counted from 1; 0 where the file has none."""
    delimiter: str = ""
    encoding: str = ""


def tables_of(path: Path, wishes: Reading = Reading()) -> list[Table]:
    """The tables of a file, the one to propose first: of a workbook those of each visible sheet. Where several stand below
    each other, each is one, and `header_line` says which is wanted.

    Raises UnreadableTable. What is not read as it stands there is in the notes of the tables, or a flaw of its row.
    """
    before = _state_of(path)
    try:
        tables = _tables_of(path, wishes)
    except OSError as error:
        raise _unreadable(path, error) from error
    return [replace(table, rows=_Unchanged(path, before, table.rows)) for table in tables]


def _tables_of(path: Path, wishes: Reading) -> list[Table]:
    with path.open("rb") as file:

        def read(start: int, length: int) -> bytes:
            file.seek(start)
            return file.read(length)

        head, media_type = read(0, 8192), media_type_of(read, path.stat().st_size)
    if media_type in _OOXML_SHEETS:
        try:
            return workbook_tables(path, wishes.sheet, wishes.header_line)
        except IsOlderWorkbook:
            return older_workbook_tables(path, wishes.sheet, wishes.header_line)
    if media_type == _ODS or (media_type == _OLE and has_workbook(path)):
        return older_workbook_tables(path, wishes.sheet, wishes.header_line)
    start = beginning_of(head)
    _refuse_others(path, media_type, start)
    if begins_as_json(start):
        return json_tables(path, wishes.encoding, wishes.sheet)
    return text_tables(path, wishes.encoding, wishes.delimiter, wishes.header_line)


def _refuse_others(path: Path, media_type: str, start: str) -> None:
    """Refuses what is neither a workbook nor a text, whatever its name promises; and texts that are marked up."""
    markup = start.lstrip()[:1] == "<"
    controls = sum(map(start.count, _CONTROLS))
    if (
        media_type in _NEVER
        or (controls > 8 and controls * 20 > len(start))
        or (markup and media_type in _MARKUP)
    ):
        raise UnreadableTable(
            "no_table",
            Text(
                "{file} is no table; by its content it is {type}. Open it in a spreadsheet and save it as XLSX or CSV.",
                file=path.name, type=_NEVER.get(media_type) or _MARKUP.get(media_type) or Text("a file of bytes"),
            ),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Unchanged:
    """The rows of a file, as long as it is the one that was looked at."""

    path: Path
    before: tuple[int, int]
    rows: Callable[[], Iterator[Row]]

    def __call__(self) -> Iterator[Row]:
        if _state_of(self.path) != self.before:
            raise UnreadableTable(
                "file_changed",
                Text("{file} has changed since it was looked at. Begin again.", file=self.path.name),
            )
        return self.rows()


def _state_of(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(state.st_mode):
        raise UnreadableTable("no_file", Text("{file} is no file.", file=path.name or str(path)))
    return state.st_size, state.st_mtime_ns


def _unreadable(path: Path, error: OSError) -> UnreadableTable:
    return UnreadableTable(
        "unreadable_file", Text("{file} cannot be read: {reason}.", file=path.name, reason=error.strerror)
    )
