"""What a simulation says: samples with their percentiles, critical activities, drivers, reserves."""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from shared.base.exact import refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

from .model import Variable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_Z95 = 1.959963984540054
_MOST_POINTS = 100_001
_ROUNDING = 1e-12
"""Sums of costs in floating point are that exact: 0.1 + 0.2 is within 0.3."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The simulated values of one result: `values` in the order of the runs, `ordered` ascending."""

    values: "Array"
    ordered: "Array" = field(repr=False)

    @property
    def mean(self) -> float:
        return math.fsum(self.values) / len(self.values)

    @property
    def sd(self) -> float | None:
        """The standard deviation (n - 1); None for a single run."""
        if len(self.values) < 2:
            return None
        return math.sqrt(math.fsum((self.values - self.mean) ** 2) / (len(self.values) - 1))

    @property
    def standard_error(self) -> float | None:
        """The standard error of the mean; None for a single run."""
        return None if self.sd is None else self.sd / math.sqrt(len(self.values))

    def percentile(self, level: float) -> float:
        """The value not exceeded with probability `level` (0..1), interpolated (Hyndman and Fan's type 7)."""
        place = (len(self.ordered) - 1) * _share(level)
        below = self.ordered[math.floor(place)]
        return float(below + (self.ordered[math.ceil(place)] - below) * (place % 1))

    def percentile_interval(self, level: float) -> tuple[float, float]:
        """Where the true percentile lies with 95 % confidence, by the binomial law of the ranks."""
        spread = _Z95 * math.sqrt(_share(level) * (1 - level) / len(self.ordered))
        return self.percentile(max(level - spread, 0.0)), self.percentile(min(level + spread, 1.0))

    def observed(self, level: float) -> float:
        """The least simulated value that at least the share `level` of the runs does not exceed."""
        return float(self.ordered[max(math.ceil(len(self.ordered) * _share(level) - 1e-9) - 1, 0)])

    def probability_within(self, limit: float) -> float:
        """The share of runs that do not exceed `limit`."""
        return bisect_right(self.ordered, _largest_within(limit)) / len(self.ordered)

    def s_curve(self, points: int = 101) -> list[tuple[float, float]]:
        """The cumulative curve as (value, probability), at equal steps of probability from 0 to 1."""
        refuse_mistyped(points, int, "/points")
        if not 2 <= points <= _MOST_POINTS:
            raise refused(
                "points",
                Text("a curve has from 2 to {most_points:,} points", most_points=_MOST_POINTS),
                "/points",
            )
        levels = [k / (points - 1) for k in range(points)]
        return [(self.percentile(level), level) for level in levels]


@dataclass(frozen=True, slots=True)
class ActivityOutcome:
    """One activity over all runs: `criticality` is the share of runs in which it is critical.

    `schedule_sensitivity` is criticality x sd of the duration / sd of the finish (PMI's SSI); None where
    the finish does not vary.
    """

    key: str
    criticality: float
    mean_duration: float
    sd_duration: float
    schedule_sensitivity: float | None


@dataclass(frozen=True, slots=True)
class Swing:
    """How one result goes with one variable.

    `correlation` is the linear one over the runs. `low` and `high` are the mean result over the runs in which the
    variable was in its lowest tenth and in its highest. For an event: did not happen, and did. None where the result
    does not vary, or where no run fell there.
    """

    correlation: float | None
    low: float | None
    high: float | None

    @property
    def width(self) -> float:
        return abs(self.high - self.low) if self.high is not None and self.low is not None else 0.0


@dataclass(frozen=True, slots=True)
class Driver:
    """One bar of each tornado: what `variable` does to the finish and to the cost."""

    variable: Variable
    finish: Swing | None
    cost: Swing


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The result of `simulate`.

    `finish` counts days from the start: calendar days where the model has calendars, else the model's own
    unit. With `planned_finish` it is None, and `reasons` says why, where there is no network. What is
    `planned` has every quantity at its planned value and no risk event. `shrinkage` below 1 is the factor
    that the correlations had to be multiplied with to be possible together.
    """

    runs: int
    seed: int
    start: date | None
    finish: Sample | None
    cost: Sample
    planned_finish: float | None
    planned_cost: float
    activities: tuple[ActivityOutcome, ...]
    drivers: tuple[Driver, ...]
    expected_event_cost: float
    shrinkage: float
    reasons: Mapping[str, str]

    def finish_on(self, level: float) -> date | None:
        """The P-date: the day by which the share `level` of the runs is finished; None without calendars."""
        from .calendars import day_of

        if self.finish is None or self.start is None:
            return None
        return day_of(self.start, self.finish.observed(level))

    def probability_by(self, day: date) -> float | None:
        """The share of runs that finish on or before `day`; None without calendars."""
        from .calendars import days_until_over

        refuse_mistyped(day, date, "/day")
        if self.finish is None or self.start is None:
            return None
        return self.finish.probability_within(days_until_over(self.start, day))

    def joint_probability(self, finish: float, cost: float) -> float | None:
        """The share of runs that keep both limits (the joint confidence level); None without a network."""
        if self.finish is None:
            return None
        within = (self.finish.values <= _largest_within(finish)) & (self.cost.values <= _largest_within(cost))
        return int(within.sum()) / self.runs

    def schedule_reserve(self, level: float) -> float | None:
        """Percentile of the finish less the planned one, in the unit of `finish`; None without a network."""
        if self.finish is None or self.planned_finish is None:
            return None
        return self.finish.percentile(level) - self.planned_finish

    def cost_reserve(self, level: float) -> float:
        """Percentile of the cost less the planned cost."""
        return self.cost.percentile(level) - self.planned_cost

    def tornado(self, of: Literal["finish", "cost"] = "finish") -> list[Driver]:
        """The drivers of the `finish` or the `cost` by the width of their swing, the widest first."""
        refuse_mistyped(of, Literal["finish", "cost"], "/of")
        bars = [d for d in self.drivers if getattr(d, of) is not None and getattr(d, of).width > 0]
        return sorted(bars, key=lambda d: (-getattr(d, of).width, d.variable))


def _share(level: float) -> float:
    """The level itself; `Invalid` where it is no share of 1: P80 is 0.8, not 80."""
    refuse_mistyped(level, float, "/level")
    if not 0 <= level <= 1:
        raise refused("level", Text("{level:g} is not within 0..1", level=level), "/level")
    return level


def _largest_within(limit: float) -> float:
    """The most that still keeps a limit; `Invalid` where that is no number."""
    refuse_mistyped(limit, float, "/limit")
    if math.isnan(limit):
        raise refused("limit", "the limit is not a number", "/limit")
    return limit + abs(limit) * _ROUNDING
