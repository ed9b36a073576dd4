"""Sums of what finance measures of a project: who keeps the contributions can tell the figures of any day.

A *contribution* is what one fact adds to the sums of a project from a day on, in one currency. It is negative
where the fact takes something back. The figures of a day are the sums of all contributions that count from
that day or before. The order in which facts arrive does not matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from shared.base.money import LARGEST_MINOR, TOO_LARGE

MOST_POINTS = 400
"""Of a published curve; more are thinned evenly."""

Spans = Mapping[tuple[int, int], int]
"""(first day, last day) -> budget in minor units, planned evenly over the days from the first to the last."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one project and one currency; amounts in minor units."""

    bac: int = 0
    """Budget at completion of the approved plan."""
    ev: int = 0
    ac: int = 0
    current: int = 0
    """Budget at completion of the current plan."""
    packages: int = 0
    """Work packages that have a budget."""
    undated: int = 0
    """Those of them that have no planned dates."""
    differing: int = 0
    """Those whose current plan is not the approved one."""

    @property
    def amounts(self) -> tuple[int, ...]:
        """All of them in their order, as `Sums` takes them."""
        return (self.bac, self.ev, self.ac, self.current, self.packages, self.undated, self.differing)

    def plus(self, other: "Sums", times: int = 1) -> "Sums":
        return Sums(
            self.bac + times * other.bac,
            self.ev + times * other.ev,
            self.ac + times * other.ac,
            self.current + times * other.current,
            self.packages + times * other.packages,
            self.undated + times * other.undated,
            self.differing + times * other.differing,
        )


NOTHING = Sums()
AMOUNTS = ("bac", "ev", "ac", "current")
COUNTS = ("packages", "undated", "differing")

BASE = 10**12
"""An amount is kept as two integers, high * BASE + low: sums of the largest amounts fit into columns of 64 bits."""


def split(amount: int) -> tuple[int, int]:
    return divmod(amount, BASE)


def joined(high: int, low: int) -> int:
    return int(high) * BASE + int(low)


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a day in minor units of `currency`; `reasons` say why `bac`, `bac_current`, `pv`, `ev` or `ac` is not
    known."""

    currency: str
    sums: Sums
    reasons: dict[str, str]


def measured(sums: Mapping[str, Sums], budget_currency: str | None) -> Measured | None:
    """From the sums by currency; None where nothing was measured. Costs are in the currency of the budget. If
    there is a budget, the project is measured in its currency; work in another one waits for a rate."""
    if not sums:
        return None
    currency = budget_currency or _without_budget(sums)
    own = sums.get(currency, NOTHING)
    reasons = _too_large(own) | _in_another(sums, currency) | _unknown(sums, currency)
    return Measured(currency, own, reasons)


def _without_budget(sums: Mapping[str, Sums]) -> str:
    spent = [currency for currency, s in sums.items() if s.ac]
    planned = [currency for currency, s in sums.items() if s.packages]
    return min(spent or planned or sums)


def _too_large(sums: Sums) -> dict[str, str]:
    """The plan ends at BAC: it is known if BAC is."""
    amounts = {"bac": sums.bac, "bac_current": sums.current, "pv": sums.bac, "ev": sums.ev, "ac": sums.ac}
    return {figure: TOO_LARGE for figure, amount in amounts.items() if abs(amount) > LARGEST_MINOR}


_OF_WORK = ("bac", "bac_current", "pv", "ev")


def _in_another(sums: Mapping[str, Sums], currency: str) -> dict[str, str]:
    """The current plan may have work in a currency that the approved one has not; costs may be dated before the budget
    took their currency."""
    work = sorted(c for c, s in sums.items() if s.current and c != currency)
    costs = sorted(c for c, s in sums.items() if s.ac and c != currency)
    reasons = {}
    if work:
        reasons["bac_current"] = (
            f"work is budgeted in {' and '.join(work)}, and there is no rate to {currency}"
        )
    if costs:
        reasons["ac"] = f"costs are in {' and '.join(costs)}, and there is no rate to {currency}"
    return reasons


def _unknown(sums: Mapping[str, Sums], currency: str) -> dict[str, str]:
    foreign = sorted(c for c, s in sums.items() if s.packages and c != currency)
    if not any(s.packages for s in sums.values()):
        return dict.fromkeys(_OF_WORK, "no work package with a budget")
    if foreign:
        why = f"work is budgeted in {' and '.join(foreign)}, and there is no rate to {currency}"
        return dict.fromkeys(_OF_WORK, why)
    if any(s.undated for s in sums.values()):
        return {"pv": "a work package with a budget has no planned dates"}
    return {}


def curve(spans: Spans) -> list[tuple[int, int]]:
    """(day, planned by its end) wherever the slope changes: exact there to the minor unit, and linear in between."""
    dated = sorted((first, last, budget) for (first, last), budget in spans.items() if budget)
    days = _thinned(sorted({day for first, last, _ in dated for day in (first - 1, last)}))
    return list(zip(days, _swept(dated, days), strict=True))


def _swept(spans: Sequence[tuple[int, int, int]], days: Sequence[int]) -> Iterable[int]:
    """Spans by their start, days ascending: what has ended is summed once, what runs is computed."""
    waiting, running, ended = list(reversed(spans)), list[tuple[int, int, int]](), 0
    for day in days:
        while waiting and waiting[-1][0] <= day:
            running.append(waiting.pop())
        ended += sum(budget for _, last, budget in running if last <= day)
        running = [span for span in running if span[1] > day]
        yield ended + round(
            sum(
                (Fraction(budget * (day - first + 1), last - first + 1) for first, last, budget in running),
                start=Fraction(0),
            )
        )


def _thinned(days: list[int]) -> list[int]:
    if len(days) <= MOST_POINTS:
        return days
    last = len(days) - 1
    return [days[round(i * last / (MOST_POINTS - 1))] for i in range(MOST_POINTS)]


def planned_value(points: Sequence[Sequence[int]], day: int) -> int:
    """The cumulative plan at the end of `day`: linear between its points, 0 before the first, the last one after.

    Exact to the minor unit, half to even, for a plan of any size."""
    if not points or day < points[0][0]:
        return 0
    for (d0, v0), (d1, v1) in pairwise(points):
        if d0 <= day < d1:
            return round(Fraction(v0 * (d1 - day) + v1 * (day - d0), d1 - d0))
    return points[-1][1]


# Stored as rows of differences

SUM_COLUMNS = (*(f"{name}_{part}" for name in AMOUNTS for part in ("high", "low")), *COUNTS)
_SUM_KEY = ("project_id", "counts_from", "currency", "recorded_day")
_SPAN_KEY = ("project_id", "counts_from", "currency", "starts_on", "finishes_on", "recorded_day")
_SPAN_COLUMNS = ("budget_high", "budget_low")


def _adding(table: str, key: Sequence[str], columns: Sequence[str]) -> str:
    added = ", ".join(f"{c} = {table}.{c} + excluded.{c}" for c in columns)
    return (
        f"INSERT INTO {table} ({', '.join((*key, *columns))}) VALUES ({', '.join('?' * (len(key) + len(columns)))})"
        f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {added}"
    )


ADD_SUMS = _adding("measured_sum", _SUM_KEY, SUM_COLUMNS)
ADD_SPANS = _adding("measured_span", _SPAN_KEY, _SPAN_COLUMNS)
"""A row for each pair of days: from which something counts, and on which it was recorded. Another
contribution with the same two days is added to it."""

_SUMMED = ", ".join(f"SUM({c})" for c in SUM_COLUMNS)
SUMS = f"SELECT currency, {_SUMMED} FROM measured_sum WHERE project_id = ? AND counts_from <= ? GROUP BY currency"
SPANS = """
SELECT currency, starts_on, finishes_on, SUM(budget_high), SUM(budget_low) FROM measured_span
WHERE project_id = ? AND counts_from <= ? GROUP BY currency, starts_on, finishes_on
"""
SUMS_BY_DAY_OF = f"""
SELECT project_id, counts_from, currency, {_SUMMED} FROM measured_sum
WHERE project_id IN ({{marks}}) GROUP BY project_id, counts_from, currency
"""
SPANS_BY_DAY_OF = """
SELECT project_id, counts_from, currency, starts_on, finishes_on, SUM(budget_high), SUM(budget_low) FROM measured_span
WHERE project_id IN ({marks}) GROUP BY project_id, counts_from, currency, starts_on, finishes_on
"""


def sums_row(
    project_id: str, counts_from: int, currency: str, recorded_day: int, sums: Sums
) -> tuple[object, ...]:
    """The parameters of ADD_SUMS."""
    amounts = (part for name in AMOUNTS for part in split(getattr(sums, name)))
    counts = (getattr(sums, name) for name in COUNTS)
    return (project_id, counts_from, currency, recorded_day, *amounts, *counts)


def sums_of(columns: Sequence[int]) -> Sums:
    """From the values of SUM_COLUMNS."""
    amounts = [joined(columns[2 * i], columns[2 * i + 1]) for i in range(len(AMOUNTS))]
    return Sums(*amounts, *map(int, columns[2 * len(AMOUNTS) :]))
