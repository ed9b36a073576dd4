"""What a project has planned, earned and spent: the valuation engine over its work packages, pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from services.finance.engines.valuation.earned_value import EarnedValue, Totals, figures
from services.finance.engines.valuation.minor_units import minor
from services.finance.engines.valuation.techniques import Unknown
from services.finance.engines.valuation.work_packages import elapsed_share
from shared.base.clock import from_day, to_day
from shared.base.money import LARGEST_MINOR, TOO_LARGE, Money
from shared.contracts.finance import Performance, PerformanceMeasured, PlannedValue
from shared.contracts.projects import WorkPackage

MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class Remembered:
    """A work package as earned value needs it, days as ordinals; one without `budget` counts for nothing."""

    version: int
    budget: int | None
    currency: str | None
    starts_on: int | None
    finishes_on: int | None
    percent: int
    archived: int = 0


class Span(NamedTuple):
    """A budget (minor units) planned evenly over the days from start to finish, both included."""

    start: date
    finish: date
    budget: int


def remembered(package: WorkPackage) -> Remembered:
    counts = package.budget is not None and package.archived_at is None
    return Remembered(
        version=package.version,
        budget=package.budget.minor if package.budget and counts else None,
        currency=package.budget.currency if package.budget and counts else None,
        starts_on=to_day(package.planned_start_on) if package.planned_start_on else None,
        finishes_on=to_day(package.planned_finish_on) if package.planned_finish_on else None,
        percent=package.percent_complete,
        archived=int(package.archived_at is not None),
    )


def remeasure(
    performance: Performance, packages: Mapping[str, Remembered], currency: str, actual: int, cause: str
) -> PerformanceMeasured:
    """Bring BAC, EV, AC and the plan up to date; `actual` is in minor units.

    Packages in another currency wait for a rate: they are left out, and `reasons` say so. They also say which sums have
    more digits than money may have.
    """
    counted = [p for p in packages.values() if p.budget is not None]
    held = [p for p in counted if p.currency == currency]
    performance.currency = currency
    bac, ev = sum(p.budget or 0 for p in held), sum(earned(p.budget or 0, p.percent) for p in held)
    performance.at_completion = Money.nearest(bac, currency)
    performance.earned = Money.nearest(ev, currency)
    performance.actual = Money.nearest(actual, currency)
    # the plan ends at BAC: it can be told where that can
    sums = {"bac": bac, "pv": bac, "ev": ev, "ac": actual}
    too_large = {figure: TOO_LARGE for figure, total in sums.items() if abs(total) > LARGEST_MINOR}
    performance.reasons = too_large | _reasons(counted, currency)
    performance.plan = [] if "pv" in performance.reasons else _plan(held, currency)
    return PerformanceMeasured(cause=cause)


def earned(budget: int, percent: int) -> int:
    """The share of the budget that is done, by percent complete."""
    return minor(Fraction(budget * percent, 100))


def _reasons(counted: list[Remembered], currency: str) -> dict[str, str]:
    foreign = sorted({p.currency for p in counted if p.currency and p.currency != currency})
    if not counted:
        return dict.fromkeys(("bac", "pv", "ev"), "no work package with a budget")
    if foreign:
        why = f"work is budgeted in {' and '.join(foreign)}, and there is no rate to {currency}"
        return dict.fromkeys(("bac", "pv", "ev"), why)
    if any(p.starts_on is None or p.finishes_on is None for p in counted):
        return {"pv": "a work package with a budget has no planned dates"}
    return {}


def _plan(held: list[Remembered], currency: str) -> list[PlannedValue]:
    spans = (
        Span(from_day(p.starts_on), from_day(p.finishes_on), p.budget)
        for p in held
        if p.budget and p.starts_on is not None and p.finishes_on is not None
    )
    curve = cumulative_plan(tuple(sorted(spans)))
    return [PlannedValue(on=day, value=Money.of(planned, currency)) for day, planned in curve]


@lru_cache(maxsize=512)
def cumulative_plan(spans: tuple[Span, ...]) -> tuple[tuple[date, int], ...]:
    """(day, planned by its end) wherever the slope changes: exact there, and linear in between.

    More than 400 such days are thinned evenly, the first and the last kept. Progress leaves the plan as it
    is, so the same curve is asked for again and again.
    """
    days = _thinned(sorted({d for s in spans for d in (s.start - timedelta(days=1), s.finish)}))
    return tuple(_swept(spans, days))


def _swept(spans: tuple[Span, ...], days: list[date]) -> Iterator[tuple[date, int]]:
    """Spans by their start, days ascending: what has ended is summed once, what runs is computed."""
    waiting, running, ended = list(reversed(spans)), list[Span](), 0
    for day in days:
        while waiting and waiting[-1].start <= day:
            running.append(waiting.pop())
        ended += sum(s.budget for s in running if s.finish <= day)
        running = [s for s in running if s.finish > day]
        yield (
            day,
            ended + sum(minor(s.budget * elapsed_share(s.start, s.finish, day, "/plan")) for s in running),
        )


def _thinned(days: list[date]) -> list[date]:
    if len(days) <= MOST_POINTS:
        return days
    last = len(days) - 1
    return [days[round(i * last / (MOST_POINTS - 1))] for i in range(MOST_POINTS)]


def planned_value(performance: Performance, as_of: date) -> int:
    """The cumulative plan at the end of `as_of`, in minor units."""
    plan = performance.plan
    if not plan or as_of < plan[0].on:
        return 0
    for before, after in pairwise(plan):
        if before.on <= as_of < after.on:
            share = Fraction((as_of - before.on).days, (after.on - before.on).days)
            return minor(before.value.minor + (after.value.minor - before.value.minor) * share)
    return performance.at_completion.minor


def earned_value(performance: Performance, as_of: date) -> EarnedValue:
    """Every figure at the end of `as_of` from what was measured by then; None where its reasons say why."""
    why = performance.reasons
    return figures(
        Totals(
            bac=Unknown(why["bac"]) if "bac" in why else performance.at_completion.minor,
            pv=Unknown(why["pv"]) if "pv" in why else planned_value(performance, as_of),
            ev=Unknown(why["ev"]) if "ev" in why else performance.earned.minor,
            ac=Unknown(why["ac"]) if "ac" in why else performance.actual.minor,
        )
    )
