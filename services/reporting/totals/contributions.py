"""What a row of figures adds to the sums of its portfolio, from which day on.

On each day a project lies in one *cell*: its portfolio, stage, currency, health, and whether it is archived. It moves to
another one when a fact changes it, and when time alone does: a project turns amber on a day that is known beforehand.
"""

from collections.abc import Sequence
from itertools import pairwise
from operator import add
from typing import NamedTuple

from services.reporting.figures.compute import FOR_EVER, NO_FORECAST
from services.reporting.figures.health import OVERALL, Limits, cost_health, risk_health, time_health
from services.reporting.figures.lateness import due_days, start_variance_days, time_days, variance_days
from services.reporting.figures.rows import Counted, Valid
from services.reporting.totals.limits import Timeline, within
from shared.domain.measured import split


class Cell(NamedTuple):
    """Projects that are added up together; an empty text stands for no portfolio and no currency."""

    portfolio_id: str
    stage: str
    currency: str
    health: str
    archived: int


AMOUNTS = ("planned", "forecast", "actual", "variance", "comparable")
"""`comparable` is the plan of projects that have a variance."""
COUNTS = (
    "projects",
    "planned_known",
    "forecast_known",
    "actual_known",
    "variance_known",
    "foreign_forecasts",
    "foreign_actuals",
    "without_information",
)
MEASURES = (*(f"{name}_{part}" for name in AMOUNTS for part in ("high", "low")), *COUNTS)
"""An amount is kept as two integers (see `shared.domain.measured.split`), so that no sum is larger than its column."""

Sums = Sequence[int]
"""A number for each of `MEASURES`."""

Differences = dict[tuple[int, Cell], list[int]]
"""(day from which it counts, cell) -> what is added."""

_NONE = (0, 0)


def sums_of(c: Counted, is_informed: bool) -> list[int]:
    """What one project adds to its cell."""
    has_foreign_forecast = (
        c.planned is not None and c.forecast is None and c.cost_reason not in (None, NO_FORECAST)
    )
    has_foreign_actual = (
        c.actual is None and None not in (c.earned_currency, c.currency) and c.earned_currency != c.currency
    )
    comparable = c.planned if c.variance is not None else None
    return [
        *(_NONE if c.planned is None else split(c.planned)),
        *(_NONE if c.forecast is None else split(c.forecast)),
        *(_NONE if c.actual is None else split(c.actual)),
        *(_NONE if c.variance is None else split(c.variance)),
        *(_NONE if comparable is None else split(comparable)),
        1,
        int(c.planned is not None),
        int(c.forecast is not None),
        int(c.actual is not None),
        int(c.variance is not None),
        int(has_foreign_forecast),
        int(has_foreign_actual),
        int(not is_informed),
    ]


def turns(c: Counted, limits: Limits, first: int, last: int) -> list[tuple[int, str, bool]]:
    """(day, health from then on, whether anything speaks for it) on `first` and wherever it turns until `last`."""
    cost, risk = cost_health(c.variance, c.planned, limits), risk_health(c.worst_risk, c.occurred_risks)
    base = risk if cost is None else max(cost, risk, key=OVERALL.index)
    speaks = cost is not None or c.worst_risk != 0 or c.occurred_risks != 0
    late = (1, limits.time_amber_days, limits.time_red_days)
    days = {due + after for due in due_days(c) for after in late}
    turning_days: list[tuple[int, str, bool]] = []
    for day in (first, *sorted(d for d in days if first < d <= last)):
        in_time = time_days(c, variance_days(c, day)[0], start_variance_days(c, day)[0])
        time = time_health(in_time, limits)
        health = base if time is None else max(base, time, key=OVERALL.index)
        is_informed = speaks or in_time is not None
        if not turning_days or turning_days[-1][1:] != (health, is_informed):
            turning_days.append((day, health, is_informed))
    return turning_days


def count_row(differences: Differences, row: Valid, limits: Timeline, sign: int = 1) -> None:
    """Add what the row counts while it is valid; with a sign of -1 take back what it counted, by the limits of then."""
    c = row.counted
    informed, uninformed = ([sign * n for n in sums_of(c, is_informed)] for is_informed in (True, False))
    place = (c.portfolio_id or "", c.stage, c.currency or "")
    for first, last, thresholds in within(limits, row.from_day, row.until_day):
        turning_days = turns(c, thresholds, first, last)
        for (day, health, is_informed), (following, *_) in pairwise([*turning_days, (last + 1, "", False)]):
            cell = Cell(*place, health, c.archived)
            sums = informed if is_informed else uninformed
            _merge(differences, (day, cell), sums)
            if following <= FOR_EVER:
                _merge(differences, (following, cell), [-n for n in sums])


def _merge(differences: Differences, key: tuple[int, Cell], sums: list[int]) -> None:
    there = differences.get(key)
    differences[key] = sums if there is None else list(map(add, there, sums))
