"""Workbooks in which texts stay texts: no cell becomes a formula or a link, and no number or day is changed by a spreadsheet."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

LONGEST_NAME = 31
"""Characters that the name of a sheet may have."""
MOST_DIGITS = 15
"""Of a number in a spreadsheet; one with more is written as a text, so that none of it is lost."""
FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets count the days before this one wrong; they are written as texts."""
SHORTENED = -2
"""The answer of the library where a text was too long for a cell, and its end is not there."""
TEXTS_STAY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Cell = str | Decimal | date | datetime | None


def new_workbook(target: Path | BinaryIO, **options: bool) -> Any:
    """A workbook that is written where its block ends; `options` are those of the library."""
    import xlsxwriter  # who never writes a workbook does not pay for it

    return xlsxwriter.Workbook(target, {**options, **TEXTS_STAY})


def sheet_name(title: str) -> str:
    """What a spreadsheet takes for the name of a sheet."""
    plain = "".join(" " if character in "[]:*?/\\'" else character for character in title)
    return plain[:LONGEST_NAME].strip() or "1"


def write_heads(sheet: Any, heads: Sequence[str], form: Any) -> None:
    """The first row, which stays in sight, and the widths of the columns."""
    sheet.freeze_panes(1, 0)
    for place, head in enumerate(heads):
        sheet.set_column(place, place, max(10, min(40, len(head) + 4)))
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, form)


def write_cell(sheet: Any, row: int, place: int, value: Cell, form: Any = None) -> bool:
    """A value in a format of the workbook; answers whether it was too long, and is there without its end."""
    match value:
        case None | "":
            return False
        case datetime():
            sheet.write_datetime(row, place, value, form)
        case date() if value >= FIRST_DAY:
            sheet.write_datetime(row, place, value, form)
        case Decimal() if len(value.as_tuple().digits) <= MOST_DIGITS:
            sheet.write_number(row, place, float(value), form)
        case _:
            return bool(sheet.write_string(row, place, str(value)) == SHORTENED)
    return False
