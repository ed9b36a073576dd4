"""Bad input is refused by name, quickly, and without being computed; odd but meaningful input is not."""

import math
import tracemalloc
from contextlib import suppress
from datetime import date

import pytest

from services.risk.engines.simulation import (
    Activity,
    Calendar,
    Constant,
    Correlation,
    CostItem,
    Discrete,
    Effect,
    Link,
    LogNormal,
    Model,
    Normal,
    Pert,
    RiskEvent,
    Threat,
    Triangular,
    Uniform,
    Variable,
    exposure,
    response_effect,
    simulate,
    three_point_estimate,
)
from shared.base.errors import Invalid
from tests.anywhere import spoiled

A, B = Activity("A", Constant(1)), Activity("B", Constant(2))
COST = Variable("activity_cost", "A")
HITS_NOBODY = RiskEvent("r", 0.5, (Effect("Z"),))
TODAY = date(2026, 1, 1)
NEVER = Calendar(week=(0.0,) * 7)


def refusal(model, **options):
    with pytest.raises(Invalid) as refused:
        simulate(model, **options)
    return refused.value


@pytest.mark.parametrize(
    "distribution",
    [
        Constant(math.nan),
        Constant(math.inf),
        Uniform(3, 2),
        Triangular(1, 5, 4),
        Triangular(2, 1, 4),
        Pert(1, 2, math.nan),
        Pert(1, 2, 3, weight=0),
        Normal(3, -1),
        Normal(math.nan, 1),
        LogNormal(0, 1),
        Discrete((), ()),
        Discrete((1, 2), (0.5, 0.4)),
        Discrete((1, 2), (1.2, -0.2)),
        Discrete((1, math.inf), (0.5, 0.5)),
        Discrete((1, 2), (1.0,)),
        Constant(1e300),
    ],
)
def test_an_impossible_distribution_is_refused_with_its_place(distribution):
    refused = refusal(Model((A, Activity("X", distribution))))
    assert refused.status == 422
    assert refused.faults[0].pointer == "/activities/1/duration"


@pytest.mark.parametrize(
    "duration", [Constant(-1), Uniform(-1, 2), Discrete((3, -1), (0.5, 0.5)), Normal(-1, 1)]
)
def test_a_negative_duration_is_refused(duration):
    assert refusal(Model((Activity("X", duration),))).code == "negative"


@pytest.mark.parametrize("probability", [1.2, -0.1, math.nan])
def test_a_probability_beyond_0_and_1_is_refused(probability):
    refused = refusal(Model((A,), events=(RiskEvent("strike", probability),)))
    assert refused.code == "probability"
    assert "'strike'" in refused.detail
    assert refused.faults[0].pointer == "/events/0/probability"


def test_a_cycle_is_refused_with_its_chain() -> None:
    refused = refusal(Model((A, B), (Link("A", "B"), Link("B", "A", "SS"))))
    assert refused.code == "cycle"
    assert "A -> B -> A" in refused.detail or "B -> A -> B" in refused.detail


def test_a_link_to_itself_is_a_cycle() -> None:
    assert refusal(Model((A,), (Link("A", "A"),))).code == "cycle"


@pytest.mark.parametrize(
    ("model", "code", "pointer"),
    [
        (Model(), "empty", "/activities"),
        (Model((A, A)), "repeated", "/activities"),
        (Model((A,), (Link("A", "Z"),)), "unknown_activity", "/links/0/successor"),
        (Model((A, B), (Link("A", "B", "XX"),)), "wrong_type", "/links/0/kind"),
        (Model((A, B), (Link("A", "B", lag=math.nan),)), "number", "/links/0/lag"),
        (Model((Activity("A", Constant(1), not_before=-1),)), "not_before", "/activities/0/not_before"),
        (Model((Activity("A", Constant(1), calendar="x"),)), "unknown_calendar", "/activities/0/calendar"),
        (Model((Activity("A", Constant(1), cost_per_day=math.inf),)), "number", "/activities/0/cost_per_day"),
        (Model((A,), calendars={"c": Calendar()}, calendar="c"), "start", "/start"),
        (Model((A,), start=TODAY, calendars={"c": NEVER}, calendar="c"), "calendar", "/calendars/c/week"),
        (
            Model((A,), start=TODAY, calendars={"c": Calendar()}, calendar="d"),
            "unknown_calendar",
            "/calendar",
        ),
        (
            Model((A,), events=(HITS_NOBODY,)),
            "unknown_activity",
            "/events/0/effects/0/activity",
        ),
        (Model(cost_items=(CostItem("x", Uniform(2, 1)),)), "distribution", "/cost_items/0/amount"),
    ],
)
def test_a_flawed_model_is_refused_with_code_and_place(model, code, pointer):
    refused = refusal(model)
    assert (refused.code, refused.faults[0].pointer) == (code, pointer)


SPOILT = Model(
    (
        Activity("A", Triangular(1, 2, 4), Uniform(1, 2), 3.0, 1.0, "all"),
        Activity("B", Pert(1, 2, 4), LogNormal(5, 1)),
        Activity("C", Normal(5, 1), Discrete((1.0, 2.0), (0.5, 0.5))),
    ),
    (Link("A", "B", "FF", 2.0, True),),
    (CostItem("x", Constant(1), 1.0),),
    (RiskEvent("e", 0.3, (Effect("A", Constant(1.0), Uniform(1, 2)),)),),
    (Correlation((COST, Variable("event", "e")), ((1.0, 0.2), (0.2, 1.0)), "linear"),),
    start=TODAY,
    calendars={"c": Calendar(exceptions={TODAY: 0.0}), "all": Calendar((1.0,) * 7)},
    calendar="c",
)


def test_a_bad_value_anywhere_is_refused_or_computed_with() -> None:
    simulate(SPOILT, runs=2)
    for bad in spoiled(SPOILT):
        with suppress(Invalid):
            simulate(bad, runs=2)


def test_what_is_no_register_or_exposure_is_refused() -> None:
    for bad in spoiled([Threat(0.5, 1.0)]):
        with suppress(Invalid):
            exposure(bad)
    for bad in spoiled({"inherent": 9, "expected_residual": 5, "observed_residual": 4, "cost": 1}):
        if bad and isinstance(bad, dict):
            with suppress(Invalid):
                response_effect(**bad)


def test_the_thumb_rule_of_points_that_are_none_is_refused() -> None:
    for points in ((3, 2, 1), (1, 2, math.nan), (1, None, 3), (1, 2, 10**400)):
        with pytest.raises(Invalid):
            three_point_estimate(*points)


def test_an_unknown_measure_of_correlation_is_refused() -> None:
    pair = Correlation((COST, Variable("duration", "A")), ((1.0, 0.2), (0.2, 1.0)), "pearson")
    assert refusal(Model((A,), correlations=(pair,))).faults[0].pointer == "/correlations/0/measure"


def test_all_flaws_are_named_at_once() -> None:
    model = Model((Activity("A", Uniform(2, 1)),), (Link("A", "Z"),), events=(RiskEvent("r", 7),))
    assert [fault.code for fault in refusal(model).faults] == [
        "distribution",
        "unknown_activity",
        "probability",
    ]


@pytest.mark.parametrize(
    ("matrix", "code"),
    [
        (((1.0,),), "matrix_shape"),
        (((1.0, 0.5), (0.4, 1.0)), "matrix_symmetry"),
        (((1.0, 0.5), (0.5, 0.9)), "matrix_diagonal"),
        (((1.0, 1.5), (1.5, 1.0)), "coefficient"),
        (((1.0, math.nan), (math.nan, 1.0)), "coefficient"),
        (((1.0, 0.5), (math.nan, 1.0)), "coefficient"),
    ],
)
def test_a_matrix_that_is_no_correlation_is_refused(matrix, code):
    model = Model((A, B), correlations=(Correlation((COST, Variable("duration", "B")), matrix),))
    assert refusal(model).code == code


def test_a_variable_that_is_not_there_or_stands_twice_is_refused() -> None:
    ghost = Correlation((COST, Variable("event", "ghost")), ((1.0, 0.1), (0.1, 1.0)))
    assert refusal(Model((A,), correlations=(ghost,))).code == "unknown_variable"
    alone = Correlation((COST,), ((1.0,),))
    assert refusal(Model((A,), correlations=(alone, alone))).code == "repeated"


@pytest.mark.parametrize("runs", [0, -5, 10**7, 1.5, True])
def test_a_number_of_runs_that_is_none_is_refused(runs):
    assert refusal(Model((A,)), runs=runs).code == "runs"


def test_a_million_runs_of_a_huge_network_are_refused_with_the_size() -> None:
    network = Model(tuple(Activity(str(i), Constant(1)) for i in range(3000)))
    refused = refusal(network, runs=10**6)
    assert refused.code == "too_many_runs"
    assert "1,000,000 runs" in refused.detail


def test_a_million_runs_of_many_correlated_variables_are_refused_too() -> None:
    tasks = tuple(Activity(str(i), Uniform(1, 2)) for i in range(200))
    identity = tuple(tuple(float(i == j) for j in range(200)) for i in range(200))
    together = Correlation(tuple(Variable("duration", task.key) for task in tasks), identity)
    assert refusal(Model(tasks, correlations=(together,)), runs=10**6).code == "too_many_runs"


def test_a_million_runs_of_a_small_network_stay_within_bounded_memory() -> None:
    model = Model((Activity("A", Triangular(1, 2, 4)), Activity("B", Triangular(1, 2, 4))), (Link("A", "B"),))
    simulate(model, runs=10)
    tracemalloc.start()
    try:
        outcome = simulate(model, runs=10**6)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert outcome.finish.mean == pytest.approx(14 / 3, abs=0.005)
    assert peak < 100e6


def test_a_duration_beyond_two_centuries_of_calendar_is_refused() -> None:
    from datetime import date

    model = Model(
        (Activity("A", Constant(90_000)),), start=date(2026, 1, 1), calendars={"c": Calendar()}, calendar="c"
    )
    assert refusal(model).code == "beyond_horizon"


def test_one_task_is_a_network() -> None:
    outcome = simulate(Model((Activity("only", Triangular(1, 2, 4)),)), runs=100)
    assert outcome.activities[0].criticality == 1
