"""Which values pass for a type, and where the first that does not is said to be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import numpy as np
import pytest

from shared.base.errors import Invalid
from shared.base.typed import refuse_mistyped, require_instance


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Leaf:
    size: float
    kind: Literal["FS", "SS"] = "FS"


@dataclass(frozen=True)
class Tree:
    code: str
    leaves: tuple[Leaf, ...] = ()
    planted: date | None = None
    pair: tuple[int, float] = (1, 1.0)
    by_name: Mapping[str, Leaf | int] | None = None
    colour: Colour = Colour.RED
    felled: Collection[date] = ()
    forest: Annotated[str, str | int] = ""


@pytest.mark.parametrize(
    "tree",
    [
        Tree("a", (Leaf(1), Leaf(1.5, "SS")), date(2026, 6, 1), by_name={"x": Leaf(2), "y": 3}),
        Tree("a", [Leaf(np.int64(1)), Leaf(np.float64(1))]),  # type: ignore[arg-type]
        Tree("a", colour="red"),  # type: ignore[arg-type]
        Tree("a", felled=frozenset({date(2026, 6, 1)})),
        Tree("a", felled=[date(2026, 6, 1)]),
        Tree("a", forest=7),  # type: ignore[arg-type]
    ],
)
def test_what_says_the_same_in_another_type_passes(tree: Tree) -> None:
    refuse_mistyped([tree], Sequence[Tree], "/trees")


@pytest.mark.parametrize(
    ("members", "pointer", "detail"),
    [
        ({"code": 5}, "/0/code", "int found where a string is due"),
        ({"leaves": 5}, "/0/leaves", "int found where a list is due"),
        ({"leaves": "ab"}, "/0/leaves", "str found where a list is due"),
        ({"leaves": (Leaf(1), Leaf(True))}, "/0/leaves/1/size", "bool found where a float is due"),
        ({"leaves": (Leaf(10**400),)}, "/0/leaves/0/size", "the number is too large"),
        ({"leaves": (Leaf(1, "XX"),)}, "/0/leaves/0/kind", "'XX' found where 'FS' or 'SS' is due"),  # type: ignore[arg-type] # wrong on purpose
        ({"planted": datetime(2026, 6, 1)}, "/0/planted", "datetime found where a date or None is due"),
        ({"pair": (1,)}, "/0/pair", "2 values are due"),
        ({"by_name": {"a/b": Leaf("x")}}, "/0/by_name/a~1b/size", "str found where a float is due"),  # type: ignore[arg-type] # wrong on purpose
        ({"by_name": {"x": None}}, "/0/by_name/x", "NoneType found where Leaf or a whole number is due"),
        ({"colour": []}, "/0/colour", "list found where 'red' is due"),
        ({"felled": {"2026-06-01"}}, "/0/felled", "str found where a date is due"),
        ({"felled": 5}, "/0/felled", "int found where a collection is due"),
        ({"forest": None}, "/0/forest", "NoneType found where a string or a whole number is due"),
        ({"colour": "blue"}, "/0/colour", "'blue' found where 'red' is due"),
    ],
)
def test_the_first_value_of_another_type_is_named_by_its_place(
    members: dict[str, Any], pointer: str, detail: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        refuse_mistyped([Tree(**{"code": "a", **members})], Sequence[Tree], "")
    fault = refusal.value.faults[0]
    assert (fault.code, fault.pointer, fault.detail) == ("wrong_type", pointer, detail)


def test_a_stranger_is_refused_and_what_is_in_a_known_one_is_trusted() -> None:
    require_instance(Leaf("x"), Leaf, "/leaf")  # type: ignore[arg-type]
    with pytest.raises(Invalid, match=r"^/leaf: Tree found where Leaf is due$"):
        require_instance(Tree("a"), Leaf, "/leaf")
