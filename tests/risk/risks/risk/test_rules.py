"""What may be done with a risk, and what its score is; the moves are in `tests/system/test_lifecycles.py`."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk.risks.risk import rules
from shared.base.errors import Conflict
from shared.base.ids import new_id
from shared.contracts.risk.risks import Rating, Risk, RiskAssessed, RiskState
from shared.domain.lifecycle import Occasion

S = RiskState
THEN = datetime(2026, 1, 1, tzinfo=UTC)


def risk(state: RiskState = S.IDENTIFIED) -> Risk:
    return Risk(
        id=new_id(),
        version=1,
        created_at=THEN,
        updated_at=THEN,
        project_id=new_id(),
        title="Fire",
        state=state,
    )


@given(st.integers(1, 5), st.integers(1, 5))
def test_the_score_is_probability_times_impact(probability: int, impact: int) -> None:
    one = risk()
    occasion = Occasion(Rating(probability=probability, impact=impact))
    fact = rules.LIFECYCLE.make(one, "assess", occasion)
    assert isinstance(fact, RiskAssessed)
    assert (one.probability, one.impact, one.score) == (probability, impact, probability * impact)
    assert (fact.probability, fact.impact) == (probability, impact)


def test_an_archived_risk_allows_nothing() -> None:
    one = risk()
    one.archived_at = THEN
    assert rules.LIFECYCLE.allowed(one) == []


def test_what_is_closed_stays_as_it_was() -> None:
    with pytest.raises(Conflict, match="closed"):
        rules.is_open(risk(S.CLOSED))
