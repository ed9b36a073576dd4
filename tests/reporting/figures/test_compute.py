"""The figures of a project from its states: which plan, forecast and measure count, and why one is missing."""

import json
from decimal import Decimal
from typing import Any

import pytest

from services.reporting.dashboards.projects.view import earned_value
from services.reporting.figures.changes import OnDay, changes_of
from services.reporting.figures.compute import Figures, cost_variance, figures, plan_of
from services.reporting.figures.sources import Amount, read
from services.reporting.figures.walk import drafts
from shared.base.money import to_minor
from shared.domain.measured import Measured, Sums, planned_value

LATE = 1_000_000
"""A day on which all has come."""


def chf(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CHF"}


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def of(
    states: dict[str, list[dict[str, Any]]] | None = None,
    measure: Measured | None = None,
    plan: str | None = None,
    **members: Any,
) -> Figures:
    """The figures of a bare project with these members, states and measures."""
    names = ("planned_cost", "forecast_cost", "archived_at", "external_ref", "portfolio_id", "programme_id",
             "planned_start_on", "planned_finish_on", "forecast_finish_on", "actual_finish_on")  # fmt: skip
    bare = dict.fromkeys(names) | {"code": "P", "name": "ERP", "stage": "active"}
    sources = [("project", bare | members)] + [
        (kind, one) for kind, of in (states or {}).items() for one in of
    ]
    versions = [
        OnDay(str(n), 1, LATE, read(kind, json.dumps({"archived_at": None} | state)))
        for n, (kind, state) in enumerate(sources)
    ]
    [draft] = drafts([], changes_of(versions, {}, {}), LATE, is_whole=True)
    return figures(draft.own, draft.basis, LATE, measure, plan)


def forecast(on: str, amount: dict[str, str], id: str = "1") -> dict[str, Any]:
    return {"forecast_on": on, "created_at": on, "id": id, "at_completion": amount}


def line(state: str, amount: dict[str, str]) -> dict[str, Any]:
    return {"state": state, "amount": amount}


MEASURED = Measured("CHF", Sums(bac=10_000, ev=4_000, ac=5_000, current=10_000, packages=1), {})


def test_the_plan_is_the_projects_own_before_its_approved_lines() -> None:
    lines = {
        "budget_line": [
            line("approved", chf("30.00")),
            line("approved", chf("20.00")),
            line("draft", chf("9.00")),
        ]
    }
    assert of(lines, planned_cost=chf("70.00")).planned == 7000
    assert of(lines).planned == 5000
    assert of({"budget_line": [line("draft", chf("9.00"))]}).planned is None
    mixed = {"budget_line": [line("approved", chf("30.00")), line("approved", eur("20.00"))]}
    assert of(mixed).planned is None


def test_the_newest_forecast_counts_before_the_projects_own() -> None:
    by_key = {"forecast": [forecast("2026-02-01", chf("2.00")), forecast("2026-03-01", chf("3.00"), "2"),
                         forecast("2026-01-01", chf("1.00"), "3")]}  # fmt: skip
    assert of(by_key, planned_cost=chf("1.00"), forecast_cost=chf("9.00")).forecast == 300
    assert of(planned_cost=chf("1.00"), forecast_cost=chf("9.00")).forecast == 900


@pytest.mark.parametrize(
    ("planned", "at_completion", "expected"),
    [
        (chf("100.00"), chf("112.00"), (-1200, None)),
        (chf("100.00"), chf("90.50"), (950, None)),
        (None, chf("1.00"), (None, "no planned cost")),
        (chf("1.00"), None, (None, "no forecast cost")),
        (chf("1.00"), eur("1.00"), (None, "plan in CHF, forecast in EUR, and no rate")),
    ],
)
def test_variance_is_plan_minus_forecast_or_null_with_the_reason(
    planned: Any, at_completion: Any, expected: tuple[int | None, str | None]
) -> None:
    taken = [
        Amount(m["currency"], to_minor(Decimal(m["amount"]), m["currency"])) if m else None
        for m in (planned, at_completion)
    ]
    assert cost_variance(taken[0], taken[1]) == expected


def test_amounts_of_two_currencies_are_not_mixed() -> None:
    result = of(planned_cost=chf("5.00"), forecast_cost=eur("6.00"))
    assert (result.currency, result.planned, result.forecast, result.variance) == ("CHF", 500, None, None)


@pytest.mark.parametrize(
    ("day", "value"), [(9, 0), (10, 0), (11, 25), (14, 100), (15, 100), (18, 160), (20, 200), (99, 200)]
)
def test_planned_value_is_linear_between_its_points(day: int, value: int) -> None:
    assert planned_value([[10, 0], [14, 100], [15, 100], [20, 200]], day) == value


def test_earned_value_by_hand() -> None:
    plan = plan_of({(11, 20): 10_000})
    assert plan == "[[10,0],[20,10000]]"
    measures = earned_value(of(measure=MEASURED, plan=plan, planned_cost=chf("1.00")), 15)
    assert [measures[name] for name in ("bac", "pv", "ev", "ac")] == [
        chf(a) for a in ("100.00", "50.00", "40.00", "50.00")
    ]
    assert (measures["spi"], measures["cpi"], measures["reasons"]) == ("0.80", "0.80", {})


def test_what_was_not_measured_is_null_and_never_zero() -> None:
    """Cost without budgeted work: an efficiency of 0.00 would be a verdict on a project that was never measured."""
    why = "no work package with a budget"
    unknown = Measured("CHF", Sums(ac=5_000), dict.fromkeys(("bac", "pv", "ev"), why))
    measures = earned_value(of(measure=unknown, planned_cost=chf("1.00")), 15)
    assert [measures[name] for name in ("bac", "pv", "ev", "spi", "cpi")] == [None] * 5
    assert measures["reasons"]["cpi"].startswith(why)


def test_what_was_spent_in_another_currency_than_the_plan_is_null_with_the_reason() -> None:
    """The plan was restated in euros after francs were spent: nothing was spent is not what to say."""
    result = of(measure=MEASURED, planned_cost=eur("1.00"))
    value = earned_value(result, 15)
    assert (value["ac"], value["cpi"], value["ev"]) == (None, None, chf("40.00"))
    assert value["reasons"]["ac"] == value["reasons"]["cpi"] == "actual cost in CHF, plan in EUR, and no rate"


def test_planned_value_is_exact_to_the_minor_unit_up_to_the_largest_amount() -> None:
    assert planned_value([[0, 0], [3, 10**18 - 1]], 1) == 333_333_333_333_333_333
    assert planned_value([[0, 0], [2, 1]], 1) == 0
    assert planned_value([[0, 0], [2, 3]], 1) == 2
