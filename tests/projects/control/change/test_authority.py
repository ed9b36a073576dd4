"""Who decides a change, for random sequences of changes: against an oracle that adds up by itself."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.control.change.authority import authority_of
from services.projects.control.tolerances import Terms, Tolerances, added_up
from shared.base.money import Money
from shared.contracts.projects.change import Authority, ChangeImpact, Effect

MANDATE = UUID("01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d")
DAYS, PCT = st.integers(0, 30), st.decimals(0, 20, places=2)
IMPACTS = st.lists(
    st.fixed_dictionaries(
        {
            "time_days": st.integers(-20, 20),
            "francs": st.one_of(st.none(), st.integers(-500, 500)),
            "currency": st.sampled_from(["CHF", "CHF", "CHF", "EUR"]),
            "benefit": st.decimals(-10, 10, places=1),
            "risk": st.integers(0, 25),
            "scope": st.sampled_from(list(Effect)),
            "quality": st.sampled_from(list(Effect)),
        }
    ),
    max_size=6,
)


def oracle(impacts: list[dict[str, Any]], budget: int | None, tolerated: dict[str, Any]) -> str:
    """The sponsor where the sum of one axis is above what is tolerated there; written with decimals, axis by axis."""
    if sum(one["time_days"] for one in impacts) > (tolerated["time_days"] or 0):
        return "sponsor"
    francs = sum(one["francs"] for one in impacts if one["francs"] and one["currency"] == "CHF")
    euros = sum(one["francs"] for one in impacts if one["francs"] and one["currency"] == "EUR")
    room = Decimal(budget or 0) * (tolerated["cost_pct"] or Decimal(0)) / 100
    if euros > 0 or francs > max(room, 0):
        return "sponsor"
    if sum(one["benefit"] for one in impacts) < -(tolerated["benefit_pct"] or Decimal(0)):
        return "sponsor"
    if any(one["risk"] > (tolerated["risk_score"] or 0) for one in impacts):
        return "sponsor"
    for axis in ("scope", "quality"):
        effects = {one[axis] for one in impacts}
        if Effect.BEYOND in effects or (Effect.WITHIN in effects and not tolerated[axis]):
            return "sponsor"
    return "manager"


def impact(one: dict[str, Any]) -> ChangeImpact:
    cost = None if one["francs"] is None else Money(amount=str(one["francs"]), currency=one["currency"])
    return ChangeImpact(
        time_days=one["time_days"], cost=cost, benefit=float(one["benefit"]), risk=one["risk"],
        scope=one["scope"], quality=one["quality"],
    )  # fmt: skip


@pytest.mark.rule("projects.change.1")
@given(
    impacts=IMPACTS,
    budget=st.one_of(st.none(), st.integers(1, 10_000)),
    tolerated=st.fixed_dictionaries(
        {
            "time_days": st.one_of(st.none(), DAYS),
            "cost_pct": st.one_of(st.none(), PCT),
            "benefit_pct": st.one_of(st.none(), PCT),
            "risk_score": st.one_of(st.none(), st.integers(0, 25)),
            "scope": st.booleans(),
            "quality": st.booleans(),
        }
    ),
)
def test_the_authority_is_that_of_the_sum(
    impacts: list[dict[str, Any]], budget: int | None, tolerated: dict[str, Any]
) -> None:
    numbers: dict[str, Any] = {
        name: float(value) if isinstance(value, Decimal) else value for name, value in tolerated.items()
    }
    terms = Terms(
        MANDATE,
        budget=None if budget is None else Money(amount=str(budget), currency="CHF"),
        tolerances=Tolerances(**numbers),
    )
    for count in range(len(impacts) + 1):
        total = added_up(map(impact, impacts[:count]))
        authority = authority_of(total, terms, is_above_limit=False)
        assert authority.value == oracle(impacts[:count], budget, tolerated)


@pytest.mark.rule("projects.change.1")
def test_exactly_at_the_tolerance_the_manager_decides() -> None:
    budget = Money(amount="1000.00", currency="CHF")
    terms = Terms(MANDATE, budget=budget, tolerances=Tolerances(time_days=10, cost_pct=7.5))
    inside = ChangeImpact(time_days=10, cost=Money(amount="75.00", currency="CHF"))
    a_cent_more = ChangeImpact(cost=Money(amount="75.01", currency="CHF"))
    assert authority_of(added_up([inside]), terms, is_above_limit=False) is Authority.MANAGER
    assert authority_of(added_up([a_cent_more]), terms, is_above_limit=False) is Authority.SPONSOR
    assert authority_of(added_up([inside]), terms, is_above_limit=True) is Authority.RESOLUTION


@pytest.mark.rule("projects.change.1")
def test_where_nothing_binds_the_sponsor_decides_what_is_no_improvement() -> None:
    assert (
        authority_of(added_up([ChangeImpact(time_days=1)]), None, is_above_limit=False) is Authority.SPONSOR
    )
    assert (
        authority_of(added_up([ChangeImpact(time_days=-1)]), None, is_above_limit=False) is Authority.MANAGER
    )
