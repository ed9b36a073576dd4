"""Which rate card counts for some work on a day."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from services.finance.calendar.rate_card import rules
from shared.base.clock import now
from shared.base.ids import new_id
from shared.base.money import Money
from shared.contracts.finance.calendar import RateCard, RateKind

ANN, SUPPLIER, ARCHITECT = new_id(), new_id(), new_id()
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
IN_MARCH = rules.RatedWork(
    date(2026, 3, 15), person_id=ANN, vendor_id=SUPPLIER, role_id=ARCHITECT, grade="Senior", location="Zürich"
)
CRITERIA: dict[str, Any] = {
    "person_id": ANN, "vendor_id": SUPPLIER, "role_id": ARCHITECT, "grade": "Senior", "location": "Zürich",
}  # fmt: skip


def card(**members: Any) -> RateCard:
    usual: dict[str, Any] = {"amount": Money.of(15_000, "CHF"), "valid_from": FIRST, "valid_until": LAST}
    moment = now()
    return RateCard(id=new_id(), version=1, created_at=moment, updated_at=moment, **usual | members)


def card_of(*members: str) -> RateCard:
    return card(**{member: CRITERIA[member] for member in members})


@pytest.mark.parametrize("member", rules.CRITERIA)
def test_a_card_that_names_something_counts_before_one_that_holds_for_everybody(member: str) -> None:
    general, special = card(), card_of(member)
    for cards in permutations([general, special]):
        assert rules.most_specific(cards, IN_MARCH) is special


@pytest.mark.parametrize("place", range(len(rules.CRITERIA) - 1))
def test_the_first_criterion_counts_more_than_all_that_follow(place: int) -> None:
    first, others = rules.CRITERIA[place], rules.CRITERIA[place + 1 :]
    wins, loses = card_of(first), card_of(*others)
    for cards in permutations([wins, loses]):
        assert rules.most_specific(cards, IN_MARCH) is wins


def test_a_card_that_names_more_counts_before_one_that_names_less() -> None:
    cards = [card_of(*rules.CRITERIA[:n]) for n in range(len(rules.CRITERIA) + 1)]
    assert rules.most_specific(cards, IN_MARCH) is cards[-1]


def test_a_card_that_names_somebody_else_does_not_hold() -> None:
    for member, other in (("person_id", new_id()), ("role_id", new_id()), ("grade", "Junior")):
        assert rules.most_specific([card(**{member: other})], IN_MARCH) is None


def test_what_is_not_known_of_the_work_fits_only_cards_that_leave_it_open() -> None:
    assert rules.most_specific([card_of("grade")], rules.RatedWork(date(2026, 3, 15))) is None


def test_grades_and_places_are_compared_as_people_read_them() -> None:
    there = card(grade="SENIOR", location="zurich")
    assert rules.most_specific([there], IN_MARCH) is there


@pytest.mark.parametrize("day", [FIRST, date(2026, 3, 15), LAST])
def test_a_card_counts_from_its_first_day_to_its_last(day: date) -> None:
    assert rules.holds(card(), rules.RatedWork(day))


@pytest.mark.parametrize("on", [date(2026, 2, 28), date(2026, 4, 1)])
def test_a_card_does_not_count_before_its_first_day_or_after_its_last(on: date) -> None:
    assert not rules.holds(card(), rules.RatedWork(on))


def test_what_is_charged_is_no_cost() -> None:
    charge = card(kind=RateKind.CHARGE)
    assert rules.most_specific([charge], IN_MARCH) is None


@pytest.mark.parametrize(
    ("period", "is_equal"),
    [
        ((date(2026, 3, 31), None), True),
        ((date(2026, 1, 1), date(2026, 3, 1)), True),
        ((date(2026, 1, 1), None), True),
        ((date(2026, 4, 1), None), False),
        ((date(2026, 1, 1), date(2026, 2, 28)), False),
    ],
)
def test_two_cards_for_the_same_work_are_equal_where_they_share_a_day(
    period: tuple[date, date | None], is_equal: bool
) -> None:
    first, until = period
    other = card(valid_from=first, valid_until=until, per="day", amount=Money.of(1, "EUR"))
    assert rules.overlaps(card(), other) is rules.overlaps(other, card()) is is_equal


def test_cards_of_other_criteria_are_never_equal() -> None:
    every = [card(), *(card_of(member) for member in rules.CRITERIA), card(kind=RateKind.CHARGE)]
    assert not [(a, b) for a, b in permutations(every, 2) if rules.overlaps(a, b)]
