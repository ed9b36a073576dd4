"""The network in numbers, and the two passes of the critical path method over it.

Nodes are numbered from 0. Times are whole numbers on the node's own axis: seconds of its calendar's
working time, or any unit at all. Links from a finish to a start on one axis, by far the most, are a
successor and a lag. Every other link is a `Link`, whose crossing carries a time forward from the
predecessor's axis to the successor's, and back. The forward pass finds the earliest times, the backward
pass the latest (Kelley and Walker 1959). Links between other ends follow Fondahl (1961) and Roy's
method of potentials.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

NEVER = -(2**60)
ALWAYS = 2**60


class Crossing(Protocol):
    """A monotone step from one axis to another; `back(t)` is the latest time whose `on` is not after `t`."""

    def on(self, time: int) -> int: ...

    def back(self, time: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Link:
    """Holds its successor's start or finish after its predecessor's start or finish."""

    predecessor: int
    from_finish: bool
    to_finish: bool
    crossing: Crossing


@dataclass(slots=True)
class Terms:
    """What makes one node's dates differ from 'as early as its links allow'; times on the node's axis.

    `done` are the dates of what is over. `started` is the actual start of what is under way; its
    duration is then what remains, and links hold that. `finish_floor` is the earliest finish. `pin` is
    a start that is kept against the links, if `locked` as the late start too. `cap` is the latest start the
    links may push it to. With `earliest_of` the node starts with the first of these links instead of
    the last.
    """

    done: tuple[int, int] | None = None
    started: int | None = None
    finish_floor: int = NEVER
    pin: int | None = None
    locked: bool = False
    cap: int = ALWAYS
    earliest_of: list[Link] = field(default_factory=list)


ORDINARY = Terms()


@dataclass(slots=True)
class Network:
    """Durations and earliest starts (`floors`) of all nodes, and the links between them.

    `followers[i]` lists the successors of the plain links from node i's finish. `lagged[i]` lists those
    of links with a lag, as (successor, lag). `awaited[j]` counts the plain links into node j;
    `links[j]` are its other links. `inert` lists, by predecessor, the successors of links that hold
    nothing any more, since what they lead to has begun. They still may not close a circle.
    """

    durations: list[int]
    floors: list[int]
    followers: list[list[int]]
    awaited: list[int]
    lagged: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    links: dict[int, list[Link]] = field(default_factory=dict)
    inert: dict[int, list[int]] = field(default_factory=dict)
    terms: dict[int, Terms] = field(default_factory=dict)

    def follow(self, predecessor: int, successor: int, lag: int) -> None:
        """Let a node start after another's finish and a lag on their axis."""
        if lag:
            self.lagged.setdefault(predecessor, []).append((successor, lag))
        else:
            self.followers[predecessor].append(successor)
            self.awaited[successor] += 1

    def followed_by(self, node: int) -> list[tuple[int, int]]:
        """The (successor, lag) of the links from the node's finish to starts on its axis."""
        return [(after, 0) for after in self.followers[node]] + self.lagged.get(node, [])

    def links_into(self, node: int) -> list[Link]:
        """All links into `node` that are not plain."""
        return self.links.get(node, []) + self.terms.get(node, ORDINARY).earliest_of

    def unusual(self) -> set[int]:
        return self.links.keys() | self.terms.keys()

    def unusual_successors(self) -> dict[int, list[int]]:
        """By predecessor, the successors of all links that are not plain."""
        successors = {before: list(after) for before, after in self.inert.items()}
        for before, lagged in self.lagged.items():
            successors.setdefault(before, []).extend(after for after, _ in lagged)
        for node in self.unusual():
            for link in self.links_into(node):
                successors.setdefault(link.predecessor, []).append(node)
        return successors


def network(durations: Sequence[int], links: Iterable[tuple[int, int, int]]) -> Network:
    """A network on one axis from durations and (predecessor, successor, lag) finish-to-start links."""
    count = len(durations)
    net = Network(list(durations), [0] * count, [[] for _ in range(count)], [0] * count)
    for predecessor, successor, lag in links:
        net.follow(predecessor, successor, lag)
    return net


@dataclass(frozen=True, slots=True)
class Early:
    """The result of the forward pass: starts (of what remains, if under way) and finishes by node.

    `order` has every predecessor before its successors; if it is shorter than the network, the rest is
    a cycle and what follows it. `linked_starts` has, for nodes pinned to a date, the start their links
    ask for. `undelayed` has the start and finish of nodes that were then moved within their free float.
    """

    order: list[int]
    starts: list[int]
    finishes: list[int]
    linked_starts: dict[int, int]
    undelayed: dict[int, tuple[int, int]] = field(default_factory=dict)

    def leaves(self, net: Network, link: Link) -> int:
        """The time of the event that a link leaves from."""
        if link.from_finish:
            return self.finishes[link.predecessor]
        started = net.terms.get(link.predecessor, ORDINARY).started
        return self.starts[link.predecessor] if started is None else started

    def pushes(self, net: Network, link: Link) -> int:
        """The time of that event as its successor's date was found: what takes free float pushes nothing."""
        if link.predecessor in self.undelayed:
            return self.undelayed[link.predecessor][link.from_finish]
        return self.leaves(net, link)


def forward(net: Network) -> Early:
    """The earliest times, in one walk that also orders the nodes (Kahn 1962)."""
    durations, followers, odd, unplain_successors = (
        net.durations,
        net.followers,
        net.unusual(),
        net.unusual_successors(),
    )
    awaited = list(net.awaited)
    for unplain in unplain_successors.values():
        for after in unplain:
            awaited[after] += 1
    order = [node for node, count in enumerate(awaited) if not count]
    starts, finishes = list(net.floors), [0] * len(durations)
    early = Early(order, starts, finishes, {})
    busy = odd | unplain_successors.keys()
    for node in order:  # grows while it is walked
        finishes[node] = finish = starts[node] + durations[node]
        if node in busy:
            if node in odd:
                _place(net, node, early)
                finish = finishes[node]
            for after, lag in net.lagged.get(node, ()):
                starts[after] = max(starts[after], finish + lag)
            for after in unplain_successors.get(node, ()):
                awaited[after] -= 1
                if not awaited[after]:
                    order.append(after)
        for after in followers[node]:
            if finish > starts[after]:
                starts[after] = finish
            awaited[after] -= 1
            if not awaited[after]:
                order.append(after)
    return early


def _place(net: Network, node: int, early: Early) -> None:
    """Start and finish of an unusual node, whose plain links have left the start they ask for."""
    terms, duration = net.terms.get(node, ORDINARY), net.durations[node]
    if terms.done:
        early.starts[node], early.finishes[node] = terms.done
        return
    start, finish = early.starts[node], terms.finish_floor
    for link in _first(net, terms.earliest_of, early):
        start = max(start, link.crossing.on(early.leaves(net, link)))
    for link in net.links.get(node, ()):
        time = link.crossing.on(early.leaves(net, link))
        start, finish = (start, max(finish, time)) if link.to_finish else (max(start, time), finish)
    start = max(start, finish - duration)
    if terms.pin is not None:
        early.linked_starts[node], start = start, terms.pin
    early.starts[node] = min(start, terms.cap)
    early.finishes[node] = early.starts[node] + duration


def _first(net: Network, links: Sequence[Link], early: Early) -> list[Link]:
    """Those of the links whose predecessor comes first."""
    if not links:
        return []
    times = [link.crossing.on(early.leaves(net, link)) for link in links]
    return [link for link, time in zip(links, times, strict=True) if time == min(times)]


def cycle(net: Network, order: Sequence[int]) -> list[int]:
    """One cycle among the nodes that `order` could not place, along its links from its lowest node."""
    loose = set(range(len(net.durations))).difference(order)
    before: dict[int, int] = {}
    for node, after in net.unusual_successors().items():
        before.update(dict.fromkeys(after, node) if node in loose else {})
    for node in sorted(loose):
        before.update(dict.fromkeys(net.followers[node], node))
    walked: dict[int, None] = {}
    node = min(loose)
    while node not in walked:  # every loose node has a loose one before it
        walked[node] = None
        node = before[node]
    path = list(walked)
    circle = path[path.index(node) :][::-1]
    first = circle.index(min(circle))
    return circle[first:] + circle[:first]


@dataclass(frozen=True, slots=True)
class Late:
    """The result of the backward pass: latest starts (of what remains) and finishes by node."""

    starts: list[int]
    finishes: list[int]


def backward(net: Network, early: Early, late: Late) -> None:
    """Lower the ceilings in `late` to the latest times that keep all links."""
    durations, followers, lagged, odd = net.durations, net.followers, net.lagged, net.unusual()
    starts, finishes = late.starts, late.finishes
    for node in reversed(early.order):
        finish = finishes[node]
        for after in followers[node]:
            if starts[after] < finish:
                finish = starts[after]
        if node in lagged:
            finish = min(finish, *(starts[after] - lag for after, lag in lagged[node]))
        start = finish - durations[node]
        if start > starts[node]:
            start = starts[node]
            finish = start + durations[node]
        starts[node], finishes[node] = start, finish
        if node in odd:
            _hold_back(net, node, early, late)


def _hold_back(net: Network, node: int, early: Early, late: Late) -> None:
    """What the unusual links into a node allow their predecessors; what is over keeps its dates."""
    terms = net.terms.get(node, ORDINARY)
    if terms.done:
        late.starts[node], late.finishes[node] = terms.done
        return
    if terms.locked and terms.pin is not None:
        late.starts[node], late.finishes[node] = terms.pin, terms.pin + net.durations[node]
    for link in [*net.links.get(node, ()), *_first(net, terms.earliest_of, early)]:
        bounds = late.finishes if link.to_finish else late.starts
        allow(net, late, link, link.crossing.back(bounds[node]))


def allow(net: Network, late: Late, link: Link, time: int) -> None:
    """Lower the ceiling of the event a link leaves from; a start that has been made is past lowering."""
    if link.from_finish:
        late.finishes[link.predecessor] = min(late.finishes[link.predecessor], time)
    elif net.terms.get(link.predecessor, ORDINARY).started is None:
        late.starts[link.predecessor] = min(late.starts[link.predecessor], time)
