"""Where the names of the columns stand: below titles, over two lines, nowhere, or again and again."""

from pathlib import Path

import pytest

from services.imports.tables.reading import Reading, tables_of
from tests.imports.tables.test_text_files import cells, codes, note, table


def test_titles_and_blank_lines_above_the_names_are_left_out_and_said(tmp_path: Path) -> None:
    read = table(
        tmp_path,
        "Portfolio 2026\n\nExported on;2026-03-01\nCode;Name;Budget;Start\nP-1;Roof;12;2026-01-01\nP-2;Wall;13;2026-02-01\n",
    )
    assert (read.header_line, read.columns) == (4, ("Code", "Name", "Budget", "Start"))
    assert note(read, "lines_above").startswith(
        "What stands above the table is left out, lines 1, 3: Portfolio 2026"
    )


@pytest.mark.parametrize(
    "rows",
    [
        "P-1;Roof;1200;2026-01-01\nP-2;Wall;1300;2026-02-01\n",
        "P-1;Roof;active\nP-2;Wall;active\nP-3;Gate;closed\n",
        "Ann;ann@example.org\nBob;bob@example.org\n",
        "1;2\n3;4\n",
    ],
)
def test_a_first_row_that_is_like_the_others_is_data_and_columns_are_called_by_letters(
    tmp_path: Path, rows: str
) -> None:
    read = table(tmp_path, rows)
    assert (read.header_line, read.row_count) == (0, rows.count("\n"))
    assert read.columns == tuple("ABCD"[: len(read.columns)])
    assert "no_header" in codes(read)


@pytest.mark.parametrize(
    "names",
    ["Name;Owner;State", "Bezeichnung;Verantwortlich;Status", "Q1 2026;Responsable;État", "name;owner;state"],
)
def test_a_table_of_nothing_but_words_has_its_names_first(tmp_path: Path, names: str) -> None:
    read = table(tmp_path, f"{names}\nRoof;Ann;active\nWall;Bob;active\nGate;Ann;closed\n")
    assert (read.header_line, read.columns) == (1, tuple(names.split(";")))


def test_years_that_follow_each_other_are_names(tmp_path: Path) -> None:
    read = table(tmp_path, "Project;2025;2026;2027\nRoof;12;4;5\nWall;1;2;3\n")
    assert (read.header_line, read.columns) == (1, ("Project", "2025", "2026", "2027"))


def test_names_over_two_lines_are_joined_with_their_group(tmp_path: Path) -> None:
    rows = "P-1;10;12;2026-01-01;2026-02-01\nP-2;11;12;2026-01-01;2026-02-01\n"
    for lines in (
        "Code;Cost;;Dates;\n;Plan;Actual;Plan;Actual\n",
        ";Cost;;Dates;\nCode;Plan;Actual;Plan;Actual\n",
    ):
        read = table(tmp_path, lines + rows)
        assert read.columns == ("Code", "Cost Plan", "Cost Actual", "Dates Plan", "Dates Actual")
        assert (read.row_count, "header_lines" in codes(read)) == (2, True)


def test_a_first_row_that_has_little_is_no_line_of_units(tmp_path: Path) -> None:
    for rows in (";:\n:;0\n", ";n/a\nP-2;5\n", "Ann;\nBob;5\nCy;6\n", "Ann;tbd\nBob;5\nCy;6\n"):
        assert table(tmp_path, "Code;Cost\n" + rows, Reading(header_line=1)).columns == ("Code", "Cost")


def test_a_line_of_units_below_the_names_belongs_to_them(tmp_path: Path) -> None:
    read = table(
        tmp_path, "Code;Name;Cost;Start\n;;k CHF;dd.mm.yyyy\nP-1;Roof;12;01.02.2026\nP-2;Wall;12;01.02.2026\n"
    )
    assert (read.columns, read.row_count) == (("Code", "Name", "Cost k CHF", "Start dd.mm.yyyy"), 2)


@pytest.mark.parametrize(
    "content",
    [
        "Title\nCode;Cost;;Dates;\n;Plan;Actual;Start;End\nP-1;1;2;2026-01-01;2026-02-01\n",
        ";Cost;;Dates;\nCode;Plan;Actual;Plan;Actual\nP-1;1;2;2026-01-01;2026-02-01\n",
        "Code;Name;Cost\n;;k CHF\nP-1;Roof;12\nP-2;Wall;12\n",
        "P-1;12\nP-2;13\n",
        "Code;Name\nP-1;Roof\n",
    ],
)
def test_the_line_of_the_names_that_was_detected_can_be_wished_for(tmp_path: Path, content: str) -> None:
    read = table(tmp_path, content)
    rows = cells(read)
    again = table(tmp_path, content, Reading(header_line=read.header_line))
    assert (again.columns, cells(again), again.header_line) == (read.columns, rows, read.header_line)


def test_a_wish_decides_where_the_names_stand(tmp_path: Path) -> None:
    content = "P-1;Roof\nP-2;Wall\nP-3;Gate\n"
    assert table(tmp_path, content, Reading(header_line=2)).columns == ("P-2", "Wall")
    without = table(tmp_path, "Code;Cost\nP-1;1\n", Reading(header_line=0))
    assert (without.columns, without.row_count) == (("A", "B"), 2)


def test_names_in_the_middle_of_the_file_are_left_out_and_said(tmp_path: Path) -> None:
    read = table(tmp_path, "Code;Name\nP-1;Roof\nCode;Name\nP-2;Wall\nCode ;Name\n")
    assert [row.cells for row in read.rows()] == [("P-1", "Roof"), ("P-2", "Wall")]
    assert note(read, "repeated_header").startswith("The column names stand again in lines 3, 5")


def test_a_name_that_several_columns_have_is_numbered(tmp_path: Path) -> None:
    read = table(tmp_path, "Code;Cost;Cost;Cost (2)\nP-1;1;2;3\n")
    assert read.columns == ("Code", "Cost", "Cost (2)", "Cost (2) (2)")
    assert "repeated_names" in codes(read)


def test_a_column_without_a_name_has_its_letter_and_an_empty_one_is_left_out(tmp_path: Path) -> None:
    read = table(tmp_path, ";Code;;Cost;;\n;P-1;;1;x;\n;P-2;;2;;\n")
    assert (read.columns, cells(read)) == (("Code", "Cost", "E"), [("P-1", "1", "x"), ("P-2", "2", None)])
    assert "columns_without_name" in codes(read)


def test_a_column_with_a_name_and_no_cells_stays(tmp_path: Path) -> None:
    read = table(tmp_path, "Code;Note;Cost\nP-1;;1\nP-2;;2\n")
    assert (read.columns, cells(read)[0]) == (("Code", "Note", "Cost"), ("P-1", None, "1"))


def test_names_are_one_line_and_not_endless(tmp_path: Path) -> None:
    read = table(tmp_path, 'Code;"Planned\n cost";' + "x" * 500 + "\nP-1;1;2\n")
    assert (read.columns[1], len(read.columns[2])) == ("Planned cost", 200)


def test_a_second_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_bytes("\ufeffCode;Name\nP-1;Roof\n\ufeffCode;Name\nP-2;Wall\n".encode())
    (read,) = tables_of(path)
    assert (read.columns, [row.cells[0] for row in read.rows()]) == (("Code", "Name"), ["P-1", "P-2"])
