"""Scoring models over REST: who activates one, and when judgements in pairs need a reason."""

from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.support.given import Arranger

MODELS = "projects/v1/scoring-models"
NAMES = ("Safety", "Profit", "Cost")


@pytest.fixture
def director(portolan: Portolan) -> Arranger:
    return Arranger(portolan)


def judged(*triples: tuple[str, str, float]) -> dict[str, Any]:
    comparisons = [{"criterion": a, "over": b, "times": times} for a, b, times in triples]
    return {
        "name": "Judged in pairs",
        "method": "ahp",
        "criteria": [{"name": name} for name in NAMES],
        "comparisons": comparisons,
    }


CONSISTENT = judged(("Safety", "Profit", 2), ("Safety", "Cost", 4), ("Profit", "Cost", 2))
CIRCULAR = judged(("Safety", "Profit", 5), ("Profit", "Cost", 5), ("Cost", "Safety", 5))
"""Safety before profit, profit before cost, cost before safety."""


@pytest.mark.rule("projects.scoring_model.1")
async def test_a_model_is_activated_by_who_decides_and_did_not_make_it(director: Arranger) -> None:
    model = await director.make(MODELS, name="Value", criteria=[{"name": "Value", "weight": 1}])
    manager = Arranger(director.portolan, "manager")
    assert (await manager.act(MODELS, model, "activate")).json()["code"] == "scope_missing"
    director.client.auth = httpx.Auth()
    assert (await director.act(MODELS, model, "activate")).json()["code"] == "four_eyes"


@pytest.mark.rule("projects.scoring_model.1")
async def test_judgements_that_contradict_each_other_need_a_reason(director: Arranger) -> None:
    model = await director.make(MODELS, **CIRCULAR)
    refused = await director.act(MODELS, model, "activate")
    assert (refused.status_code, refused.json()["code"]) == (422, "inconsistent")
    # All count alike, and lambda_max is 1 + 5 + 1/5 = 6.2: CI (6.2 - 3) / 2 = 1.6, by the index 0.52 a ratio of 3.0769.
    assert refused.json()["consistency_ratio"] == 3.0769
    blank = await director.act(MODELS, model, "activate", reason="  ")
    assert blank.json()["code"] == "inconsistent"
    accepted = await director.act(MODELS, model, "activate", reason="The board insists.")
    assert (accepted.status_code, accepted.json()["state"]) == (200, "active")


async def test_judgements_that_agree_need_none(director: Arranger) -> None:
    model = await director.make(MODELS, **CONSISTENT)
    assert (await director.act(MODELS, model, "activate")).status_code == 200


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"criteria": []}, "required"),
        ({"criteria": [{"name": "Value"}]}, "required"),
        ({"criteria": [{"name": "Value", "weight": 0}]}, "no_weight"),
        ({"criteria": [{"name": "Cost", "weight": 1, "direction": "lower_is_better"}]}, "scale_needed"),
        (CIRCULAR | {"comparisons": CIRCULAR["comparisons"][:2]}, "comparison_missing"),
        ({"method": "wsjf", "criteria": [{"name": "Size", "term": "job_size"}]}, "criteria_of_method"),
        ({"method": "rice", "criteria": [{"name": "Something"}]}, "criteria_of_method"),
    ],
)
async def test_a_draft_may_be_incomplete_and_is_not_activated(
    director: Arranger, members: dict[str, Any], code: str
) -> None:
    model = await director.make(MODELS, **({"name": "Value"} | members))
    refused = await director.act(MODELS, model, "activate")
    assert (refused.status_code, refused.json()["code"]) == (422, "scoring_model_incomplete")
    assert code in [fault["code"] for fault in refused.json()["errors"]]


@pytest.mark.parametrize(
    ("members", "pointer", "code"),
    [
        ({"criteria": [{"name": "A"}, {"name": "A"}]}, "/criteria/1/name", "duplicate"),
        (
            {"method": "ahp", "criteria": [{"name": "A", "weight": 1}]},
            "/criteria/0/weight",
            "weight_not_of_method",
        ),
        ({"criteria": [{"name": "A", "term": "reach"}]}, "/criteria/0/term", "term_of_another_method"),
        ({"comparisons": [{"criterion": "A", "over": "B", "times": 2}]}, "/comparisons", "not_compared"),
        (judged(("Safety", "Speed", 2)), "/comparisons/0/over", "unknown_criterion"),
        (judged(("Cost", "Cost", 2)), "/comparisons/0/over", "compared_with_itself"),
        (judged(("Cost", "Safety", 2), ("Safety", "Cost", 2)), "/comparisons/1", "duplicate"),
        ({"scale": {"lowest": 5, "highest": 5}}, "/scale/highest", "empty_scale"),
    ],
)
async def test_a_model_that_makes_no_sense_is_refused_with_its_place(
    director: Arranger, members: dict[str, Any], pointer: str, code: str
) -> None:
    refused = await director.create(MODELS, **({"name": "Value"} | members))
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_scoring_model")
    assert (pointer, code) in [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]]


async def test_a_model_by_wsjf_or_rice_has_the_terms_of_its_formula(director: Arranger) -> None:
    wsjf = await director.make(MODELS, name="Flow", method="wsjf")
    assert [one["term"] for one in wsjf["criteria"]] == [
        "business_value",
        "time_criticality",
        "risk_reduction",
        "job_size",
    ]
    criteria = [{"name": name} for name in ("reach", "Impact", "confidence", "Effort")]
    rice = await director.make(MODELS, name="Growth", method="rice", criteria=criteria)
    assert [one["term"] for one in rice["criteria"]] == ["reach", "impact", "confidence", "effort"]
    assert (await director.act(MODELS, rice, "activate")).status_code == 200


async def test_the_weights_of_judgements_are_answered_with_their_consistency(director: Arranger) -> None:
    """The published example of seven drinks: the weights, and a ratio of .022 by the index 1.35."""
    drinks = ("coffee", "wine", "tea", "beer", "soda", "milk", "water")
    upper = [
        (9, 5, 2, 1, 1, 1 / 2), (1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9), (1 / 3, 1 / 4, 1 / 3, 1 / 9), (1 / 2, 1, 1 / 3),
        (2, 1 / 2), (1 / 3,),
    ]  # fmt: skip
    comparisons = [
        {"criterion": drinks[i], "over": drinks[i + 1 + j], "times": times}
        for i, row in enumerate(upper)
        for j, times in enumerate(row)
    ]
    model = await director.make(
        MODELS,
        name="Drinks",
        method="ahp",
        criteria=[{"name": name} for name in drinks],
        comparisons=comparisons,
    )
    answer = await director.read(f"{MODELS}/{model['id']}/weights")
    weights = {one["criterion"]: round(one["weight"], 3) for one in answer["weights"]}
    assert weights == {
        "coffee": 0.177, "wine": 0.019, "tea": 0.042, "beer": 0.116, "soda": 0.190, "milk": 0.129, "water": 0.327,
    }  # fmt: skip
    consistency = answer["consistency"]
    assert (round(consistency["consistency_ratio"], 3), consistency["acceptable"]) == (0.022, True)
    assert (consistency["random_index"], consistency["table"]) == (1.35, "saaty_2005")


async def test_given_weights_are_answered_with_their_shares(director: Arranger) -> None:
    criteria = [{"name": name, "weight": w} for name, w in zip(NAMES, (3, 2, 1), strict=True)]
    model = await director.make(MODELS, name="Value", criteria=criteria)
    answer = await director.read(f"{MODELS}/{model['id']}/weights")
    assert [one["share_pct"] for one in answer["weights"]] == [50, 33.33, 16.67]
    assert answer["consistency"] is None
    incomplete = await director.make(MODELS, name="Value", criteria=[])
    refused = await director.client.get(f"/{MODELS}/{incomplete['id']}/weights")
    assert (refused.status_code, refused.json()["code"]) == (422, "scoring_model_incomplete")
