"""How the characters of a text file are encoded: looked at over the whole file, so that no line is a surprise later."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.imports.tables import limits
from services.imports.tables.grids import CellFlaw, list_of_lines
from services.imports.tables.table import Note, UnreadableTable
from shared.base.texts import Text

_CHUNK = 256 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE", "cp1252": "Windows-1252"}
_STRANGE_BYTE = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[\u0080-\ud7ff\ue000-\U0010ffff]")
_WITHOUT_MEANING = re.compile("[\udc81\udc8d\udc8f\udc90\udc9d]")
"""Bytes that Windows-1252 has no character for."""
AS_WINDOWS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
"""What stands for a byte that is no UTF-8 -> its character in Windows-1252."""
_CONTROLS_OF_WINDOWS = {byte: AS_WINDOWS[0xDC00 + byte] for byte in range(0x80, 0xA0)}
for _byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D):
    del _CONTROLS_OF_WINDOWS[_byte]
_MISREAD = re.compile(f"[{''.join(map(chr, _CONTROLS_OF_WINDOWS))}]")
"""Quotes, dashes and bullets of Windows-1252 that some program took for Latin-1: control characters that nobody writes."""
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd-\uffff]")
"""Characters that no text of a person has: controls, halves of pairs, and what stands where a character was lost."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the characters of a file are read."""

    name: str
    """As Python names it."""
    marked: bool = False
    """Whether the file says so itself by its first bytes."""
    strange_lines: tuple[int, ...] = ()
    """The first lines of a file in UTF-8 that have characters in Windows-1252."""
    has_unreadable: bool = False
    """Whether there are characters that no text has: each cell is looked at then."""
    is_misread: bool = False
    """Whether characters of Windows-1252 stand there as control characters."""

    def notes(self) -> Iterator[Note]:
        yield self._note()
        if self.is_misread:
            yield Note(
                "misread_characters",
                Text(
                    "Quotes and dashes stand there as control characters. They are read as in Windows-1252."
                ),
            )

    def _note(self) -> Note:
        name = _NAMES.get(self.name, self.name)
        if self.strange_lines:
            return Note(
                "mixed_encodings",
                Text(
                    "Read as {encoding}, but characters of other lines are in Windows-1252 and read as such: {lines}.",
                    encoding=name,
                    lines=list_of_lines(self.strange_lines),
                ),
            )
        return Note("encoding", Text("Read as {encoding}.", encoding=name))


@dataclass(slots=True)
class _Look:
    """What a file shows when it is read as UTF-8."""

    beyond_ascii: bool = False
    strange_lines: list[int] = field(default_factory=list)
    first_without_meaning: int | None = None
    unreadable: bool = False
    misread: bool = False


def mended(text: str) -> str:
    """A text with the quotes and dashes that stand in it as control characters."""
    return text.translate(_CONTROLS_OF_WINDOWS) if _MISREAD.search(text) else text


def unreadable_characters(index: int, text: str) -> list[CellFlaw]:
    """The flaw of a cell with characters that no text has; none of any other cell."""
    if not (place := UNREADABLE.search(text)):
        return []
    return [
        CellFlaw(
            index,
            "unreadable_characters",
            Text("it has the character U+{number:04X}, which no text has", number=ord(place[0])),
            Text("Delete the character, or write the cell again."),
        )
    ]


def encoding_of(path: Path, wish: str = "") -> Encoding:
    """The encoding of a file, by its mark, its noughts or by all its bytes; or the one that is wished for.

    Raises UnreadableTable where the file cannot be read in it.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    mark, marked_as = _mark_of(head)
    name = _codec_of(path, wish) or marked_as or _by_noughts(head) or "utf-8"
    marked = marked_as == name
    if name != "utf-8":
        odd = _decode(path, name, len(mark) if marked else 0)
        return Encoding(name, marked, (), odd.unreadable, odd.misread)
    look = _look(path)
    if wish and look.strange_lines:
        raise _not_in(path, "utf-8", look.strange_lines[0])
    if look.first_without_meaning is not None:
        raise UnreadableTable(
            "unknown_encoding",
            Text(
                "{file}, line {line}: the characters are neither UTF-8, UTF-16 nor Windows-1252. Name the encoding of the "
                "file, or save it as UTF-8.",
                file=path.name,
                line=look.first_without_meaning,
            ),
            look.first_without_meaning,
        )
    if look.strange_lines and not (look.beyond_ascii or marked):
        return Encoding("cp1252", has_unreadable=look.unreadable)
    return Encoding("utf-8", marked, tuple(look.strange_lines), look.unreadable, look.misread)


def beginning_of(head: bytes) -> str:
    """The first bytes of a file as text, whatever they are."""
    mark, marked_as = _mark_of(head)
    return head[len(mark) :].decode(marked_as or _by_noughts(head) or "utf-8", "replace")


def _mark_of(head: bytes) -> tuple[bytes, str]:
    """The mark that a file begins with, and the encoding that it means; both empty where there is none."""
    return next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", ""))


def lines_in(path: Path, encoding: Encoding) -> Iterator[str]:
    """The lines of a file with their ends. Raises UnreadableTable for one that is too long."""
    with _opened(path, encoding) as text:
        number = 0
        while line := text.readline(limits.LINE + 1):
            number += 1
            if len(line) > limits.LINE:
                raise UnreadableTable(
                    "line_too_long",
                    Text(
                        "{file}, line {line}: it has more than {limit:,} characters. The file may be no table.",
                        file=path.name, line=number, limit=limits.LINE,
                    ),
                    number,
                )  # fmt: skip
            yield _as_meant(line, encoding)


def pieces_in(path: Path, encoding: Encoding) -> Iterator[str]:
    """The text of a file in pieces of some thousand characters."""
    with _opened(path, encoding) as text:
        while piece := text.read(_CHUNK // 4):
            yield _as_meant(piece, encoding)


def _as_meant(text: str, encoding: Encoding) -> str:
    text = mended(text) if encoding.is_misread else text
    return text.translate(AS_WINDOWS) if encoding.strange_lines else text


@contextmanager
def _opened(path: Path, encoding: Encoding) -> Iterator[io.TextIOWrapper]:
    errors = "surrogateescape" if encoding.strange_lines else "strict"
    with path.open("rb") as raw:
        if encoding.marked:
            raw.seek(len(next(mark for mark, name in _MARKS if name == encoding.name)))
        yield io.TextIOWrapper(raw, encoding=encoding.name, errors=errors, newline="")


def _codec_of(path: Path, wish: str) -> str:
    if not wish:
        return ""
    try:
        name = codecs.lookup(wish).name
        b"x".decode(name, "ignore")  # what is no encoding of texts, or of no more than names, refuses this
    except (LookupError, ValueError) as error:
        raise UnreadableTable(
            "unknown_encoding", Text("There is no encoding {encoding}.", encoding=wish)
        ) from error
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name)


def _by_noughts(head: bytes) -> str:
    """UTF-16 without a mark: most texts have nearly every second byte nought, and all have so at the ends of lines."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if (even + odd) * 8 < len(head):
        return ""
    if odd > 3 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 3 * odd else ""


def _look(path: Path) -> _Look:
    look, line = _Look(), 1
    for text in _decoded(path, "utf-8", "surrogateescape"):
        if not text.isascii():
            look.beyond_ascii = look.beyond_ascii or _BEYOND_ASCII.search(text.lstrip("\ufeff")) is not None
            if _STRANGE_BYTE.search(text):
                _collect(text, line, look)
            text = _checked(text, look).translate(AS_WINDOWS)
        look.unreadable = look.unreadable or UNREADABLE.search(text) is not None
        line += text.count("\n")
    return look


def _collect(text: str, line: int, look: _Look) -> None:
    for number, content in enumerate(text.split("\n"), line):
        if len(look.strange_lines) < 20 and _STRANGE_BYTE.search(content):
            look.strange_lines.append(number)
        if look.first_without_meaning is None and _WITHOUT_MEANING.search(content):
            look.first_without_meaning = number


def _checked(text: str, look: _Look) -> str:
    look.misread = look.misread or _MISREAD.search(text) is not None
    return mended(text) if look.misread else text


def _decode(path: Path, name: str, skipped: int) -> _Look:
    """Which odd characters there are. Raises UnreadableTable where the bytes are not in the encoding."""
    look, line = _Look(), 1
    try:
        for text in _decoded(path, name, "strict", skipped):
            look.unreadable = look.unreadable or UNREADABLE.search(_checked(text, look)) is not None
            line += text.count("\n")
    except UnicodeError as error:
        if isinstance(error, UnicodeDecodeError):
            before = error.object[: error.start].decode(name, "ignore")
            line += before.count("\n") or before.count("\r")
        raise _not_in(path, name, line) from error
    return look


def _decoded(path: Path, name: str, errors: str, skipped: int = 0) -> Iterator[str]:
    """The text in pieces, each line ending with a line feed, whatever ends it in the file."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(name)(errors), translate=True)
    with path.open("rb") as file:
        file.seek(skipped)
        while chunk := file.read(_CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _not_in(path: Path, name: str, line: int) -> UnreadableTable:
    return UnreadableTable(
        "wrong_encoding",
        Text(
            "{file}, line {line}: its characters are not in {encoding}. Save the file as UTF-8.",
            file=path.name, line=line, encoding=_NAMES.get(name, name),
        ),
        line,
    )  # fmt: skip
