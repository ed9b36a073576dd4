"""Refuses people, requests, weights and demand that make no sense, each fault with its place."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice

from services.resources.engines.staffing.people import Criterion, Demand, Person, Request, Weights
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

MOST_PEOPLE = 20_000
MOST_DEMANDS = 100_000
MOST_MONTHS = 120
MOST_ROWS = 2_000_000
LONGEST_REQUEST = 3_660
MOST_FAULTS = 20
LEVELS = (1, 5)


def check_request(
    request: Request, people: Sequence[Person], weights: Weights, holidays: Collection[date]
) -> None:
    """Refuses what cannot be matched; at most 20 faults are listed, the first one leads.

    A value of the wrong type is refused alone: nothing else can be said about people of whom one has one.
    """
    refuse_mistyped(request, Request, "/request")
    refuse_mistyped(people, Sequence[Person], "/people")
    refuse_mistyped(weights, Weights, "/weights")
    refuse_mistyped(holidays, Collection[date], "/holidays")
    _refuse("too_many_people", _many("people", len(people), MOST_PEOPLE))
    faults = (_request(request), _weights(request, weights), _people(people), _holidays(holidays))
    _refuse("staffing_invalid", chain(*faults))


def check_balance(
    people: Sequence[Person],
    demands: Sequence[Demand],
    first: date,
    last: date,
    holidays: Collection[date],
    full_time_hours: float,
) -> None:
    """Refuses what cannot be balanced, likewise."""
    refuse_mistyped(people, Sequence[Person], "/people")
    refuse_mistyped(demands, Sequence[Demand], "/demands")
    refuse_mistyped(first, date, "/first_month")
    refuse_mistyped(last, date, "/last_month")
    refuse_mistyped(holidays, Collection[date], "/holidays")
    refuse_mistyped(full_time_hours, float, "/full_time_hours")
    _refuse("too_many_people", _many("people", len(people), MOST_PEOPLE))
    _refuse("too_many_demands", _many("demands", len(demands), MOST_DEMANDS))
    _refuse("balance_invalid", (*_months(first, last), *_number("/full_time_hours", full_time_hours, 1, 168)))
    rows = (sum(1 + len(person.bookings) for person in people) + len(demands)) * _count(first, last)
    _refuse("balance_too_large", _many("people, bookings and demands times months", rows, MOST_ROWS))
    _refuse("balance_invalid", chain(_people(people), _demands(demands), _holidays(holidays)))


def _refuse(code: str, faults: Iterable[Fault]) -> None:
    listed = list(islice(faults, MOST_FAULTS))
    if listed:
        raise Invalid(
            Text("{pointer}: {detail}", pointer=listed[0].pointer, detail=Text(listed[0].detail)),
            *listed,
            code=code,
        )


def _many(what: str, count: int, most: int) -> Iterator[Fault]:
    if count > most:
        yield Fault(
            "too_many",
            Text("{count} {what} are more than the {most} taken at once", count=count, what=what, most=most),
            "/people",
        )


def _months(first: date, last: date) -> Iterator[Fault]:
    faults = [*_day("/first_month", first), *_day("/last_month", last)]
    yield from faults
    if faults:
        return
    if first.day != 1 or last.day != 1:
        yield Fault(
            "month",
            Text("{first} and {last} are not both the first day of a month", first=first, last=last),
            "/first_month",
        )
    months = _count(first, last)
    if not 1 <= months <= MOST_MONTHS:
        yield Fault(
            "months",
            Text(
                "{first} to {last} are {months} months, not 1 to {most_months}",
                first=first,
                last=last,
                months=months,
                most_months=MOST_MONTHS,
            ),
            "/last_month",
        )


def _count(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _request(request: Request) -> Iterator[Fault]:
    at = "/request"
    yield from _span(at, request.starts_on, request.ends_on, LONGEST_REQUEST)
    yield from _number(f"{at}/percent", request.percent, 0, 100, above=True)
    yield from _number(f"{at}/least_share", request.least_share, 0, 1)
    yield from _number(f"{at}/full_time_hours", request.full_time_hours, 1, 168)
    yield from _repeated(f"{at}/skills", (need.name for need in request.skills))
    for n, need in enumerate(request.skills):
        yield from _level(f"{at}/skills/{n}/level", need.level)
        if need.least is not None:
            yield from _level(f"{at}/skills/{n}/least", need.least, need.level)


def _weights(request: Request, weights: Weights) -> Iterator[Fault]:
    faults = [
        fault
        for criterion in Criterion
        for fault in _number(f"/weights/{criterion}", getattr(weights, criterion), 0, 1e6)
    ]
    yield from faults
    if not faults and not any(getattr(weights, criterion) for criterion in request.criteria):
        yield Fault("weights", "no criterion that the request asks for has a weight above 0", "/weights")


def _people(people: Sequence[Person]) -> Iterator[Fault]:
    yield from _repeated("/people", (person.id for person in people))
    for n, person in enumerate(people):
        yield from _person(f"/people/{n}", person)


def _person(at: str, person: Person) -> Iterator[Fault]:
    yield from _number(f"{at}/weekly_hours", person.weekly_hours, 0, 168)
    if person.cost_index is not None:
        yield from _number(f"{at}/cost_index", person.cost_index, 0, 1e6, above=True)
    yield from _employment(at, person.joins_on, person.leaves_on)
    yield from _repeated(f"{at}/skills", (skill.name for skill in person.skills))
    for n, skill in enumerate(person.skills):
        yield from _level(f"{at}/skills/{n}/level", skill.level)
        if skill.certified_until is not None:
            yield from _day(f"{at}/skills/{n}/certified_until", skill.certified_until)
    for n, absence in enumerate(person.absences):
        yield from _span(f"{at}/absences/{n}", absence.starts_on, absence.ends_on)
    for n, booking in enumerate(person.bookings):
        yield from _share(f"{at}/bookings/{n}", booking.percent, booking.confidence)
        yield from _span(f"{at}/bookings/{n}", booking.starts_on, booking.ends_on)


def _employment(at: str, joins_on: date | None, leaves_on: date | None) -> Iterator[Fault]:
    days = {"joins_on": joins_on, "leaves_on": leaves_on}
    faults = [fault for name, day in days.items() if day is not None for fault in _day(f"{at}/{name}", day)]
    yield from faults
    if not faults and joins_on and leaves_on and leaves_on < joins_on:
        yield Fault(
            "days",
            Text("{leaves_on} is before {joins_on}", leaves_on=leaves_on, joins_on=joins_on),
            f"{at}/leaves_on",
        )


def _holidays(holidays: Collection[date]) -> Iterator[Fault]:
    for day in holidays:
        yield from _day("/holidays", day)


def _demands(demands: Sequence[Demand]) -> Iterator[Fault]:
    for n, demand in enumerate(demands):
        yield from _share(f"/demands/{n}", demand.percent, demand.confidence)
        yield from _span(f"/demands/{n}", demand.starts_on, demand.ends_on)


def _share(at: str, percent: float, confidence: float) -> Iterator[Fault]:
    yield from _number(f"{at}/percent", percent, 0, 1e6)
    yield from _number(f"{at}/confidence", confidence, 0, 1)


def _span(at: str, first: date, last: date, longest: int | None = None) -> Iterator[Fault]:
    faults = [*_day(f"{at}/starts_on", first), *_day(f"{at}/ends_on", last)]
    yield from faults
    if not faults and last < first:
        yield Fault("days", Text("{last} is before {first}", last=last, first=first), f"{at}/ends_on")
    elif not faults and longest and (last - first).days > longest:
        yield Fault(
            "days",
            Text("{first} to {last} is longer than {longest} days", first=first, last=last, longest=longest),
            f"{at}/ends_on",
        )


def _day(at: str, day: date) -> Iterator[Fault]:
    if not 1900 <= day.year <= 2200:
        yield Fault("day", Text("{day!r} is not a day from 1900 to 2200", day=day), at)


def _level(at: str, level: int, most: int = LEVELS[1]) -> Iterator[Fault]:
    if not LEVELS[0] <= level <= most:
        yield Fault(
            "level",
            Text(
                "{level!r} is not a level from {levels} to {most}", level=level, levels=LEVELS[0], most=most
            ),
            at,
        )


def _number(at: str, number: float, least: float, most: float, *, above: bool = False) -> Iterator[Fault]:
    if not least <= number <= most or (above and number == least):
        yield Fault(
            "number",
            Text(
                "{number!r} is not a number {above} {least:g} to {most:g}",
                number=number,
                above=Text("above") if above else Text("from"),
                least=least,
                most=most,
            ),
            at,
        )


def _repeated(at: str, names: Iterable[str]) -> Iterator[Fault]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Fault("repeated", Text("{name!r} is there {count} times", name=name, count=count), at)
