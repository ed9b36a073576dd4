"""The zipped parts of a workbook, read within bounds: nothing is unpacked that could fill the memory or the disk."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from services.imports.tables import limits
from services.imports.tables.table import UnreadableTable
from shared.base.texts import Text

_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_CHUNK = 64 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)
"""What the library raises for an archive that contradicts itself: the last two for places where no file can be."""
_NO_XML = (expat.ExpatError, ValueError, LookupError)
"""What the parser raises; the last two for encodings that it does not know."""


@contextmanager
def package_of(path: Path) -> Iterator["Package"]:
    """The parts of a zipped workbook. Raises UnreadableTable for one that is too large, damaged or a trap."""
    size = path.stat().st_size
    if size > limits.PACKAGE:
        raise UnreadableTable(
            "file_too_large",
            Text("{file} has more than {limit} MB. Save it as CSV.", file=path.name, limit=limits.PACKAGE // 1024**2),
        )  # fmt: skip
    check_directory(path, size)
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise damaged(path.name, str(error)) from error
    with archive:
        yield Package(path.name, archive)


class Package:
    """Parts by their names, which are compared without regard to case as the standard wants it."""

    def __init__(self, file: str, archive: zipfile.ZipFile) -> None:
        self.file, self._archive = file, archive
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for part in archive.infolist():
            name = part.filename.lower().lstrip("/")
            if name in self._parts:
                raise damaged(file, Text("it has {part} twice", part=part.filename[:80]))
            self._parts[name] = part

    def __contains__(self, name: str) -> bool:
        return name.lower().lstrip("/") in self._parts

    def parse(self, name: str, parser: "expat.XMLParserType", limit: int = limits.SMALL_PART) -> None:
        """Feeds a part to a parser, as a whole. Raises UnreadableTable."""
        for _ in self.fed(name, parser, limit):
            pass

    def fed(self, name: str, parser: "expat.XMLParserType", limit: int) -> Iterator[None]:
        """Feeds a part to a parser piece by piece; between two of them what was met may be taken away."""
        _forbid_declarations(parser, self.file)
        size = 0
        try:
            for piece in self._inflated(name, limit):
                parser.Parse(piece, False)
                size += len(piece)
                if size - parser.CurrentByteIndex > limits.TOKEN:
                    raise damaged(self.file, Text("{part} has a tag without end", part=name[:80]))
                if len(parser.intern) > limits.NAMES:
                    raise damaged(self.file, Text("{part} has more names than any workbook", part=name[:80]))
                yield
            parser.Parse(b"", True)
            yield
        except _NO_XML as error:
            raise damaged(self.file, f"{name[:80]}: {error}") from error

    def mentions(self, name: str, words: Sequence[bytes], limit: int) -> bool:
        """Whether any of the words stands in a part; True where that cannot be seen without parsing it."""
        before = b""
        for piece in self._inflated(name, limit):
            if not before and piece[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
                return True
            if any(word in before + piece for word in words):
                return True
            before = piece[-20:]
        return False

    def _inflated(self, name: str, limit: int) -> Iterator[bytes]:
        """A part piece by piece, until it is larger than it may be."""
        part, inflated = self._part(name), 0
        self._check(part, limit)
        try:
            with self._archive.open(part) as content:
                while piece := content.read(_CHUNK):
                    inflated += len(piece)
                    self._check_inflated(part, inflated, limit)
                    yield piece
        except _BROKEN as error:
            raise damaged(self.file, f"{part.filename[:80]}: {error}") from error

    def _part(self, name: str) -> zipfile.ZipInfo:
        part = self._parts.get(name.lower().lstrip("/"))
        if part is None:
            raise damaged(self.file, Text("{part} is missing", part=name[:80]))
        return part

    def _check(self, part: zipfile.ZipInfo, limit: int) -> None:
        """What the directory says of a part; how it really is, is seen when it is inflated."""
        if part.flag_bits & 0x1:
            raise with_password(self.file)
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged(self.file, Text("{part} is packed in an unusual way", part=part.filename[:80]))
        self._check_inflated(part, part.file_size, limit)

    def _check_inflated(self, part: zipfile.ZipInfo, inflated: int, limit: int) -> None:
        if inflated > limit or (
            inflated > limits.SMALL_PART and inflated > limits.RATIO * part.compress_size
        ):
            raise UnreadableTable(
                "inflates_too_far",
                Text(
                    "{file} is not read: {part} inflates to more than {size:,} MB out of {packed:,} kB. Delete empty rows and "
                    "columns that are formatted, or save the sheet as CSV.",
                    file=self.file, part=part.filename[:80], size=inflated // 1024**2, packed=part.compress_size // 1024,
                ),
            )  # fmt: skip


def _forbid_declarations(parser: "expat.XMLParserType", file: str) -> None:
    """No part of a workbook declares a document type or entities: they are how a small file becomes a large one."""

    def refuse(*_: object) -> NoReturn:
        raise UnreadableTable(
            "declares_entities",
            Text("{file} is not read: it declares entities, as no workbook does.", file=file),
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse


def parser_of(
    file: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] = lambda name: None,
    characters: Callable[[str], None] = lambda text: None,
) -> "expat.XMLParserType":
    """A parser that calls these with the names of elements without their prefixes."""
    depth = 0

    def start_element(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        check_depth(file, depth)
        start(name.rpartition(":")[2], attributes)

    def end_element(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition(":")[2])

    return parser_with(start_element, end_element, characters)


def parser_with(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    characters: Callable[[str], None],
) -> "expat.XMLParserType":
    """A parser that calls these with the names as they stand there; they check the depth themselves."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    return parser


def check_depth(file: str, depth: int) -> None:
    """Refuses elements within elements without end: a parser keeps all that are open."""
    if depth > limits.DEPTH:
        raise damaged(file, Text("it is nested too deeply"))


def check_directory(path: Path, size: int, name: str = "") -> None:
    """Refuses a list of parts that would fill the memory before anything can be asked about it; `name` is what the file is
    called, if that is not its own name."""
    name = name or path.name
    start = max(0, size - 66_000)
    with path.open("rb") as file:
        file.seek(start)
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        raise damaged(name, Text("its end is missing"))
    (length,) = struct.unpack_from("<I", tail, end + 12)
    end_64 = tail.rfind(_END_64, 0, end)
    if end_64 >= 0 and len(tail) >= end_64 + 48:
        length = max(length % 0xFFFFFFFF, struct.unpack_from("<Q", tail, end_64 + 40)[0])
    if length > limits.DIRECTORY:
        raise UnreadableTable(
            "too_many_parts", Text("{file} is not read: it has more parts than any workbook.", file=name)
        )


def damaged(file: str, reason: str) -> UnreadableTable:
    """The refusal of a workbook whose parts contradict the standard."""
    return UnreadableTable(
        "damaged_workbook",
        Text("{file} is damaged: {reason}. Open it in a spreadsheet and save it again.", file=file, reason=reason),
    )  # fmt: skip


def with_password(file: str) -> UnreadableTable:
    """The refusal of a workbook that is encrypted."""
    return UnreadableTable(
        "encrypted", Text("{file} is protected by a password. Save it without one.", file=file)
    )
