"""Capacity against demand by role and month, the people booked twice, and the gaps ahead."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from services.resources.engines.staffing.hours import DAY, capacity, stretches
from services.resources.engines.staffing.people import Demand, Person
from services.resources.engines.staffing.proposals import Balance, Gap, PersonOverload, RoleMonth
from shared.base.working_days import DAYS_A_WEEK, Holidays

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Load:
    """Hours that a project asks of a role in a month."""

    project: str
    hours: float
    confidence: float
    booked: bool


def balanced(
    people: Sequence[Person],
    demands: Sequence[Demand],
    first: date,
    last: date,
    holidays: Holidays,
    full_time_hours: float,
) -> Balance:
    """Everything has been checked; `first` and `last` are the first days of months, both included."""
    staffed = [person for person in people if person.role is not None]
    roles = sorted({person.role or "" for person in staffed} | {demand.role for demand in demands})
    capacities: dict[tuple[str, date], float] = defaultdict(float)
    loads: dict[tuple[str, date], list[Load]] = defaultdict(list)
    months = list(months_between(first, last))
    for month in months:
        end = month_end(month)
        for person in staffed:
            capacities[person.role or "", month] += capacity(person, month, end, holidays)
            loads[person.role or "", month].extend(_booked(person, month, end, holidays))
        for demand in demands:
            loads[demand.role, month].extend(_demand_in(demand, month, end, holidays, full_time_hours))
    posts = {m: holidays.working_days(m, month_end(m)) * full_time_hours / DAYS_A_WEEK for m in months}
    rows = [
        role_month(role, month, capacities[role, month], loads[role, month], posts[month])
        for role in roles
        for month in months
    ]
    return Balance(
        tuple(rows),
        tuple(overload for person in people for overload in overloads(person, first, month_end(last))),
        tuple(_gaps(rows, loads)),
    )


def months_between(first: date, last: date) -> Iterator[date]:
    """The first days of the months."""
    while first <= last:
        yield first
        first = month_end(first) + DAY


def month_end(month: date) -> date:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return following - DAY


def role_month(role: str, month: date, available: float, loads: Sequence[Load], post: float) -> RoleMonth:
    expected = sum(load.hours * load.confidence for load in loads)
    gap = expected - available
    return RoleMonth(
        role=role,
        month=month,
        capacity=available,
        committed=sum(load.hours for load in loads if load.booked and load.confidence == 1),
        expected=expected,
        possible=sum(load.hours for load in loads),
        gap=gap,
        gap_fte=gap / post if post else 0.0,
        utilisation=expected / available if available else None,
    )


def overloads(person: Person, first: date, last: date) -> Iterator[PersonOverload]:
    """The days on which the person is booked above 100 %, or at all while away or not employed."""
    for stretch in stretches(person, first, last):
        if stretch.percent > (0 if stretch.away else 100) + TOLERANCE:
            projects = tuple(booking.project for booking in stretch.bookings)
            yield PersonOverload(
                person.id, stretch.first, stretch.last, stretch.percent, projects, stretch.away
            )


def _booked(person: Person, first: date, last: date, holidays: Holidays) -> Iterator[Load]:
    """The person's bookings in hours of the person's own week, on working days, also those while away."""
    for booking in person.bookings:
        days = holidays.working_days(max(first, booking.starts_on), min(last, booking.ends_on))
        if days:
            hours = days * person.weekly_hours / DAYS_A_WEEK * booking.percent / 100
            yield Load(booking.project, hours, booking.confidence, booked=True)


def _demand_in(
    demand: Demand, first: date, last: date, holidays: Holidays, full_time_hours: float
) -> Iterator[Load]:
    days = holidays.working_days(max(first, demand.starts_on), min(last, demand.ends_on))
    if days:
        hours = days * full_time_hours / DAYS_A_WEEK * demand.percent / 100
        yield Load(demand.project, hours, demand.confidence, booked=False)


def _gaps(rows: Sequence[RoleMonth], loads: dict[tuple[str, date], list[Load]]) -> Iterator[Gap]:
    """Runs of months with a gap, role by role; rows are in the order of roles and months."""
    for (role, missing), run in groupby(rows, key=lambda row: (row.role, row.gap > TOLERANCE)):
        months = list(run)
        if missing:
            projects = {load.project for row in months for load in loads[role, row.month]}
            yield Gap(
                role,
                months[0].month,
                months[-1].month,
                hours=sum(row.gap for row in months),
                peak_fte=max(row.gap_fte for row in months),
                certain=all(row.committed > row.capacity + TOLERANCE for row in months),
                projects=tuple(sorted(projects)),
            )
