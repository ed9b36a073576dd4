"""A form with a file (RFC 7578), taken apart while it comes: no more of it is in memory than a piece.

Browsers send UTF-8 and write `"` in a name as `%22`; a backslash is nothing special to them. Nested parts, transfer encodings
and `filename*` are none of theirs.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from shared.base.errors import Malformed

MEDIA_TYPE = "multipart/form-data"
LARGEST_LINE = 4 * 1024
"""Bytes of one line before the content of a part."""
MOST_LINES = 8
MOST_PARTS = 2_000
LONGEST_BOUNDARY = 70

_PARAMETER = re.compile(r"""; *([A-Za-z*]+)=(?:"([^"]*)"|([^;"\s]*))""")

# what is wrong with a form is answered to who sent it: anybody could fill the log with a warning for each
logging.getLogger("python_multipart").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Part:
    """The head of one part: the control, and the file that was chosen in it."""

    name: str
    file_name: str | None = None
    """As the browser calls it; None for a text, empty where no file was chosen."""


def boundary_of(content_type: str) -> bytes:
    """What stands between the parts; Malformed where the header does not say it."""
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not 0 < len(boundary) <= LONGEST_BOUNDARY:
        raise _malformed()
    return boundary


class Parts:
    """The parts of one form."""

    def __init__(self, boundary: bytes) -> None:
        self.is_complete = False
        self._events: list[Part | bytes] = []
        self._count = 0
        self._head: list[tuple[bytearray, bytearray]] = []
        """The lines of the head that is read: names and values."""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_begin": lambda: self._head.append((bytearray(), bytearray())),
                "on_header_field": lambda data, start, end: self._head[-1][0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._head[-1][1].extend(data[start:end]),
                "on_headers_finished": lambda: self._events.append(_part_of(self._head)),
                "on_part_data": lambda data, start, end: self._events.append(data[start:end]),
                "on_end": self._end,
            },
            max_header_count=MOST_LINES,
            max_header_size=LARGEST_LINE,
        )

    def feed(self, data: bytes) -> Sequence[Part | bytes]:
        """What `data` completes: a `Part`, then its content piece by piece, then the next one."""
        self._events = []
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _malformed() from error
        return self._events

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise _malformed()
        self._head.clear()

    def _end(self) -> None:
        self.is_complete = True


def _part_of(head: Sequence[tuple[bytearray, bytearray]]) -> Part:
    for field, value in head:
        try:
            kind, semicolon, rest = value.decode().strip().partition(";")
        except UnicodeDecodeError as error:
            raise _malformed() from error
        if field.lower() == b"content-disposition" and kind.strip().lower() == "form-data":
            values = {
                m[1].lower(): m[2] if m[2] is not None else m[3]
                for m in _PARAMETER.finditer(semicolon + rest)
            }
            if "name" in values:
                file_name = values.get("filename")
                return Part(_plain(values["name"]), None if file_name is None else _plain(file_name))
    raise _malformed()


def _plain(name: str) -> str:
    """A name without the escapes of browsers."""
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _malformed() -> Malformed:
    return Malformed("the form cannot be read", code="malformed_form")
