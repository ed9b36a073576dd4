"""Cells of workbooks, as a spreadsheet reads them."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from shared.base.workbooks import Cell, new_workbook, sheet_name, write_cell, write_heads


def read_back(*values: Cell) -> list[object]:
    """Each value as it is read from the workbook in which it was written, one in a row."""
    file = BytesIO()
    with new_workbook(file, in_memory=True) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("A")
        write_heads(sheet, ["Value"], None)
        for row, value in enumerate(values, 1):
            write_cell(sheet, row, 0, value, day if isinstance(value, date) else None)
    file.seek(0)
    return [row[0] for row in CalamineWorkbook.from_filelike(file).get_sheet_by_name("A").to_python()[1:]]


def test_texts_that_look_like_something_else_stay_texts() -> None:
    texts: list[Cell] = ["=1+1", "https://example.org", "007", "1e5", "2026-03-01"]
    assert read_back(*texts) == texts


def test_numbers_and_days_are_counted_on() -> None:
    assert read_back(Decimal("1234567.05"), date(2026, 3, 1)) == [1234567.05, date(2026, 3, 1)]
    assert read_back(datetime(2026, 3, 1, 10, 30)) == [datetime(2026, 3, 1, 10, 30)]


def test_what_a_spreadsheet_would_change_is_a_text() -> None:
    """It has 15 digits of a number, and counts the days of January and February 1900 wrong."""
    assert read_back(Decimal("12345678901234.56")) == ["12345678901234.56"]
    assert read_back(date(1900, 2, 28)) == ["1900-02-28"]


def test_a_text_that_is_too_long_is_told_of() -> None:
    with new_workbook(BytesIO(), in_memory=True) as book:
        sheet = book.add_worksheet("A")
        assert [write_cell(sheet, 0, 0, "a" * length) for length in (32_767, 32_768)] == [False, True]


@pytest.mark.parametrize(
    ("title", "name"), [("Risks: all/open", "Risks  all open"), ("a" * 40, "a" * 31), ("", "1"), ("[]", "1")]
)
def test_a_sheet_has_a_name_that_is_taken(title: str, name: str) -> None:
    assert sheet_name(title) == name
