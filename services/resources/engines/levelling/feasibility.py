"""Refuses plans that cannot be carried out, naming the cycle, the chain or the shortage that makes it so."""

from collections.abc import Iterator, Sequence

import numpy as np

from services.resources.engines.levelling.capacity import Free
from services.resources.engines.levelling.checks import LONGEST
from services.resources.engines.levelling.horizon import furthest
from services.resources.engines.levelling.network import Network, demand
from services.resources.engines.levelling.plan import Plan
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

MOST_CELLS = 25_000_000


def compiled(plan: Plan) -> Network:
    """The plan as a network over a horizon that it cannot outlast, refused where it is impossible."""
    refuse_cycle(plan)
    refuse_missing_capacity(plan)
    horizon = furthest(plan)
    if horizon > LONGEST or horizon * (len(plan.resources) + len(plan.calendars)) > MOST_CELLS:
        raise Invalid(
            Text(
                "the plan may reach over {horizon} steps: level it in longer steps or in parts",
                horizon=horizon,
            ),
            Fault(
                "too_long",
                Text(
                    "{horizon} steps are more than {longest}, or too many for the resources",
                    horizon=horizon,
                    longest=LONGEST,
                ),
                "/activities",
            ),
            code="plan_too_large",
        )
    network = Network(plan, horizon)
    refuse_impossible_windows(network)
    refuse_overbooked_fixed(network)
    return network


def refuse_no_place(network: Network) -> None:
    """An activity that the capacities leave no place even if it were the only one."""
    free, earliest = Free(network), network.earliest()
    for n, activity in enumerate(network.plan.activities):
        start = free.earliest_fit(n, earliest[n])
        if start is None or network.finish(n, start) > network.deadline[n]:
            short = free.lacking(n, earliest[n])
            names = ", ".join(network.plan.resources[resource].id for resource, _ in short)
            detail = Text(
                "activity {id} has no place in its window even alone: {names} has too little there",
                id=activity.id,
                names=names,
            )
            raise Invalid(detail, Fault("capacity", detail, f"/activities/{n}"), code="capacity_missing")


def refuse_cycle(plan: Plan) -> None:
    """A cycle of links is refused with its activities in order, whatever the lags."""
    chain = _cycle(plan)
    if chain:
        path = " -> ".join(chain)
        raise Invalid(
            Text("these activities wait for each other: {path}", path=path),
            Fault("cycle", Text("{path}", path=path), "/links"),
            code="cycle",
        )


def _cycle(plan: Plan) -> list[str]:
    """A chain of links that ends where it began, empty where there is none."""
    before: dict[str, list[str]] = {activity.id: [] for activity in plan.activities}
    after: dict[str, list[str]] = {activity.id: [] for activity in plan.activities}
    for link in plan.links:
        before[link.successor].append(link.predecessor)
        after[link.predecessor].append(link.successor)
    waiting = {id_: len(predecessors) for id_, predecessors in before.items()}
    ready = [id_ for id_, count in waiting.items() if not count]
    while ready:
        id_ = ready.pop()
        del waiting[id_]
        for successor in after[id_]:
            waiting[successor] -= 1
            if not waiting[successor]:
                ready.append(successor)
    return _walk_back(waiting, before)


def _walk_back(stuck: dict[str, int], before: dict[str, list[str]]) -> list[str]:
    """Each stuck activity has a stuck predecessor: going back from one to the next ends in the cycle."""
    if not stuck:
        return []
    steps: dict[str, int] = {}
    id_ = next(iter(stuck))
    while id_ not in steps:
        steps[id_] = len(steps)
        id_ = next(predecessor for predecessor in before[id_] if predecessor in stuck)
    return [id_, *reversed(list(steps)[steps[id_] :])]


def refuse_missing_capacity(plan: Plan) -> None:
    """An activity that asks for more than a resource ever has can have no place."""
    most = {r.id: max([r.capacity, *(change.units for change in r.changes)]) for r in plan.resources}
    for n, activity in enumerate(plan.activities):
        for resource, units in demand(activity).items():
            if units > most[resource]:
                detail = Text(
                    "activity {id} asks for {units} of {resource}, which never has more than {most}",
                    id=activity.id,
                    units=units,
                    resource=resource,
                    most=most[resource],
                )
                raise Invalid(
                    detail, Fault("capacity", detail, f"/activities/{n}/demands"), code="capacity_missing"
                )


def refuse_impossible_windows(network: Network) -> None:
    """Links and releases may not carry an activity past its deadline, its fixed start or every working
    step."""
    earliest = network.earliest()
    for n in network.order:
        activity, fixed = network.plan.activities[n], network.fixed[n]
        possible = network.next_start(n, network.not_before(n, earliest))
        if fixed is not None and (fixed < possible or network.next_start(n, fixed) != fixed):
            _refuse_window(
                network,
                n,
                earliest,
                Text(
                    "is fixed at {fixed} but cannot start there: its first start is {possible}",
                    fixed=fixed,
                    possible=possible,
                ),
            )
        if possible > network.horizon:
            _refuse_window(network, n, earliest, Text("finds too few working steps in its calendar"))
        finish = network.finish(n, earliest[n])
        if activity.deadline is not None and finish > activity.deadline:
            _refuse_window(
                network,
                n,
                earliest,
                Text(
                    "cannot finish by {deadline}: its first finish is {finish}",
                    deadline=activity.deadline,
                    finish=finish,
                ),
            )


def _refuse_window(network: Network, n: int, earliest: Sequence[int], why: Text) -> None:
    chain = " -> ".join(reversed(list(_drivers(network, n, earliest))))
    detail = Text(
        "activity {id} {why} (driven by {chain})", id=network.plan.activities[n].id, why=why, chain=chain
    )
    raise Invalid(detail, Fault("window", detail, f"/activities/{n}"), code="window_impossible")


def _drivers(network: Network, n: int, earliest: Sequence[int]) -> Iterator[str]:
    """The activity and the chain of predecessors that holds it, back to the one that nothing holds."""
    while True:
        yield network.plan.activities[n].id
        arrivals = [(network.bound(arc, earliest[arc.before]), arc.before) for arc in network.incoming[n]]
        if not arrivals or max(arrivals)[0] <= network.release[n]:
            return
        n = max(arrivals)[1]


def refuse_overbooked_fixed(network: Network) -> None:
    """The fixed activities alone may not ask for more than there is."""
    free = Free(network)
    fixed = {n: start for n, start in enumerate(network.fixed) if start is not None}
    for n, start in fixed.items():
        free.take(n, start)
    short = np.argwhere(free.remaining < 0)
    if len(short):
        r, step = (int(each) for each in short[0])
        resource = network.plan.resources[r]
        those = [
            network.plan.activities[n].id
            for n, start in fixed.items()
            if r in network.asks[n] and step in free.steps(n, start)
        ]
        names = ", ".join(those)
        detail = Text(
            "the fixed activities {names} ask for more of {id} in step {step} than it has",
            names=names,
            id=resource.id,
            step=step,
        )
        raise Invalid(detail, Fault("overbooked", detail, f"/resources/{r}"), code="fixed_overbooked")
