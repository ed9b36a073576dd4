"""The components of a document have one name each."""

import pytest

from shared.contracts.language import Line, Shape
from shared.contracts.risk.risks import Rating
from shared.http.components import schemas_of


def test_two_shapes_of_one_name_are_refused() -> None:
    def another() -> type[Shape]:
        class Rating(Shape):
            stars: Line

        return Rating

    assert schemas_of([Rating]).keys() == {"Rating"}
    with pytest.raises(TypeError, match="two shapes have one name"):
        schemas_of([Rating, another()])
