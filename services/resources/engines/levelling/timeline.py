"""Working time as tables: for every step up to the horizon, when work started there ends and where lags
lead.

Each table is non-decreasing and has `horizon + 1` entries, one per point in time; `beyond` (`horizon + 1`)
stands for every time that the horizon does not reach.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.resources.engines.levelling.plan import Calendar

Steps = NDArray[np.int64]
Mask = NDArray[np.bool_]


def working_mask(calendar: Calendar | None, horizon: int) -> Mask:
    """True for each step of the horizon that is worked."""
    if calendar is None:
        return np.ones(horizon, dtype=np.bool_)
    mask = np.resize(np.array(calendar.pattern, dtype=np.bool_), horizon)
    for change in calendar.exceptions:
        mask[change.start : change.finish] = change.working
    return mask


class WorkingTime:
    """One calendar's steps up to a horizon."""

    def __init__(self, calendar: Calendar | None, horizon: int) -> None:
        self.uninterrupted = calendar is None
        self.horizon = horizon
        self.beyond = horizon + 1
        self.working = working_mask(calendar, horizon)
        self.steps: Steps = np.flatnonzero(self.working)
        self.worked_before: Steps = np.concatenate(([0], np.cumsum(self.working)))
        self._finishes: dict[int, Steps] = {}
        self._starts: dict[int, Mask] = {}
        self._lagged: dict[int, Steps] = {}

    def finishes(self, duration: int) -> Steps:
        """When work of `duration` ends that begins at the first working step from each point on."""
        if duration not in self._finishes:
            self._finishes[duration] = (
                np.arange(self.horizon + 1)
                if duration == 0
                else self._after(self.worked_before + (duration - 1))
            )
        return self._finishes[duration]

    def lagged(self, lag: int) -> Steps:
        """The point that lies `lag` working steps after each point, or before it where the lag is
        negative."""
        if lag not in self._lagged:
            self._lagged[lag] = self._lag(lag)
        return self._lagged[lag]

    def starts(self, duration: int) -> Mask:
        """The points at which work of `duration` may begin and still end within the horizon."""
        if duration not in self._starts:
            may = self.finishes(duration) <= self.horizon
            if duration:
                may[:-1] &= self.working
                may[-1] = False
            self._starts[duration] = may
        return self._starts[duration]

    def _lag(self, lag: int) -> Steps:
        if lag == 0:
            return np.arange(self.horizon + 1)
        if lag > 0:
            return self._after(self.worked_before + (lag - 1))
        return self._before(self.worked_before + lag)

    def _after(self, index: Steps) -> Steps:
        """The point after the working step with this number."""
        ends = np.append(self.steps + 1, self.beyond)
        return ends[np.minimum(index, len(self.steps))]

    def _before(self, index: Steps) -> Steps:
        """The point before the working step with this number, the start of the plan for those before the
        first."""
        if not len(self.steps):
            return np.zeros(self.horizon + 1, dtype=np.int64)
        return np.where(index < 0, 0, self.steps[np.clip(index, 0, len(self.steps) - 1)])


def at(table: Steps, point: int) -> int:
    """The table's entry for a point, points before the plan taken as its start; beyond the horizon stays
    there."""
    return int(table[max(point, 0)]) if point < len(table) else len(table)


def first_reaching(table: Steps, value: int) -> int:
    """The first point whose entry is at least `value`."""
    return int(table.searchsorted(value, side="left"))


def last_within(table: Steps, value: int) -> int:
    """The last point whose entry is at most `value`, -1 where there is none."""
    return int(table.searchsorted(value, side="right")) - 1


def segments(profile: Steps | Mask) -> list[tuple[int, int, int]]:
    """The runs of equal values as (first step, step after the last, value)."""
    if not len(profile):
        return []
    edges = [0, *(np.flatnonzero(np.diff(profile)) + 1).tolist(), len(profile)]
    return [(a, b, int(profile[a])) for a, b in pairwise(edges)]
