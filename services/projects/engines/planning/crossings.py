"""Links between activities whose time runs differently, as steps from one axis over instants to the other.

Each step is monotone, and `back` is its exact upper inverse: `on(x) <= y` if and only if `x <=
back(y)`. So the backward pass never allows a date that the forward pass would not, and no float is lost
between calendars.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.projects.engines.planning.network import Crossing
from services.projects.engines.planning.timeline import ROUND_THE_CLOCK, Timeline


@dataclass(frozen=True, slots=True)
class Adding:
    """A lag between two activities on the same axis."""

    lag: int

    def on(self, time: int) -> int:
        return time + self.lag

    def back(self, time: int) -> int:
        return time - self.lag


@dataclass(frozen=True, slots=True)
class Finishing:
    """From working time to the instant at which that much is done."""

    axis: Timeline

    def on(self, time: int) -> int:
        return self.axis.finish_at(time)

    def back(self, time: int) -> int:
        return self.axis.work_at(time)


@dataclass(frozen=True, slots=True)
class Starting:
    """From working time to the instant at which work beyond it starts."""

    axis: Timeline

    def on(self, time: int) -> int:
        return self.axis.start_at(time)

    def back(self, time: int) -> int:
        return self.axis.start_by(time)


@dataclass(frozen=True, slots=True)
class Arriving:
    """From an instant to the working time done by then."""

    axis: Timeline

    def on(self, time: int) -> int:
        return self.axis.work_at(time)

    def back(self, time: int) -> int:
        return self.axis.start_at(time)


@dataclass(frozen=True, slots=True)
class Waiting:
    """From an instant to the one `work` later, by the working time of a calendar (earlier, if negative).

    A wait ends with the work it counts, a lead begins with it. Two working days from Thursday evening
    end on Monday evening, two before it begin on Wednesday morning.
    """

    axis: Timeline
    work: int

    def on(self, time: int) -> int:
        if self.work < 0:
            return self.axis.start_at(self.axis.work_at(time) + self.work)
        return self.axis.finish_at(self.axis.work_at(time) + self.work)

    def back(self, time: int) -> int:
        reached = self.axis.start_by(time) if self.work < 0 else self.axis.work_at(time)
        return self.axis.start_at(reached - self.work)


@dataclass(frozen=True, slots=True)
class Steps:
    """Several steps in a row."""

    steps: tuple[Crossing, ...]

    def on(self, time: int) -> int:
        for step in self.steps:
            time = step.on(time)
        return time

    def back(self, time: int) -> int:
        for step in reversed(self.steps):
            time = step.back(time)
        return time


def crossing(leaving: Timeline, from_finish: bool, waits: Sequence[Waiting], arriving: Timeline) -> Steps:
    """From a predecessor's start or finish, through the waits of its lag, to the successor's axis."""
    steps: list[Crossing] = []
    if leaving is not ROUND_THE_CLOCK:
        steps.append(Finishing(leaving) if from_finish else Starting(leaving))
    steps += [wait for wait in waits if wait.work]
    if arriving is not ROUND_THE_CLOCK:
        steps.append(Arriving(arriving))
    return Steps(tuple(steps))
