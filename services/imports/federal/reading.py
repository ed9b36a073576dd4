"""The files as rows: texts without stray spaces, amounts exact, days parsed, and the line each row begins on."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from io import StringIO
from pathlib import Path
from typing import TypeVar

MILLION = Decimal(1_000_000)
LARGEST = Decimal(10) ** 15
"""In dollars: more is a slip, and no money either."""

T = TypeVar("T")


class UnreadableFile(Exception):
    """The file is not the one that is meant, or not CSV."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; an empty cell is None, and so is one that cannot be read: `unread` keeps it for the report."""

    file: str
    line: int
    cells: Mapping[str, str]
    unread: dict[str, str] = field(default_factory=dict)

    def text(self, column: str) -> str | None:
        return self.cells[column].strip() or None

    def stray_spaces(self) -> list[str]:
        """The columns whose cells begin or end with spaces."""
        return [column for column, cell in self.cells.items() if cell != cell.strip()]

    def dollars(self, column: str) -> Decimal | None:
        """Millions as published, in dollars; exact."""
        return self._read(column, _dollars)

    def day(self, column: str) -> date | None:
        """`2011-10-01`, `2011-10-01T…` or `10/01/2011`."""
        return self._read(column, _day)

    def whole(self, column: str) -> int | None:
        return self._read(column, int)

    def _read(self, column: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(column)
        try:
            return parse(text) if text else None
        except ValueError:
            self.unread[column] = text or ""
            return None


def _dollars(text: str) -> Decimal:
    try:
        dollars = Decimal(text) * MILLION
    except InvalidOperation as error:
        raise ValueError("no amount") from error
    if not dollars.is_finite() or abs(dollars) >= LARGEST:
        raise ValueError("no amount that money can hold")
    return dollars


def _day(text: str) -> date:
    if "/" not in text:
        return date.fromisoformat(text[:10])
    month, day, year = text.split("/")
    return date(int(year), int(month), int(day))


def read(path: Path, needed: tuple[str, ...]) -> list[Row]:
    """All rows of a file that has the needed columns."""
    return list(_rows(path.name, StringIO(_text(path), newline=""), needed))


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(f"{path.name}:{line}: not UTF-8 ({error.reason})") from error


def _rows(name: str, file: Iterable[str], needed: tuple[str, ...]) -> Iterator[Row]:
    reader = csv.reader(file, strict=True)
    begins = 1
    try:
        header = next(reader, [])
        _check_header(name, header, needed)
        begins = reader.line_num + 1
        for values in reader:
            if len(values) != len(header):
                raise UnreadableFile(f"{name}:{begins}: {len(values)} cells under {len(header)} columns")
            yield Row(name, begins, dict(zip(header, values, strict=True)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"{name}:{begins}: not CSV from here on ({error})") from error


def _check_header(name: str, header: list[str], needed: tuple[str, ...]) -> None:
    if not header:
        raise UnreadableFile(f"{name} is empty")
    missing = [column for column in needed if column not in header]
    if missing:
        raise UnreadableFile(f"{name} lacks the columns {', '.join(missing)}")
