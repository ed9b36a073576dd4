"""Text files as people have them: any delimiter, any quoting, any encoding, and what is wrong with them said by its line."""

from pathlib import Path

import pytest

from services.imports.tables import limits
from services.imports.tables.reading import Reading, tables_of
from services.imports.tables.table import Table, UnreadableTable, Value

AS_IT_IS = Reading()


def table(folder: Path, content: str | bytes, wishes: Reading = AS_IT_IS) -> Table:
    """The table of a file with this content."""
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (only,) = tables_of(path, wishes)
    return only


def cells(table: Table) -> list[tuple[Value, ...]]:
    return [row.cells for row in table.rows()]


def codes(table: Table) -> set[str]:
    return {note.code for note in table.notes}


def note(table: Table, code: str) -> str:
    return next(note.text for note in table.notes if note.code == code)


def refusal(folder: Path, content: str | bytes, wishes: Reading = AS_IT_IS) -> UnreadableTable:
    """Why the content is no table."""
    with pytest.raises(UnreadableTable) as refused:
        table(folder, content, wishes)
    assert str(refused.value) == refused.value.reason
    return refused.value


ROWS = [("Code", "Name", "Cost"), ("P-1", "Roof", "12"), ("P-2", "Wall", "13")]


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "a comma"), (";", "a semicolon"), ("\t", "a tab"), ("|", "a vertical bar")]
)
def test_the_delimiter_is_detected_and_said(tmp_path: Path, delimiter: str, name: str) -> None:
    read = table(tmp_path, "\n".join(map(delimiter.join, ROWS)))
    assert (read.columns, *cells(read)) == tuple(ROWS)
    assert note(read, "delimiter") == f"Cells are separated by {name}."


def test_decimal_commas_do_not_separate_cells_where_semicolons_do(tmp_path: Path) -> None:
    read = table(tmp_path, "Code;Plan;Ist\n" + "".join(f"P-{i};{i},5;2,5\n" for i in range(30)))
    assert (read.columns, cells(read)[1]) == (("Code", "Plan", "Ist"), ("P-1", "1,5", "2,5"))


def test_the_first_line_of_a_spreadsheet_may_name_the_delimiter(tmp_path: Path) -> None:
    read = table(tmp_path, "sep=^\r\nCode^Name\r\nP-1^Roof\r\n")
    assert (read.columns, read.header_line, [row.line for row in read.rows()]) == (("Code", "Name"), 2, [3])


def test_a_file_of_one_column_has_commas_in_its_cells(tmp_path: Path) -> None:
    read = table(tmp_path, "Name\nRoof, north\nWall\n")
    assert (read.columns, cells(read)) == (("Name",), [("Roof, north",), ("Wall",)])


def test_names_with_commas_are_one_column(tmp_path: Path) -> None:
    read = table(tmp_path, "Name\nMeier, Anna\nRossi, Ugo\n")
    assert (read.columns, cells(read)) == (("Name",), [("Meier, Anna",), ("Rossi, Ugo",)])


def test_a_space_behind_the_delimiter_does_not_break_quotes(tmp_path: Path) -> None:
    read = table(tmp_path, 'Code, Name, Cost\nP-1, "Roof, red", 12\nP-2, "Wall, blue", 13\n')
    assert (read.columns, cells(read)[0]) == (("Code", "Name", "Cost"), ("P-1", "Roof, red", "12"))
    assert "spaces" in codes(read)


def test_quotes_escaped_by_backslashes_are_read_and_said(tmp_path: Path) -> None:
    read = table(tmp_path, 'Code,Name,Cost\nP-1,"Roof \\"big\\", red",12\n')
    assert cells(read) == [("P-1", 'Roof "big", red', "12")]
    assert "escaped_quotes" in codes(read)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16 LE"),
        ("utf-16-le", "UTF-16 LE"),
        ("utf-16-be", "UTF-16 BE"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_the_encoding_is_detected_and_said(tmp_path: Path, encoding: str, name: str) -> None:
    read = table(tmp_path, "Code;Name\r\nP-1;Zürich – café\r\n".encode(encoding))
    assert (read.columns, cells(read)) == (("Code", "Name"), [("P-1", "Zürich – café")])
    assert note(read, "encoding") == f"Read as {name}."


def test_a_line_in_another_encoding_is_read_in_it_and_said(tmp_path: Path) -> None:
    read = table(tmp_path, "Code;Name\nP-1;Zürich\n".encode() + "P-2;Genève\nP-3;Bern\n".encode("cp1252"))
    assert cells(read) == [("P-1", "Zürich"), ("P-2", "Genève"), ("P-3", "Bern")]
    assert note(read, "mixed_encodings").endswith("line 3.")


def test_bytes_of_no_known_encoding_are_refused_with_their_line(tmp_path: Path) -> None:
    refused = refusal(tmp_path, b"Code;Name\nP-1;Z\x81rich\n")
    assert (refused.code, refused.line) == ("unknown_encoding", 2)


def test_an_encoding_that_is_wished_for_is_used(tmp_path: Path) -> None:
    read = table(tmp_path, "Code;Name\nP-1;Genève\n".encode("cp850"), Reading(encoding="cp850"))
    assert cells(read) == [("P-1", "Genève")]


def test_what_is_not_in_the_encoding_that_is_wished_for_is_refused_with_its_line(tmp_path: Path) -> None:
    refused = refusal(tmp_path, "Code;Name\nP-1;Genève\n".encode("cp1252"), Reading(encoding="utf-8"))
    assert (refused.code, refused.line) == ("wrong_encoding", 2)
    refused = refusal(tmp_path, "Code\nGenève\n".encode(), Reading(encoding="ascii"))
    assert (refused.code, refused.line) == ("wrong_encoding", 2)


def test_wishes_that_nobody_can_grant_are_refused(tmp_path: Path) -> None:
    for encoding in ("utf-99", "base64", "idna"):
        assert refusal(tmp_path, "é\n1\n", Reading(encoding=encoding)).code == "unknown_encoding"
    assert refusal(tmp_path, "a\n1\n", Reading(delimiter=";;")).code == "wrong_delimiter"
    assert refusal(tmp_path, "a\n1\n", Reading(header_line=9)).code == "no_such_line"


def test_lines_may_end_in_any_way_and_the_last_one_in_none(tmp_path: Path) -> None:
    for end in ("\n", "\r\n", "\r"):
        read = table(tmp_path, f"Code;Name{end}P-1;Roof{end}P-2;Wall")
        assert [(row.line, row.cells) for row in read.rows()] == [(2, ("P-1", "Roof")), (3, ("P-2", "Wall"))]


def test_a_cell_with_line_breaks_is_one_cell_and_later_lines_keep_their_numbers(tmp_path: Path) -> None:
    read = table(tmp_path, 'Code;Name\nP-1;"a\nb\r\nc"\nP-2;d\n')
    assert [(row.line, row.cells) for row in read.rows()] == [(2, ("P-1", "a\nb\r\nc")), (5, ("P-2", "d"))]


def test_a_quote_that_never_ends_is_said_with_the_line_where_it_began(tmp_path: Path) -> None:
    refused = refusal(tmp_path, 'Code,Name\nP-1,"a\nb"\nP-2,"Roof\n' + "P-3,c\n" * 50)
    assert (refused.code, refused.line, refused.column) == ("broken_quotes", 4, "B")


def test_a_quote_that_never_ends_is_said_even_in_a_large_file(tmp_path: Path) -> None:
    refused = refusal(tmp_path, 'Code,Name\nP-1,"Roof\n' + "P-3,c\n" * 30_000)
    assert (refused.code, refused.line, refused.column) == ("cell_too_long", 2, "B")


def test_a_quote_within_quotes_is_said_with_its_line(tmp_path: Path) -> None:
    refused = refusal(tmp_path, 'Code,Name\nP-1,"Roof" big\n')
    assert (refused.code, refused.line, refused.column) == ("broken_quotes", 2, "B")


def test_a_quote_in_the_middle_of_a_cell_is_a_character(tmp_path: Path) -> None:
    assert cells(table(tmp_path, 'Code,Name\nP-1,24" screen\n')) == [("P-1", '24" screen')]


def test_rows_that_two_stray_quotes_swallow_are_a_flaw_of_their_row(tmp_path: Path) -> None:
    swallowed = "".join(f"P-{i},Wall,13\n" for i in range(2, 5))
    read = table(tmp_path, f'Code,Name,Cost\nP-1,"Roof,12\n{swallowed}P-5,Door",14\nP-6,Gate,1\n')
    first, second = read.rows()
    assert [(flaw.code, flaw.column) for flaw in first.flaws] == [("swallowed_lines", "")]
    assert (second.line, second.flaws) == (7, ())


def test_a_row_with_too_many_cells_is_marked_with_its_line(tmp_path: Path) -> None:
    rows = [f"P-{i},Name,{i}\n" for i in range(20)]
    read = table(tmp_path, "Code,Name,Cost\n" + "".join(rows) + "P-7,Roof, big,12\n")
    assert read.columns == ("Code", "Name", "Cost")
    marked = [(row.line, row.flaws[0].code, len(row.cells)) for row in read.rows() if row.flaws]
    assert marked == [(22, "too_many_cells", 3)]


def test_empty_cells_too_many_are_no_flaw(tmp_path: Path) -> None:
    rows = [f"P-{i},Name,{i}\n" for i in range(5)]
    read = table(tmp_path, "Code,Name,Cost\n" + "".join(rows) + "P-7,Roof,12,,\n")
    assert not any(row.flaws for row in read.rows())


def test_a_row_with_too_few_cells_is_marked_with_its_line(tmp_path: Path) -> None:
    rows = [f"P-{i},Name,{i}\n" for i in range(20)]
    read = table(tmp_path, "Code,Name,Cost\n" + "".join(rows) + "P-7,Roof\n")
    marked = [(row.line, row.flaws[0].code, row.cells) for row in read.rows() if row.flaws]
    assert marked == [(22, "too_few_cells", ("P-7", "Roof", None))]


def test_a_file_that_leaves_empty_cells_at_the_end_out_is_read_and_says_so(tmp_path: Path) -> None:
    read = table(tmp_path, "Code,Name,Note\nP-1,Roof,big\nP-2,Wall\nP-3\nP-4,Gate\n")
    assert not any(row.flaws for row in read.rows())
    assert note(read, "short_lines").startswith("3 lines end early")


def test_blank_rows_are_left_out_and_said(tmp_path: Path) -> None:
    read = table(tmp_path, "Code,Name\nP-1,Roof\n\n , \nP-2,Wall\n")
    assert [row.line for row in read.rows()] == [2, 5]
    assert note(read, "blank_lines") == "Empty lines are left out: lines 3, 4."


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\ufffd", "\x9d"])
def test_a_cell_with_characters_that_no_text_has_is_marked(tmp_path: Path, character: str) -> None:
    read = table(tmp_path, f"Code,Name of it\nP-1,Roof{character}\nP-2,Wall\n")
    assert [[(f.code, f.column) for f in row.flaws] for row in read.rows()] == [
        [("unreadable_characters", "Name of it")],
        [],
    ]


def test_quotes_that_stand_there_as_control_characters_are_read_and_said(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16"):
        read = table(tmp_path, "Code;Name\nP-1;the company\x92s \x96 \x93plan\x94\n".encode(encoding))
        assert [(row.cells, row.flaws) for row in read.rows()] == [(("P-1", "the company’s – “plan”"), ())]
        assert "misread_characters" in codes(read)


def test_a_cell_that_is_too_long_is_refused_with_its_line_and_column(tmp_path: Path) -> None:
    refused = refusal(tmp_path, "Code;Name\nP-1;Roof\nP-2;" + "x" * 1_000_000 + "\n")
    assert (refused.code, refused.line, refused.column) == ("cell_too_long", 3, "B")


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    refused = refusal(tmp_path, "Code;Name\n" + "a;" * limits.LINE)
    assert (refused.code, refused.line) == ("line_too_long", 2)


def test_more_rows_than_a_spreadsheet_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ROWS", 1_000)
    assert table(tmp_path, "a\n" + "1\n" * 1_000).row_count == 1_000
    refused = refusal(tmp_path, "a\n" + "1\n" * 1_001)
    assert (refused.code, refused.reason) == (
        "too_many_rows",
        "file.csv has more than 1,000 rows. Divide it into several files: the rows of each are known by their keys.",
    )


def test_more_columns_than_any_register_has_are_refused(tmp_path: Path) -> None:
    names = ";".join(f"c{i}" for i in range(limits.COLUMNS + 1))
    assert refusal(tmp_path, f"{names}\n{names}\n").code == "too_many_columns"


def test_a_file_without_any_cell_is_empty(tmp_path: Path) -> None:
    for content in (b"", b"\xef\xbb\xbf", b"\n\n", b" ; ;\n", "\ufeff\n".encode("utf-16-le")):
        assert refusal(tmp_path, content).code == "empty_file"


def test_column_names_alone_are_a_table_without_rows(tmp_path: Path) -> None:
    read = table(tmp_path, "Code;Name;Cost\n")
    assert (read.columns, read.row_count, cells(read)) == (("Code", "Name", "Cost"), 0, [])
    assert "no_rows" in codes(read)


def test_rows_are_read_as_often_as_they_are_needed(tmp_path: Path) -> None:
    read = table(tmp_path, "Code;Name\nP-1;Roof\n")
    assert list(read.rows()) == list(read.rows())
    assert read.row_count == 1


def test_a_file_that_changes_while_it_is_imported_is_said(tmp_path: Path) -> None:
    read = table(tmp_path, "Code;Name\nP-1;Roof\n")
    (tmp_path / "file.csv").write_text("Code;Name\nP-1;Roof\nP-2;Wall\n")
    with pytest.raises(UnreadableTable, match="has changed"):
        read.rows()


def test_formulas_are_texts(tmp_path: Path) -> None:
    assert cells(table(tmp_path, 'Code;Name\nP-1;"=1+1"\nP-2;@SUM(A1)\n')) == [
        ("P-1", "=1+1"),
        ("P-2", "@SUM(A1)"),
    ]
