"""Series over time, each of which says whether its values are per period or cumulative.

The entry is `performance`: what was known of the work at the ends of successive periods -> earned value at
each of them, cumulative. `Performance.per_period` gives the same for each period alone.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from services.finance.engines.valuation.earned_value import EarnedValue, Totals, figures, sum_known, totals
from services.finance.engines.valuation.techniques import Unknown
from services.finance.engines.valuation.work_packages import WorkPackage, standings
from shared.base.exact import refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


class Kind(StrEnum):
    """What a value of a series stands for: its own period, or everything up to the period's end."""

    PER_PERIOD = "per_period"
    CUMULATIVE = "cumulative"


@dataclass(frozen=True, slots=True)
class Series:
    """Amounts (minor units) at the ends of consecutive periods, None where unknown."""

    kind: Kind
    values: tuple[int | None, ...]

    def cumulative(self) -> "Series":
        """The same as running totals; after an unknown period they are unknown."""
        if self.kind == Kind.CUMULATIVE:
            return self
        running: list[int | None] = []
        for value in self.values:
            before = running[-1] if running else 0
            running.append(None if before is None or value is None else before + value)
        return Series(Kind.CUMULATIVE, tuple(running))

    def per_period(self) -> "Series":
        """The same by period; a period next to an unknown total is unknown."""
        if self.kind == Kind.PER_PERIOD:
            return self
        steps = (None if a is None or b is None else b - a for a, b in pairwise((0, *self.values)))
        return Series(Kind.PER_PERIOD, tuple(steps))


@dataclass(frozen=True, slots=True)
class Status:
    """The work as known at the end of `as_of`; `actual_cost` is cumulative (minor units, None: unknown)."""

    as_of: date
    packages: tuple[WorkPackage, ...]
    actual_cost: int | None


@dataclass(frozen=True, slots=True)
class Point:
    """The figures that mean something for a period alone too; None where `reasons` says why."""

    as_of: date
    pv: int | None
    ev: int | None
    ac: int | None
    sv: int | None
    cv: int | None
    spi: Decimal | None
    cpi: Decimal | None
    reasons: dict[str, str]


@dataclass(frozen=True, slots=True)
class Performance:
    """Earned value at the ends of successive periods, per period or cumulative as `kind` says."""

    kind: Kind
    as_of: tuple[date, ...]
    base: tuple[Totals, ...]

    def per_period(self) -> "Performance":
        if self.kind == Kind.PER_PERIOD:
            return self
        steps = tuple(_step(before, after) for before, after in pairwise((_NOTHING, *self.base)))
        return Performance(Kind.PER_PERIOD, self.as_of, steps)

    def points(self) -> list[Point]:
        return [_point(day, figures(base)) for day, base in zip(self.as_of, self.base, strict=True)]

    def series(self, name: str) -> Series:
        """One of the amounts (`pv`, `ev`, `ac`, `bac`) as a series of this kind."""
        amounts = (getattr(base, name) for base in self.base)
        return Series(self.kind, tuple(None if isinstance(a, Unknown) else a for a in amounts))


def performance(statuses: Sequence[Status]) -> Performance:
    """Cumulative earned value at each status date; the dates must ascend (`Invalid` otherwise).

    Each status brings the packages of the baseline in force at its date, so a re-baselining changes no
    earlier one.
    """
    refuse_mistyped(statuses, Sequence[Status], "/statuses")
    for i, (before, after) in enumerate(pairwise(statuses), start=1):
        if after.as_of <= before.as_of:
            raise refused(
                "dates_not_ascending",
                Text("{as_of} is not after {as_of_2}", as_of=after.as_of, as_of_2=before.as_of),
                f"/statuses/{i}/as_of",
            )
    base = tuple(totals(status.packages, status.actual_cost, status.as_of) for status in statuses)
    return Performance(Kind.CUMULATIVE, tuple(status.as_of for status in statuses), base)


def planned_curve(packages: Sequence[WorkPackage], ends: Sequence[date]) -> Series:
    """The cumulative planned value of these packages at each of these days."""
    refuse_mistyped(ends, Sequence[date], "/ends")
    due = [sum_known([standing.planned for standing in standings(packages, end)]) for end in ends]
    return Series(Kind.CUMULATIVE, tuple(None if isinstance(amount, Unknown) else amount for amount in due))


def month_ends(first: date, last: date) -> list[date]:
    """The last days of the months from the month of `first` to that of `last`."""
    refuse_mistyped(first, date, "/first")
    refuse_mistyped(last, date, "/last")
    return list(_month_ends(first, last))


def _month_ends(first: date, last: date) -> Iterator[date]:
    end = first.replace(day=monthrange(first.year, first.month)[1])
    while end.replace(day=1) <= last:
        yield end
        end = (end + timedelta(1)).replace(day=monthrange(*_month_after(end))[1])


def _month_after(day: date) -> tuple[int, int]:
    following = day + timedelta(1)
    return following.year, following.month


_NOTHING = Totals(bac=0, pv=0, ev=0, ac=0)


def _step(before: Totals, after: Totals) -> Totals:
    return Totals(
        bac=after.bac,
        pv=_less(after.pv, before.pv),
        ev=_less(after.ev, before.ev),
        ac=_less(after.ac, before.ac),
    )


def _less(after: int | Unknown, before: int | Unknown) -> int | Unknown:
    if isinstance(after, Unknown):
        return after
    return before if isinstance(before, Unknown) else after - before


def _point(day: date, measured: EarnedValue) -> Point:
    members = {name: getattr(measured, name) for name in ("pv", "ev", "ac", "sv", "cv", "spi", "cpi")}
    return Point(day, **members, reasons={n: why for n, why in measured.reasons.items() if n in members})
