"""Files become tables, whatever they are and however they were written."""

from pathlib import Path

import xlsxwriter

from services.imports.tables.reading import tables_of


def test_a_text_file_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "projects.csv"
    path.write_bytes("\ufeffCode;Name;Budget\r\nP-1;Zürich;1'200\r\n\r\nP-2;;5\r\n".encode())
    (table,) = tables_of(path)
    assert (table.file, table.header_line, table.columns) == ("projects.csv", 1, ("Code", "Name", "Budget"))
    assert [(row.line, row.cells) for row in table.rows()] == [
        (2, ("P-1", "Zürich", "1'200")),
        (4, ("P-2", None, "5")),
    ]


def test_a_workbook_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "projects.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Projects")
        sheet.write_row(0, 0, ["Code", "Name", "Budget"])
        sheet.write_row(1, 0, ["P-1", "Zürich", 1200])
    (table,) = tables_of(path)
    assert (table.sheet, table.columns) == ("Projects", ("Code", "Name", "Budget"))
    assert [(row.line, row.cells) for row in table.rows()] == [(2, ("P-1", "Zürich", 1200))]
