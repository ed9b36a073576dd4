"""The types of members: instants, days, ids, lines and prose, codes, keys; each says what it accepts in every document."""

import re
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.base.clock import FIRST_YEAR, LAST_YEAR, of_our_age, parse_day, parse_instant
from shared.base.ids import is_canonical
from shared.base.text import COMBINING, DIRECTIONS, IGNORABLE, LINE_ENDS, OVERRIDES, composed, shows_nothing
from shared.contracts.members import code
from shared.contracts.stored import STORED, write_instant


def _read_instant(value: object) -> datetime:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("an instant needs its offset, such as Z")
        of_our_age(value)
        return value
    if not isinstance(value, str):
        raise ValueError("an instant is an RFC 3339 text, such as 2026-06-01T08:30:00Z")
    return parse_instant(value)


def _read_day(value: object) -> date:
    if isinstance(value, str):
        return parse_day(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return of_our_age(value)
    raise ValueError("a date is written 2026-06-01")


def _read_id(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and is_canonical(value):
        return UUID(value)
    raise ValueError("an id is a UUID in canonical form")


DAY_BOUNDS: dict[str, JsonValue] = {"x-minimum": f"{FIRST_YEAR}-01-01", "x-maximum": f"{LAST_YEAR}-12-31"}
INSTANT_BOUNDS: dict[str, JsonValue] = {
    "x-minimum": f"{FIRST_YEAR}-01-01T00:00:00Z",
    "x-maximum": f"{LAST_YEAR}-12-31T23:59:59.999999Z",
}
"""What JSON Schema has no keyword for. A pattern would say it too, and clients that generate dates would fail at it."""

Instant = Annotated[
    datetime,
    BeforeValidator(_read_instant),
    PlainSerializer(write_instant, when_used="json"),
    Field(examples=["2026-06-01T08:30:00.000000Z"], json_schema_extra=INSTANT_BOUNDS),
]
Day = Annotated[
    date, BeforeValidator(_read_day), Field(examples=["2026-06-01"], json_schema_extra=DAY_BOUNDS)
]
Id = Annotated[UUID, BeforeValidator(_read_id), Field(examples=["01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"])]

CONTROLS = r"\u0000-\u001f\u007f-\u009f"
CONTROLS_BUT_LINES = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"

_REFUSED = re.compile(f"[{CONTROLS}]")
_REFUSED_IN_PROSE = re.compile(f"[{CONTROLS_BUT_LINES}]")
_ENDS_A_LINE = re.compile(f"[{LINE_ENDS}]")
_TURNS = re.compile(f"[{DIRECTIONS}]")
_OVERTURNS = re.compile(f"[{OVERRIDES}]")


class Pattern:
    """Tells in JSON Schema which characters a text may have; what refuses them is the validator beside it."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": self.pattern}


def _compose(value: object) -> object:
    return composed(value) if isinstance(value, str) else value


def _check_line(text: str, info: ValidationInfo) -> str:
    if text.isascii() and text.isprintable() and not text.isspace():
        return text
    if _REFUSED.search(text):
        raise ValueError("control characters are not accepted")
    if info.context is not STORED:
        if _ENDS_A_LINE.search(text):
            raise ValueError("it is one line of text")
        if _TURNS.search(text):
            raise ValueError("characters that turn the direction of writing are not accepted")
    return _check_shows_something(text, info)


def _check_prose(text: str, info: ValidationInfo) -> str:
    if text.isascii() and text.isprintable():
        return text
    if _REFUSED_IN_PROSE.search(text):
        raise ValueError("control characters are not accepted")
    if info.context is not STORED and _OVERTURNS.search(text):
        raise ValueError("characters that override the direction of writing are not accepted")
    return text


def _check_shows_something(text: str, info: ValidationInfo) -> str:
    if info.context is not STORED and shows_nothing(text):
        raise ValueError("nothing of it can be seen")
    return text


_ANY_PROSE = f"[^{CONTROLS_BUT_LINES}{OVERRIDES}]*"
_ANY = f"[^{CONTROLS}{LINE_ENDS}{DIRECTIONS}]*"
_WITH_SOMETHING_VISIBLE = rf"{_ANY}[^{CONTROLS}\s{IGNORABLE}{COMBINING}]{_ANY}"

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_check_line),
    BeforeValidator(_compose),
    Pattern(rf"^[\t-\r ]*{_WITH_SOMETHING_VISIBLE}[\t-\r ]*$"),
]
"""One line of text with something to see in it, in normalization form C."""
Prose = Annotated[
    str,
    StringConstraints(max_length=20_000),
    AfterValidator(_check_prose),
    BeforeValidator(_compose),
    Pattern(f"^{_ANY_PROSE}$"),
]
"""Text of several lines, or none, in normalization form C."""
VisibleProse = Annotated[
    Prose,
    AfterValidator(_check_shows_something),
    Pattern(rf"^{_ANY_PROSE}[^{CONTROLS}\s{IGNORABLE}{COMBINING}]{_ANY_PROSE}$"),
]
"""Text of several lines with something to see in it."""
Code = Annotated[
    str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9._-]{0,39}$"), Field(examples=["PRJ-0042"]), code
]
Percent = Annotated[int, Field(ge=0, le=100, strict=True)]
Key = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_check_line),
    BeforeValidator(_compose),
    Pattern(f"^{_WITH_SOMETHING_VISIBLE}$"),
]
"""A key of another system, as it is there but for normalization form C."""


def _check_file_name(text: str) -> str:
    if "/" in text or "\\" in text:
        raise ValueError("it is the name of a file, without folders")
    if not text.strip(". "):
        raise ValueError("nothing but points is no name")
    return text


WITHOUT_FOLDERS = _WITH_SOMETHING_VISIBLE.replace("[^", r"[^/\\")
FileName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_check_file_name),
    AfterValidator(_check_line),
    BeforeValidator(_compose),
    Pattern(rf"^[\t-\r ]*{WITHOUT_FOLDERS}[\t-\r ]*$"),
    Field(examples=["minutes.pdf"]),
]
"""The name of a file, as people see it: one line without folders."""
Sha256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]),
    code,
]
"""The hash of a content, in small hexadecimal digits."""
Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
Email = Annotated[
    str,
    StringConstraints(
        max_length=200,
        pattern="@".join((f"^[^@\\s{CONTROLS}{DIRECTIONS}]+", f"[^@\\s{CONTROLS}{DIRECTIONS}]+$")),
    ),
    BeforeValidator(_compose),
]
