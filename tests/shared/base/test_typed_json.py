"""JSON read into dataclasses: every kind of member, every fault, and that nothing sent is repeated."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest

from shared.base.errors import Invalid
from shared.base.typed_json import MOST_FAULTS, Within, read


@dataclass(frozen=True)
class Part:
    name: str
    share: Annotated[float, Within(0, 1)] = 0.5


@dataclass(frozen=True)
class Whole:
    key: Annotated[str, Within(1, 5)]
    number: Annotated[int, Within(1, 10)] | None = None
    on: date | None = None
    at: datetime | None = None
    amount: Decimal | None = None
    kind: Literal["one", "two"] = "one"
    is_open: bool = True
    parts: Annotated[tuple[Part, ...], Within(0, 2)] = ()
    matrix: tuple[tuple[float, ...], ...] = ()


def test_every_kind_of_member_is_read() -> None:
    sent = {
        "key": "a", "number": 3, "on": "2026-06-01", "at": "2026-06-01T10:00:00+02:00", "amount": "-12.50",
        "kind": "two", "is_open": False, "parts": [{"name": "x"}, {"name": "y", "share": 1}], "matrix": [[1, 2.5]],
    }  # fmt: skip
    assert read(Whole, sent) == Whole(
        "a", 3, date(2026, 6, 1), datetime(2026, 6, 1, 8, tzinfo=UTC), Decimal("-12.50"), "two", False,
        (Part("x"), Part("y", 1.0)), ((1.0, 2.5),),
    )  # fmt: skip


def test_null_and_absent_mean_the_same() -> None:
    assert read(Whole, {"key": "a", "number": None, "kind": None, "parts": None}) == read(Whole, {"key": "a"})
    assert faults({"key": None}) == [("/key", "missing")]


def faults(sent: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(Invalid) as refused:
        read(Whole, sent)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("members", "pointer", "code"),
    [
        ({"key": 1}, "/key", "string_type"),
        ({"key": ""}, "/key", "string_length"),
        ({"key": "abcdef"}, "/key", "string_length"),
        ({"key": "a\n"}, "/key", "value_error"),
        ({"number": True}, "/number", "int_type"),
        ({"number": 1.0}, "/number", "int_type"),
        ({"number": 0}, "/number", "greater_than_equal"),
        ({"number": 11}, "/number", "less_than_equal"),
        ({"on": "2026-02-30"}, "/on", "value_error"),
        ({"on": 20260601}, "/on", "value_error"),
        ({"at": "2026-06-01T10:00:00"}, "/at", "value_error"),
        ({"amount": 12.5}, "/amount", "value_error"),
        ({"amount": "1e9"}, "/amount", "value_error"),
        ({"amount": "NaN"}, "/amount", "value_error"),
        ({"kind": "three"}, "/kind", "literal_error"),
        ({"kind": ["one"]}, "/kind", "literal_error"),
        ({"is_open": 1}, "/is_open", "bool_type"),
        ({"parts": {}}, "/parts", "list_type"),
        ({"parts": [{"name": "x"}] * 3}, "/parts", "too_long"),
        ({"parts": ["x"]}, "/parts/0", "model_type"),
        ({"parts": [{"name": "x", "share": 1.1}]}, "/parts/0/share", "less_than_equal"),
        ({"parts": [{"name": "x", "a/b~c": 1}]}, "/parts/0/a~1b~0c", "extra_forbidden"),
        ({"matrix": [[1], ["2"]]}, "/matrix/1/0", "float_type"),
    ],
)
def test_each_fault_is_named_by_its_place(members: dict[str, Any], pointer: str, code: str) -> None:
    assert faults({"key": "a"} | members) == [(pointer, code)]


def test_all_faults_are_listed_up_to_a_number_and_none_repeats_what_was_sent() -> None:
    assert faults({"number": "secret", "on": "secret", "secret": 1}) == [
        ("/number", "int_type"), ("/on", "value_error"), ("/secret", "extra_forbidden"), ("/key", "missing"),
    ]  # fmt: skip
    assert len(faults({"key": "a", "matrix": [["secret"] * 100]})) == MOST_FAULTS
    with pytest.raises(Invalid) as refused:
        read(Whole, {"key": "secret", "kind": "secret", "amount": "secret"})
    assert "secret" not in str([fault.detail for fault in refused.value.faults])


@pytest.mark.parametrize("sent", [None, [], "text", 1])
def test_what_is_no_object_is_refused(sent: Any) -> None:
    assert faults(sent) == [("", "model_type")]
