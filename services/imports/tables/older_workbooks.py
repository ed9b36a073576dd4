"""Workbooks of other formats (.xls, .xlsb, .ods), read by a library in a process of its own with little memory.

The library lays a sheet out as a whole, and ends its process where that does not fit: this one goes on. It tells neither
formats nor error values, which is said.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from weakref import finalize

from services.imports.tables import limits
from services.imports.tables.encodings import mended, unreadable_characters
from services.imports.tables.grids import CellFlaw, Grid, Line, Merged, cell_too_long, letter_of
from services.imports.tables.number_formats import plain_number
from services.imports.tables.packages import damaged, with_password
from services.imports.tables.table import Note, Table, UnreadableTable, Value
from services.imports.tables.workbooks import Sheet, tables_in
from shared.base.bare_environment import bare_environment
from shared.base.texts import Text

SECONDS = 60
PROGRAM = Path(__file__).with_name("older_workbook_process.py")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))


def has_workbook(path: Path) -> bool:
    """Whether a container of older office programs holds a workbook. Raises UnreadableTable for one with a password."""
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(1024**2):
            names = before + chunk
            if _ENCRYPTED in names:
                raise with_password(path.name)
            if any(b"\x00\x00" + stream + b"\x00\x00" in names for stream in _STREAMS):
                return True
            before = chunk[-100:]
    return False


def older_workbook_tables(path: Path, sheet: str = "", header_line: int | None = None) -> list[Table]:
    """The tables of a workbook. Raises UnreadableTable."""
    if path.stat().st_size > limits.OLDER_WORKBOOK:
        raise UnreadableTable(
            "file_too_large",
            Text("{file} has more than {limit} MB. Save it as XLSX or CSV.", file=path.name, limit=limits.OLDER_WORKBOOK // 1024**2),
        )  # fmt: skip
    sheets, parts = _contents(path.name, _answer_about(path))

    def grid(one: Sheet) -> Grid:
        part = parts[one.name]
        return Grid(path.name, one.name, part, (_NOTE,), part.merged)

    return tables_in(path.name, sheets, grid, sheet, header_line)


_NOTE = Note(
    "older_format",
    Text(
        "Of this format, percent signs and error values are not read: 50 % is 0.5, #N/A is empty. XLSX has them."
    ),
)


class _Answer:
    """What the process wrote, in a file that ends with the last table that reads it."""

    def __init__(self) -> None:
        self.file = TemporaryFile()  # noqa: SIM115  # closed below, when nothing reads it any longer
        self.close = finalize(self, self.file.close)

    def lines(self, place: int = 0) -> Iterator[tuple[int, bytes]]:
        """The lines from a place on, each with the place behind it; others may read in between."""
        while True:
            self.file.seek(place)
            lines = self.file.readlines(256 * 1024)
            if not lines:
                return
            for line in lines:
                place += len(line)
                yield place, line


@dataclass(frozen=True, slots=True)
class _Part:
    """Where the lines of a sheet stand in what the process wrote."""

    file: str
    answer: _Answer
    begin: int
    merged: tuple[Merged, ...]

    def __call__(self) -> Iterator[Line]:
        for _, line in self.answer.lines(self.begin):
            entry = json.loads(line)
            if isinstance(entry, list):
                yield _line(entry)
            elif "too_long" in entry:
                number, column = entry["too_long"]
                raise cell_too_long(self.file, number, letter_of(column))
            else:
                return


def _line(entry: list[Any]) -> Line:
    number, *cells = entry
    values = [_value(cell) for cell in cells]
    flaws: list[CellFlaw] = []
    for i, value in enumerate(values):
        if isinstance(value, str):
            flaws += unreadable_characters(i, value)
    return Line(number, values, flaws)


def _value(cell: Any) -> Value:
    match cell:
        case {"day": str(text)}:
            moment = datetime.fromisoformat(text)
            return moment if moment.time() != time() else date(moment.year, moment.month, moment.day)
        case {"time": str(text)}:
            return time.fromisoformat(text)
        case {"seconds": int(seconds) | float(seconds)}:
            return timedelta(seconds=seconds)
        case float(number):
            return plain_number(number)
        case str(text):
            return mended(text)
        case None | bool() | int():
            return cell
    return None


def _contents(file: str, answer: _Answer) -> tuple[list[Sheet], dict[str, _Part]]:
    """The sheets of the workbook, and where each begins in what the process wrote."""
    sheets: list[Sheet] = []
    parts: dict[str, _Part] = {}
    for place, line in answer.lines():
        if line.startswith(b'{"sheet"'):
            entry = json.loads(line)
            merged = tuple(Merged(*each) for each in entry["merged"])
            sheets.append(Sheet(entry["sheet"], entry["visible"]))
            parts[entry["sheet"]] = _Part(file, answer, place, merged)
    return sheets, parts


def _answer_about(path: Path) -> _Answer:
    """What the process writes about a workbook. Raises UnreadableTable."""
    answer = _Answer()
    bounds = (limits.OLDER_WORKBOOK_MEMORY, limits.CELL)
    command = [sys.executable, "-I", str(PROGRAM), str(path), *map(str, bounds)]
    try:
        done = subprocess.run(  # noqa: S603  # our own program, and the name of a file
            command, stdin=subprocess.DEVNULL, stdout=answer.file, stderr=subprocess.PIPE, env=bare_environment(),
            timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _too_large(path.name) from error
    match done.returncode:
        case 0:
            return answer
        case 2:
            reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise damaged(path.name, reason[:200])
        case 3:
            raise with_password(path.name)
    raise _too_large(path.name)


def _too_large(file: str) -> UnreadableTable:
    return UnreadableTable(
        "file_too_large",
        Text(
            "{file} takes too much memory or time, though it may hold little. Save it as XLSX or CSV.",
            file=file,
        ),
    )
