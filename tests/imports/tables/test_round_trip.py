"""Whatever texts a table has, and however they were written down, they come back the same."""

import csv
import io
import json
import tempfile
from pathlib import Path

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from services.imports.tables.reading import Reading, tables_of
from services.imports.tables.table import Table, Value

NAMES = ("Code", "Name", "Owner", "State", "Remark")
CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffd\ufeff"
)
CELLS = st.text(st.one_of(CHARACTERS, st.sampled_from("\n,;|\t\"' =")), max_size=12)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
few = settings(max_examples=60, deadline=None)


@st.composite
def contents(draw: st.DrawFn) -> list[tuple[str, ...]]:
    width = draw(st.integers(2, len(NAMES)))
    rows = draw(st.lists(st.tuples(*[CELLS] * width), max_size=8))
    return [NAMES[:width], *(row for row in rows if row != NAMES[:width])]


def read(content: bytes, name: str, wishes: Reading) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        table = tables_of(path, wishes)[0]
        rows = list(table.rows())
    assert not any(row.flaws for row in rows)
    return Table(table.file, table.sheet, table.header_line, table.columns, lambda: iter(rows))


def expected(rows: list[tuple[str, ...]]) -> list[tuple[Value, ...]]:
    """Cells of nothing but blanks are none, and so are rows of nothing but those."""
    cells = [tuple(cell if cell.strip() else None for cell in row) for row in rows]
    return [row for row in cells if any(row)]


@few
@given(
    rows=contents(),
    delimiter=st.sampled_from(";,|\t"),
    encoding=st.sampled_from(ENCODINGS),
    end=st.sampled_from(("\n", "\r\n")),
    quotes_all=st.booleans(),
)
def test_texts_come_back_from_any_text_file(
    rows: list[tuple[str, ...]], delimiter: str, encoding: str, end: str, quotes_all: bool
) -> None:
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=delimiter,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL,
    )
    writer.writerows(rows)
    content = text.getvalue().encode(encoding, "replace")
    if encoding == "cp1252":
        rows = [tuple(cell.encode("cp1252", "replace").decode("cp1252") for cell in row) for row in rows]
    table = read(content, "t.csv", Reading(delimiter=delimiter, encoding=encoding, header_line=1))
    assert (table.columns, [row.cells for row in table.rows()]) == (rows[0], expected(rows[1:]))


@few
@given(
    rows=st.lists(
        st.tuples(*[st.text(CHARACTERS, min_size=1, max_size=9).filter(str.strip)] * 3),
        min_size=2,
        max_size=8,
    ),
    delimiter=st.sampled_from(";|\t"),
    encoding=st.sampled_from(ENCODINGS[:5]),
)
def test_quoted_texts_come_back_without_any_wish(
    rows: list[tuple[str, ...]], delimiter: str, encoding: str
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([NAMES[:3], *rows])
    table = read(text.getvalue().encode(encoding), "t.csv", Reading(header_line=1))
    assert (table.columns, [row.cells for row in table.rows()]) == (NAMES[:3], rows)


@few
@given(rows=contents())
def test_texts_come_back_from_a_workbook(rows: list[tuple[str, ...]]) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        sheet = workbook.add_worksheet()
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if cell:
                    sheet.write_string(i, j, cell)
    table = read(content.getvalue(), "t.xlsx", Reading(header_line=1))
    assert (table.columns, [row.cells for row in table.rows()]) == (rows[0], expected(rows[1:]))


@few
@given(rows=contents(), encoding=st.sampled_from(("utf-8", "utf-8-sig", "utf-16")), by_lines=st.booleans())
def test_texts_come_back_from_json(rows: list[tuple[str, ...]], encoding: str, by_lines: bool) -> None:
    objects: list[dict[str, str | None]] = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] or [
        dict.fromkeys(rows[0])
    ]
    content = "\n".join(map(json.dumps, objects)) if by_lines else json.dumps(objects, ensure_ascii=False)
    table = read(content.encode(encoding), "t.json", Reading())
    cells = [row.cells for row in table.rows() if any(row.cells)]
    assert (table.columns, cells) == (rows[0], expected(rows[1:]))
