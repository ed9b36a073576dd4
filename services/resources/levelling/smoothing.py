"""Smoothing: activities move within their float until no single move makes the use of resources more even.

The method of Burgess and Killebrew (1962): activity by activity the place of least cost between its
predecessors and successors, here with the units above capacity counted first and the squares of use second.
Going from the plan's end the latest of equally good places is taken, which leaves the predecessors room;
going from its start the earliest. Rounds end when one gains nothing. The answer is a local optimum, not a
proved one.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from services.resources.levelling.answer import Cause, Evened, Move, Pushed, Smoothed, Smoothness
from services.resources.levelling.capacity import Free
from services.resources.levelling.causes import overloads
from services.resources.levelling.feasibility import compiled
from services.resources.levelling.network import Network
from services.resources.levelling.plan import Plan
from services.resources.levelling.schedule import placed, planned_starts
from services.resources.levelling.timeline import Steps

MOST_ROUNDS = 50


def smoothed(plan: Plan) -> Smoothed:
    """`plan` has been checked."""
    network = compiled(plan)
    earliest = network.earliest()
    finish = network.makespan(earliest)
    starts = evened(network, earliest, finish)
    return Smoothed(
        placed=placed(network, starts),
        finish=finish,
        before=smoothness(network, earliest),
        after=smoothness(network, starts),
        moves=_moves(network, planned_starts(network), starts),
        overloads=overloads(network, starts),
    )


def smoothness(network: Network, starts: Sequence[int]) -> Smoothness:
    left = Free.after(network, starts).left
    use = network.usable - left
    peaks = {r.id: int(use[n].max(initial=0)) for n, r in enumerate(network.plan.resources)}
    return Smoothness(int(-left[left < 0].sum()), peaks, int((use * use).sum()))


def evened(network: Network, earliest: Sequence[int], finish_by: int) -> list[int]:
    """The starts after rounds from the plan's end and from its start; none is later than the backward pass
    allows."""
    starts, free = list(earliest), Free.after(network, earliest)
    for _ in range(MOST_ROUNDS):
        gained = _round(network, free, starts, finish_by, late=True)
        gained |= _round(network, free, starts, finish_by, late=False)
        if not gained:
            break
    while _round(network, free, starts, finish_by, late=False):
        pass
    return starts


def _round(network: Network, free: Free, starts: list[int], finish_by: int, *, late: bool) -> bool:
    """Whether moving each activity once, to the latest or earliest of its best places, made the use more
    even."""
    order: Iterable[int] = reversed(network.order) if late else network.order
    gains = [_move(network, free, n, starts, finish_by, late=late) for n in order if network.fixed[n] is None]
    return any(gains)


def _move(network: Network, free: Free, n: int, starts: list[int], finish_by: int, *, late: bool) -> bool:
    first, last = network.not_before(n, starts), network.not_after(n, starts, finish_by)
    places = first + np.flatnonzero(network.startable[n][first : last + 1])
    free.give_back(n, starts[n])
    over, squares = _costs(network, free, n, places)
    best = np.flatnonzero((over == over.min()) & (squares == squares[over == over.min()].min()))
    place = best[-1 if late else 0]
    now = int(np.searchsorted(places, starts[n]))
    gained = (over[place], squares[place]) < (over[now], squares[now])
    starts[n] = int(places[place])
    free.take(n, starts[n])
    return bool(gained)


def _costs(network: Network, free: Free, n: int, places: Steps) -> tuple[Steps, Steps]:
    """What the activity adds, at each place, to the units over capacity and to the squares of use."""
    first, last = int(places[0]), network.finish(n, int(places[-1]))
    needs = list(network.asks[n])
    units = np.array(list(network.asks[n].values()), dtype=np.int64)[:, None]
    left = free.left[needs, first:last]
    use = network.usable[needs, first:last] - left
    working = network.time[n].working[first:last]
    over = np.maximum(units - left, 0) - np.maximum(-left, 0)
    squares = 2 * units * use + units * units
    from_, to = places - first, network.finishes[n][places] - first
    return _sums(over.sum(axis=0) * working, from_, to), _sums(squares.sum(axis=0) * working, from_, to)


def _sums(per_step: Steps, from_: Steps, to: Steps) -> Steps:
    total: Steps = np.concatenate(([0], np.cumsum(per_step)))
    return total[to] - total[from_]


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
    uses = {r: (network.usable[r] - free.left[r])[steps] + units for r, units in network.asks[n].items()}
    resource = max(uses, key=lambda r: int(uses[r].max()))
    step = int(uses[resource].argmax())
    back = int(uses[resource][step])
    now = back - network.asks[n][resource]
    return Evened(network.plan.resources[resource].id, int(steps[step]), back, now)
