"""JSON as Portolan accepts it: UTF-8, one value per key, finite numbers, bounded depth, whole integers of 64 bits."""

import asyncio
import json
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.base.errors import Fault, Invalid, Malformed

DEPTH = 32
LARGEST_ARRAY = 10_000
"""Items of an array, and members of an object."""
LONGEST_TEXT = 1024 * 1024
"""Bytes of a text; of all that stands directly in an array or object, blanks too; and of blanks around the whole."""
AT_ONCE = 16 * 1024
"""Bytes that are decoded in one go."""
SIGNS = 2_000
"""So many brackets, commas and texts too: some milliseconds."""
WINDOW = 16 * 1024
"""Bytes that are looked through in one go."""
SIGNS_IN_ALL = 250_000
"""Of a whole body: decoding it takes a second or two, in slices."""
LARGEST_INTEGER = 2**63 - 1

_DECODE = msgspec.json.Decoder().decode
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SIGNS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[\[\]{},]', re.DOTALL)
_QUOTE, _BRACKET, _COMMA, _OPENING = b'"'[0], b"["[0], b","[0], frozenset(b"[{")
_SPACE = b" \t\r\n"
_MARK = b"-Infinity"
"""No value of JSON, so that it can stand for a member that has been decoded."""
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read(body: bytes, items: int = LARGEST_ARRAY) -> Any:
    """The value, or a refusal saying what is wrong; the content itself is never repeated.

    `items` bounds the arrays that are members of the outermost object; any other has `LARGEST_ARRAY` at most.
    """
    reading = _steps(body, items)
    while True:
        try:
            next(reading)
        except StopIteration as done:
            return done.value


async def read_in_slices(body: bytes, items: int = LARGEST_ARRAY) -> Any:
    """The same, and between two slices the event loop does what else there is to do."""
    reading = _steps(body, items)
    while True:
        try:
            next(reading)
        except StopIteration as done:
            return done.value
        await asyncio.sleep(0)


def read_whole(body: bytes) -> Any:
    """The same in one go, without bounds of length: for a process that answers nobody meanwhile.

    What is too large is refused by the memory that the process may use.
    """
    value = _decoded(body, _DECODER)
    _refuse_deeper_than(DEPTH, value)
    return value


def _refuse_deeper_than(depth: int, value: Any) -> None:
    if isinstance(value, dict | list):
        if depth == 0:
            raise _too_deep()
        for member in value.values() if isinstance(value, dict) else value:
            _refuse_deeper_than(depth - 1, member)


Steps = Generator[None, None, Any]
"""Yields where others may go on; returns the value."""


def _steps(body: bytes, items: int) -> Steps:
    if len(body) <= AT_ONCE:
        if body.count(b"[") + body.count(b"{") > DEPTH or body.count(b",") >= min(items, LARGEST_ARRAY):
            for _ in _outline(body, items):
                continue
        else:
            value = _quick(body)
            if value is not None:
                return value
        return _decoded(body, _DECODER)
    outermost = yield from _outline(body, items)
    if outermost is None or body[: outermost.start].strip(_SPACE) or body[outermost.end :].strip(_SPACE):
        raise _not_json()
    return (yield from _value(body, outermost))


def _quick(body: bytes) -> Any:
    """The value of a plain body, by a compiled parser that lets the last of two equal keys win; None of any other.

    Each key is followed by a colon, so where there are as many colons as keys no key was given twice. A text with a
    colon, an escape, a fraction, a large number, and all that is wrong, is left to the parser that tells what it is.
    """
    if b"\\u" in body:
        return None
    try:
        value = _DECODE(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if _count_keys(value) == body.count(b":") else None


_UNCLEAR = -1_000_000
"""More than any body of `AT_ONCE` bytes has keys."""


def _count_keys(value: Any) -> int:
    """The keys of all objects in a value; a negative number where there is a number that has to be looked at."""
    kind = type(value)
    if kind is dict:
        return len(value) + sum(_count_keys(member) for member in value.values() if type(member) is not str)
    if kind is list:
        return sum(_count_keys(member) for member in value)
    if kind is int:
        return 0 if -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER else _UNCLEAR
    return _UNCLEAR if kind is float else 0


@dataclass(slots=True)
class _Container:
    """An object or array in the text, and those directly in it."""

    start: int
    is_array: bool
    end: int = 0
    commas: int = 0
    inner_bytes: int = 0
    """Bytes of those directly in it."""
    signs: int = 0
    """Brackets, commas and texts in it, however deep: what decoding it costs."""
    inner: list["_Container"] = field(default_factory=list)

    @property
    def is_small(self) -> bool:
        return self.signs <= SIGNS and self.end - self.start <= AT_ONCE

    def check_length(self, end: int) -> None:
        """What stands directly in it is decoded in one go, so it is bounded."""
        if end - self.start - self.inner_bytes > LONGEST_TEXT:
            raise _too_long()


def _outline(body: bytes, items: int) -> Generator[None, None, _Container | None]:
    """The outermost container with what is in it, down to what is decoded at once; None where it does not end.

    Depth and length are bounded here, while they are read: nothing is decoded before.
    """
    position, window, size, signs = 0, WINDOW, len(body), 0
    open_ones: list[_Container] = []
    outermost = None
    while position < size:
        end = min(position + window, size)
        following = end
        before = signs
        for sign in _SIGNS.finditer(body, position, end):
            signs += 1
            mark = body[sign.start()]
            if mark == _QUOTE:
                if sign[1] == b"" and end < size:  # it goes on behind the window
                    following = sign.start()
                    break
                if open_ones:
                    open_ones[-1].signs += 1
            elif mark in _OPENING:
                if len(open_ones) == DEPTH:
                    raise _too_deep()
                open_ones.append(_Container(sign.start(), mark == _BRACKET))
            elif not open_ones:
                return None
            elif mark == _COMMA:
                top = open_ones[-1]
                top.commas += 1
                top.signs += 1
                if top.commas >= (items if top.is_array and len(open_ones) == 2 else LARGEST_ARRAY):
                    raise _too_many(top.commas)
            else:
                done = open_ones.pop()
                done.end = sign.end()
                done.check_length(done.end)
                if done.is_small:
                    done.inner = []
                if open_ones:
                    open_ones[-1].signs += done.signs + 1
                    open_ones[-1].inner_bytes += done.end - done.start
                    open_ones[-1].inner.append(done)
                elif outermost is not None:
                    return None
                else:
                    outermost = done
        if signs > SIGNS_IN_ALL:
            raise _too_many(SIGNS_IN_ALL)
        if signs == before and body[position:end].strip(_SPACE):
            raise _not_json()  # a number of thousands of digits, or worse
        window = WINDOW if following > position else 2 * window
        if window > LONGEST_TEXT:
            raise _too_long()
        position = following
        if open_ones:
            open_ones[-1].check_length(position)
        elif position - (outermost.end if outermost else 0) > LONGEST_TEXT:
            raise _too_long()
        yield
    return None if open_ones else outermost


def _value(body: bytes, container: _Container) -> Steps:
    """What is small is decoded as it stands; what is large from its members, and itself with marks in their places."""
    if container.is_small:
        return _decoded(body[container.start : container.end], _DECODER)
    pieces, position, decoded = [], container.start, []
    for inner in container.inner:
        decoded.append((yield from _value(body, inner)))
        pieces.append(body[position : inner.start])
        position = inner.end
        yield
    pieces.append(body[position : container.end])
    text = _MARK.join(pieces)
    if _ESCAPED_SURROGATE.search(text):
        _decoded(text, _decoder(lambda _: None))
    waiting = iter(decoded)

    def member(name: str) -> Any:
        if name != "-Infinity":
            _constant(name)
        try:
            return next(waiting)
        except StopIteration:
            raise _not_json() from None  # the text itself has a mark

    return _decoded(text, _decoder(member), whole=False)


def _decoded(body: bytes, decoder: json.JSONDecoder, whole: bool = True) -> Any:
    try:
        value = decoder.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Malformed("the body is not UTF-8", code="not_utf8") from error
    except json.JSONDecodeError as error:
        raise Malformed(f"the body is not JSON: {error.msg}", code="not_json") from error
    except RecursionError as error:
        raise _too_deep() from error
    if whole and _ESCAPED_SURROGATE.search(body):
        _refuse_lone_surrogates(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Malformed(
                    "a member appears twice",
                    Fault("duplicate_key", "given twice", pointer=f"/{key}"),
                    code="duplicate_key",
                )
            seen.add(key)
    return members


def _constant(name: str) -> Any:
    raise Malformed(f"{name} is not JSON", code="not_json")


def _integer(digits: str) -> int:
    if len(digits) > 20 or not -LARGEST_INTEGER - 1 <= int(digits) <= LARGEST_INTEGER:
        raise Malformed("an integer is beyond 64 bits", code="number_out_of_range")
    return int(digits)


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Malformed("a number is out of range", code="number_out_of_range")
    return value


def _decoder(constant: Callable[[str], Any]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_constant=constant, parse_int=_integer, parse_float=_float
    )


_DECODER = _decoder(_constant)


def _not_json() -> Malformed:
    return Malformed("the body is not JSON", code="not_json")


def _too_many(most: int) -> Invalid:
    fault = Fault("too_many", f"at most {most}", pointer="")
    return Invalid(f"there are more than {most} items", fault, code="too_many_items")


def _too_long() -> Malformed:
    return Malformed(f"a text is longer than {LONGEST_TEXT} bytes", code="text_too_long")


def _too_deep() -> Malformed:
    return Malformed(f"the body is nested deeper than {DEPTH}", code="too_deep")


def _refuse_lone_surrogates(value: Any) -> None:
    match value:
        case str():
            if _SURROGATE.search(value):
                raise Malformed("a text holds half of a surrogate pair", code="lone_surrogate")
        case dict():
            for key, member in value.items():
                _refuse_lone_surrogates(key)
                _refuse_lone_surrogates(member)
        case list():
            for member in value:
                _refuse_lone_surrogates(member)
