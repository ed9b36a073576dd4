"""Counts by health are made by the database and items by Python: at a limit, and beside it, both say the same."""

import pytest

from services.reporting.figures.health import UNKNOWN
from tests.conftest import Portolan


@pytest.mark.parametrize("limit", [0.9, 2.2, 7.3, 14.1])
async def test_counts_and_items_agree_at_a_portfolio_s_own_limit(everywhere: Portolan, limit: float) -> None:
    director = everywhere("director")
    thresholds = {"cost_amber_pct": limit, "cost_red_pct": 50, "time_amber_days": 30, "time_red_days": 90}
    answer = await director.post("/projects/v1/portfolios", json={"name": "Own", "thresholds": thresholds})
    portfolio = answer.json()["id"]
    for over in (round(limit * 100) - 1, round(limit * 100)):
        amounts = {"planned_cost": "10000.00", "forecast_cost": f"{10_000 + over}.00"}
        body = {name: {"amount": amount, "currency": "CHF"} for name, amount in amounts.items()}
        put = await director.post(
            "/projects/v1/projects", json={"name": f"{over} over", "portfolio_id": portfolio, **body}
        )
        assert put.status_code == 201, put.text
    await everywhere.settled()
    items = (await director.get("/reporting/v1/projects?sort=-cost.variance")).json()["items"]
    assert [i["health"]["cost"] for i in items] == ["green", "amber"]
    [own] = (await director.get("/reporting/v1/portfolios")).json()["items"]
    assert own["counts"]["by_health"] == {"green": 1, "amber": 1, "red": 0}


async def test_counts_and_items_agree_on_what_nothing_is_known_of(everywhere: Portolan) -> None:
    director = everywhere("director")
    cost = {"amount": "10000.00", "currency": "CHF"}
    for body in (
        {"name": "Idea"},
        {"name": "Planned", "planned_cost": cost},
        {"name": "Told", "planned_cost": cost, "forecast_cost": cost},
    ):
        assert (await director.post("/projects/v1/projects", json=body)).status_code == 201
    await everywhere.settled()
    items = (await director.get("/reporting/v1/projects")).json()["items"]
    total = (await director.get("/reporting/v1/portfolios")).json()["total"]
    assert {i["project"]["name"] for i in items if UNKNOWN in i["health"]["reasons"]} == {"Idea", "Planned"}
    assert (total["without_information"], total["counts"]["by_health"]["green"]) == (2, 3)
