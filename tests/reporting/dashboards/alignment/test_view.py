"""Money divided by contributions: whatever the weights, the parts are the whole."""

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.dashboards.alignment.view import Tree, divided, serves_none, servings

AMOUNTS = st.integers(0, 10**12)


@given(AMOUNTS, st.lists(st.integers(1, 4), min_size=1, max_size=30))
def test_the_parts_of_an_amount_add_up_to_it_and_none_is_further_off_than_a_unit(
    minor: int, weights: list[int]
) -> None:
    parts = divided(minor, weights)
    assert sum(parts) == minor
    assert all(
        abs(part * sum(weights) - minor * weight) < sum(weights)
        for part, weight in zip(parts, weights, strict=True)
    )


def test_a_contribution_of_nothing_is_none_and_takes_no_money() -> None:
    cost = {"amount": "100.00", "currency": "CHF"}
    contributions = [
        {"objective_id": "a", "contribution": "extreme"},
        {"objective_id": "b", "contribution": "none"},
        {"objective_id": "c", "contribution": "low"},
    ]
    project = {"id": "p", "code": "P", "name": "ERP", "objectives": contributions, "planned_cost": cost}
    # 100.00 by 4 : 1
    assert [(one.objective_id, one.share) for one in servings("project", project)] == [
        ("a", 8000), ("c", 2000),
    ]  # fmt: skip
    idle = project | {"objectives": contributions[1:2], "stage": "active", "portfolio_id": None}
    assert [one["id"] for one in serves_none([project, idle])] == ["p"]


def test_an_objective_whose_parent_is_not_there_stands_at_the_top() -> None:
    rows: list[dict[str, str | None]] = [
        {"id": "b", "title": "B", "parent_id": "a"},
        {"id": "a", "title": "A", "parent_id": None},
        {"id": "c", "title": "C", "parent_id": "gone"},
    ]
    assert [(one["id"], depth) for one, depth in Tree(rows).in_order()] == [("a", 0), ("b", 1), ("c", 0)]
