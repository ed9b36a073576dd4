"""Texts under members, read from the source once per file."""

from pydantic import create_model

from shared.base.docstrings import member_docstrings
from shared.contracts.language import Shape


class Parcel(Shape):
    """What is sent."""

    weight: int
    """How heavy it is,
    in grams."""
    label: str = ""

    class Stamp(Shape):
        price: int
        """In cents."""


def test_the_text_under_a_member_describes_it() -> None:
    assert Parcel.model_fields["weight"].description == "How heavy it is,\nin grams."
    assert Parcel.model_fields["label"].description is None
    assert Parcel.Stamp.model_fields["price"].description == "In cents."


def test_classes_within_functions_are_described_too() -> None:
    class Local(Parcel):
        colour: str
        """As people call it."""

    assert Local.model_fields["colour"].description == "As people call it."
    assert Local.model_fields["weight"].description == "How heavy it is,\nin grams."


def test_what_no_source_declares_has_no_texts() -> None:
    created = create_model("Parcel", __base__=Shape, __module__="nowhere", weight=(int, ...))
    assert member_docstrings(created) == {}


def test_the_schema_has_the_texts() -> None:
    assert Parcel.model_json_schema()["properties"]["weight"]["description"] == "How heavy it is,\nin grams."
