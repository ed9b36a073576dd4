"""Canonical JSON: the examples of RFC 8785, and what cannot be written."""

import struct

import pytest

from shared.base.canonical import canonical


def test_members_are_sorted_by_their_utf_16_units() -> None:
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    text = canonical(value).decode()
    assert text == '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'


def test_texts_are_escaped_no_more_than_they_must_be() -> None:
    assert (
        canonical('\u20ac$\u000f\nA\'B"\\\\"/\u007f').decode()
        == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f"'
    )


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555554", "333333333.33333325"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_ecmascript_does(bits: str, text: str) -> None:
    """The samples of appendix B."""
    [value] = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(value).decode() == text


def test_whole_numbers_truth_and_nothing_are_themselves() -> None:
    assert canonical([None, True, False, 0, -7, [], {}]) == b"[null,true,false,0,-7,[],{}]"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53 + 1, "\ud800"])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical(value)


def test_what_has_no_plain_form_is_refused() -> None:
    with pytest.raises(TypeError, match="write it as a text"):
        canonical({"at": object()})
