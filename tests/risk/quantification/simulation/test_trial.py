"""Trials of simulations over HTTP: published sums, registers, and what is refused."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.support.trials import ended, tried

PATH = "/risk/v1/simulations/trial"
NORMAL = {"kind": "normal", "mean": 10, "sd": 2}
TRIANGULAR = {"kind": "triangular", "low": 5, "likely": 10, "high": 15}
UNIFORM = {"kind": "uniform", "low": 8, "high": 12}
THREE = {
    "activities": [
        {"key": key, "duration": duration}
        for key, duration in zip("abc", (NORMAL, TRIANGULAR, UNIFORM), strict=True)
    ],
    "links": [{"from_key": "a", "to_key": "b"}, {"from_key": "b", "to_key": "c"}],
    "runs": 200_000,
    "seed": 7,
}


def correlated(*coefficients: float) -> dict[str, Any]:
    ab, ac, bc = coefficients
    matrix = [[1, ab, ac], [ab, 1, bc], [ac, bc, 1]]
    quantities = [{"kind": "duration", "key": key} for key in "abc"]
    return THREE | {"correlations": [{"quantities": quantities, "matrix": matrix, "measure": "linear"}]}


async def test_three_distributions_add_up_as_published(portolan: Portolan) -> None:
    finish = (await tried(portolan("manager"), PATH, THREE))["finish"]
    assert finish["mean_days"] == pytest.approx(30, abs=0.03)
    assert finish["sd_days"] ** 2 == pytest.approx(9.5, abs=0.15)
    at = {one["percentile"]: one["days"] for one in finish["percentiles"]}
    assert [at[p] for p in (5, 50, 80, 95)] == pytest.approx([24.92, 30.0, 32.63, 35.08], abs=0.06)
    assert finish["planned_days"] == 30
    assert finish["percentiles"][2]["reserve_days"] == pytest.approx(at[50] - 30, abs=0.011)


async def test_a_correlation_moves_no_mean(portolan: Portolan) -> None:
    finish = (await tried(portolan("manager"), PATH, correlated(0.5, 0.3, 0.4)))["finish"]
    assert finish["mean_days"] == pytest.approx(30, abs=0.04), "a published 38.6 is wrong"
    assert finish["sd_days"] ** 2 == pytest.approx(16.85, abs=0.25)


async def test_a_register_adds_up_to_its_exposure_and_expected_reserve(portolan: Portolan) -> None:
    register = ((0.8, 10), (0.3, 30), (0.5, 8), (0.1, 40), (0.3, 20), (0.25, 10))
    events = [
        {"key": f"R{i}", "probability": p, "cost": {"kind": "constant", "value": f"{thousands}000.00"}}
        for i, (p, thousands) in enumerate(register)
    ]
    result = await tried(portolan("manager"), PATH, {"events": events, "runs": 50_000, "budget": "118000.00"})
    assert result["exposure"] == {"amount": "118000.00", "currency": "CHF"}
    assert result["expected_risk_cost"] == {"amount": "33500.00", "currency": "CHF"}
    assert float(result["cost"]["mean"]["amount"]) == pytest.approx(33_500, rel=0.02)
    assert (result["finish"], result["cost"]["probability"]) == (None, 1)


async def test_the_same_seed_gives_the_same_answer_and_another_one_another(portolan: Portolan) -> None:
    small = THREE | {"runs": 500}
    first, again = [await tried(portolan("manager"), PATH, small) for _ in range(2)]
    assert first == again
    assert await tried(portolan("manager"), PATH, small | {"seed": 8}) != first


async def test_with_calendars_percentiles_are_days_and_a_day_has_its_probability(portolan: Portolan) -> None:
    calendar = {"key": "site", "exceptions": [{"on": "2026-06-02"}]}
    model = {
        "activities": [{"key": "a", "duration": {"kind": "constant", "value": 4}, "cost_per_day": "100"}],
        "events": [
            {
                "key": "late", "probability": 0.5, "effects": [{"activity_key": "a", "days": {"kind": "constant", "value": 3}}],
            }
        ],
        "starts_on": "2026-06-01", "calendars": [calendar], "calendar_key": "site", "runs": 2_000,
        "percentiles": [10, 90], "finish_by_on": "2026-06-05", "budget": "400.00",
    }  # fmt: skip
    result = await tried(portolan("manager"), PATH, model)
    assert [one["on"] for one in result["finish"]["percentiles"]] == ["2026-06-05", "2026-06-10"]
    assert result["finish"]["probability"] == pytest.approx(0.5, abs=0.05)
    assert result["joint_probability"] == result["finish"]["probability"] == result["cost"]["probability"]
    (driver,) = result["drivers"]
    assert (driver["kind"], driver["key"], driver["cost_low"]["amount"]) == ("event", "late", "400.00")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"activities": [{"key": "a", "duration": {"kind": "triangular", "low": 1, "high": 2}}]}, "/activities/0/duration/likely"),
        ({"activities": [{"key": "a", "duration": {"kind": "normal", "mean": 1, "sd": 1, "low": 0}}]}, "/activities/0/duration/low"),
        ({"activities": [{"key": "a", "duration": {"kind": "uniform", "low": 3, "high": 2}}]}, "/activities/0/duration"),
        ({"activities": [{"key": "a", "duration": NORMAL, "cost": {"kind": "constant", "value": 5}}]}, "/activities/0/cost/value"),
        ({"links": [{"from_key": "a", "to_key": "z"}]}, "/links/0/to_key"),
        ({"links": [{"from_key": "a", "to_key": "b"}, {"from_key": "b", "to_key": "a"}]}, "/links"),
        ({"events": [{"key": "e", "probability": 1.2}]}, "/events/0/probability"),
        ({"runs": 1_000_001}, "/runs"),
        ({"currency": "XXX"}, "/currency"),
        ({"calendars": [{"key": "c", "week": [0, 0, 0, 0, 0, 0, 0]}], "starts_on": "2026-06-01"}, "/calendar_key"),
        ({"calendars": [{"key": "c", "week": [0] * 7}], "starts_on": "2026-06-01", "calendar_key": "c"}, "/calendars/0/week"),
        (
            {"correlations": [{"quantities": [{"kind": "duration", "key": "z"}], "matrix": [[1]]}]},
            "/correlations/0/quantities",
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_model_is_pointed_at(
    portolan: Portolan, change: dict[str, Any], pointer: str
) -> None:
    answer = await portolan("manager").post(PATH, json=THREE | change)
    assert answer.status_code == 422, answer.text
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]


async def test_what_only_the_computation_shows_is_the_problem_of_the_operation(portolan: Portolan) -> None:
    client = portolan("manager")
    accepted = await client.post(PATH, json=correlated(0.9, -0.9, 0.9))
    assert accepted.status_code == 202
    one = await ended(client, accepted.headers["location"])
    assert (one["state"], one["problem"]["code"]) == ("failed", "not_a_correlation")
    assert one["problem"]["errors"][0]["pointer"] == "/correlations/0/matrix"
