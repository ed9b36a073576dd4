"""JSON is read as the standard library reads it, or refused: twice given keys, NaN, half pairs, depth, huge integers."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.base import strict_json
from shared.base.errors import Invalid, Malformed

TEXT = st.text(st.characters(codec="utf-8"))
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), TEXT
)  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
)
PIECES = st.lists(
    st.sampled_from(
        ["{", "}", "[", "]", ",", ":", '"a"', '"b"', '"a":1', "1", "-0", "0.5e3", "1e999", "NaN", "Infinity", "-Infinity",
         '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00x"', "9223372036854775808", "null", "true", " ", "\n", '"', "\\"]
    ),
    max_size=12,
)  # fmt: skip


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def has(value: Any, wrong: Any) -> bool:
    """Whether anything in a value is `wrong`, keys included."""
    inner: list[Any] = []
    if isinstance(value, dict):
        inner = [*value, *value.values()]
    elif isinstance(value, list):
        inner = value
    return wrong(value) or any(has(v, wrong) for v in inner)


def unacceptable(value: Any) -> bool:
    if isinstance(value, float):
        return value != value or abs(value) == float("inf")
    if isinstance(value, str):
        return any(0xD800 <= ord(c) <= 0xDFFF for c in value)
    return isinstance(value, int) and not -(2**63) <= value < 2**63


class GivenTwice(Exception):
    pass


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise GivenTwice
    return dict(pairs)


@given(VALUES, st.booleans())
def test_what_json_writes_is_read_as_json_reads_it(value: Any, ascii: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii).encode()
    assert repr(strict_json.read(body)) == repr(json.loads(body))


@given(PIECES)
def test_whatever_is_accepted_equals_json_and_holds_nothing_unacceptable(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        expected = json.loads(text, object_pairs_hook=once)
        wanted = None if has(expected, unacceptable) else repr(expected)
    except (ValueError, GivenTwice):
        wanted = None
    try:
        read: str | None = repr(strict_json.read(text.encode()))
    except Malformed:
        read = None
    assert read == wanted


@given(
    st.one_of(VALUES.map(lambda value: json.dumps(value, ensure_ascii=False)), PIECES.map("".join)), st.data()
)
def test_what_the_compiled_parser_is_believed_is_what_the_careful_one_reads(
    text: str, data: st.DataObject
) -> None:
    body = bytearray(text.encode())
    for _ in range(data.draw(st.integers(0, 3))):  # what almost is JSON
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.integers(0, 1))] = data.draw(
            st.sampled_from(
                [b"", b":", b'"', b",", b"{", b"}", b"0", b"9" * 19, b"\\", b"\x00", b"\xff", b"e5", b" "]
            )
        )
    quick = strict_json._quick(bytes(body))
    if quick is not None:
        assert repr(quick) == repr(strict_json._decoded(bytes(body), strict_json._DECODER))


@given(
    st.dictionaries(
        st.from_regex("[a-z]{1,9}", fullmatch=True), st.text("ab é\n", max_size=9) | st.integers(0, 9)
    )
)
def test_plain_bodies_are_read_by_the_compiled_parser(members: dict[str, Any]) -> None:
    assert strict_json._quick(json.dumps(members, ensure_ascii=False).encode()) == members


@given(st.dictionaries(TEXT, LEAVES, min_size=1, max_size=4), st.data())
def test_a_key_given_twice_is_refused_wherever_it_stands(
    members: dict[str, Any], data: st.DataObject
) -> None:
    again = data.draw(st.sampled_from(sorted(members)))
    parts = [f"{json.dumps(k)}:{json.dumps(v)}" for k, v in [*members.items(), (again, 1)]]
    shuffled = data.draw(st.permutations(parts))
    depth = data.draw(st.integers(0, 20))
    body = "[" * depth + "{" + ",".join(shuffled) + "}" + "]" * depth
    with pytest.raises(Malformed) as refused:
        strict_json.read(body.encode())
    assert refused.value.code == "duplicate_key"


@given(st.integers(1, 200), TEXT)
def test_the_depth_is_counted_outside_of_texts_only(depth: int, text: str) -> None:
    inside = json.dumps(text + "[{" * 40 + '"\\')
    body = (b'{"a":' * (depth - 1)) + b"[" + inside.encode() + b"]" + b"}" * (depth - 1)
    if depth <= strict_json.DEPTH:
        assert strict_json.read(body) == json.loads(body)
        return
    with pytest.raises(Malformed) as refused:
        strict_json.read(body)
    assert refused.value.code == "too_deep"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"a": NaN}', "not_json"),
        (b"[1e999]", "number_out_of_range"),
        (b"9223372036854775808", "number_out_of_range"),
        (b"-9223372036854775809", "number_out_of_range"),
        (b'"\\ud800"', "lone_surrogate"),
        (b'{"\\udfff": 1}', "lone_surrogate"),
        (b'"\xff"', "not_utf8"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b"", "not_json"),
        (b"{} {}", "not_json"),
        (nested(33), "too_deep"),
        (nested(100_000), "too_deep"),
        (b"[" * 33, "too_deep"),
    ],
)
def test_a_refusal_says_why_and_never_repeats_the_body(body: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        strict_json.read(body)
    assert refused.value.code == code
    assert len(refused.value.detail) < 80


def test_the_edges_are_accepted() -> None:
    assert strict_json.read(b"[9223372036854775807, -9223372036854775808]") == [2**63 - 1, -(2**63)]
    assert strict_json.read(b'"\\ud83d\\ude00"') == "\U0001f600"
    assert strict_json.read(nested(32)) == json.loads(nested(32))


def long(value: bytes) -> bytes:
    """The same value in a text that is read in slices."""
    return b'{"padding": "' + b"x" * strict_json.AT_ONCE + b'", "value": ' + value + b"}"


def sliced(body: bytes, items: int = strict_json.LARGEST_ARRAY) -> Any:
    return asyncio.run(strict_json.read_in_slices(body, items))


@given(st.lists(VALUES, max_size=30))
def test_a_long_text_is_read_as_the_standard_library_reads_it(values: list[Any]) -> None:
    """Members are decoded by themselves where there are many of them."""
    with patched(SIGNS=3, AT_ONCE=20, WINDOW=64):
        assert sliced(long(json.dumps(values).encode()))["value"] == values
        assert sliced(long(json.dumps(values, ensure_ascii=False).encode()))["value"] == values


@given(PIECES)
def test_what_a_short_text_may_not_hold_a_long_one_may_not_either(pieces: list[str]) -> None:
    text = "".join(pieces).encode()
    with patched(SIGNS=2, AT_ONCE=8, WINDOW=1024):
        assert verdict(lambda: sliced(long(b"[" + text + b"]"))) == verdict(
            lambda: strict_json.read(b"[" + text + b"]")
        )


def verdict(reading: Callable[[], Any]) -> str:
    try:
        read = reading()
    except Malformed:
        return "refused"
    return json.dumps(read["value"] if isinstance(read, dict) else read)


@contextmanager
def patched(**values: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setattr(strict_json, name, value)
        yield


TOO_MANY = {
    "items of a batch": (b'{"items": [' + b'{"a":1},' * 6_000_000 + b"1]}", 500),
    "items in an item": (b'{"items": [{"a": [' + b"1," * 10_000 + b"1]}]}", 500),
    "members": (json.dumps({str(n): n for n in range(10_001)}).encode(), 500),
    "of all": (json.dumps([[[1] * 9_999] * 60]).encode(), 500),
}


@pytest.mark.parametrize(("body", "items"), TOO_MANY.values(), ids=TOO_MANY)
def test_items_are_counted_while_they_are_read(
    body: bytes, items: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is decoded before they are known to be few enough."""
    monkeypatch.setattr(strict_json, "_decoded", None)
    with pytest.raises(Invalid) as refused:
        sliced(body, items)
    assert refused.value.code == "too_many_items"


def test_as_many_items_as_are_allowed_are_read() -> None:
    body = json.dumps({"items": [{"a": [1] * 10}] * 500, "other": list(range(499))}).encode()
    assert len(sliced(body, 500)["items"]) == 500


MUCH = b" " * 2 * strict_json.LONGEST_TEXT
LARGE = {
    "blanks before": MUCH + b"{}",
    "blanks behind": b"{}" + MUCH,
    "blanks in an array": b'{"items": [' + MUCH + b"]}",
    "blanks between items": b'{"items": [' + (b" " * 100_000 + b"{},") * 20 + b"{}]}",
    "texts that are long together": json.dumps({"items": ["x" * 1_000_000] * 3}).encode(),
}


@pytest.mark.parametrize("body", LARGE.values(), ids=LARGE)
def test_what_is_decoded_in_one_go_is_bounded(body: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        sliced(body)
    assert refused.value.code == "text_too_long"


def test_a_large_text_of_many_items_is_read() -> None:
    items = [{"a": "x" * 10_000, "b": {"c": "y" * 10_000}}] * 200
    assert sliced(json.dumps({"items": items}, indent=4).encode()) == {"items": items}


@pytest.mark.parametrize(("body", "code"), [(b'{"a": "' + b"x" * 2_000_000 + b'"}', "text_too_long"), (b'{"a": ' + b"9" * 100_000 + b"}", "not_json"),
                                            (b" " * 100_000, "not_json"), (b"[" * 100_000, "too_deep"), (b"]" * 100_000, "not_json")])  # fmt: skip
def test_a_long_text_that_is_wrong_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        sliced(body)
    assert refused.value.code == code
