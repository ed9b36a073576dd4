"""Why an activity is where it is: everything that keeps it from starting a step earlier."""

from collections.abc import Iterator, Sequence

import numpy as np

from services.resources.engines.levelling.answer import Cause, FullResource, Move, NotBefore, Overload, Pushed
from services.resources.engines.levelling.capacity import Free
from services.resources.engines.levelling.network import Network
from services.resources.engines.levelling.timeline import segments


def moves(network: Network, planned: Sequence[int], starts: Sequence[int]) -> tuple[Move, ...]:
    """The activities that do not start as planned, in the order of their new starts, with the causes."""
    free, work = Free.after(network, starts), AtWork(network, starts)
    moved = [n for n in range(network.size) if starts[n] != planned[n]]
    return tuple(
        Move(network.plan.activities[n].id, planned[n], starts[n], tuple(_causes(work, free, n, starts)))
        for n in sorted(moved, key=lambda n: (starts[n], n))
    )


class AtWork:
    """Who is at work on a resource in some steps, looked up in arrays: thousands of moves ask."""

    def __init__(self, network: Network, starts: Sequence[int]) -> None:
        self.network = network
        self._starts = np.array(starts, dtype=np.int64)
        self._finishes = np.array(
            [network.finish(n, start) for n, start in enumerate(starts)], dtype=np.int64
        )
        self._users = [
            np.array([n for n, asks in enumerate(network.asks) if resource in asks], dtype=np.int64)
            for resource in range(len(network.usable))
        ]

    def holders(self, resource: int, first: int, last: int, without: int | None = None) -> tuple[str, ...]:
        """Those at work in any step from `first` on, `last` not included."""
        users = self._users[resource]
        there = users[(self._starts[users] < last) & (first < self._finishes[users])].tolist()
        return tuple(
            self.network.plan.activities[n].id for n in there if n != without and self._works(n, first, last)
        )

    def _works(self, n: int, first: int, last: int) -> bool:
        began, ends = max(first, int(self._starts[n])), min(last, int(self._finishes[n]))
        return bool(self.network.time[n].working[began:ends].any())


def _causes(work: AtWork, free: Free, n: int, starts: Sequence[int]) -> Iterator[Cause]:
    """The links, the release and the full resources that stand against the last possible start before this
    one."""
    network = work.network
    earlier = network.last_start(n, starts[n] - 1)
    if earlier < network.release[n]:
        yield NotBefore(network.release[n])
    for arc in network.incoming[n]:
        if network.bound(arc, starts[arc.before]) > earlier:
            yield Pushed(network.plan.activities[arc.before].id, arc.link.kind, arc.link.lag)
    if earlier >= 0:
        yield from _full(work, free, n, earlier, starts[n])


def _full(work: AtWork, free: Free, n: int, earlier: int, start: int) -> Iterator[FullResource]:
    network = work.network
    free.give_back(n, start)
    for resource, step in list(free.lacking(n, earlier)):
        remaining = int(free.remaining[resource, step])
        those = work.holders(resource, step, step + 1, without=n)
        yield FullResource(
            network.plan.resources[resource].id, step, network.asks[n][resource], remaining, those
        )
    free.take(n, start)


def overloads(network: Network, starts: Sequence[int]) -> tuple[Overload, ...]:
    """Where the starts ask for more than there is: per resource the stretches of steps of one demand and
    capacity."""
    free, work = Free.after(network, starts), AtWork(network, starts)
    return tuple(
        Overload(
            network.plan.resources[r].id,
            first,
            last,
            int(network.usable[r, first]) - remaining,
            int(network.usable[r, first]),
            work.holders(r, first, last),
        )
        for r in range(len(network.usable))
        for first, last, remaining in _constant(network, free, r)
        if remaining < 0
    )


def _constant(network: Network, free: Free, resource: int) -> Iterator[tuple[int, int, int]]:
    """The stretches in which neither capacity nor what is left of it changes."""
    for first, last, _ in segments(network.usable[resource]):
        for a, b, remaining in segments(free.remaining[resource, first:last]):
            yield first + a, first + b, remaining
