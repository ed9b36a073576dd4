"""Trials of selections over HTTP: a published answer, what binds, and what is refused."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.support.trials import tried

PATH = "/reporting/v1/selections/trial"
VALUES, WEIGHTS = (10, 13, 18, 31, 7, 15), (11, 15, 20, 35, 10, 33)


def knapsack(**more: Any) -> dict[str, Any]:
    candidates = [
        {"key": str(i), "value": v, "costs": [{"fiscal_year": 2027, "nature": "capex", "amount": f"{w}.00"}]}
        for i, (v, w) in enumerate(zip(VALUES, WEIGHTS, strict=True), start=1)
    ]
    return {"candidates": candidates, "budgets": [{"fiscal_year": 2027, "limit": "47.00"}], **more}


async def test_the_published_selection_comes_out_with_its_proof(portolan: Portolan) -> None:
    result = await tried(portolan("manager"), PATH, knapsack())
    assert (result["value"], result["proved"], result["gap"]) == (41, True, 0)
    assert [choice["key"] for choice in result["choices"]] == ["1", "4"]
    (usage,) = result["usages"]
    assert (usage["most"], usage["used"], usage["slack"], usage["binds"]) == ("47.00", "46.00", "1.00", True)
    assert [limit["fiscal_year"] for limit in result["binding"]] == [2027]
    assert {near["key"] for near in result["near_misses"]} == {"2", "3", "5", "6"}


async def test_capacities_rules_and_starts_hold(portolan: Portolan) -> None:
    need = [{"role": "engineer", "fiscal_year": 2027, "quarter": 1, "amount": 2}]
    candidates = [
        {
            "key": "crm",
            "value": 10,
            "demands": need,
            "starts": [{"quarters_later": 0}, {"quarters_later": 1, "value": 9}],
        },
        {"key": "erp", "value": 14, "demands": need},
        {"key": "portal", "value": 6, "requires": ["crm"]},
        {"key": "wiki", "value": 1},
    ]
    room = [{"role": "engineer", "fiscal_year": 2027, "quarter": 1, "limit": 2}]
    body = {"candidates": candidates, "capacities": room, "forced_out": ["wiki"]}
    result = await tried(portolan("manager"), PATH, body)
    assert {c["key"]: c["quarters_later"] for c in result["choices"]} == {"crm": 1, "erp": 0, "portal": 0}
    assert result["value"] == 29
    excluding = body | {"exclusions": [{"keys": ["crm", "erp"]}]}
    without = await tried(portolan("manager"), PATH, excluding)
    assert [choice["key"] for choice in without["choices"]] == ["crm", "portal"]


async def test_the_frontier_says_what_other_budgets_would_buy(portolan: Portolan) -> None:
    points = (await tried(portolan("manager"), PATH, knapsack(frontier=[1, 0.5, 2.7])))["frontier"]
    assert [(p["scale"], p["budget"], p["value"]) for p in points] == [
        (0.5, "23.50", 18), (1, "47.00", 41), (2.7, "126.90", 94),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"forced_in": ["9"]}, "/forced_in"),
        ({"forced_in": ["1"], "forced_out": ["1"]}, "/forced_out"),
        ({"exclusions": [{"keys": ["1", "x"]}]}, "/exclusions/0"),
        ({"candidates": [{"key": "a", "value": 1, "requires": ["b"]}]}, "/candidates/0/requires"),
        ({"candidates": [{"key": "a"}]}, "/candidates/0/value"),
        ({"budgets": [{"fiscal_year": 2027, "limit": 47}]}, "/budgets/0/limit"),
        ({"budgets": [{"fiscal_year": 2027, "limit": "-1"}]}, "/budgets/0/limit"),
        (
            {"capacities": [{"role": "engineer", "fiscal_year": 2027, "quarter": 1, "limit": -1}]},
            "/capacities/0/limit",
        ),
        ({"gap": 1}, "/gap"),
        ({"currency": "chf"}, "/currency"),
    ],
)
async def test_what_is_wrong_with_a_portfolio_is_pointed_at(
    portolan: Portolan, change: dict[str, Any], pointer: str
) -> None:
    answer = await portolan("manager").post(PATH, json=knapsack(**change) | change)
    assert answer.status_code == 422, answer.text
    pointers = [fault["pointer"] for fault in answer.json()["errors"]]
    assert any(each.startswith(pointer) for each in pointers), pointers
