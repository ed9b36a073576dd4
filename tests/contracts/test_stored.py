"""Documents as they are kept: what the compiled codecs read and write is what the shapes themselves read and write."""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from shared.base.money import Money
from shared.contracts import catalogue
from shared.contracts.language import CATALOGUE, Aggregate, Instant, Shape
from shared.contracts.stored import codec_of, construct

assert catalogue
SHAPES = list(CATALOGUE)
ODD = st.text(
    st.one_of(
        st.sampled_from('"\\/\b\f\n\r\t\x00\x1f\x7f\x80\u2028\u2029<>&é😀\ufffd'),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=8,
)
"""Texts that no member would accept too: what is written must not depend on that."""
INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)) | st.sampled_from(
    [
        datetime(2026, 6, 1, 8, 30, tzinfo=UTC),
        datetime(2026, 6, 1, 8, 30, tzinfo=timezone(timedelta(hours=2))),
        datetime(2026, 6, 1, 8, 30, 0, 5, tzinfo=timezone(-timedelta(hours=9, minutes=30))),
    ]
)
MONEY = st.builds(Money.of, st.integers(-(10**18) + 1, 10**18 - 1), st.sampled_from(["CHF", "JPY", "KWD"]))
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: ODD,
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    float: st.floats(-1e15, 1e15, allow_nan=False) | st.floats(-1e60, 1e60) | st.integers(0, 100),
    UUID: st.uuids(),
    date: st.dates(date(1950, 1, 1), date(2200, 12, 31)),
    datetime: INSTANTS,
    NoneType: st.none(),
    Money: MONEY,
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type, as an object of ours holds them."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return values_of(arguments[0])
    if origin in (Union, UnionType):
        return st.one_of([values_of(one) for one in arguments])
    if origin is list:
        return st.lists(values_of(arguments[0]), max_size=3)
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(ODD, values_of(arguments[1]), max_size=3)
    if origin is Literal:
        return st.sampled_from(arguments)
    if kind in PLAIN:
        return PLAIN[kind]
    if kind is Any:  # a value of a field of the organisation
        return st.one_of(
            ODD, st.booleans(), st.integers(-(10**12), 10**12), st.just({"amount": "1.00", "currency": "CHF"})
        )
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    assert issubclass(kind, BaseModel)
    return objects_of(kind)


def objects_of(shape: type[BaseModel]) -> st.SearchStrategy[Any]:
    members = {name: values_of(field.annotation) for name, field in shape.model_fields.items()}
    drawn = st.fixed_dictionaries(members)
    return drawn.map(lambda drawn: construct(shape, {name: drawn[name] for name in members}))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_aggregate_has_a_compiled_codec(shape: type[Aggregate]) -> None:
    assert codec_of(shape).is_compiled


@given(st.sampled_from(SHAPES).flatmap(objects_of))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_what_the_shape_writes_and_reads_back_equal(one: Aggregate) -> None:
    codec, text = codec_of(type(one)), one.to_json()
    assert codec.write(vars(one)) == text
    again = codec.one(text)
    assert again == one
    assert list(vars(again)) == list(type(one).model_fields)
    assert again.to_json() == text


def _state(**members: str) -> str:
    values = {
        "id": '"01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"',
        "version": "1",
        "created_at": '"2026-06-01T08:30:00.000000Z"',
        "updated_at": '"2026-06-01T08:30:00.000000Z"',
        "name": '"a"',
    } | members
    return "{" + ",".join(f'"{name}":{value}' for name, value in values.items()) + "}"


class Noted(Aggregate):
    name: str
    note: str = "none"
    tags: list[str] = []  # noqa: RUF012 a shape's default is copied


def test_what_an_older_version_did_not_know_has_its_default() -> None:
    one, other = (codec_of(Noted).one(_state()) for _ in range(2))
    assert (one.note, one.tags) == ("none", [])
    assert one.tags is not other.tags


def test_what_a_newer_version_has_added_is_not_lost_in_silence() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        codec_of(Noted).one(_state(since='"2027"'))


class Weighed(Shape):
    weight: float
    at: list[Instant] = []  # noqa: RUF012


def test_a_shape_that_no_codec_expresses_is_kept_as_it_was() -> None:
    codec = codec_of(Weighed)
    assert not codec.is_compiled
    one = codec.one('{"weight":1e+16,"at":["2026-06-01T08:30:00Z"]}')
    assert codec.write(vars(one)) == one.to_json() == b'{"weight":1e+16,"at":["2026-06-01T08:30:00.000000Z"]}'
