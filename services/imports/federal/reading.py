"""The files as rows: texts without stray spaces, amounts exact, days parsed, and the line each row begins on."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

MILLION = Decimal(1_000_000)


class UnreadableFile(Exception):
    """The file is not the one that is meant, or not CSV."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; an empty cell is None."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str | None:
        return self.cells[column].strip() or None

    def has_stray_spaces(self) -> bool:
        return any(cell != cell.strip() for cell in self.cells.values())

    def dollars(self, column: str) -> Decimal | None:
        """Millions as published, in dollars; exact."""
        text = self.text(column)
        try:
            return Decimal(text) * MILLION if text else None
        except InvalidOperation as error:
            raise UnreadableFile(f"{self.file}:{self.line}: {column} is no amount") from error

    def day(self, column: str) -> date | None:
        """`2011-10-01`, `2011-10-01T…` or `10/01/2011`."""
        text = self.text(column)
        if text is None:
            return None
        try:
            if "/" in text:
                month, day, year = text.split("/")
                return date(int(year), int(month), int(day))
            return date.fromisoformat(text[:10])
        except ValueError as error:
            raise UnreadableFile(f"{self.file}:{self.line}: {column} is no date") from error


def read(path: Path, needed: tuple[str, ...]) -> list[Row]:
    """All rows of a file that has the needed columns."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_rows(path.name, file, needed))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"{path.name}: {error}") from error


def _rows(name: str, file: Iterator[str], needed: tuple[str, ...]) -> Iterator[Row]:
    reader = csv.reader(file)
    header = next(reader, [])
    missing = [column for column in needed if column not in header]
    if missing:
        raise UnreadableFile(f"{name} lacks the columns {', '.join(missing)}")
    begins = reader.line_num + 1
    for values in reader:
        if len(values) != len(header):
            raise UnreadableFile(f"{name}:{begins}: {len(values)} cells under {len(header)} columns")
        yield Row(name, begins, dict(zip(header, values, strict=True)))
        begins = reader.line_num + 1
