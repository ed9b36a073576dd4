"""Staffing proposals: who is proposed, in which order, for which reasons."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resources.engines.staffing import (
    Absence,
    Booking,
    Criterion,
    Person,
    Proposal,
    Request,
    Skill,
    SkillNeed,
    Weights,
    propose,
)

MONDAY = date(2026, 6, 1)
FRIDAY = date(2026, 6, 12)
JAVA = SkillNeed("java", level=4, least=2)
REQUEST = Request("crm", MONDAY, FRIDAY, skills=(JAVA,), location="Bern")


def person(id_: str, level: int = 4, **facts: object) -> Person:
    facts_of_person: dict[str, object] = {"location": "Bern", "cost_index": 1.0, **facts}
    return Person(id_, skills=(Skill("java", level),), **facts_of_person)  # type: ignore[arg-type]


def order(*people: Person, weights: Weights | None = None) -> list[str]:
    return [proposal.person for proposal in propose(REQUEST, people, weights or Weights()).proposals]


def merits(proposal: Proposal) -> dict[Criterion, tuple[float | None, str]]:
    return {merit.criterion: (merit.score, merit.reason) for merit in proposal.merits}


def only(someone: Person, request: Request = REQUEST) -> dict[Criterion, tuple[float | None, str]]:
    [proposal] = propose(request, [someone]).proposals
    return merits(proposal)


def excluded(someone: Person, request: Request = REQUEST) -> tuple[str, ...]:
    [out] = propose(request, [someone]).excluded
    return out.reasons


def test_a_score_is_the_weighted_sum_of_its_merits() -> None:
    booked = Booking("other", MONDAY, FRIDAY, 50)
    [proposal] = propose(REQUEST, [person("ann", level=3, cost_index=2.0, bookings=(booked,))]).proposals
    assert merits(proposal) == {
        Criterion.SKILL: (0.75, "java 3 of 4 wanted"),
        Criterion.AVAILABILITY: (0.5, "40 of 80 hours free"),
        Criterion.COST: (0.5, "costs 2 times the reference category"),
        Criterion.CONTINUITY: (0.0, "has not worked on crm"),
        Criterion.LOCATION: (1.0, "is in Bern"),
    }
    assert proposal.score == pytest.approx(0.40 * 0.75 + 0.25 * 0.5 + 0.10 * 0.5 + 0.10 * 1.0)
    assert proposal.at_best == proposal.score


def test_what_is_not_known_counts_as_nothing_and_shows_what_it_could_add() -> None:
    [proposal] = propose(REQUEST, [person("ann", cost_index=None)]).proposals
    assert merits(proposal)[Criterion.COST] == (None, "cost category not known")
    assert proposal.at_best - proposal.score == pytest.approx(0.10)


def test_a_criterion_that_the_request_is_silent_on_has_no_weight() -> None:
    request = Request("crm", MONDAY, FRIDAY)
    [proposal] = propose(request, [person("ann")]).proposals
    assert [merit.criterion for merit in proposal.merits] == ["availability", "cost", "continuity"]
    assert sum(merit.weight for merit in proposal.merits) == pytest.approx(1.0)


def test_each_criterion_decides_where_all_else_is_equal() -> None:
    base = person("plain")
    worked = Booking("crm", date(2026, 1, 1), date(2026, 5, 29), 100)
    assert order(person("novice", level=2), base) == ["plain", "novice"]
    assert order(person("busy", bookings=(Booking("x", MONDAY, FRIDAY, 60),)), base) == ["plain", "busy"]
    assert order(person("dear", cost_index=1.5), base) == ["plain", "dear"]
    assert order(base, person("veteran", bookings=(worked,))) == ["veteran", "plain"]
    assert order(person("remote", location="Basel"), base) == ["plain", "remote"]


def test_weights_turn_the_order() -> None:
    expert, cheap = person("expert", level=5, cost_index=2.0), person("cheap", level=2, cost_index=1.0)
    assert order(expert, cheap, weights=Weights(skill=1, cost=0)) == ["expert", "cheap"]
    assert order(expert, cheap, weights=Weights(skill=0, cost=1)) == ["cheap", "expert"]


def test_equals_are_told_apart_by_id_alone() -> None:
    assert order(person("b"), person("c"), person("a")) == ["a", "b", "c"]


def test_more_than_the_wanted_level_earns_no_more() -> None:
    assert only(person("ann", level=5))[Criterion.SKILL] == (1.0, "java 5 of 4 wanted")


def test_continuity_fades_over_a_year_after_leaving() -> None:
    def after(days: int) -> float | None:
        last = MONDAY - timedelta(days=days + 1)
        return only(person("ann", bookings=(Booking("crm", last, last, 100),)))[Criterion.CONTINUITY][0]

    assert after(0) == 1.0
    assert after(73) == pytest.approx(0.8)
    assert after(400) == 0.0


def test_a_booking_that_only_begins_later_is_no_continuity() -> None:
    later = Booking("crm", date(2026, 9, 1), date(2026, 9, 30), 100)
    assert only(person("ann", bookings=(later,)))[Criterion.CONTINUITY][0] == 0.0


def test_absence_employment_and_holidays_leave_fewer_hours() -> None:
    away = person("ann", absences=(Absence(MONDAY, MONDAY),), joins_on=date(2026, 6, 3))
    holiday = frozenset({FRIDAY, date(2026, 6, 6)})
    [proposal] = propose(REQUEST, [away], holidays=holiday).proposals
    assert merits(proposal)[Criterion.AVAILABILITY] == (pytest.approx(56 / 72), "56 of 72 hours free")


def test_everyone_left_out_is_told_every_reason() -> None:
    request = Request("crm", MONDAY, FRIDAY, skills=(JAVA, SkillNeed("sql", 3)), role="developer")
    assert excluded(person("ann", level=1, role="tester"), request) == (
        "role is tester, not developer",
        "java is at level 1, below 2",
        "has no sql, which is needed at level 3",
    )


def test_a_certificate_has_to_last_to_the_end() -> None:
    need = SkillNeed("prince2", 2, certified=True)
    request = Request("crm", MONDAY, FRIDAY, skills=(need,))

    def certified(until: date | None) -> Person:
        return Person("ann", skills=(Skill("prince2", 3, until),))

    assert excluded(certified(None), request) == ("prince2 is not certified",)
    reason = "the certificate of prince2 ends on 2026-06-11, before 2026-06-12"
    assert excluded(certified(date(2026, 6, 11)), request) == (reason,)
    assert only(certified(FRIDAY), request)[Criterion.SKILL][0] == 1.0


def test_who_has_no_time_or_too_little_is_left_out() -> None:
    full = person("ann", bookings=(Booking("x", MONDAY, FRIDAY, 100),))
    assert excluded(full) == ("0 of 80 hours free",)
    half = person("ann", bookings=(Booking("x", MONDAY, FRIDAY, 50),))
    assert excluded(half, Request("crm", MONDAY, FRIDAY, least_share=0.6)) == ("40 of 80 hours free",)


def test_nobody_is_proposed_where_no_working_day_is_asked_for() -> None:
    weekend = Request("crm", date(2026, 6, 6), date(2026, 6, 7))
    assert excluded(person("ann"), weekend) == ("no working hours are asked for in these days",)


def test_no_people_no_proposals() -> None:
    assert propose(REQUEST, []).proposals == ()


percents = st.floats(0, 150)
levels = st.integers(2, 5)


@given(levels, percents, st.one_of(st.none(), st.floats(0.1, 9)), st.sampled_from(["Bern", "Basel", None]))
def test_scores_lie_between_nothing_and_one_and_are_the_sum_of_their_parts(
    level: int, percent: float, cost: float | None, place: str | None
) -> None:
    someone = person(
        "ann", level, cost_index=cost, location=place, bookings=(Booking("x", MONDAY, FRIDAY, percent),)
    )
    for proposal in propose(REQUEST, [someone]).proposals:
        assert 0 <= proposal.score <= proposal.at_best <= 1 + 1e-12
        parts = sum(merit.weight * (merit.score or 0) for merit in proposal.merits)
        assert proposal.score == pytest.approx(parts)


@given(levels, levels, percents)
def test_a_higher_level_or_a_freer_calendar_never_lowers_the_score(
    low: int, high: int, percent: float
) -> None:
    def score(level: int, percent: float) -> float:
        busy = (Booking("x", MONDAY, FRIDAY, percent / 2),)
        [proposal] = propose(REQUEST, [person("ann", level, bookings=busy)]).proposals
        return proposal.score

    low, high = sorted((low, high))
    assert score(low, percent) <= score(high, percent) + 1e-12
    assert score(low, percent) <= score(low, percent / 2) + 1e-12
