"""What units work by month: capacity and bookings of the persons who belonged to them, day by day as it was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from services.reporting.dashboards.departments.courses import Course, Hierarchies
from services.reporting.dashboards.load.view import (
    Booking,
    bookings_by_person,
    end_of_month,
    hours_a_day,
    rounded,
)
from shared.base.text import sort_key
from shared.base.working_days import WorkingDays


@dataclass
class Work:
    """Hours of one unit in one month, exact."""

    capacity: Fraction = Fraction(0)
    hard: Fraction = Fraction(0)
    soft: Fraction = Fraction(0)
    persons: set[str] = field(default_factory=set)

    def add(self, other: "Work") -> None:
        self.capacity += other.capacity
        self.hard += other.hard
        self.soft += other.soft
        self.persons |= other.persons


Sums = dict[tuple[str | None, date], Work]
"""Unit (None: of those who belong to none) and month -> what was worked there."""


@dataclass(frozen=True)
class Past:
    """How it was on each day: the unit of each person, since when they are archived, and which units stand above which."""

    belonged: Mapping[str, Course[str | None]]
    archived: Mapping[str, Course[str | None]]
    hierarchies: Hierarchies


@dataclass
class Tally:
    """The hours of units, summed person by person."""

    past: Past
    days: WorkingDays
    own: Sums = field(default_factory=dict)
    total: Sums = field(default_factory=dict)
    """With those of the units below."""

    def add(self, person: dict[str, Any], bookings: list[Booking], month: date) -> None:
        belonged = self.past.belonged[person["id"]]
        for first, last, unit in belonged.pieces(month, end_of_month(month)):
            for begin, end, tree in self.past.hierarchies.pieces(first, last):
                work = self._work(person, bookings, begin, end)
                self.own.setdefault((unit, month), Work()).add(work)
                for one in [None] if unit is None else tree.above(unit):
                    self.total.setdefault((one, month), Work()).add(work)

    def _work(self, person: dict[str, Any], bookings: list[Booking], first: date, last: date) -> Work:
        """What one person is there for and booked for in these days; who is archived has bookings and no capacity."""
        id, a_day, days = person["id"], hours_a_day(person, self.days), self.days.working_days
        there = [
            (begin, end) for begin, end, since in self.past.archived[id].pieces(first, last) if since is None
        ]
        shares = {"hard": 0, "soft": 0}
        for b in bookings:
            shares[b.commitment] += b.percent * days(max(b.first, first), min(b.last, last))
        return Work(
            a_day * sum(days(begin, end) for begin, end in there),
            a_day * shares["hard"] / 100,
            a_day * shares["soft"] / 100,
            {id} if there or any(shares.values()) else set(),
        )


def departments(
    units: Iterable[dict[str, Any]],
    persons: Iterable[dict[str, Any]],
    allocations: Iterable[dict[str, Any]],
    months: list[date],
    past: Past,
    days: WorkingDays,
) -> list[dict[str, Any]]:
    """One item per unit by name, and one of those who belong to none."""
    tally, booked = Tally(past, days), bookings_by_person(allocations)
    for person in persons:
        for month in months:
            tally.add(person, booked.get(person["id"], []), month)
    by_id = {unit["id"]: unit for unit in units}
    worked = {unit for unit, _ in tally.total}
    ids = {id for id, unit in by_id.items() if unit["archived_at"] is None or id in worked}
    ids |= {id for id in worked if id is not None}
    in_order: list[str | None] = [*sorted(ids, key=lambda id: _place(by_id.get(id), id))]
    return [
        {
            "unit": _unit(id, by_id),
            "months": [_month(m, tally.own.get((id, m)), tally.total.get((id, m))) for m in months],
        }
        for id in [*in_order, *([None] if None in worked else [])]
    ]


def _month(month: date, own: Work | None, total: Work | None) -> dict[str, Any]:
    return {
        "month": month.strftime("%Y-%m"),
        "own": _hours(own or Work()),
        "with_below": _hours(total or Work()),
    }


def _hours(work: Work) -> dict[str, Any]:
    return {
        "persons": len(work.persons),
        "capacity_hours": rounded(work.capacity),
        "hard_hours": rounded(work.hard),
        "soft_hours": rounded(work.soft),
    }


def _unit(id: str | None, by_id: Mapping[str, dict[str, Any]]) -> dict[str, Any] | None:
    """As it was by the day; a unit that was told of only later has its id alone."""
    if id is None:
        return None
    state = by_id.get(id, {})
    members = ("name", "code", "parent_id", "head_id", "cost_centre")
    return {"id": id} | {member: state.get(member) for member in members}


def _place(unit: dict[str, Any] | None, id: str) -> tuple[bool, str, str]:
    return unit is None, (sort_key(unit["name"]) or "") if unit else "", id
