"""A list as CSV and as XLSX: all rows of the view, its columns and order, as texts and numbers and never as formulas.

The last two columns are the id and the version: a table that was edited comes back by them (`portolan import table`).
"""

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

from services.reporting.web.registers.lists import Column, ListReader, Row
from services.reporting.web.registers.values import Shown, exact_number, plain
from shared.base.formulas import harmless
from shared.base.workbooks import new_workbook, sheet_name, write_cell, write_heads

LARGEST = 10_000
"""Rows; who needs more reads the API."""
PAGE = 200
IDENTITY = ("id", "version")
"""By which members a row that comes back is known."""

Cell = str | Decimal | date


async def rows_of(reader: ListReader) -> tuple[list[Row], bool]:
    """All rows of the view up to LARGEST, and whether there are more."""
    await reader.know_own_fields()
    query = [(n, v) for n, v in reader.parameters() if n not in ("cursor", "limit")]
    rows: list[Row] = []
    following: str | None = ""
    while following is not None and len(rows) < LARGEST:
        cursor = [("cursor", following)] if following else []
        answer = await reader.api.get(reader.entry.path, [*query, ("limit", str(PAGE)), *cursor])
        rows += await reader.rows(answer["items"])
        following = answer.get("next")
    return rows, following is not None


def heads(columns: Sequence[Column], identity: Sequence[str]) -> list[str]:
    """The labels; an amount has its currency in a column of its own. `identity` are the labels of `IDENTITY`."""
    labels = [text for c in columns for text in ((c.label, "") if c.of.kind == "money" else (c.label,))]
    return [*labels, *identity]


def cells(row: Row, columns: Sequence[Column]) -> list[Cell]:
    """The values of a row, for each of `heads`."""
    values: list[Cell] = []
    for column, cell in zip(columns, row.cells, strict=True):
        values.append(_cell(column, cell))
        if column.of.kind == "money":
            values.append(cell.exact["currency"] if cell.exact else "")
    return [*values, row.id, Decimal(row.version)]


def _cell(column: Column, cell: Shown) -> Cell:
    kind, value = column.of.kind, cell.exact
    if kind == "day" and value:
        return date.fromisoformat(value)
    if kind == "instant" and value:
        return str(value)  # with its zone and its seconds, so that it comes back as it was
    number = exact_number(value) if kind in ("money", "integer", "number") and value is not None else None
    return plain(cell) if number is None else number


def to_csv(columns: Sequence[Column], rows: Sequence[Row], identity: Sequence[str]) -> bytes:
    """UTF-8 with a mark of its order, which spreadsheets need to know it by; numbers and days as programs write them."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(head) for head in heads(columns, identity)])
    for row in rows:
        writer.writerow([harmless(c) if isinstance(c, str) else str(c) for c in cells(row, columns)])
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(columns: Sequence[Column], rows: Sequence[Row], identity: Sequence[str], title: str) -> bytes:
    """One sheet with a fixed head; every text is written as a text."""
    file = BytesIO()
    with new_workbook(file, in_memory=True) as book:
        forms = {
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
        }
        sheet = book.add_worksheet(sheet_name(title))
        write_heads(sheet, heads(columns, identity), book.add_format({"bold": True}))
        kinds = [k for c in columns for k in ((c.of.kind, "") if c.of.kind == "money" else (c.of.kind,))]
        kinds += [""] * len(identity)
        for number, row in enumerate(rows, 1):
            for place, (kind, value) in enumerate(zip(kinds, cells(row, columns), strict=True)):
                write_cell(sheet, number, place, value, forms.get(kind))
    return file.getvalue()
