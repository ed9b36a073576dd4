"""Which type a file is of, decided by what is in it: never by its name or by what its sender says.

Archives are told apart by the list of their entries. Nothing is ever unpacked, and the list is read within a bound.
"""

import re
from collections.abc import Callable, Iterator
from struct import unpack_from

Read = Callable[[int, int], bytes]
"""(start, how many) -> these bytes of the file; fewer where it ends."""

UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"
ZIP = "application/zip"
HEAD = 64 * 1024
"""Bytes of the beginning in which a type is looked for."""
LARGEST_LIST = 1024 * 1024
"""Bytes of an archive's list of entries; one that is longer is read no further, and the file is a plain archive."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OOXML = (
    ("word/", f"{_OFFICE}.wordprocessingml.document", "application/vnd.ms-word.document.macroenabled.12"),
    ("xl/", f"{_OFFICE}.spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroenabled.12"),
    (
        "ppt/",
        f"{_OFFICE}.presentationml.presentation",
        "application/vnd.ms-powerpoint.presentation.macroenabled.12",
    ),
    (
        "visio/",
        "application/vnd.ms-visio.drawing.main+xml",
        "application/vnd.ms-visio.drawing.macroenabled.12",
    ),
)
"""Folder of the parts -> the type, and the type with macros."""
_DECLARED = re.compile(r"application/(vnd\.oasis\.opendocument\.[a-z-]+|epub\+zip)")
"""What an archive may say of itself. It becomes a header of answers, so nothing else of it is taken over."""
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"\x1f\x8b", "application/gzip"),
)
"""What files begin with that the library tells less well; it knows the other hundreds."""
_SURE = 0.4
"""From this confidence on (four bytes that agree) the library is believed."""
_MARKUP = (
    (re.compile(rb"<svg[\s>]", re.IGNORECASE), "image/svg+xml"),
    (
        re.compile(rb"<(!doctype\s+html|html|head|body|script|iframe|title|h1|img)[\s>/]", re.IGNORECASE),
        "text/html",
    ),
    (re.compile(rb"^\s*<\?xml[\s?]"), "application/xml"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BY_NAME = {"csv": "text/csv", "json": "application/json", "md": "text/markdown", "ics": "text/calendar"}
"""Texts that only their name tells apart; taken as one of these, a text does nothing that it would not do as a text."""
_CLAIMS = {
    "pdf": ("application/pdf",),
    "png": ("image/png",),
    "jpg": ("image/jpeg",),
    "jpeg": ("image/jpeg",),
    "gif": ("image/gif",),
    "docx": (_OOXML[0][1],),
    "xlsx": (_OOXML[1][1],),
    "pptx": (_OOXML[2][1],),
    "docm": (_OOXML[0][2],),
    "xlsm": (_OOXML[1][2],),
    "pptm": (_OOXML[2][2],),
    "zip": (ZIP,),
    "odt": ("application/vnd.oasis.opendocument.text",),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet",),
    "odp": ("application/vnd.oasis.opendocument.presentation",),
    "csv": (PLAIN, "text/csv"),
    "txt": (PLAIN,),
    "md": (PLAIN, "text/markdown"),
    "json": (PLAIN, "application/json"),
}
"""Ending of a name -> the types that a file of this name is of. Endings that are used for many things claim nothing."""


def media_type_of(read: Read, size: int) -> str:
    """The media type of a file of `size` bytes, by its content."""
    head = read(0, HEAD)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(read, size, head)
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if (text := _as_text(head)) is not None:
        return _text_type(text)
    return _by_library(head)


def refined(media_type: str, name: str) -> str:
    """The same with what only the name of a text tells."""
    return _BY_NAME.get(_ending(name), media_type) if media_type == PLAIN else media_type


def contradicts(media_type: str, name: str) -> bool:
    """Whether the name claims a type that the content is not of."""
    claimed = _CLAIMS.get(_ending(name))
    return claimed is not None and media_type not in claimed


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _as_text(head: bytes) -> bytes | None:
    """The beginning as UTF-8 where it is text, else None."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="ignore")
    else:
        text = head.decode("utf-8-sig", errors="ignore")
        lost = len(head.removeprefix(b"\xef\xbb\xbf")) - len(text.encode())
        if lost > (3 if len(head) >= HEAD else 0):  # the last character may be cut off
            return None
    return None if _CONTROLS.search(text) else text.encode("utf-8", errors="replace")


def _text_type(text: bytes) -> str:
    return next((media_type for pattern, media_type in _MARKUP if pattern.search(text)), PLAIN)


def _by_library(head: bytes) -> str:
    import puremagic

    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    sure = (one.mime_type for one in matches if one.mime_type and one.confidence >= _SURE)
    return next(sure, UNKNOWN).lower()


def _archive(read: Read, size: int, head: bytes) -> str:
    """What an archive is, by the names in it: a document of an office suite, a program, or only an archive."""
    if head[30:38] == b"mimetype":
        (length,) = unpack_from("<I", head, 22)
        declared = head[38 : 38 + min(length, 100)].decode("ascii", errors="replace")
        if _DECLARED.fullmatch(declared):
            return declared
    names = set(_names(read, size))
    if "[Content_Types].xml" in names:
        for folder, plain, with_macros in _OOXML:
            if any(name.startswith(folder) for name in names):
                return with_macros if f"{folder}vbaProject.bin" in names else plain
    return "application/java-archive" if "META-INF/MANIFEST.MF" in names else ZIP


def _names(read: Read, size: int) -> Iterator[str]:
    """The names of an archive's entries as its list at the end has them; nothing where it has no list that can be read."""
    start = max(0, size - 66_000)
    tail = read(start, 66_000)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return
    length, offset = unpack_from("<II", tail, end + 12)
    if length > LARGEST_LIST:
        return
    entries, place = read(offset, length), 0
    while entries[place : place + 4] == b"PK\x01\x02" and place + 46 <= len(entries):
        name, extra, comment = unpack_from("<HHH", entries, place + 28)
        yield entries[place + 46 : place + 46 + name].decode("utf-8", errors="replace")
        place += 46 + name + extra + comment
