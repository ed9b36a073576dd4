"""What a file is, its content says: a wrong ending fools nobody, and what is no table is told what to do."""

import os
import struct
import zipfile
from pathlib import Path

import pytest

from services.imports.tables import older_workbooks
from services.imports.tables.reading import Reading, tables_of
from services.imports.tables.table import UnreadableTable
from tests.imports.tables.test_hostile_workbooks import packed, parts, rows, text
from tests.imports.tables.test_text_files import cells, codes

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)


def refusal(path: Path, content: bytes | None = None) -> UnreadableTable:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableTable) as refused:
        tables_of(path)
    return refused.value


def test_a_workbook_that_is_called_a_text_file_is_a_workbook(tmp_path: Path) -> None:
    (read,) = tables_of(packed(tmp_path / "list.csv", parts(rows(text("A1", "Code"), text("A2", "P-1")))))
    assert cells(read) == [("P-1",)]


def test_a_text_file_that_is_called_a_workbook_is_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "list.xls"
    path.write_text("Code\tName\nP-1\tRoof\n")
    (read,) = tables_of(path)
    assert (read.columns, cells(read)) == (("Code", "Name"), [("P-1", "Roof")])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html>\n<html><body><table><tr><td>a", "a web page"),
        (b"\r\n <html xmlns:x='urn:excel'><table>", "a web page"),
        (b"%PDF-1.7\n1 0 obj", "a PDF document"),
        (b'<?xml version="1.0"?><Project/>', "XML"),
        (b"{\\rtf1 a}", "a document of a word processor"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "an image"),
        (b"\x1f\x8b\x08" + bytes(100), "an archive, which must be unpacked first"),
        (OLE, "a document of an older office program, or of Microsoft Project"),
        (bytes(range(256)) * 4, "a file of bytes"),
    ],
)
def test_what_is_no_table_is_told_by_its_content(tmp_path: Path, content: bytes, kind: str) -> None:
    refused = refusal(tmp_path / "projects.csv", content)
    assert (refused.code, f"by its content it is {kind}." in refused.reason) == ("no_table", True)


def test_a_zip_of_something_else_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "projects.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("projects.csv", "Code\nP-1\n")
    assert refusal(path).code == "no_table"


def test_a_workbook_with_a_password_says_so(tmp_path: Path) -> None:
    refused = refusal(tmp_path / "projects.xlsx", OLE + "EncryptedPackage".encode("utf-16-le") + bytes(1000))
    assert (refused.code, refused.reason) == (
        "encrypted",
        "projects.xlsx is protected by a password. Save it without one.",
    )


def test_markup_within_cells_is_text(tmp_path: Path) -> None:
    path = tmp_path / "issues.csv"
    path.write_text('Key;Description\nA-1;"<html><body><h1>Roof</h1><img src=x>"\n')
    (read,) = tables_of(path)
    assert cells(read) == [("A-1", "<html><body><h1>Roof</h1><img src=x>")]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "no_file"


def test_a_pipe_is_no_file_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert refusal(tmp_path / "pipe.csv").code == "no_file"


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    refused = refusal(tmp_path / "projects.csv")
    assert (refused.code, refused.reason) == (
        "unreadable_file",
        "projects.csv cannot be read: No such file or directory.",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "projects.csv"
    path.write_text("Code\nP-1\n")
    path.chmod(0)
    assert refusal(path).code == "unreadable_file"


OPEN_DOCUMENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="Projects">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def open_document(path: Path, lines: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", OPEN_DOCUMENT.format(rows=lines))
    return path


def open_cell(text: str, kind: str = "string", more: str = "") -> str:
    return f'<table:table-cell office:value-type="{kind}" {more}><text:p>{text}</text:p></table:table-cell>'


def test_an_open_document_is_a_table_and_says_what_its_format_does_not_tell(tmp_path: Path) -> None:
    head = f"<table:table-row>{open_cell('Code')}{open_cell('Cost')}{open_cell('Start')}</table:table-row>"
    day = open_cell("1.3.26", "date", 'office:date-value="2026-03-01"')
    cost = open_cell("12.5", "float", 'office:value="12.5"')
    data = f"<table:table-row>{open_cell('P-1')}{cost}{day}</table:table-row>"
    (read,) = tables_of(open_document(tmp_path / "projects.ods", head + data))
    assert (read.sheet, read.columns, read.header_line) == ("Projects", ("Code", "Cost", "Start"), 1)
    assert [str(cell) for cell in cells(read)[0]] == ["P-1", "12.5", "2026-03-01"]
    assert "older_format" in codes(read)
    assert list(read.rows()) == list(read.rows())


def test_a_number_of_an_open_document_has_the_digits_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    sums = open_cell("0.3", "float", 'office:value="0.30000000000000004"')
    lines = f"<table:table-row>{open_cell('Cost')}</table:table-row><table:table-row>{sums}</table:table-row>"
    (read,) = tables_of(open_document(tmp_path / "b.ods", lines))
    assert cells(read) == [(0.3,)]


def test_an_open_document_that_repeats_a_cell_without_end_is_refused(tmp_path: Path) -> None:
    cell = open_cell("x", "string", 'table:number-columns-repeated="16000"')
    path = open_document(
        tmp_path / "b.ods", f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    )
    assert refusal(path).code in ("file_too_large", "damaged_workbook")


def test_a_cell_of_a_megabyte_of_an_open_document_is_refused_with_its_place(tmp_path: Path) -> None:
    lines = f"<table:table-row>{open_cell('Code')}</table:table-row><table:table-row>{open_cell('x' * 1_000_000)}</table:table-row>"
    refused = refusal(open_document(tmp_path / "b.ods", lines))
    assert (refused.code, refused.line, refused.column) == ("cell_too_long", 2, "A")


def test_the_process_that_reads_an_older_workbook_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import json, os\n"
        "print(json.dumps({'sheet': 'S', 'visible': True, 'merged': []}))\n"
        "print(json.dumps([1, 'Name']))\n"
        "for i, name in enumerate(os.environ, 2): print(json.dumps([i, name]))\n"
    )
    monkeypatch.setattr(older_workbooks, "PROGRAM", program)
    monkeypatch.setenv("PORTOLAN_DATABASE_URL", "secret")
    (read,) = tables_of(open_document(tmp_path / "b.ods", ""), Reading(header_line=1))
    inherited = {name for (name,) in cells(read)}
    assert ("PATH" in inherited, "PORTOLAN_DATABASE_URL" in inherited) == (True, False)


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def old_sheet() -> bytes:
    """The records of a sheet of an .xls: two names, a text and a number below them."""
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6))
    texts = [(0, 0, b"Code"), (0, 1, b"Cost"), (1, 0, b"P-1")]
    labels = [record(0x204, struct.pack("<HHHHB", row, column, 0, len(t), 0) + t) for row, column, t in texts]
    return begin + b"".join(labels) + record(0x203, struct.pack("<HHHd", 1, 1, 0, 12.5)) + record(0xA)


def old_workbook() -> bytes:
    """The records of an .xls with one sheet, in the container of files that older office programs write."""
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6)) + record(
        0x42, struct.pack("<H", 1200)
    )
    length = len(begin) + len(record(0x85, bytes(16))) + len(record(0xA))
    stream = (
        begin
        + record(0x85, struct.pack("<IBBBB", length, 0, 0, 8, 0) + b"Projects")
        + record(0xA)
        + old_sheet()
    )
    stream = stream.ljust(4096, b"\0")
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    sectors = [0xFFFFFFFD, end, *range(3, 10), end]
    head = OLE[:8] + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<10I", 0, 1, 1, 0, 4096, end, 0, end, 0, 0) + b"\xff" * 432

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return text.ljust(64, b"\0") + struct.pack(
            "<HBB3I36xIQ", len(text), kind, 1, free, free, child, start, size
        )

    folder = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 2, len(stream)) + bytes(256)
    return head + struct.pack("<128I", *sectors, *[free] * (128 - len(sectors))) + folder + stream


def test_a_workbook_of_before_2007_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "projects.xls"
    path.write_bytes(old_workbook())
    (read,) = tables_of(path)
    assert (read.sheet, read.columns, cells(read)) == ("Projects", ("Code", "Cost"), [("P-1", 12.5)])
    assert "older_format" in codes(read)


def test_a_broken_workbook_of_an_older_format_is_damaged(tmp_path: Path) -> None:
    stream = bytes(1000) + "Workbook".encode("utf-16-le") + bytes(1000)
    assert refusal(tmp_path / "projects.xls", OLE + stream).code == "damaged_workbook"
