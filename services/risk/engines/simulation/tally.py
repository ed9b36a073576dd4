"""Sums over the runs, portion by portion, and the activities' and drivers' figures that come of them.

The sums of products go through the processor's fastest matrix product, whose last bits differ between
machines. What comes of them is rounded to nine significant digits.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from .distributions import Distribution
from .model import Model, Variable
from .outcome import ActivityOutcome, Driver, Swing
from .ticks import DAY

Array = NDArray[np.float64]


class Tally:
    """What has been summed so far; results relative to the `reference`, so that sums keep their digits."""

    def __init__(
        self, model: Model, distributions: Mapping[Variable, Distribution], planned: Array, reference: Array
    ) -> None:
        self._model, self._distributions, self._planned, self._reference = (
            model,
            distributions,
            planned,
            reference,
        )
        self._means = np.array([d.mean for d in distributions.values()])[:, np.newaxis]
        self._low, self._high = _edges(distributions)
        self._runs = 0
        self._critical, self._duration, self._duration_square = np.zeros((3, len(model.activities)))
        self._value, self._value_square, self._lows, self._highs = np.zeros((4, len(distributions)))
        self._product, self._low_sum, self._high_sum = np.zeros((3, len(distributions), 2))
        self._result, self._result_square = np.zeros((2, 2))

    def add(
        self, critical: NDArray[np.bool_], durations: Array, u: Array, values: Array, results: Array
    ) -> None:
        """Counts a portion; `results` is (2, runs): finish and cost. Uses up `durations` (in ticks) and `values`."""
        self._runs += results.shape[1]
        deviations = results - self._reference[:, np.newaxis]
        self._result += deviations.sum(axis=1)
        self._result_square += np.square(deviations).sum(axis=1)
        self._critical += np.count_nonzero(critical, axis=1)
        for rows in _blocks(len(durations)):
            self._add_durations(rows, durations[rows])
        for rows in _blocks(len(u)):
            self._add_values(rows, values[rows], deviations.T)
            self._add_tails(rows, u[rows], deviations.T)

    def _add_durations(self, rows: slice, durations: Array) -> None:
        durations /= DAY
        durations -= self._planned[rows, np.newaxis]
        self._duration[rows] += durations.sum(axis=1)
        self._duration_square[rows] += np.einsum("ij,ij->i", durations, durations)

    def _add_values(self, rows: slice, values: Array, deviations: Array) -> None:
        values -= self._means[rows]
        self._value[rows] += values.sum(axis=1)
        self._value_square[rows] += np.einsum("ij,ij->i", values, values)
        self._product[rows] += values @ deviations

    def _add_tails(self, rows: slice, u: Array, deviations: Array) -> None:
        low, high = u < self._low[rows], u >= self._high[rows]
        self._lows[rows] += np.count_nonzero(low, axis=1)
        self._highs[rows] += np.count_nonzero(high, axis=1)
        self._low_sum[rows] += low @ deviations
        self._high_sum[rows] += high @ deviations

    def activities(self) -> tuple[ActivityOutcome, ...]:
        finish_sd = _sd(self._runs, self._result[0], self._result_square[0])
        return tuple(self._activity(row, finish_sd) for row in range(len(self._model.activities)))

    def _activity(self, row: int, finish_sd: float) -> ActivityOutcome:
        sd = _sd(self._runs, self._duration[row], self._duration_square[row])
        criticality = float(self._critical[row]) / self._runs
        return ActivityOutcome(
            key=self._model.activities[row].key,
            criticality=criticality,
            mean_duration=_nine_digits(self._planned[row] + self._duration[row] / self._runs),
            sd_duration=_nine_digits(sd),
            schedule_sensitivity=_nine_digits(criticality * sd / finish_sd) if finish_sd else None,
        )

    def drivers(self) -> tuple[Driver, ...]:
        finishes = bool(self._model.activities)
        return tuple(
            Driver(variable, self._swing(row, 0) if finishes else None, self._swing(row, 1))
            for row, variable in enumerate(self._distributions)
        )

    def _swing(self, row: int, result: int) -> Swing:
        sd = _sd(self._runs, self._result[result], self._result_square[result])
        value_sd = _sd(self._runs, self._value[row], self._value_square[row])
        if not sd or not value_sd:
            return Swing(None, None, None)
        shared = self._product[row, result] - self._value[row] * self._result[result] / self._runs
        return Swing(
            correlation=round(float(shared) / ((self._runs - 1) * sd * value_sd), 9),
            low=self._conditional(self._low_sum[row, result], self._lows[row], result),
            high=self._conditional(self._high_sum[row, result], self._highs[row], result),
        )

    def _conditional(self, total: float, count: float, result: int) -> float | None:
        return _nine_digits(float(self._reference[result] + total / count)) if count else None


def _blocks(rows: int) -> Iterator[slice]:
    """A few rows at a time, which stay in the processor's cache while several sums are taken of them."""
    return (slice(first, first + 32) for first in range(0, rows, 32))


def _edges(distributions: Mapping[Variable, Distribution]) -> tuple[Array, Array]:
    """Where a variable counts as low and as high: in the outer tenths; an event has one edge."""
    turning = np.array([1 - d.mean if v.kind == "event" else math.nan for v, d in distributions.items()])
    low, high = np.where(np.isnan(turning), 0.1, turning), np.where(np.isnan(turning), 0.9, turning)
    return low[:, np.newaxis], high[:, np.newaxis]


def _sd(runs: int, total: float, square: float) -> float:
    """The standard deviation from a sum and a sum of squares; 0 where what is left is only rounding."""
    if runs < 2:
        return 0.0
    spread = square - total * total / runs
    return math.sqrt(spread / (runs - 1)) if spread > 1e-12 * square else 0.0


def _nine_digits(number: float) -> float:
    return float(f"{number:.9g}")
