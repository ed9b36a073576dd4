"""What staffing refuses, with the place of the fault."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from services.resources.engines.staffing import (
    Absence,
    Booking,
    Demand,
    Person,
    Request,
    Skill,
    SkillNeed,
    Weights,
    balance,
    propose,
)
from shared.base.errors import Invalid

JUNE, END = date(2026, 6, 1), date(2026, 6, 30)
REQUEST = Request("crm", JUNE, END)
NAN = float("nan")


def refused(
    request: Request = REQUEST, people: tuple[Person, ...] = (), weights: Weights | None = None
) -> Invalid:
    with pytest.raises(Invalid) as refusal:
        propose(request, people, weights or Weights())
    return refusal.value


@pytest.mark.parametrize(
    ("person", "pointer"),
    [
        (Person("a", skills=(Skill("java", 0),)), "/people/0/skills/0/level"),
        (Person("a", skills=(Skill("java", 6),)), "/people/0/skills/0/level"),
        (Person("a", skills=(Skill("java", 2),) * 2), "/people/0/skills"),
        (Person("a", weekly_hours=NAN), "/people/0/weekly_hours"),
        (Person("a", weekly_hours=200), "/people/0/weekly_hours"),
        (Person("a", cost_index=0), "/people/0/cost_index"),
        (Person("a", joins_on=END, leaves_on=JUNE), "/people/0/leaves_on"),
        (Person("a", joins_on="2026-06-01"), "/people/0/joins_on"),
        (Person("a", leaves_on=datetime(2026, 6, 1, 8)), "/people/0/leaves_on"),
        (Person("a", role=3), "/people/0/role"),
        (Person("a", skills=(Skill("java", 2, "2026-06-01"),)), "/people/0/skills/0/certified_until"),
        (Person("a", absences=(Absence(END, JUNE),)), "/people/0/absences/0/ends_on"),
        (Person("a", bookings=(Booking("p", JUNE, END, -1),)), "/people/0/bookings/0/percent"),
        (Person("a", bookings=(Booking("p", JUNE, END, 10, 1.2),)), "/people/0/bookings/0/confidence"),
    ],
)
def test_an_impossible_person_is_refused_with_the_pointer(person: Person, pointer: str) -> None:
    assert [fault.pointer for fault in refused(people=(person,)).faults] == [pointer]


@pytest.mark.parametrize(
    ("request_", "pointer"),
    [
        (replace(REQUEST, percent=0), "/request/percent"),
        (replace(REQUEST, percent=101), "/request/percent"),
        (replace(REQUEST, percent=NAN), "/request/percent"),
        (replace(REQUEST, least_share=2), "/request/least_share"),
        (replace(REQUEST, ends_on=date(2026, 5, 1)), "/request/ends_on"),
        (replace(REQUEST, ends_on=date(2126, 5, 1)), "/request/ends_on"),
        (replace(REQUEST, starts_on=datetime(2026, 6, 1, 8)), "/request/starts_on"),
        (replace(REQUEST, skills=(SkillNeed("java", 9),)), "/request/skills/0/level"),
        (replace(REQUEST, skills=(SkillNeed("java", 3, least=0),)), "/request/skills/0/least"),
        (replace(REQUEST, skills=(SkillNeed("java", 3, least=4),)), "/request/skills/0/least"),
    ],
)
def test_an_impossible_request_is_refused_with_the_pointer(request_: Request, pointer: str) -> None:
    assert [fault.pointer for fault in refused(request_).faults] == [pointer]


def test_weights_that_tell_nothing_apart_are_refused() -> None:
    assert refused(weights=Weights(skill=-1)).faults[0].pointer == "/weights/skill"
    assert refused(weights=Weights(0, 0, 0, 0, 0)).faults[0].code == "weights"
    silent_on_location = Weights(0, 0, 0, 0, location=1)
    assert refused(weights=silent_on_location).faults[0].code == "weights"


def test_weights_are_no_mapping() -> None:
    refusal = refused(weights={"skill": 1.0})  # type: ignore[arg-type]
    assert (refusal.code, refusal.detail) == ("wrong_type", "/weights: dict found where Weights is due")


def test_a_person_listed_twice_is_refused_by_name() -> None:
    assert "'ann'" in refused(people=(Person("ann"), Person("ann"))).detail


@pytest.mark.parametrize(
    ("first", "last", "pointer"),
    [
        (date(2026, 6, 2), date(2026, 7, 1), "/first_month"),
        (date(2026, 7, 1), date(2026, 6, 1), "/last_month"),
        (date(2026, 7, 1), date(2096, 6, 1), "/last_month"),
    ],
)
def test_months_that_are_none_are_refused(first: date, last: date, pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        balance([], [], first, last)
    assert refusal.value.faults[0].pointer == pointer


def test_a_holiday_that_is_no_day_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        propose(REQUEST, [], holidays=frozenset({"2026-06-01"}))
    assert refusal.value.faults[0].pointer == "/holidays"
    with pytest.raises(Invalid) as refusal:
        balance([], [], JUNE, JUNE, [datetime(2026, 6, 1)])
    assert refusal.value.faults[0].pointer == "/holidays"


def test_a_demand_for_no_role_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        balance([], [Demand(None, "crm", JUNE, END, 100)], JUNE, JUNE)
    assert refusal.value.faults[0].pointer == "/demands/0/role"


def test_a_demand_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        balance([], [Demand("developer", "crm", END, JUNE, 100)], JUNE, JUNE)
    assert refusal.value.faults[0].pointer == "/demands/0/ends_on"


def test_more_than_fits_is_refused_before_anything_is_counted() -> None:
    assert refused(people=(Person("ann"),) * 20_001).code == "too_many_people"
    many = [Demand("developer", "crm", JUNE, END, 100)] * 100_000
    with pytest.raises(Invalid) as refusal:
        balance([], many, JUNE, date(2030, 6, 1))
    assert refusal.value.code == "balance_too_large"
