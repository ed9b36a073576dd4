"""Amounts of several currencies are neither added nor ordered: each is told, and compared, within its own."""

import pytest

from tests.conftest import Portolan


async def project(
    portolan: Portolan, name: str, planned: str, forecast: str, currency: str, foreign: str = ""
) -> str:
    answer = await portolan().post(
        "/projects/v1/projects",
        json={
            "name": name,
            "planned_cost": {"amount": planned, "currency": currency},
            "forecast_cost": {"amount": forecast, "currency": foreign or currency},
        },
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("cost.planned", ["small franc", "large franc", "small yen", "large yen", "bare"]),
        ("-cost.planned", ["large yen", "small yen", "large franc", "small franc", "bare"]),
        ("cost.variance", ["large franc", "small franc", "large yen", "small yen", "bare"]),
    ],
)
async def test_projects_are_sorted_by_an_amount_within_its_currency(
    everywhere: Portolan, sort: str, order: list[str]
) -> None:
    await project(everywhere, "large yen", "9000", "9900", "JPY")
    await project(everywhere, "small franc", "5000.00", "5100.00", "CHF")
    await project(everywhere, "small yen", "800", "900", "JPY")
    await project(everywhere, "large franc", "7000.00", "7900.00", "CHF")
    await everywhere().post("/projects/v1/projects", json={"name": "bare"})
    await everywhere.settled()
    listed, path = [], f"/reporting/v1/projects?sort={sort}&limit=2"
    while path:
        answer = (await everywhere().get(path)).json()
        listed += [item["project"]["name"] for item in answer["items"]]
        path = (
            f"/reporting/v1/projects?sort={sort}&limit=2&cursor={answer['next']}" if "next" in answer else ""
        )
    assert listed == order


async def test_a_total_leaves_no_foreign_amount_out_in_silence(everywhere: Portolan) -> None:
    await project(everywhere, "home", "1000.00", "1100.00", "CHF")
    abroad = await project(everywhere, "abroad", "2000.00", "1500.00", "CHF", foreign="EUR")
    await everywhere.settled()
    cost = (await everywhere().get("/reporting/v1/portfolios")).json()["total"]["cost"]
    assert cost["planned"] == {"amount": "3000.00", "currency": "CHF"}
    assert cost["forecast"] is None
    assert cost["reasons"]["forecast"] == "1 of the amounts is not of the plan's currency, and no rate"
    item = (await everywhere().get(f"/reporting/v1/projects/{abroad}")).json()
    assert item["cost"]["reasons"]["forecast"] == "plan in CHF, forecast in EUR, and no rate"
