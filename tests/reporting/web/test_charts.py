"""What charts are made of: where their marks lead, and what they do with outliers."""

from datetime import date
from typing import Any

import pytest

from services.reporting.asof import AsOf
from services.reporting.web import charts
from services.reporting.web.here import Here
from services.reporting.web.words import words_in

HERE = Here("/", AsOf(date(2026, 9, 30), 1, 1), {})
WORDS = words_in("en_GB")


def project(id: str, days: int, pct: str) -> dict[str, Any]:
    return {
        "project": {"id": id, "name": id, "code": id},
        "cost": {"variance_pct": pct, "planned": {"amount": "1000.00", "currency": "CHF"}},
        "schedule": {"variance_days": days},
        "health": {"overall": "green"},
        "stage": "active",
    }


def axes_of(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    spec = charts.standing(items, WORDS, HERE)
    assert spec is not None
    marks = spec["layer"][-1]["encoding"]
    return [marks["x"], marks["y"]]


def test_marks_lead_to_their_projects_of_the_day() -> None:
    spec = charts.standing([project("a", 5, "1.0")], WORDS, HERE)
    assert spec is not None
    assert spec["layer"][-1]["encoding"]["href"] == {"field": "address"}
    assert spec["data"]["values"][0]["address"] == "/project/a?as_of=2026-09-30"


def test_a_bar_of_budget_leads_to_its_lines() -> None:
    year = {"capex": {"approved": None}, "opex": {"approved": None}, "total": {"approved": {"amount": "7.00", "currency": "CHF"}, "draft": {"amount": "5.00", "currency": "CHF"}, "submitted": None}}  # fmt: skip
    spec = charts.budget(
        [{"fiscal_year": 2027, **year}], "CHF", WORDS, HERE, {"portfolio_id": "p", "project_id": ""}
    )
    assert spec is not None
    assert spec["encoding"]["href"] == {"field": "address"}
    place = "/rows/finance/budget-lines?portfolio_id=p&amount.currency=CHF"
    day = "fiscal_year=2027&as_of=2026-09-30#list"
    assert [v["address"] for v in spec["data"]["values"]] == [
        f"{place}&nature=none&state=approved&{day}",
        f"{place}&state=draft&state=submitted&{day}",
    ]


def test_without_outliers_the_axes_are_linear() -> None:
    for axis in axes_of([project(str(n), n, f"{n}.0") for n in range(-20, 20)]):
        assert "type" not in axis["scale"]
        assert "logarithmic" not in axis["title"]


@pytest.mark.parametrize(("days", "pct"), [(-5000, "-1100.0"), (4000, "900.0")])
def test_an_outlier_makes_its_axis_logarithmic_and_the_axis_says_so(days: int, pct: str) -> None:
    items = [project(str(n), n, f"{n}.0") for n in range(-20, 20)]
    x, y = axes_of([*items, project("far", days, pct)])
    assert (x["scale"]["type"], y["scale"]["type"]) == ("symlog", "symlog")
    assert "logarithmic beyond ±30" in x["title"]
    assert "logarithmic beyond ±10" in y["title"]
    assert x["axis"]["values"] == sorted({0, *x["axis"]["values"]})
    x, y = axes_of([*items, project("late", days, "1.0")])
    assert "type" in x["scale"]
    assert "type" not in y["scale"]
