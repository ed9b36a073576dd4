"""The components of a document have one name each, and what a request holds is closed however deep it stands."""

import pytest

from shared.contracts.language import Line, Shape
from shared.contracts.risk.risks import Rating
from shared.http.components import PLACE, schemas_of, separate


def test_two_shapes_of_one_name_are_refused() -> None:
    def another() -> type[Shape]:
        class Rating(Shape):
            stars: Line

        return Rating

    assert schemas_of([Rating]).keys() == {"Rating"}
    with pytest.raises(TypeError, match="two shapes have one name"):
        schemas_of([Rating, another()])


class Hours(Shape):
    begins: Line


class Day(Shape):
    hours: list[Hours]


class Week(Shape):
    days: list[Day]


def test_a_shape_within_a_shape_takes_no_other_members_in_a_request_and_may_have_some_in_an_answer() -> None:
    class Asked(Shape):
        days: list[Day]

    schemas = schemas_of([Week, Asked])
    body, answer = ({"schema": {"$ref": PLACE + name}} for name in ("Asked", "Week"))
    separate(schemas, [{"requestBody": body, "responses": {"200": answer}}])
    day = schemas["Asked"]["properties"]["days"]["items"]
    hours = {"$ref": PLACE + "Hours", "unevaluatedProperties": False}
    assert day["unevaluatedProperties"] is False
    assert day["properties"] == {"hours": {"type": "array", "items": hours}}
    assert schemas["Asked"]["additionalProperties"] is False
    assert not {"additionalProperties", "unevaluatedProperties"} & (
        schemas["Hours"].keys() | schemas["Day"].keys()
    )
    assert schemas["Day"]["properties"]["hours"]["items"] == {"$ref": PLACE + "Hours"}
