"""The judgement on a response to a risk."""

import math
from typing import Any

import pytest

from services.risk.engines.simulation import Threat, exposure, response_effect
from shared.base.errors import Invalid


@pytest.mark.parametrize(
    ("observed", "verdict", "effectiveness", "efficiency"),
    [
        (10_000, "effective", 0.75, 6.0),
        (12_000, "effective", 0.7, 5.6),
        (24_000, "partly", 0.4, 3.2),
        (40_000, "ineffective", 0.0, 0.0),
        (50_000, "ineffective", -0.25, -2.0),
    ],
)
def test_the_observed_exposure_decides(
    observed: Any, verdict: Any, effectiveness: Any, efficiency: Any
) -> None:
    effect = response_effect(
        inherent=40_000, expected_residual=12_000, observed_residual=observed, cost=5_000
    )
    assert effect.verdict == verdict
    assert effect.effectiveness == pytest.approx(effectiveness)
    assert effect.efficiency == pytest.approx(efficiency)
    assert effect.reasons == {}


def test_before_an_observation_nothing_is_said_but_why() -> None:
    effect = response_effect(inherent=40_000, expected_residual=12_000, observed_residual=None, cost=5_000)
    assert (effect.verdict, effect.effectiveness, effect.efficiency) == ("not_yet", None, None)
    assert effect.reasons["effectiveness"] == "nothing has been observed yet"


def test_what_cannot_be_divided_is_unknown_with_a_reason() -> None:
    free = response_effect(inherent=40_000, expected_residual=0, observed_residual=0, cost=0)
    assert (free.verdict, free.effectiveness, free.efficiency) == ("effective", 1, None)
    assert "efficiency" in free.reasons
    idle = response_effect(inherent=0, expected_residual=0, observed_residual=0, cost=10)
    assert idle.effectiveness is None
    assert "effectiveness" in idle.reasons


@pytest.mark.parametrize("culprit", ["inherent", "expected_residual", "observed_residual", "cost"])
@pytest.mark.parametrize("amount", [-1, math.nan, math.inf])
def test_an_amount_that_is_none_is_refused_by_name(culprit: str, amount: Any) -> None:
    amounts = {"inherent": 4, "expected_residual": 2, "observed_residual": 3, "cost": 1} | {culprit: amount}
    with pytest.raises(Invalid, match=culprit):
        response_effect(**amounts)


@pytest.mark.parametrize(
    ("probability", "impact", "code"), [(1.2, 10, "probability"), (0.5, math.nan, "impact")]
)
def test_a_register_with_an_impossible_entry_is_refused(probability: Any, impact: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        exposure([Threat(0.1, 1), Threat(probability, impact)])
    assert (refused.value.code, refused.value.faults[0].pointer) == (code, f"/1/{code}")


def test_an_empty_register_exposes_nothing() -> None:
    assert exposure([]).total == exposure([]).expected == 0
