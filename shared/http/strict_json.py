"""JSON as Portolan accepts it: UTF-8, one value per key, finite numbers, bounded depth, whole integers of 64 bits."""

import json
import re
from typing import Any

from shared.errors import Fault, Malformed

DEPTH = 32
LARGEST_INTEGER = 2**63 - 1

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read(body: bytes) -> Any:
    """The value, or Malformed saying what is wrong; the content itself is never repeated."""
    _bound_depth(body)
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Malformed("the body is not UTF-8", code="not_utf8") from error
    except json.JSONDecodeError as error:
        raise Malformed(f"the body is not JSON: {error.msg} at {error.pos}", code="not_json") from error
    except RecursionError as error:
        raise _too_deep() from error
    if _ESCAPED_SURROGATE.search(body):
        _refuse_lone_surrogates(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Malformed(
                    "a member stands twice",
                    Fault("duplicate_key", "given twice", pointer=f"/{key}"),
                    code="duplicate_key",
                )
            seen.add(key)
    return made


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


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
)


def _bound_depth(body: bytes) -> None:
    """Count brackets only where there are enough of them to matter; strings may hold some, so this is then exact."""
    if body.count(b"[") + body.count(b"{") <= DEPTH:
        return
    depth = 0
    for token in _BRACKETS.finditer(body):
        mark = token[0]
        if mark in (b"[", b"{"):
            depth += 1
            if depth > DEPTH:
                raise _too_deep()
        elif mark in (b"]", b"}"):
            depth -= 1


_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


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
