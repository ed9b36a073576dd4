"""Health at its limits: -5 and -10 % of plan, 30 and 90 days, or the portfolio's own."""

import pytest

from services.reporting.figures.health import (
    DEFAULT,
    UNKNOWN,
    Limits,
    cost_health,
    health,
    index_health,
    limits_of,
    risk_health,
    time_health,
)

OWN = limits_of(
    {"thresholds": {"cost_amber_pct": 1.5, "cost_red_pct": 3, "time_amber_days": 7, "time_red_days": 14}}
)


@pytest.mark.parametrize(
    ("variance", "planned", "own", "expected"),
    [
        (0, 10_000, False, "green"),
        (2_000, 10_000, False, "green"),
        (-499, 10_000, False, "green"),
        (-500, 10_000, False, "amber"),
        (-999, 10_000, False, "amber"),
        (-1_000, 10_000, False, "red"),
        (-149, 10_000, True, "green"),
        (-150, 10_000, True, "amber"),
        (-299, 10_000, True, "amber"),
        (-300, 10_000, True, "red"),
        (-1, 0, False, None),
        (None, 10_000, False, None),
        (-1, None, False, None),
    ],
)
def test_cost_is_judged_by_its_share_of_the_plan(
    variance: int | None, planned: int | None, own: bool, expected: str | None
) -> None:
    assert cost_health(variance, planned, OWN if own else DEFAULT) == expected


def test_every_limit_of_a_tenth_of_a_per_cent_is_met_exactly() -> None:
    for tenths in range(1, 1_000):
        limits = Limits(cost_amber_pct=tenths / 10, cost_red_pct=1_000)
        assert cost_health(-tenths * 10, 10_000, limits) == "amber", tenths
        assert cost_health(-tenths * 10 + 1, 10_000, limits) == "green", tenths


@pytest.mark.parametrize(
    ("days", "own", "expected"),
    [
        (5, False, "green"), (-29, False, "green"), (-30, False, "amber"), (-89, False, "amber"), (-90, False, "red"),
        (-6, True, "green"), (-7, True, "amber"), (-13, True, "amber"), (-14, True, "red"), (None, False, None),
    ],
)  # fmt: skip
def test_time_is_judged_by_the_days_late(days: int | None, own: bool, expected: str | None) -> None:
    assert time_health(days, OWN if own else DEFAULT) == expected


@pytest.mark.parametrize(
    ("worst", "occurred", "expected"),
    [(0, 0, "green"), (9, 0, "green"), (10, 0, "amber"), (19, 0, "amber"), (20, 0, "red"), (0, 1, "red")],
)
def test_risk_is_judged_by_the_worst_threat(worst: int, occurred: int, expected: str) -> None:
    assert risk_health(worst, occurred) == expected


def test_the_worst_counts_and_each_has_its_reason() -> None:
    answer = health(-1_234, 10_000, -45, 12, 0, DEFAULT)
    assert answer == {
        "overall": "red", "cost": "red", "time": "amber", "risk": "amber",
        "reasons": ["12.34 % over plan", "45 days late", "a risk of score 12"],
    }  # fmt: skip
    assert health(None, None, None, 0, 0, DEFAULT)["overall"] == "green"
    assert health(None, None, None, 0, 0, DEFAULT)["reasons"] == [UNKNOWN]
    assert health(None, None, None, 4, 0, DEFAULT)["reasons"] == []
    assert health(None, None, None, 4, 2, DEFAULT)["reasons"] == ["2 risks have occurred"]


@pytest.mark.parametrize(
    ("index", "own", "expected"),
    [
        ("1.20", False, "green"), ("0.96", False, "green"), ("0.95", False, "amber"), ("0.91", False, "amber"),
        ("0.90", False, "red"), ("0.98", True, "amber"), ("0.97", True, "red"), (None, False, None),
    ],
)  # fmt: skip
def test_an_index_is_judged_by_what_it_lacks_to_one(
    index: str | None, own: bool, expected: str | None
) -> None:
    assert index_health(index, OWN if own else DEFAULT) == expected
