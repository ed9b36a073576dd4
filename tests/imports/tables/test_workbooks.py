"""Workbooks as people have them: values as a person sees them in the spreadsheet, and what is odd said with its place."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from services.imports.tables.number_formats import format_of
from services.imports.tables.reading import Reading, tables_of
from services.imports.tables.table import NumberWithUnit, Table, UnreadableTable
from tests.imports.tables.test_text_files import AS_IT_IS, cells, codes, note

Build = Callable[[Any], None]


def tables(folder: Path, build: Build, wishes: Reading = AS_IT_IS, **options: object) -> list[Table]:
    """The tables of a workbook that `build` fills."""
    path = folder / "book.xlsx"
    with xlsxwriter.Workbook(path, options) as workbook:
        build(workbook)
    return tables_of(path, wishes)


def of_rows(*rows: list[Any], name: str = "Sheet") -> Build:
    def build(workbook: Any) -> None:
        sheet = workbook.add_worksheet(name)
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)

    return build


def column(folder: Path, value: Any, number_format: str | None = None, **options: object) -> Any:
    """A value as it comes back from a cell with this format."""

    def build(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Code", "Value of it"])
        sheet.write(1, 0, "P-1")
        write = sheet.write_string if isinstance(value, str) and value.startswith("=") else sheet.write
        write(1, 1, value, workbook.add_format({"num_format": number_format}) if number_format else None)

    (table,) = tables(folder, build, AS_IT_IS, **options)
    ((_, cell),) = cells(table)
    return cell


@pytest.mark.parametrize(
    ("value", "number_format", "read"),
    [
        (date(2026, 3, 1), "dd.mm.yyyy", date(2026, 3, 1)),
        (date(1900, 2, 28), "yyyy-mm-dd", date(1900, 2, 28)),
        (date(1900, 3, 1), "yyyy-mm-dd", date(1900, 3, 1)),
        (datetime(2026, 3, 1, 12, 30), "m/d/yy h:mm", datetime(2026, 3, 1, 12, 30)),
        (datetime(2026, 3, 1), "[$-807]d. mmmm yyyy;@", date(2026, 3, 1)),
        (45000, "General", 45000),
        (0.75, "hh:mm", time(18)),
        (1.5, "[h]:mm:ss", timedelta(hours=36)),
        (0.5, "0 %", 0.5),
        (1234.5, "#,##0.00", 1234.5),
        (0.1 + 0.2, None, 0.3),
        (7, "00000", "00007"),
        (True, None, True),
        ("007", None, "007"),
        ("1E5", None, "1E5"),
        ("=1+1", None, "=1+1"),
        (1e5, "0.00E+00", 100_000),
        (12, '0" days"', 12),
        (12, "[Red]#,##0;-#,##0", 12),
    ],
)
def test_a_cell_is_read_as_its_format_shows_it(
    tmp_path: Path, value: Any, number_format: str | None, read: Any
) -> None:
    cell = column(tmp_path, value, number_format)
    assert (cell, type(cell)) == (read, NumberWithUnit if number_format == "0 %" else type(read))


def test_days_are_the_same_in_workbooks_that_count_from_1904(tmp_path: Path) -> None:
    assert column(tmp_path, date(2026, 3, 1), "yyyy-mm-dd", date_1904=True) == date(2026, 3, 1)


def test_a_workbook_that_counts_from_1904_says_so(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, of_rows(["Code"], ["P-1"]), date_1904=True)
    assert "days_from_1904" in codes(table)


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("0.0%", "%"),
        ("#,##0.00 [$CHF-807]", "CHF"),
        ('#,##0 "€"', "€"),
        ("[$€-2] #,##0.00", "€"),
        ('_-"£"* #,##0.00_-;-"£"* #,##0.00_-', "£"),
        ("$#,##0_);($#,##0)", "$"),
        ('#,##0.00" EUR"', "EUR"),
        ("#,##0.00", ""),
        ("General", ""),
        ("yyyy-mm-dd", ""),
    ],
)
def test_a_format_tells_the_unit_of_a_number(code: str, unit: str) -> None:
    assert format_of(code).unit == unit


def test_the_29th_of_february_1900_never_was(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, lambda book: of_formatted(book, 60, "yyyy-mm-dd", "Day of it"))
    (row,) = table.rows()
    assert [(flaw.code, flaw.column) for flaw in row.flaws] == [("unreadable_number", "Day of it")]


def of_formatted(workbook: Any, value: float, number_format: str, name: str) -> None:
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["Code", name])
    sheet.write(1, 0, "P-1")
    sheet.write_number(1, 1, value, workbook.add_format({"num_format": number_format}))


@pytest.mark.parametrize("serial", [-1, 3e6])
def test_days_before_1900_and_after_9999_are_said(tmp_path: Path, serial: float) -> None:
    (table,) = tables(tmp_path, lambda book: of_formatted(book, serial, "yyyy-mm-dd", "Day"))
    (row,) = table.rows()
    assert [flaw.code for flaw in row.flaws] == ["unreadable_number"]


def test_a_formula_has_its_last_value(tmp_path: Path) -> None:
    def build(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Code", "Sum"])
        sheet.write_formula(1, 0, '="P-"&1', None, "P-1")
        sheet.write_formula(1, 1, "=1+1", None, 2)

    (table,) = tables(tmp_path, build)
    assert cells(table) == [("P-1", 2)]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?"])
def test_an_error_value_is_said_with_line_and_column(tmp_path: Path, error: str) -> None:
    def build(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Code", "Cost of it"])
        sheet.write_row(1, 0, ["P-1", 5])
        sheet.write(2, 0, "P-2")
        sheet.write_formula(2, 1, "=B99", None, error)

    (table,) = tables(tmp_path, build)
    marked = [(row.line, row.cells[1], [(f.code, f.column) for f in row.flaws]) for row in table.rows()]
    assert marked == [(2, 5, []), (3, error, [("error_value", "Cost of it")])]


def test_formatted_pieces_of_a_text_are_one_text(tmp_path: Path) -> None:
    def build(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Code"])
        sheet.write_rich_string(1, 0, "Zü", workbook.add_format({"bold": True}), "rich", " West")

    (table,) = tables(tmp_path, build)
    assert cells(table) == [("Zürich West",)]


def test_control_characters_of_a_text_are_marked(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, of_rows(["Code", "Name of it"], ["P-1", "Ro\x07of"], ["P-2", "a\nb"]))
    marked = [[(f.code, f.column) for f in row.flaws] for row in table.rows()]
    assert marked == [[("unreadable_characters", "Name of it")], []]


def test_hidden_sheets_are_left_out_and_said(tmp_path: Path) -> None:
    def build(workbook: Any) -> None:
        of_rows(["Code", "Name"], ["P-1", "Roof"], name="Projects")(workbook)
        of_rows(["Code", "Name"], ["P-2", "Wall"], name="Salaries")(workbook)
        of_rows(["Code", "Name"], ["P-3", "Gate"], name="Lists")(workbook)
        workbook.worksheets()[1].hide()
        workbook.worksheets()[2].very_hidden()

    (table,) = tables(tmp_path, build)
    assert (table.sheet, note(table, "hidden_sheets")) == (
        "Projects",
        "Hidden sheets are left out: Salaries, Lists.",
    )
    (wished,) = tables(tmp_path, build, Reading(sheet="Salaries"))
    assert cells(wished) == [("P-2", "Wall")]


def test_of_several_sheets_the_largest_table_is_first_and_names_the_others(tmp_path: Path) -> None:
    def build(workbook: Any) -> None:
        of_rows(["State"], ["active"], ["closed"], name="Lists")(workbook)
        workbook.add_worksheet("Empty")
        of_rows(["Code", "Name", "Cost"], ["P-1", "Roof", 1], ["P-2", "Wall", 2], name="Projects")(workbook)

    first, second = tables(tmp_path, build)
    assert (first.sheet, second.sheet) == ("Projects", "Lists")
    assert note(first, "other_sheets") == "This is sheet Projects; other sheets with tables are Lists."


def test_a_wish_chooses_the_sheet_and_a_wrong_one_is_told_what_there_is(tmp_path: Path) -> None:
    def build(workbook: Any) -> None:
        of_rows(["Code"], ["P-1"], name="Projects")(workbook)
        of_rows(["State"], ["active"], name="Lists")(workbook)

    (lists,) = tables(tmp_path, build, Reading(sheet="lists"))
    assert lists.columns == ("State",)
    with pytest.raises(UnreadableTable, match="has no sheet 'Costs'; it has Projects, Lists"):
        tables(tmp_path, build, Reading(sheet="Costs"))


def test_a_workbook_without_a_cell_is_empty(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable) as refused:
        tables(tmp_path, lambda book: book.add_worksheet())
    assert refused.value.code == "empty_file"


def merged_build(workbook: Any) -> None:
    sheet = workbook.add_worksheet()
    sheet.merge_range("A1:F1", "My portfolio", None)
    sheet.merge_range("A2:A3", "Portfolio", None)
    sheet.merge_range("B2:B3", "Code", None)
    sheet.merge_range("C2:D2", "Cost", None)
    sheet.merge_range("E2:F2", "Dates", None)
    sheet.write_row("C3", ["Plan", "Actual", "Start", "End"])
    sheet.merge_range("A4:A6", "Digital", None)
    sheet.merge_range("C4:C5", 100, None)
    for i in range(3, 7):
        sheet.write(i, 1, f"P-{i}")
        sheet.write_row(i, 3, [i, "2026-01-01", "2026-02-01"])
    sheet.merge_range("A8:F8", "Department B", None)
    sheet.write_row("A9", ["B", "P-9", 1, 2, "2026-01-01", "2026-02-01"])


def test_names_that_are_merged_over_columns_are_joined_with_those_below(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, merged_build)
    assert table.columns == ("Portfolio", "Code", "Cost Plan", "Cost Actual", "Dates Start", "Dates End")


def test_a_text_that_is_merged_over_lines_counts_for_each_and_a_number_for_the_first(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, merged_build)
    assert [(row.line, *row.cells[:3]) for row in table.rows()] == [
        (4, "Digital", "P-3", 100),
        (5, "Digital", "P-4", None),
        (6, "Digital", "P-5", None),
        (7, None, "P-6", None),
        (9, "B", "P-9", 1),
    ]
    assert note(table, "merged_cells").startswith(
        "Cells that are merged over several lines count for each of them"
    )


def test_a_heading_that_is_merged_over_the_columns_is_no_row_and_said(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, merged_build)
    assert note(table, "headings") == "Headings between the rows are left out: line 8."


def test_cells_that_are_only_formatted_are_none(tmp_path: Path) -> None:
    def build(workbook: Any) -> None:
        of_rows(["Code", "Name"], ["P-1", "Roof"])(workbook)
        workbook.worksheets()[0].write_blank("ZZ50000", None, workbook.add_format({"bold": True}))

    (table,) = tables(tmp_path, build)
    assert (table.columns, table.row_count) == (("Code", "Name"), 1)


def test_a_note_beside_the_table_is_a_column_with_its_letter(tmp_path: Path) -> None:
    def build(workbook: Any) -> None:
        of_rows(["Code", "Name"], ["P-1", "Roof"], ["P-2", "Wall"])(workbook)
        workbook.worksheets()[0].write("H2", "ask Ann")

    (table,) = tables(tmp_path, build)
    assert (table.columns, cells(table)[0]) == (("Code", "Name", "H"), ("P-1", "Roof", "ask Ann"))


def test_hidden_lines_are_read_and_said(tmp_path: Path) -> None:
    def build(workbook: Any) -> None:
        of_rows(["Code", "Name"], ["P-1", "Roof"], ["P-2", "Wall"])(workbook)
        workbook.worksheets()[0].set_row(1, options={"hidden": True})

    (table,) = tables(tmp_path, build)
    assert (table.row_count, note(table, "hidden_lines")) == (2, "1 hidden line is read too.")


def test_titles_stand_above_the_names_in_a_sheet_too(tmp_path: Path) -> None:
    (table,) = tables(
        tmp_path,
        of_rows(["Portfolio 2026"], [], ["Code", "Cost", 2025, 2026], ["P-1", 1, 5, 6], ["P-2", 2, 7, 8]),
    )
    assert (table.header_line, table.columns) == (3, ("Code", "Cost", "2025", "2026"))


def test_months_over_amounts_are_names(tmp_path: Path) -> None:
    def build(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        month = workbook.add_format({"num_format": "mmm yy"})
        sheet.write(0, 0, "Project")
        for i in range(1, 4):
            sheet.write_datetime(0, i, datetime(2026, i, 1), month)
            sheet.write_row(i, 0, [f"Roof {i}", 10, 20, 30])

    (table,) = tables(tmp_path, build)
    assert table.columns == ("Project", "2026-01-01", "2026-02-01", "2026-03-01")
