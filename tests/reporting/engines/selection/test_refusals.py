"""Bad input is refused by name; what cannot be kept names what it breaks."""

import math
from dataclasses import replace
from decimal import Decimal

import pytest

from services.reporting.engines.selection import (
    Budget,
    Candidate,
    Capacity,
    Cost,
    Demand,
    Exclusion,
    Portfolio,
    Quarter,
    Start,
    select,
    select_quickly,
)
from shared.base.errors import Invalid

A, B = Candidate("A", 5, (Cost(2027, "capex", 10),)), Candidate("B", 4, (Cost(2027, "opex", 10),))
BOTH = Portfolio((A, B), (Budget(2027, 100),))
Q1 = Quarter(2027, 1)
JUST_A = frozenset({"A"})


def costing(*cost):
    return Portfolio((Candidate("A", 1, (Cost(*cost),)),))


def demanding(*demand):
    return Portfolio((Candidate("A", 1, demands=(Demand(*demand),)),))


def starting(*starts):
    return Portfolio((Candidate("A", 1, starts=starts),))


def refusal(portfolio, answer=select, **options):
    with pytest.raises(Invalid) as refused:
        answer(portfolio, **options)
    return refused.value


@pytest.mark.parametrize(
    ("portfolio", "code", "pointer"),
    [
        (Portfolio((A, A)), "repeated", "/candidates"),
        (Portfolio((Candidate("A", math.nan),)), "number", "/candidates/0/value"),
        (Portfolio((A, Candidate("B", "5"))), "number", "/candidates/1/value"),
        (Portfolio((A, Candidate("B", None))), "number", "/candidates/1/value"),
        (Portfolio((Candidate("A", Decimal("NaN")),)), "number", "/candidates/0/value"),
        (costing(2027, "capex", "1"), "number", "/candidates/0/costs/0/amount"),
        (costing("2027", "capex", 1), "year", "/candidates/0/costs/0/year"),
        (costing(2027, ["capex"], 1), "nature", "/candidates/0/costs/0/nature"),
        (demanding("x", "2027 Q1", 1), "quarter", "/candidates/0/demands/0/quarter"),
        (replace(BOTH, budgets=(Budget("2027", 1),)), "year", "/budgets/0/year"),
        (replace(BOTH, budgets=(Budget(2027, "1"),)), "limit", "/budgets/0/limit"),
        (
            Portfolio((Candidate("A", 1, (Cost(2027, "capex", math.inf),)),)),
            "number",
            "/candidates/0/costs/0/amount",
        ),
        (costing(2027, "both", 1), "nature", "/candidates/0/costs/0/nature"),
        (
            Portfolio((Candidate("A", 1, (), (Demand("x", Q1, -1),)),)),
            "number",
            "/candidates/0/demands/0/amount",
        ),
        (
            demanding("x", Quarter(2027, 5), 1),
            "quarter",
            "/candidates/0/demands/0/quarter",
        ),
        (starting(), "no_start", "/candidates/0/starts"),
        (starting(Start(0), Start(0)), "repeated", "/candidates/0/starts"),
        (
            starting(Start(-1)),
            "start",
            "/candidates/0/starts/0/quarters_later",
        ),
        (
            starting(Start(0, math.nan)),
            "number",
            "/candidates/0/starts/0/value",
        ),
        (Portfolio((Candidate("A", 1, requires=("Z",)),)), "unknown_candidate", "/candidates/0/requires"),
        (replace(BOTH, budgets=(Budget(2027, -1),)), "limit", "/budgets/0/limit"),
        (replace(BOTH, budgets=(Budget(2027, math.nan),)), "limit", "/budgets/0/limit"),
        (replace(BOTH, budgets=(Budget(2027, 1), Budget(2027, 2))), "repeated", "/budgets"),
        (replace(BOTH, capacities=(Capacity("x", Quarter(2027, 0), 1),)), "quarter", "/capacities/0/quarter"),
        (replace(BOTH, exclusions=(Exclusion(("A", "Z")),)), "unknown_candidate", "/exclusions/0/keys"),
        (replace(BOTH, exclusions=(Exclusion(("A", "B"), -1),)), "at_most", "/exclusions/0/at_most"),
        (replace(BOTH, forced_in=frozenset({"Z"})), "unknown_candidate", "/forced_in"),
        (
            replace(BOTH, forced_in=frozenset({"A"}), forced_out=frozenset({"A"})),
            "contradiction",
            "/forced_out",
        ),
        (
            replace(BOTH, exclusions=(Exclusion(("A", "B")),), forced_in=frozenset({"A", "B"})),
            "contradiction",
            "/exclusions/0",
        ),
    ],
)
@pytest.mark.parametrize("answer", [select, select_quickly])
def test_a_flawed_portfolio_is_refused_with_code_and_place(answer, portfolio, code, pointer):
    refused = refusal(portfolio, answer)
    assert (refused.code, refused.faults[0].pointer) == (code, pointer)


def test_a_cycle_of_prerequisites_is_refused_with_its_chain() -> None:
    ring = Portfolio((Candidate("A", 1, requires=("B",)), Candidate("B", 1, requires=("A",))))
    refused = refusal(ring)
    assert refused.code == "cycle"
    assert "A -> B -> A" in refused.detail or "B -> A -> B" in refused.detail


def test_forcing_out_what_a_forced_one_requires_is_a_contradiction() -> None:
    top = Candidate("top", 1, requires=("A",))
    refused = refusal(Portfolio((A, top), forced_in=frozenset({"top"}), forced_out=frozenset({"A"})))
    assert refused.code == "contradiction"
    assert "'A' is required" in refused.detail


def test_what_is_forced_in_and_does_not_fit_names_the_limits_and_by_how_much() -> None:
    tight = replace(
        BOTH,
        budgets=(Budget(2027, 4, "capex"), Budget(2027, 50, "opex")),
        forced_in=frozenset({"A", "B"}),
    )
    refused = refusal(tight)
    assert refused.code == "infeasible"
    assert refused.detail == "what is forced in does not fit: budget 2027 capex is short by 6"
    assert [fault.pointer for fault in refused.faults] == ["/budgets/0"]


def test_what_fits_only_when_divided_is_refused_too() -> None:
    """Two starts, half of each would fit: the relaxation sees no conflict, whole projects do."""
    one = Candidate(
        "one", 1, (Cost(2027, "capex", 8),), starts=(Start(0), Start(4)), demands=(Demand("x", Q1, 0.0),)
    )
    tight = Portfolio((one,), (Budget(2027, 4), Budget(2028, 4)), forced_in=frozenset({"one"}))
    assert refusal(tight).code == "infeasible"


@pytest.mark.parametrize("gap", [-0.1, 1, math.nan, "small"])
def test_a_gap_that_is_none_is_refused(gap):
    assert refusal(BOTH, gap=gap).code == "gap"


@pytest.mark.parametrize("seconds", [0, -1, math.inf, math.nan, None])
def test_a_time_that_is_none_is_refused(seconds):
    assert refusal(BOTH, seconds=seconds).code == "seconds"


def test_more_than_can_be_solved_is_refused_with_its_size() -> None:
    starts = tuple(Start(k) for k in range(100))
    huge = Portfolio(tuple(Candidate(str(i), 1, starts=starts) for i in range(501)))
    refused = refusal(huge)
    assert refused.code == "too_large"
    assert "50,100 starts" in refused.detail
