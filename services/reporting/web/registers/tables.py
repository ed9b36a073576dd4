"""A list as CSV and as XLSX: all rows of the view, its columns and order, as texts and numbers and never as formulas."""

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from services.reporting.web.registers.lists import Column, ListReader, Row
from services.reporting.web.registers.values import Shown, exact_number, plain

LARGEST = 10_000
"""Rows; who needs more reads the API."""
PAGE = 200
BEGINS_FORMULA = tuple("=+-@\t\r\n|%")
"""With what a cell begins that a spreadsheet may carry out, in any of its locales."""

Cell = str | Decimal | date


async def rows_of(reader: ListReader) -> tuple[list[Row], bool]:
    """All rows of the view up to LARGEST, and whether there are more."""
    query = [(n, v) for n, v in reader.parameters() if n not in ("cursor", "limit")]
    rows: list[Row] = []
    following: str | None = ""
    while following is not None and len(rows) < LARGEST:
        cursor = [("cursor", following)] if following else []
        answer = await reader.api.get(reader.entry.path, [*query, ("limit", str(PAGE)), *cursor])
        rows += await reader.rows(answer["items"])
        following = answer.get("next")
    return rows, following is not None


def heads(columns: Sequence[Column]) -> list[str]:
    """The labels; an amount has its currency in a column of its own."""
    return [text for c in columns for text in ((c.label, "") if c.of.kind == "money" else (c.label,))]


def cells(row: Row, columns: Sequence[Column]) -> list[Cell]:
    """The values of a row, for each of `heads`."""
    values: list[Cell] = []
    for column, cell in zip(columns, row.cells, strict=True):
        values.append(_cell(column, cell))
        if column.of.kind == "money":
            values.append(cell.exact["currency"] if cell.exact else "")
    return values


def _cell(column: Column, cell: Shown) -> Cell:
    kind, value = column.of.kind, cell.exact
    if kind == "day" and value:
        return date.fromisoformat(value)
    number = exact_number(value) if kind in ("money", "integer", "number") and value is not None else None
    return plain(cell) if number is None else number


def harmless(text: str) -> str:
    """A text that a spreadsheet takes for one: an apostrophe before what would begin a formula."""
    return f"'{text}" if text.startswith(BEGINS_FORMULA) else text


def to_csv(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    """UTF-8 with a mark of its order, which spreadsheets need to know it by; numbers and days as programs write them."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(head) for head in heads(columns)])
    for row in rows:
        writer.writerow([harmless(c) if isinstance(c, str) else str(c) for c in cells(row, columns)])
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(columns: Sequence[Column], rows: Sequence[Row], title: str) -> bytes:
    """One sheet with a fixed head; every text is written as a text."""
    file = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        bold, day, amount = (
            book.add_format(f)
            for f in ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "#,##0.00"})
        )
        sheet = book.add_worksheet(_sheet_name(title))
        sheet.freeze_panes(1, 0)
        for place, head in enumerate(heads(columns)):
            sheet.write_string(0, place, head, bold)
            sheet.set_column(place, place, max(10, min(40, len(head) + 4)))
        kinds = [k for c in columns for k in ((c.of.kind, "") if c.of.kind == "money" else (c.of.kind,))]
        for number, row in enumerate(rows, 1):
            for place, (kind, value) in enumerate(zip(kinds, cells(row, columns), strict=True)):
                _write(sheet, number, place, value, {"day": day, "money": amount}.get(kind))
    return file.getvalue()


def _write(sheet: Any, row: int, place: int, value: Cell, form: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, place, value, form)
    elif isinstance(value, Decimal):
        sheet.write_number(row, place, float(value), form)
    elif value:
        sheet.write_string(row, place, value)


def _sheet_name(title: str) -> str:
    """What Excel takes for the name of a sheet."""
    return "".join(" " if character in "[]:*?/\\'" else character for character in title)[:31].strip() or "1"
