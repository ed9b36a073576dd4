"""The load of people by month: booked percentages weighted by the working days they cover."""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from shared.base.text import sort_key
from shared.base.working_days import WorkingDays

DAY = timedelta(days=1)
WHOLE = 100


class Booking(NamedTuple):
    """A share of a person's days from `first` to `last`, both included; none where the last lies before the first."""

    first: date
    last: date
    percent: int
    commitment: str


def months_from(first: date, count: int) -> list[date]:
    """The first days of `count` months."""
    start = first.year * 12 + first.month - 1
    return [date(m // 12, m % 12 + 1, 1) for m in range(start, start + count)]


def end_of_month(month: date) -> date:
    following = months_from(month, 2)[1]
    return following - timedelta(days=1)


def load(
    persons: Iterable[dict[str, Any]],
    allocations: Iterable[dict[str, Any]],
    months: list[date],
    days: WorkingDays,
) -> list[dict[str, Any]]:
    """One item per person by name: per month hard and soft load in per cent of capacity, and the hours they are."""
    booked = bookings_by_person(allocations)
    return [
        {
            "person": {member: p.get(member) for member in ("id", "name", "employment", "unit_id")},
            "months": [_month(p, booked.get(p["id"], []), month, days) for month in months],
        }
        for p in sorted(persons, key=lambda p: (sort_key(p["name"]), p["id"]))
    ]


def persons_with_load(
    persons: Iterable[dict[str, Any]], allocations: Iterable[dict[str, Any]], months: list[date]
) -> list[dict[str, Any]]:
    """Those who are there, and those who are archived and were booked in these months: what they worked counts. Of who
    was erased only months before that are shown."""
    first, last = months[0].isoformat(), end_of_month(months[-1]).isoformat()
    bookings: dict[str, list[dict[str, Any]]] = {}
    for allocation in allocations:
        bookings.setdefault(allocation["person_id"], []).append(allocation)

    def worked(person: dict[str, Any]) -> bool:
        until = min(last, person["erased_at"][:7] + "-00") if person["erased_at"] else last
        return any(
            max(a["starts_on"], first) <= min(a["ends_on"], until) for a in bookings.get(person["id"], ())
        )

    return [p for p in persons if p["archived_at"] is None or worked(p)]


def bookings_by_person(allocations: Iterable[dict[str, Any]]) -> dict[str, list[Booking]]:
    """Id of a person -> what is booked of their days."""
    booked: dict[str, list[Booking]] = {}
    for a in allocations:
        period = date.fromisoformat(a["starts_on"]), date.fromisoformat(a["ends_on"])
        booked.setdefault(a["person_id"], []).append(Booking(*period, a["percent"], a["commitment"]))
    return booked


def hours_a_day(person: dict[str, Any], days: WorkingDays) -> Fraction:
    """What the person works on a working day: the weekly hours spread over the working days of an ordinary week."""
    return Fraction(str(person["weekly_hours"])) / (days.days_a_week or 1)


def _month(person: dict[str, Any], bookings: list[Booking], month: date, days: WorkingDays) -> dict[str, Any]:
    """Exact until it is rounded; a month is overloaded where a working day of it is."""
    last = end_of_month(month)
    count = days.working_days(month, last)
    shares = {"hard": 0, "soft": 0}
    for b in bookings:
        shares[b.commitment] += b.percent * days.working_days(max(b.first, month), min(b.last, last))
    return {
        "month": month.strftime("%Y-%m"),
        "hard_pct": rounded(Fraction(shares["hard"], count or 1)),
        "soft_pct": rounded(Fraction(shares["soft"], count or 1)),
        "hours": rounded(hours_a_day(person, days) * (shares["hard"] + shares["soft"]) / 100),
        "overloaded": is_overloaded(bookings, month, last, days),
    }


def is_overloaded(bookings: Iterable[Booking], first: date, last: date, days: WorkingDays) -> bool:
    """Whether the bookings, hard and soft, come to more than 100 per cent on a working day of the period."""
    steps: dict[date, int] = {}
    for b in bookings:
        start, end = max(b.first, first), min(b.last, last)
        if start <= end:
            steps[start] = steps.get(start, 0) + b.percent
            steps[end + DAY] = steps.get(end + DAY, 0) - b.percent
    percent = 0
    for day, following in pairwise(sorted(steps)):
        percent += steps[day]
        if percent > WHOLE and days.working_days(day, following - DAY):
            return True
    return False


def rounded(number: Fraction) -> float:
    """To one decimal, half to even."""
    return float(round(number, 1))
