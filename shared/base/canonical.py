"""Canonical JSON (RFC 8785): one text for one content, so that a hash of it says whether the content is the same.

Members are sorted by their UTF-16 code units, nothing stands between them, and numbers are written as ECMAScript does.
"""

import math
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

LARGEST_INTEGER = 2**53
"""Beyond it a double, and so a reader of JSON, does not tell two whole numbers apart."""


def canonical(value: Any) -> bytes:
    """The canonical JSON of texts, numbers, booleans, null, lists and dicts with texts as keys.

    ValueError for what I-JSON cannot say: NaN, an infinity, a whole number beyond 2^53, half of a surrogate pair.
    TypeError for any other type: the caller says how that is written.
    """
    return _text(value).encode("utf-8")


def _text(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return encode_basestring(value)
        case int():
            return _whole(value)
        case float():
            return _number(value)
        case list() | tuple():
            return f"[{','.join(map(_text, value))}]"
        case dict():
            members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
            return f"{{{','.join(f'{encode_basestring(name)}:{_text(one)}' for name, one in members)}}}"
    raise TypeError(f"a {type(value).__name__} has no canonical JSON; write it as a text first")


def _whole(value: int) -> str:
    if abs(value) > LARGEST_INTEGER:
        raise ValueError(f"{value} is beyond 2^53; write it as a text")
    return str(value)


def _number(value: float) -> str:
    """As ECMAScript's Number::toString: the shortest digits that are read back as the same double."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number of JSON")
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    return ("-" if sign else "") + _placed(text, point)


def _placed(digits: str, point: int) -> str:
    """The digits with their point behind the first `point` of them."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"
