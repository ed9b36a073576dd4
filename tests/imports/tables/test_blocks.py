"""Several tables on one sheet, and lists as they are printed: headings again on each page."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.imports.tables.grids import Grid, Line
from services.imports.tables.layout import tables_of_grid
from services.imports.tables.reading import Reading, tables_of
from services.imports.tables.table import Table, UnreadableTable
from tests.imports.tables.test_text_files import AS_IT_IS, cells, codes, note

PLAN = ("Project;Nature;2026;2027", "P-1;capex;100;200", "P-2;opex;10;20")
FUNDING = ("Source;Owner;Share", "General fund;CFO;70", "Grant;State;30")


def tables(folder: Path, *lines: str, wishes: Reading = AS_IT_IS) -> list[Table]:
    path = folder / "sheet.csv"
    if not path.exists():
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tables_of(path, wishes)


@pytest.mark.parametrize("between", [("",), ("", "Funding sources", "")], ids=["empty line", "title"])
def test_a_table_below_another_one_is_a_table_of_its_own(tmp_path: Path, between: tuple[str, ...]) -> None:
    first, second = sorted(tables(tmp_path, *PLAN, *between, *FUNDING), key=lambda one: one.header_line)
    assert first.columns == ("Project", "Nature", "2026", "2027")
    assert cells(first) == [("P-1", "capex", "100", "200"), ("P-2", "opex", "10", "20")]
    assert second.columns == ("Source", "Owner", "Share")
    assert cells(second) == [("General fund", "CFO", "70"), ("Grant", "State", "30")]
    assert f"{second.header_line} (Source, Owner, Share)" in note(first, "other_tables")
    wishes = Reading(header_line=second.header_line)
    [wished] = tables(tmp_path, *PLAN, *between, *FUNDING, wishes=wishes)
    assert (wished.columns, cells(wished)) == (second.columns, cells(second))
    assert wished.titles == second.titles == between[1:2]
    [upper] = tables(tmp_path, *PLAN, *between, *FUNDING, wishes=Reading(header_line=1))
    assert cells(upper) == cells(first)
    assert "and is left out" in note(upper, "other_tables")


def test_a_table_directly_below_is_seen_by_its_names_over_other_kinds(tmp_path: Path) -> None:
    assert {one.row_count for one in tables(tmp_path, *PLAN, "Source;Owner;Share;Since", "Fund;CFO;70;2020-01-01", "Grant;State;30;2021-01-01")} == {2}  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        ("Code;Name;Cost", "P-1;Roof;12", "", "P-2;Wall;13"),
        ("Code;Name;Cost", "P-1;Roof;12", "P-2;Wall;13", "", "Infrastructure", "P-3;Gate;14"),
        ("Code;Name;Cost", "P-1;Roof;12", "P-2;Wall;13", "", "TBD;New thing;", "P-4;Gate;14"),
        ("Code;Name;Cost", "P-1;Roof;12", "P-2;Wall;13", "", "n/a;tbd;open", "P-4;Gate;14"),
        ("Code;Name;Note", "a;b;c", "d;e;f", "", "g;h;i", "j;k;l"),
    ],
)
def test_empty_lines_and_rows_of_words_begin_no_table(tmp_path: Path, lines: tuple[str, ...]) -> None:
    [table] = tables(tmp_path, *lines)
    rows = [line for line in lines[1:] if line]
    assert table.row_count == len(rows)


def test_a_small_table_above_the_list_is_one_too_and_labels_beside_values_are_none(tmp_path: Path) -> None:
    lists = ("Code;Name;Start;Cost", *(f"P-100{n};Part {n};2026-01-0{n};1{n}" for n in range(1, 8)))
    first, second = sorted(
        tables(tmp_path, "Overview", *FUNDING, "", "Projects", *lists), key=lambda one: one.header_line
    )
    assert (first.row_count, second.row_count) == (2, 7)
    assert second.titles == ("Projects",)
    (tmp_path / "sheet.csv").unlink()
    [alone] = tables(tmp_path, "Department:;IT", "Owner:;Ann Bell", "Date:;2026-01-31", "", *lists)
    assert (alone.row_count, "lines_above" in codes(alone)) == (7, True)


def test_headings_and_titles_again_on_each_page_are_left_out(tmp_path: Path) -> None:
    page = ("Project list, page 1 of 2;;;", ";Dates;;Cost", "Code;Start;End;Plan")
    [table] = tables(
        tmp_path, *page, "P-1;2026-01-01;2026-02-01;5", "P-2;2026-01-01;2026-02-01;6",
        "Project list, page 2 of 2;;;", *page[1:], "P-3;2026-01-01;2026-02-01;7",
    )  # fmt: skip
    assert table.columns == ("Code", "Dates Start", "Dates End", "Cost Plan")
    assert [row[0] for row in cells(table)] == ["P-1", "P-2", "P-3"]
    assert "lines 6, 7, 8" in note(table, "repeated_header")


def test_very_many_tables_on_a_sheet_end_with_a_clear_answer(tmp_path: Path) -> None:
    lines = [line for _ in range(60) for line in (*PLAN, "", *FUNDING, "")]
    found_tables = tables(tmp_path, *lines)
    assert 2 <= len(found_tables) <= 20
    assert "other_tables" in codes(found_tables[0])


@given(
    st.lists(
        st.lists(st.sampled_from(["", "Name", "P-1", "12", "2026", "tbd", "x y"]), max_size=4), max_size=25
    )
)
def test_of_any_lines_none_is_a_row_of_two_tables(rows: list[list[str]]) -> None:
    """And none is read before the heading of its table."""
    lines = [Line(number, row) for number, row in enumerate(rows, 1)]
    try:
        read = tables_of_grid(Grid("a.csv", "", lambda: iter(lines), delimiter=";"))
    except UnreadableTable:
        return
    numbers = [row.line for table in read for row in table.rows()]
    assert len(numbers) == len(set(numbers))
    assert all(row.line > table.header_line for table in read for row in table.rows())
