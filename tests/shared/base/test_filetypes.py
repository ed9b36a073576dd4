"""The type of a file is what it holds: archives by their lists, texts by their markup, nothing by its name."""

import io
import zipfile

import pytest

from shared.base.filetypes import contradicts, media_type_of, refined

OFFICE = "application/vnd.openxmlformats-officedocument"


def type_of(content: bytes) -> str:
    return media_type_of(lambda start, length: content[start : start + length], len(content))


def archive(*names: str, first: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        if first:
            zipped.writestr(zipfile.ZipInfo("mimetype"), first)
        for name in names:
            zipped.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe1\0\x18Exif", "image/jpeg"),
        (b"MZ\x90\0\x03\0\0\0", "application/vnd.microsoft.portable-executable"),
        (b"\x7fELF\x02\x01", "application/x-executable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "application/x-ole-storage"),
        (b"Minutes of the steering committee\n", "text/plain"),
        ("Procès-verbal\n".encode("utf-16"), "text/plain"),
        (b"a;b\n1;2\n", "text/plain"),
        (b"  <!DOCTYPE html><script>alert(1)</script>", "text/html"),
        (b"Dear all\n<script>alert(1)</script>", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b'<?xml version="1.0"?><plan/>', "application/xml"),
        (bytes(range(256)), "application/octet-stream"),
    ],
)
def test_a_file_is_what_it_holds(content: bytes, media_type: str) -> None:
    assert type_of(content) == media_type


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (archive("[Content_Types].xml", "word/document.xml"), f"{OFFICE}.wordprocessingml.document"),
        (archive("xl/workbook.xml", "[Content_Types].xml"), f"{OFFICE}.spreadsheetml.sheet"),
        (archive("[Content_Types].xml", "ppt/slides/slide1.xml"), f"{OFFICE}.presentationml.presentation"),
        (
            archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "application/vnd.ms-word.document.macroenabled.12",
        ),
        (
            archive("content.xml", first=b"application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (archive("content.xml", first=b"application/epub+zip"), "application/epub+zip"),
        (archive(first=b"application/vnd.oasis.opendocument.text\r\nSet-Cookie: a=b"), "application/zip"),
        (archive(first=b"application/vnd.oasis.opendocument.\xff"), "application/zip"),
        (archive("META-INF/MANIFEST.MF", "Main.class"), "application/java-archive"),
        (archive("readme.txt"), "application/zip"),
        (archive("word/document.xml"), "application/zip"),
        (b"PK\x03\x04" + b"\xff" * 100, "application/zip"),
    ],
)
def test_an_archive_is_told_by_the_names_in_it(content: bytes, media_type: str) -> None:
    assert type_of(content) == media_type


def test_a_list_of_entries_that_never_ends_is_read_within_a_bound() -> None:
    """An archive of a million entries, or one that claims so, costs no more than another."""
    read: list[int] = []
    end = b"PK\x05\x06" + bytes(8) + (50_000_000).to_bytes(4, "little") + bytes(6)
    content = b"PK\x03\x04" + bytes(1000) + end

    def reading(start: int, length: int) -> bytes:
        read.append(length)
        return content[start : start + length]

    assert media_type_of(reading, len(content)) == "application/zip"
    assert max(read) <= 66_000


def test_the_first_bytes_of_a_character_at_the_bound_are_still_text() -> None:
    assert type_of(b"x" * (64 * 1024 - 1) + "é".encode() * 10) == "text/plain"


@pytest.mark.parametrize(
    ("media_type", "name", "contradicting"),
    [
        ("application/pdf", "minutes.pdf", False),
        ("application/vnd.microsoft.portable-executable", "minutes.pdf", True),
        ("text/html", "picture.PNG", True),
        ("application/zip", "report.docx", True),
        (f"{OFFICE}.wordprocessingml.document", "report.docx", False),
        ("text/html", "export.xls", False),
        ("text/plain", "notes", False),
        ("text/html", "list.csv", True),
    ],
)
def test_a_name_may_not_claim_another_type(media_type: str, name: str, contradicting: bool) -> None:
    assert contradicts(media_type, name) is contradicting


def test_only_a_text_is_refined_by_its_name() -> None:
    assert refined("text/plain", "a.csv") == "text/csv"
    assert refined("text/html", "a.csv") == "text/html"
    assert refined("text/plain", "a.exe") == "text/plain"
