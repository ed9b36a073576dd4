"""The life of a risk: which move leads from where to where, and what the score is."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk.risk import rules
from shared.base.errors import Conflict, IllegalMove
from shared.base.ids import new_id
from shared.contracts.risk import Risk, RiskState

S = RiskState
THEN = datetime(2026, 1, 1, tzinfo=UTC)
MOVES = {
    S.IDENTIFIED: {"assess": S.ASSESSED, "occur": S.OCCURRED, "close": S.CLOSED},
    S.ASSESSED: {"assess": S.ASSESSED, "monitor": S.MONITORED, "occur": S.OCCURRED, "close": S.CLOSED},
    S.MONITORED: {"assess": S.MONITORED, "occur": S.OCCURRED, "close": S.CLOSED},
    S.OCCURRED: {"close": S.CLOSED},
    S.CLOSED: {},
}


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


def made(one: Risk, move: str) -> None:
    if move == "assess":
        rules.assess(one, 2, 3)
    else:
        rules.LIFECYCLE.make(one, move)


@pytest.mark.parametrize("state", list(S))
def test_every_state_allows_its_moves_and_no_others(state: RiskState) -> None:
    assert set(rules.LIFECYCLE.allowed(risk(state))) == set(MOVES[state])
    for move in rules.LIFECYCLE.moves:
        one = risk(state)
        if move in MOVES[state]:
            made(one, move)
            assert one.state is MOVES[state][move]
        else:
            with pytest.raises(IllegalMove) as refused:
                made(one, move)
            assert refused.value.extensions["state"] == state.value
            assert one.state is state


@given(st.integers(1, 5), st.integers(1, 5))
def test_the_score_is_probability_times_impact(probability: int, impact: int) -> None:
    one = risk()
    fact = rules.assess(one, probability, impact)
    assert (one.probability, one.impact, one.score) == (probability, impact, probability * impact)
    assert (fact.probability, fact.impact) == (probability, impact)


def test_an_archived_risk_allows_nothing() -> None:
    one = risk()
    one.archived_at = THEN
    assert rules.LIFECYCLE.allowed(one) == []


def test_what_is_closed_stays_as_it_was() -> None:
    with pytest.raises(Conflict, match="closed"):
        rules.is_open(risk(S.CLOSED))
