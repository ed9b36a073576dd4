"""Which states of an edition are bound, and what a declaration may not say."""

from enum import StrEnum
from typing import Annotated

import pytest

from shared.contracts.language import Aggregate, Edition, Reasoned, aggregate
from shared.contracts.language.aggregate_types import CATALOGUE
from shared.contracts.members import not_given
from shared.domain.editions import bound_states, check_editions, given_up_states
from shared.domain.lifecycle import Lifecycle, Move


class Stage(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SIGNED = "signed"
    REVOKED = "revoked"
    CLOSED = "closed"
    DROPPED = "dropped"
    SUPERSEDED = "superseded"


MANDATE = Lifecycle(
    "state",
    {
        "submit": Move(Stage.DRAFT, Stage.IN_REVIEW, Reasoned),
        "return": Move(Stage.IN_REVIEW, Stage.DRAFT, Reasoned),
        "sign": Move(Stage.IN_REVIEW, (Stage.IN_REVIEW, Stage.SIGNED), Reasoned),
        "drop": Move(Stage.DRAFT, Stage.DROPPED, Reasoned),
        "close": Move(Stage.SIGNED, Stage.CLOSED, Reasoned),
    },
)


def test_what_follows_the_binding_state_is_bound_and_what_comes_before_is_not() -> None:
    assert bound_states(MANDATE, Stage.SIGNED) == {Stage.SIGNED, Stage.CLOSED, Stage.SUPERSEDED}


def test_what_was_given_up_before_it_bound_makes_room_for_another_next_edition() -> None:
    assert given_up_states(MANDATE, Stage.SIGNED) == {Stage.REVOKED, Stage.DROPPED}


def test_an_edition_says_in_which_state_it_binds() -> None:
    class Charter(Edition):
        """Says nothing."""

    with pytest.raises(TypeError, match="in which state it binds"):
        aggregate("projects", "charters")(Charter)


def test_editions_are_of_an_edition() -> None:
    class Charter(Aggregate):
        """Is none."""

    with pytest.raises(TypeError, match="in which state it binds"):
        aggregate("projects", "charters", editions=Stage.SIGNED)(Charter)


def test_an_edition_needs_a_state_in_which_it_is_superseded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Short(StrEnum):
        DRAFT = "draft"
        SIGNED = "signed"

    class Charter(Edition):
        """Cannot be superseded."""

        state: Annotated[Short, not_given] = Short.DRAFT

    monkeypatch.setattr("shared.contracts.language.declaring.fact", lambda of, name: lambda details: details)
    aggregate("projects", "charters", editions=Short.SIGNED)(Charter)
    life = Lifecycle("state", {"sign": Move(Short.DRAFT, Short.SIGNED, Reasoned)})
    try:
        with pytest.raises(TypeError, match="needs a state `superseded`"):
            check_editions(Charter, life)
        with pytest.raises(TypeError, match="no lifecycle"):
            check_editions(Charter, None)
    finally:
        del CATALOGUE[Charter]
