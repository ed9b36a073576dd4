"""Forms with files, taken apart while they come: however they are cut, nothing is lost, added or believed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.base.errors import Malformed
from shared.http.multipart import LARGEST_LINE, MOST_LINES, MOST_PARTS, Part, Parts, boundary_of

BOUNDARY = b"----form-42"
TEXT = st.text(st.characters(exclude_characters='"\r\n%', codec="utf-8"), min_size=1, max_size=8)
CONTENT = st.one_of(
    st.binary(max_size=40),
    st.lists(
        st.sampled_from([b"\r", b"\n", b"-", b"--", b"\r\n--", BOUNDARY[:-1], b"\r\n--" + BOUNDARY[:-1]])
    ).map(b"".join),
)


def form_of(*parts: tuple[str, str | None, bytes]) -> bytes:
    body = b""
    for name, file_name, content in parts:
        file_part = f'; filename="{file_name}"' if file_name is not None else ""
        head = f'Content-Disposition: form-data; name="{name}"{file_part}\r\n\r\n'
        body += b"--" + BOUNDARY + b"\r\n" + head.encode() + content + b"\r\n"
    return body + b"--" + BOUNDARY + b"--\r\n"


def taken_apart(body: bytes, *cuts: int) -> list[tuple[str, str | None, bytes]]:
    parts, read = Parts(BOUNDARY), []
    places = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    for start, stop in pairwise(places):
        for one in parts.feed(body[start:stop]):
            if isinstance(one, Part):
                read.append((one.name, one.file_name, b""))
            else:
                read[-1] = (*read[-1][:2], read[-1][2] + one)
    if not parts.is_complete:
        raise Malformed("it has no end")
    return read


@given(
    parts=st.lists(st.tuples(TEXT, st.none() | TEXT, CONTENT), max_size=4),
    cuts=st.lists(st.integers(0, 2_000), max_size=6),
)
def test_a_form_is_read_alike_however_it_is_cut(
    parts: list[tuple[str, str | None, bytes]], cuts: list[int]
) -> None:
    if parts:
        assert taken_apart(form_of(*parts), *cuts) == parts


def test_each_byte_by_itself_makes_the_same_form() -> None:
    body = form_of(("a", None, b"one"), ("file", "m.txt", b"\r\n--\r\n--" + BOUNDARY[:-1]), ("b", None, b""))
    assert taken_apart(body, *range(len(body))) == taken_apart(body)


def test_no_more_of_a_content_is_kept_than_a_boundary() -> None:
    parts = Parts(BOUNDARY)
    list(parts.feed(form_of(("file", "m", b""))[: -len(BOUNDARY) - 8]))
    withheld = 0
    for _ in range(100):
        for data in (b"\r\n-x" * 1000, b"\r\n--" + BOUNDARY[:-1]):
            withheld += len(data) - sum(len(one) for one in parts.feed(data) if isinstance(one, bytes))
            assert 0 <= withheld < len(BOUNDARY) + 4


def test_names_are_as_browsers_write_them() -> None:
    head = b'content-disposition:  Form-Data; name="a; filename=x"; filename="100%22; name=b \xc3\xa9.txt"'
    body = (
        b"--" + BOUNDARY + b"\r\nContent-Type: text/plain\r\n" + head + b"\r\n\r\nx\r\n--" + BOUNDARY + b"--"
    )
    assert taken_apart(body) == [("a; filename=x", '100"; name=b é.txt', b"x")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"before" + form_of(("a", None, b"1")),
        form_of(("a", None, b"1"))[:-6],
        form_of(("a", None, b"1")).replace(b"form-data", b"attachment"),
        form_of(("a", None, b"1")).replace(b'name="a"', b"x=1"),
        form_of(("a", None, b"1")).replace(b'"a"', b'"\xff"'),
        form_of(("a" * LARGEST_LINE, None, b"1")),
        form_of(("a", None, b"1")).replace(b"\r\n\r\n", b"\r\nX: 1" * MOST_LINES + b"\r\n\r\n"),
        form_of(*[("a", None, b"")] * (MOST_PARTS + 1)),
        form_of(("a", None, b"1")).replace(BOUNDARY + b"--", BOUNDARY + b"xx"),
    ],
    ids=[
        "empty",
        "preamble",
        "cut off",
        "no form",
        "no name",
        "no text",
        "long line",
        "many lines",
        "many parts",
        "no end",
    ],
)
def test_what_is_no_form_is_refused_and_fills_no_log(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Malformed):
        taken_apart(body)
    assert not caplog.records


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('multipart/form-data; charset=utf-8; Boundary="a b"', b"a b"),
    ],
)
def test_the_boundary_stands_in_the_header(header: str, boundary: bytes) -> None:
    assert boundary_of(header) == boundary


@pytest.mark.parametrize(
    "header", ["multipart/form-data", "multipart/form-data; boundary=", f"x; boundary={'a' * 71}"]
)
def test_a_header_without_a_boundary_is_refused(header: str) -> None:
    with pytest.raises(Malformed):
        boundary_of(header)
