"""Sums say of which stage their amounts are, and lists and sums are narrowed by stage and by health."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.conftest import Portolan
from tests.reporting.telling import FIRST, LENGTH, Story

OVERVIEW, LIST = "/reporting/v1/portfolios", "/reporting/v1/projects"


async def read(portolan: Portolan, path: str, **query: Any) -> Any:
    answer = await portolan("viewer").get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def a_project(portolan: Portolan, stage: str, planned: str, forecast: str) -> None:
    amounts = {"planned_cost": planned, "forecast_cost": forecast}
    cost = {name: {"amount": amount, "currency": "CHF"} for name, amount in amounts.items()}
    url = f"/projects/v1/projects/by-ref/x/{stage}"
    put = await portolan("service").put(url, json={"name": stage, "stage": stage} | cost)
    assert put.status_code == 201, put.text


@pytest.fixture
async def four(everywhere: Portolan) -> Portolan:
    await a_project(everywhere, "proposed", "1000.00", "1000.00")
    await a_project(everywhere, "active", "100.00", "120.00")
    await a_project(everywhere, "closed", "10.00", "9.00")
    await a_project(everywhere, "discontinued", "1.00", "1.00")
    await everywhere.settled()
    return everywhere


def planned(sums: dict[str, Any]) -> str:
    return str(sums["planned"]["amount"])


async def test_a_total_says_the_amounts_of_each_stage(four: Portolan) -> None:
    total = (await read(four, OVERVIEW))["total"]
    by_stage = {stage: planned(sums) for stage, sums in total["cost_by_stage"].items()}
    assert by_stage == {
        "proposed": "1000.00", "active": "100.00", "closed": "10.00", "discontinued": "1.00",
    }  # fmt: skip
    assert planned(total["cost"]) == "1111.00"
    assert total["cost_by_stage"]["active"]["variance"]["amount"] == "-20.00"
    assert total["cost_by_stage"]["active"]["variance_pct"] == "-20.00"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"health": "red"}, {"active"}),
        ({"health": ["red", "green"], "stage": "closed"}, {"closed"}),
        ({"stage": ["active", "closed"]}, {"active", "closed"}),
        ({"health": "amber"}, set()),
    ],
)
async def test_lists_and_sums_are_narrowed_alike(
    four: Portolan, query: dict[str, Any], names: set[str]
) -> None:
    items = (await read(four, LIST, **query))["items"]
    assert {item["project"]["name"] for item in items} == names
    total = (await read(four, OVERVIEW, **query))["total"]
    assert total["counts"]["projects"] == len(names)
    assert set(total["cost_by_stage"]) == names


@pytest.mark.parametrize("query", [{"health": "blue"}, {"stage": "done"}])
async def test_a_health_or_stage_that_there_is_not_is_refused(
    portolan: Portolan, query: dict[str, str]
) -> None:
    for path in (LIST, OVERVIEW, *(f"/reporting/v1/{name}" for name in ("budget", "risk-exposure", "load"))):
        assert (await portolan("viewer").get(path, params=query)).status_code == 400


async def test_a_cursor_and_a_total_go_with_the_health(four: Portolan) -> None:
    viewer = four("viewer")
    headers = {"Prefer": "return=total-count"}
    seen: list[str] = []
    answer = await viewer.get(f"{LIST}?health=green&sort=-cost.planned&limit=2", headers=headers)
    assert answer.json()["total"] == 3
    seen += [item["project"]["name"] for item in answer.json()["items"]]
    answer = await viewer.get(answer.links["next"]["url"])
    seen += [item["project"]["name"] for item in answer.json()["items"]]
    assert seen == ["proposed", "closed", "discontinued"]


@pytest.mark.parametrize("seed", [3, 4])
async def test_the_database_and_the_items_judge_every_project_alike_on_any_day(
    everywhere: Portolan, seed: int
) -> None:
    await Story(everywhere, seed).tell()
    for offset in (1, 40, 80, LENGTH, LENGTH + 200):
        as_of = (FIRST + timedelta(days=offset)).isoformat()
        items = (await read(everywhere, LIST, as_of=as_of, limit=200))["items"]
        health = {item["project"]["id"]: item["health"]["overall"] for item in items}
        counted = (await read(everywhere, OVERVIEW, as_of=as_of))["total"]
        assert Counter(health.values()) == Counter(
            {name: n for name, n in counted["counts"]["by_health"].items() if n}
        )
        for name in ("green", "amber", "red"):
            narrowed = (await read(everywhere, LIST, as_of=as_of, limit=200, health=name))["items"]
            assert {item["project"]["id"] for item in narrowed} == {p for p, h in health.items() if h == name}
        for member in ("variance_days", "start_variance_days"):
            ordered = (await read(everywhere, LIST, as_of=as_of, limit=200, sort=f"schedule.{member}"))[
                "items"
            ]
            days = [item["schedule"][member] for item in ordered if item["schedule"][member] is not None]
            assert days == sorted(days)
        sums = [sums["planned"] for sums in counted["cost_by_stage"].values()]
        if counted["cost"]["planned"]:
            amounts = [Fraction(planned["amount"]) for planned in sums if planned]
            assert sum(amounts) == Fraction(counted["cost"]["planned"]["amount"])


async def test_budget_exposure_and_load_are_narrowed_alike(four: Portolan) -> None:
    """The stages, and the healths, are the parts of what belongs to projects; a programme's money has neither."""
    importer = four("service")
    ids = {p["stage"]: p["id"] for p in (await read(four, "/projects/v1/projects"))["items"]}
    programme = await importer.post("/projects/v1/programmes", json={"name": "P"})
    person = await importer.post("/resources/v1/persons", json={"name": "Zoë"})
    await four.settled()
    line = {"fiscal_year": 2026, "nature": "opex"}
    for n, stage in enumerate(("active", "proposed")):
        for url, body in (
            ("finance/v1/budget-lines", line | {"amount": {"amount": f"{n + 1}.00", "currency": "CHF"}}),
            ("risk/v1/risks", {"title": stage}),
            ("resources/v1/allocations", {"person_id": person.json()["id"], "percent": 20 * (n + 1),
                                          "starts_on": "2026-03-01", "ends_on": "2026-03-31"}),
        ):  # fmt: skip
            response = await importer.post(f"/{url}", json=body | {"project_id": ids[stage]})
            assert response.status_code == 201, response.text
    money = {"amount": {"amount": "40.00", "currency": "CHF"}}
    of_programme = line | money | {"programme_id": programme.json()["id"]}
    assert (await importer.post("/finance/v1/budget-lines", json=of_programme)).status_code == 201
    await four.settled()

    async def parts(**query: Any) -> tuple[str | None, int, float]:
        years = (await read(four, "/reporting/v1/budget", **query))["items"]
        risks = (await read(four, "/reporting/v1/risk-exposure", **query))["by_state"]
        [load] = (await read(four, "/reporting/v1/load", **{"from": "2026-03", "months": 1}, **query))[
            "items"
        ]
        draft = years[0]["total"]["draft"]["amount"] if years else None
        return draft, sum(risks.values()), load["months"][0]["soft_pct"]

    assert await parts() == ("43.00", 2, 60.0)
    assert await parts(stage="active") == await parts(health="red") == ("1.00", 1, 20.0)
    assert await parts(stage="proposed") == await parts(health="green") == ("2.00", 1, 40.0)
    assert (
        await parts(stage=["active", "proposed"]) == await parts(health=["green", "red"]) == ("3.00", 2, 60.0)
    )
    assert await parts(stage="proposed", health="red") == (None, 0, 0.0)
    assert await parts(stage="active", project_id=ids["proposed"]) == (None, 0, 0.0)
