"""Smoothing: activities move within their float until no single move makes the use of resources more even.

The method of Burgess and Killebrew (1962): each activity in turn moves to the place of least cost between its
predecessors and successors. Here units above capacity count first, and the squares of use second.
Going from the plan's end the latest of equally good places is taken, which leaves the predecessors room;
going from its start the earliest. Rounds end when one gains nothing, or the time is up. The answer is a local
optimum, not a proved one.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from services.resources.engines.levelling.answer import (
    Cause,
    Ending,
    Evened,
    Move,
    Pushed,
    Smoothed,
    Smoothness,
)
from services.resources.engines.levelling.capacity import Free
from services.resources.engines.levelling.causes import overloads
from services.resources.engines.levelling.feasibility import compiled
from services.resources.engines.levelling.network import Network
from services.resources.engines.levelling.patience import Patience
from services.resources.engines.levelling.plan import Plan
from services.resources.engines.levelling.schedule import placed, planned_starts
from services.resources.engines.levelling.timeline import Steps

MOST_ROUNDS = 50


def smoothed(plan: Plan, seconds: float | None = None) -> Smoothed:
    """`plan` and `seconds` have been checked."""
    patience = Patience(seconds)
    network = compiled(plan)
    earliest = network.earliest()
    evening = Evening(network, earliest, patience)
    ended_by = evening.run()
    return Smoothed(
        placed=placed(network, evening.starts),
        finish=evening.finish,
        before=smoothness(network, earliest),
        after=smoothness(network, evening.starts),
        moves=_moves(network, planned_starts(network), evening.starts),
        overloads=overloads(network, evening.starts),
        ended_by=ended_by,
    )


def smoothness(network: Network, starts: Sequence[int]) -> Smoothness:
    remaining = Free.after(network, starts).remaining
    use = network.usable - remaining
    peaks = {r.id: int(use[n].max(initial=0)) for n, r in enumerate(network.plan.resources)}
    return Smoothness(int(-remaining[remaining < 0].sum()), peaks, int((use * use).sum()))


class Evening:
    """The starts as they become more even; none is ever later than the backward pass allows.

    What stands where its last look had put it, among others that have not moved since, is not looked at again:
    it would stay. So each step of each resource keeps when its use has last changed.
    """

    def __init__(self, network: Network, earliest: Sequence[int], patience: Patience) -> None:
        self.network, self.starts, self.finish = network, list(earliest), network.makespan(earliest)
        self._free, self._patience = Free.after(network, earliest), patience
        self._looks = 0
        self._changed = np.zeros_like(self._free.remaining)
        self._windows: dict[tuple[int, bool], tuple[int, int, int]] = {}

    def run(self) -> Ending:
        """Rounds from the plan's end and from its start, at last from its start alone, until none gains."""
        for _ in range(MOST_ROUNDS):
            gained = self._round(late=True)
            gained |= self._round(late=False)
            if not gained:
                break
        while self._round(late=False):
            pass
        return Ending.CLOCK if self._patience.over else Ending.NO_GAIN

    def _round(self, *, late: bool) -> bool:
        """Whether moving each activity once, to the latest or earliest of its best places, made the use more
        even."""
        network, gained = self.network, False
        for n in reversed(network.order) if late else network.order:
            if self._patience.over:
                return False
            if network.fixed[n] is None:
                gained |= self._move(n, late=late)
        return gained

    def _move(self, n: int, *, late: bool) -> bool:
        network, starts = self.network, self.starts
        first, last = network.not_before(n, starts), network.not_after(n, starts, self.finish)
        if first == last or (network.asks[n] and self._is_seen(n, first, last, late=late)):
            return False
        places = first + np.flatnonzero(network.startable[n][first : last + 1])
        gained = False
        if len(places) > 1:
            if network.asks[n]:
                gained = self._place(n, places, late=late)
            else:
                starts[n] = int(places[-1 if late else 0])
        self._windows[n, late] = self._looks, first, last
        return gained

    def _is_seen(self, n: int, first: int, last: int, *, late: bool) -> bool:
        """Whether the last look of this kind had the same places before it, and the same use of them."""
        when, *between = self._windows.get((n, late), (-1, -1, -1))
        if between != [first, last]:
            return False
        until = self.network.finish(n, last)
        return all(self._changed[r, first:until].max(initial=0) <= when for r in self.network.asks[n])

    def _place(self, n: int, places: Steps, *, late: bool) -> bool:
        """Moves the activity to the best of the places; whether that is better than where it was."""
        was = self.starts[n]
        self._free.give_back(n, was)
        over, squares = _costs(self.network, self._free, n, places)
        least = np.flatnonzero(over == over.min())
        best = least[squares[least] == squares[least].min()]
        place = best[-1 if late else 0]
        now = int(places.searchsorted(was))
        self.starts[n] = int(places[place])
        self._free.take(n, self.starts[n])
        if self.starts[n] != was:
            self._looks += 1
            for start in (was, self.starts[n]):
                for resource in self.network.asks[n]:
                    self._changed[resource, start : self.network.finish(n, start)] = self._looks
        return bool((over[place], squares[place]) < (over[now], squares[now]))


def _costs(network: Network, free: Free, n: int, places: Steps) -> tuple[Steps, Steps]:
    """What the activity adds, at each place, to the units over capacity and to the squares of use."""
    first, last = int(places[0]), network.finish(n, int(places[-1]))
    over = squares = np.zeros(last - first, dtype=np.int64)
    for resource, units in network.asks[n].items():
        remaining = free.remaining[resource, first:last]
        over = over + np.maximum(units - remaining, 0) - np.maximum(-remaining, 0)
        squares = squares + units * (2 * (network.usable[resource, first:last] - remaining) + units)
    time, finishes = network.time[n], network.finishes[n][places] - first
    if not time.uninterrupted:
        worked = time.working[first:last]
        over, squares = over * worked, squares * worked
    return _sums(over, places - first, finishes), _sums(squares, places - first, finishes)


def _sums(per_step: Steps, from_: Steps, to: Steps) -> Steps:
    total = np.zeros(len(per_step) + 1, dtype=np.int64)
    np.cumsum(per_step, out=total[1:])
    sums: Steps = total[to] - total[from_]
    return sums


def _moves(network: Network, planned: Sequence[int], starts: Sequence[int]) -> tuple[Move, ...]:
    free = Free.after(network, starts)
    moved = [n for n in range(network.size) if starts[n] != planned[n]]
    return tuple(
        Move(
            network.plan.activities[n].id,
            planned[n],
            starts[n],
            tuple(_causes(network, free, n, planned[n], starts)),
        )
        for n in sorted(moved, key=lambda n: (starts[n], n))
    )


def _causes(network: Network, free: Free, n: int, planned: int, starts: Sequence[int]) -> Iterator[Cause]:
    """The predecessors that no longer let it start as planned, and the highest use it would cause if it
    did."""
    for arc in network.incoming[n]:
        if network.bound(arc, starts[arc.before]) > planned:
            yield Pushed(network.plan.activities[arc.before].id, arc.link.kind, arc.link.lag)
    if network.asks[n]:
        yield _peak(network, free, n, planned, starts)


def _peak(network: Network, free: Free, n: int, planned: int, starts: Sequence[int]) -> Evened:
    """The highest use of a resource in a step that the activity has left."""
    steps = np.setdiff1d(free.steps(n, planned), free.steps(n, starts[n]))
    uses = {r: (network.usable[r] - free.remaining[r])[steps] + units for r, units in network.asks[n].items()}
    resource = max(uses, key=lambda r: int(uses[r].max()))
    step = int(uses[resource].argmax())
    back = int(uses[resource][step])
    now = back - network.asks[n][resource]
    return Evened(network.plan.resources[resource].id, int(steps[step]), back, now)
