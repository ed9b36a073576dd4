"""The forward pass and the critical paths of many runs at once.

Everything is an array over the runs, in ticks: a row per activity. An activity is critical in a run when it
ends the network, or when a link through it drives the start of a critical one. In a network without several
calendars that is exactly a total float of zero, with several it is the longest path.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .calendars import WorkingTime
from .model import Link, Model
from .order import topological
from .ticks import ticks

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tie:
    """A link between two rows; `from_start`: of the predecessor, `to_finish`: of the successor."""

    predecessor: int
    successor: int
    from_start: bool
    to_finish: bool
    lag: float
    elapsed: bool


class Network:
    """The rows of the activities, their links and calendars, in an order in which predecessors come first."""

    def __init__(self, model: Model) -> None:
        rows = {activity.key: row for row, activity in enumerate(model.activities)}
        self.order = [rows[key] for key in topological(model)]
        self.incoming: list[list[Tie]] = [[] for _ in rows]
        for link in model.links:
            tie = _tie(rows, link)
            self.incoming[tie.successor].append(tie)
        self._not_before = ticks(np.array([a.not_before for a in model.activities], dtype=np.float64))
        self._never_before = self._not_before.max(initial=0.0)
        self._calendars = _calendars(model)
        self._common = self._common_calendar()
        if self._common:
            self._not_before = self._common.worked(self._not_before)

    def schedule(self, durations: Array) -> "Schedule":
        """Early starts and finishes for `durations` of shape (activities, runs)."""
        schedule = self._blank(durations)
        for row in self.order:
            schedule.place(row, self.incoming[row])
        return schedule

    def finish(self, schedule: "Schedule") -> Array:
        """When the whole network is finished, per run, in ticks: a moment, where there are calendars."""
        finish = schedule.finish.max(axis=0, initial=0.0)
        if not self._common:
            return np.asarray(finish)
        # A milestone that may not be before Monday would close with Friday.
        return np.asarray(np.maximum(self._common.closing(finish), self._never_before))

    def critical(self, schedule: "Schedule") -> NDArray[np.bool_]:
        """Which activities are critical in which runs: shape (activities, runs)."""
        critical = schedule.finish == schedule.finish.max(axis=0, initial=0.0)
        for row in reversed(self.order):
            for tie in self.incoming[row]:
                driving = schedule.earliest(tie) == schedule.begin[row]
                driving &= critical[row]
                critical[tie.predecessor] |= driving
        return np.asarray(critical)

    def _blank(self, durations: Array) -> "Schedule":
        if self._common or not self._calendars:
            return Schedule(durations, self._not_before)
        return DatedSchedule(durations, self._not_before, self._calendars)

    def _common_calendar(self) -> WorkingTime | None:
        """The one calendar in whose working time the whole network can be scheduled, if there is one."""
        elapsed = any(tie.elapsed and tie.lag for ties in self.incoming for tie in ties)
        return self._calendars[0] if len({*self._calendars}) == 1 and not elapsed else None


class Schedule:
    """Starts and finishes in plain time; filled in by `place`, predecessors first."""

    def __init__(self, durations: Array, not_before: Array) -> None:
        self.durations, self.not_before = durations, not_before
        self.begin, self.finish = np.empty_like(durations), np.empty_like(durations)

    def place(self, row: int, incoming: Sequence[Tie]) -> None:
        begin = self.begin[row]
        begin.fill(self.not_before[row])
        for tie in incoming:
            np.maximum(begin, self.earliest(tie), out=begin)
        np.add(begin, self.durations[row], out=self.finish[row])

    def earliest(self, tie: Tie) -> Array:
        """The start that one link allows its successor."""
        moment: Array = self.begin[tie.predecessor] if tie.from_start else self.finish[tie.predecessor]
        if tie.lag:
            moment = moment + tie.lag
        return moment - self.durations[tie.successor] if tie.to_finish else moment


class DatedSchedule(Schedule):
    """The same on calendars: `begin` in each activity's own working time, `start` and `finish` as moments."""

    def __init__(self, durations: Array, not_before: Array, calendars: Sequence[WorkingTime]) -> None:
        super().__init__(durations, not_before)
        self.start = np.empty_like(durations)
        self._calendars = calendars

    def place(self, row: int, incoming: Sequence[Tie]) -> None:
        calendar, begin = self._calendars[row], self.begin[row]
        earliest = self.not_before[row : row + 1]
        begin.fill(calendar.worked(earliest)[0])
        for tie in incoming:
            np.maximum(begin, self.earliest(tie), out=begin)
        self.start[row] = calendar.opening(begin)
        self.finish[row] = np.maximum(calendar.closing(begin + self.durations[row]), earliest)

    def earliest(self, tie: Tie) -> Array:
        moment = self.start[tie.predecessor] if tie.from_start else self.finish[tie.predecessor]
        if tie.lag and tie.elapsed:
            moment = np.maximum(moment + tie.lag, 0.0)
        elif tie.lag:
            moment = self._later(self._calendars[tie.predecessor], moment, tie.lag)
        working = self._calendars[tie.successor].worked(moment)
        return working - self.durations[tie.successor] if tie.to_finish else working

    @staticmethod
    def _later(calendar: WorkingTime, moment: Array, lag: float) -> Array:
        return calendar.closing(np.maximum(calendar.worked(moment) + lag, 0.0))


def _tie(rows: Mapping[str, int], link: Link) -> Tie:
    return Tie(
        predecessor=rows[link.predecessor],
        successor=rows[link.successor],
        from_start=link.kind[0] == "S",
        to_finish=link.kind[1] == "F",
        lag=float(ticks(np.array([link.lag], dtype=np.float64))[0]),
        elapsed=link.elapsed,
    )


def _calendars(model: Model) -> list[WorkingTime]:
    """Each activity's calendar, each laid out once; nothing where the model has none."""
    if not model.calendars or model.start is None or model.calendar is None:
        return []
    laid_out = {name: WorkingTime(name, c, model.start) for name, c in model.calendars.items()}
    return [laid_out[activity.calendar or model.calendar] for activity in model.activities]
