"""What no schedule can beat: the longest chain of links, and the work that each resource has to carry."""

import numpy as np

from services.resources.engines.levelling.network import Arc, Network
from services.resources.engines.levelling.timeline import Steps

THRESHOLDS = 200


def makespan_bound(network: Network) -> int:
    """The greatest of the critical path and, per resource, the step by which its work can be over at the
    earliest."""
    earliest = network.earliest()
    heads, tails = np.array(earliest, dtype=np.int64), np.array(_tails(network), dtype=np.int64)
    work = _work(network)
    bounds = [_work_bound(network.usable[r], work[r], heads, tails) for r in range(len(network.usable))]
    return max([network.makespan(earliest), *bounds])


def _work_bound(usable: Steps, work: Steps, heads: Steps, tails: Steps) -> int:
    """The makespan that some of a resource's work needs: that with heads and tails of at least some length.

    None of it starts before the shortest of their heads. From there on it takes as long as the capacity needs to
    carry it all. The shortest of their tails follows.
    """
    total = np.concatenate(([0], np.cumsum(usable)))
    longest_tail_first = np.argsort(-tails, kind="stable")
    users = longest_tail_first[work[longest_tail_first] > 0]
    best = 0
    for head in _thresholds(heads[users]):
        behind = users[heads[users] >= head]
        needed = total[head] + np.cumsum(work[behind])
        best = max(best, int((np.searchsorted(total, needed) + tails[behind]).max()))
    return best


def _thresholds(lengths: Steps) -> Steps:
    """The distinct lengths, evenly thinned out where they are many."""
    distinct = np.unique(lengths)
    return distinct[:: 1 + len(distinct) // THRESHOLDS]


def _work(network: Network) -> Steps:
    """Unit-steps per resource and activity."""
    work = np.zeros((len(network.usable), network.size), dtype=np.int64)
    for n, activity in enumerate(network.plan.activities):
        for resource, units in network.asks[n].items():
            work[resource, n] = units * activity.duration
    return work


def _tails(network: Network) -> list[int]:
    """The steps that must follow each activity's finish; none are counted where calendars make them vary."""
    tails = [0] * network.size
    if network.plan.calendars:
        return tails
    for n in reversed(network.order):
        tails[n] = max([0, *(_tail(network, arc, tails) for arc in network.outgoing[n])])
    return tails


def _tail(network: Network, arc: Arc, tails: list[int]) -> int:
    before, after = (network.plan.activities[n].duration for n in (arc.before, arc.after))
    behind = tails[arc.after] + (0 if arc.to_finish else after)
    return arc.link.lag + behind - (before if arc.from_start else 0)
