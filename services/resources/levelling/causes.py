"""Why an activity is where it is: everything that keeps it from starting a step earlier."""

from collections.abc import Iterator, Sequence

from services.resources.levelling.answer import Cause, FullResource, Move, NotBefore, Overload, Pushed
from services.resources.levelling.capacity import Free
from services.resources.levelling.network import Network
from services.resources.levelling.timeline import segments


def moves(network: Network, planned: Sequence[int], starts: Sequence[int]) -> tuple[Move, ...]:
    """The activities that do not start as planned, in the order of their new starts, with the causes."""
    free = Free.after(network, starts)
    moved = [n for n in range(network.size) if starts[n] != planned[n]]
    return tuple(
        Move(network.plan.activities[n].id, planned[n], starts[n], tuple(causes(network, free, n, starts)))
        for n in sorted(moved, key=lambda n: (starts[n], n))
    )


def causes(network: Network, free: Free, n: int, starts: Sequence[int]) -> Iterator[Cause]:
    """The links, the release and the full resources that stand against the last possible start before this
    one."""
    earlier = network.last_start(n, starts[n] - 1)
    if earlier < network.release[n]:
        yield NotBefore(network.release[n])
    for arc in network.incoming[n]:
        if network.bound(arc, starts[arc.before]) > earlier:
            yield Pushed(network.plan.activities[arc.before].id, arc.link.kind, arc.link.lag)
    if earlier >= 0:
        yield from _full(network, free, n, earlier, starts)


def _full(
    network: Network, free: Free, n: int, earlier: int, starts: Sequence[int]
) -> Iterator[FullResource]:
    free.give_back(n, starts[n])
    for resource, step in list(free.lacking(n, earlier)):
        left = int(free.left[resource, step])
        those = holders(network, free, resource, step, starts, without=n)
        yield FullResource(network.plan.resources[resource].id, step, network.asks[n][resource], left, those)
    free.take(n, starts[n])


def overloads(network: Network, starts: Sequence[int]) -> tuple[Overload, ...]:
    """Where the starts ask for more than there is: per resource the stretches of steps of one demand and
    capacity."""
    free = Free.after(network, starts)
    return tuple(
        Overload(
            network.plan.resources[r].id,
            first,
            last,
            int(network.usable[r, first]) - left,
            int(network.usable[r, first]),
            holders(network, free, r, first, starts),
        )
        for r in range(len(network.usable))
        for first, last, left in _constant(network, free, r)
        if left < 0
    )


def _constant(network: Network, free: Free, resource: int) -> Iterator[tuple[int, int, int]]:
    """The stretches in which neither capacity nor what is left of it changes."""
    for first, last, _ in segments(network.usable[resource]):
        for a, b, left in segments(free.left[resource, first:last]):
            yield first + a, first + b, left


def holders(
    network: Network, free: Free, resource: int, step: int, starts: Sequence[int], without: int | None = None
) -> tuple[str, ...]:
    """The activities at work on the resource in that step."""
    return tuple(
        network.plan.activities[n].id
        for n, start in enumerate(starts)
        if n != without
        and start <= step < network.finish(n, start)
        and network.time[n].working[step]
        and resource in network.asks[n]
    )
