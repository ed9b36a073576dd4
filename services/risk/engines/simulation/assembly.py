"""From the values that were drawn to durations and costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .distributions import Distribution
from .model import CostItem, Effect, Model, RiskEvent, Variable
from .quantiles import quantiles
from .ticks import DAY, ticks

Array = NDArray[np.float64]
Keyed = TypeVar("Keyed", CostItem, RiskEvent)


def values(by_variable: Mapping[Variable, Distribution], u: Array) -> Array:
    """The values at the probabilities `u`, a row for each drawn variable; families stand together."""
    result = np.empty_like(u)
    row = 0
    for family, same in groupby(by_variable.values(), key=type):
        distributions = [*same]
        rows = slice(row, row + len(distributions))
        result[rows] = quantiles(family, distributions, u[rows])
        row = rows.stop
    return result


@dataclass(frozen=True, slots=True)
class Portion:
    """A portion of the runs: each quantity as a row over the runs, or as the one number it always is."""

    rows: Mapping[Variable, int]
    certain: Mapping[Variable, float]
    values: Array

    def __getitem__(self, variable: Variable) -> Array | float:
        row = self.rows.get(variable)
        return self.certain[variable] if row is None else self.values[row]

    @property
    def runs(self) -> int:
        return int(self.values.shape[1])

    def durations(self, model: Model) -> Array:
        """In ticks, shape (activities, runs), with what the risk events do to them; never below 0.

        All factors come before all days, and events in the order of their keys: how they are listed changes
        nothing, not even the last bit.
        """
        result = np.empty((len(model.activities), self.runs))
        effects: dict[str, list[tuple[RiskEvent, Effect]]] = {}
        for event in _in_order(model.events):
            for effect in event.effects:
                effects.setdefault(effect.activity, []).append((event, effect))
        for row, activity in zip(result, model.activities, strict=True):
            row[:] = self[Variable("duration", activity.key)]
            for event, effect in effects.get(activity.key, ()):
                self._multiply(row, event, effect)
            for event, effect in effects.get(activity.key, ()):
                self._delay(row, event, effect)
            np.maximum(ticks(row), 0.0, out=row)
        return result

    def _multiply(self, duration: Array, event: RiskEvent, effect: Effect) -> None:
        happens = self[Variable("event", event.key)]
        duration *= 1 + happens * (self[Variable("factor", event.key, effect.activity)] - 1)

    def _delay(self, duration: Array, event: RiskEvent, effect: Effect) -> None:
        happens = self[Variable("event", event.key)]
        duration += happens * self[Variable("delay", event.key, effect.activity)]

    def cost(self, model: Model, durations: Array, finish: Array | float) -> Array:
        """The total per run, added up in the order of the keys: the same on every machine, however the model
        lists its parts.

        `durations` are in ticks, the `finish` in days.
        """
        total = np.zeros(self.runs)
        lasting = zip(model.activities, durations, strict=True)
        for activity, duration in sorted(lasting, key=lambda each: each[0].key):
            total += self[Variable("activity_cost", activity.key)]
            if activity.cost_per_day:
                total += activity.cost_per_day * (duration / DAY)
        for item in _in_order(model.cost_items):
            total += self[Variable("cost_item", item.key)] + item.per_day * finish
        for event in _in_order(model.events):
            total += self[Variable("event", event.key)] * self[Variable("event_cost", event.key)]
        return total


def _in_order(parts: Sequence[Keyed]) -> list[Keyed]:
    return sorted(parts, key=lambda part: part.key)
