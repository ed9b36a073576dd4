"""n of m, for every number of persons who are asked and every order of their answers."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.mandate.approval.counting import count
from shared.base.ids import new_id
from shared.contracts.projects.papers import Approval, ApprovalState, Condition, DecisionPaperState

S, P = ApprovalState, DecisionPaperState
THEN = datetime(2026, 1, 1, tzinfo=UTC)


def approval(state: ApprovalState, *, counts: bool = True, conditions: int = 0) -> Approval:
    owner = new_id()
    return Approval(
        id=new_id(), version=1, created_at=THEN, updated_at=THEN, paper_id=new_id(), title="Which", round=1,
        approver_id=new_id(), counts=counts, state=state,
        conditions=[Condition(text=str(n), owner_id=owner, due_on=date(2027, 1, 4)) for n in range(conditions)],
    )  # fmt: skip


answers = st.lists(
    st.builds(
        approval, st.sampled_from(S), counts=st.booleans(), conditions=st.integers(min_value=0, max_value=2)
    ),
    max_size=9,
)


def counted(those: list[Approval], state: ApprovalState) -> int:
    return sum(one.counts and one.state is state for one in those)


@pytest.mark.rule("projects.decision_paper.2")
@given(answers, st.integers(min_value=1, max_value=9))
def test_a_paper_is_granted_by_n_grants_and_refused_once_n_are_out_of_reach(
    those: list[Approval], need: int
) -> None:
    granted, waiting = counted(those, S.GRANTED), counted(those, S.REQUESTED)
    outcome = count(those).outcome(need)
    assert (outcome in (P.APPROVED, P.APPROVED_WITH_CONDITIONS)) == (granted >= need)
    assert (outcome is P.REFUSED) == (granted + waiting < need)


@given(answers, st.integers(min_value=1, max_value=9))
def test_what_does_not_count_changes_nothing(those: list[Approval], need: int) -> None:
    others = [approval(state, counts=False, conditions=1) for state in S]
    others += [approval(S.DELEGATED), approval(S.LAPSED, conditions=1)]
    assert count([*those, *others]).outcome(need) is count(those).outcome(need)


@given(answers, st.integers(min_value=1, max_value=9))
def test_conditions_are_those_of_the_grants_that_count(those: list[Approval], need: int) -> None:
    conditions = [one for by in those if by.counts and by.state is S.GRANTED for one in by.conditions]
    tally = count(those)
    assert {one.model_dump_json() for one in tally.conditions} == {
        one.model_dump_json() for one in conditions
    }
    assert (tally.outcome(need) is P.APPROVED_WITH_CONDITIONS) == (
        counted(those, S.GRANTED) >= need and bool(conditions)
    )


@given(st.data(), st.integers(min_value=1, max_value=9))
def test_a_decision_comes_with_one_answer_and_no_later_answer_would_have_changed_it(
    data: st.DataObject, most: int
) -> None:
    """From the moment that it is decided, whatever the others would have said, it would be decided so."""
    need = data.draw(st.integers(min_value=1, max_value=most))
    words = data.draw(st.lists(st.booleans(), min_size=most, max_size=most))
    those = [approval(S.REQUESTED) for _ in range(most)]
    assert count(those).outcome(need) is None, "nobody has answered yet"
    outcome = None
    for one, agrees in zip(those, words, strict=True):
        one.state = S.GRANTED if agrees else S.REFUSED
        outcome = outcome or count(those).outcome(need)
    assert outcome is (P.APPROVED if sum(words) >= need else P.REFUSED)
