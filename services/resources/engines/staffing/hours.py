"""A person's working hours between two days: employed, on working days, not away, less what is booked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.resources.engines.staffing.people import Booking, Person
from shared.base.working_days import DAYS_A_WEEK, Holidays

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which nothing changes for a person: the bookings that run, and whether the person is away."""

    first: date
    last: date
    bookings: tuple[Booking, ...]
    away: bool

    @property
    def percent(self) -> float:
        return sum(booking.percent for booking in self.bookings)


def employment(person: Person, first: date, last: date) -> tuple[date, date]:
    """The part of the days in which the person is employed; the last day is before the first where none
    is."""
    return max(first, person.joins_on or first), min(last, person.leaves_on or last)


def stretches(person: Person, first: date, last: date) -> Iterator[Stretch]:
    """The days from `first` to `last` cut where a booking, an absence or the employment begins or ends."""
    spans = [(b.starts_on, b.ends_on) for b in person.bookings] + [
        (a.starts_on, a.ends_on) for a in person.absences
    ]
    employed = employment(person, date.min, date.max - DAY)
    cuts = {day for a, b in [*spans, employed] for day in (a, b + DAY) if first < day <= last}
    starts = [first, *sorted(cuts)]
    for start, after in zip(starts, [*starts[1:], last + DAY], strict=True):
        bookings = tuple(b for b in person.bookings if b.starts_on <= start <= b.ends_on)
        absent = any(a.starts_on <= start <= a.ends_on for a in person.absences)
        yield Stretch(start, after - DAY, bookings, absent or not employed[0] <= start <= employed[1])


def capacity(person: Person, first: date, last: date, holidays: Holidays) -> float:
    """The hours the person is there for."""
    return sum(_hours(person, s, holidays) for s in stretches(person, first, last) if not s.away)


def free(person: Person, first: date, last: date, holidays: Holidays) -> float:
    """The hours not booked, bookings counted whatever their confidence."""
    return sum(
        _hours(person, stretch, holidays) * max(0.0, 1 - stretch.percent / 100)
        for stretch in stretches(person, first, last)
        if not stretch.away
    )


def _hours(person: Person, stretch: Stretch, holidays: Holidays) -> float:
    return holidays.working_days(stretch.first, stretch.last) * person.weekly_hours / DAYS_A_WEEK
