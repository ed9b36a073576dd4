"""What a lifecycle can say of a move: where it begins and ends, what it takes, for whom it is, and what it changes."""

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from shared.base.errors import Forbidden, IllegalMove
from shared.base.ids import new_id
from shared.contracts.language import Aggregate, Decision, Fact, Line, Reasoned, Shape
from shared.domain.lifecycle import ANY_OPEN, Lifecycle, Move, Occasion

THEN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = date(2026, 5, 1)


class S(StrEnum):
    OPEN = "open"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


class Trial(Aggregate):
    owner: Line = "ann"
    state: S = S.OPEN
    mark: int | None = None
    judged_on: date | None = None


class Judgement(Decision):
    mark: int


class Judged(Reasoned):
    mark: int


class Noted(Fact):
    previous: int | None = None


def trial(state: S = S.OPEN) -> Trial:
    return Trial(id=new_id(), version=1, created_at=THEN, updated_at=THEN, state=state)


def judge(one: Trial, occasion: Occasion) -> None:
    assert isinstance(occasion.body, Judgement)
    one.mark, one.judged_on = occasion.body.mark, occasion.day
    one.state = S.PASSED if one.mark >= 4 else S.FAILED


def forget(one: Trial, occasion: Occasion) -> Noted:
    previous, one.mark = one.mark, None
    return Noted(previous=previous)


LIFE = Lifecycle(
    "state",
    {
        "start": Move(S.OPEN, S.RUNNING, Reasoned, who=lambda one, subject: subject == one.owner),
        "judge": Move(S.RUNNING, (S.PASSED, S.FAILED), Judged, takes=Judgement, effect=judge),
        "note": Move((S.OPEN, S.RUNNING), None, Noted, effect=forget),
        "step-back": Move((S.RUNNING, S.PASSED), {S.RUNNING: S.OPEN, S.PASSED: S.RUNNING}, Reasoned),
        "abandon": Move(ANY_OPEN, S.FAILED, Reasoned),
    },
    final=(S.PASSED, S.FAILED),
)


@pytest.mark.parametrize(("mark", "end"), [(5, S.PASSED), (3, S.FAILED)])
def test_a_move_of_several_ends_ends_where_its_effect_says(mark: int, end: S) -> None:
    one = trial(S.RUNNING)
    fact = LIFE.make(one, "judge", Occasion(Judgement(mark=mark, reason="seen"), DAY))
    assert (one.state, one.judged_on) == (end, DAY)
    assert fact == Judged(mark=mark, reason="seen")


def test_an_effect_that_leads_to_no_end_of_its_move_is_a_fault_of_the_program() -> None:
    life = Lifecycle("state", {"judge": Move(S.RUNNING, (S.PASSED, S.FAILED), Reasoned)})
    with pytest.raises(TypeError, match="none of its ends"):
        life.make(trial(S.RUNNING), "judge")


def test_a_move_without_end_keeps_the_state_and_its_effect_may_make_the_fact() -> None:
    one = trial()
    one.mark = 2
    assert LIFE.make(one, "note") == Noted(previous=2)
    assert (one.state, one.mark) == (S.OPEN, None)


def test_an_end_may_depend_on_the_start() -> None:
    for start, end in ((S.RUNNING, S.OPEN), (S.PASSED, S.RUNNING)):
        one = trial(start)
        LIFE.make(one, "step-back")
        assert one.state is end


def test_any_open_state_is_every_one_that_is_not_final() -> None:
    assert LIFE.moves["abandon"].starts == {S.OPEN, S.RUNNING}
    with pytest.raises(IllegalMove):
        LIFE.make(trial(S.PASSED), "abandon")


def test_any_open_state_needs_the_final_ones() -> None:
    with pytest.raises(TypeError, match="final"):
        Lifecycle("state", {"abandon": Move(ANY_OPEN, S.FAILED, Reasoned)})


def test_a_move_is_neither_offered_to_nor_made_by_somebody_it_is_not_for() -> None:
    one = trial()
    assert "start" in LIFE.allowed(one, "ann")
    assert "start" not in LIFE.allowed(one, "ben")
    with pytest.raises(Forbidden) as refused:
        LIFE.make(one, "start", Occasion(by="ben"))
    assert (refused.value.code, one.state) == ("not_for_you", S.OPEN)
    LIFE.make(one, "start", Occasion(by="ann"))
    assert one.state is S.RUNNING


def test_the_document_names_starts_and_ends() -> None:
    assert LIFE.moves["judge"].summary() == "From running to failed or passed."
    assert LIFE.moves["note"].summary() == "From open, running to open or running."


def test_a_body_without_a_reason_gives_a_fact_without_one() -> None:
    class Plain(Shape):
        mark: int

    life = Lifecycle("state", {"judge": Move(S.RUNNING, S.PASSED, Judged, takes=Plain)})
    assert life.make(trial(S.RUNNING), "judge", Occasion(Plain(mark=6))) == Judged(mark=6)
