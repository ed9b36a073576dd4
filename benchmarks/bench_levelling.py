"""Levelling: the quick schedule and the proved optimum of networks made here, beside plain serial
generation."""

from collections.abc import Callable
from random import Random
from statistics import mean

from benchmarks.figure import Figure, seconds
from services.resources.engines.levelling import Activity, Demand, Link, Objective, Plan, Resource, level

NETWORKS = 8


def figures() -> list[Figure]:
    from services.resources.engines.levelling.feasibility import compiled
    from services.resources.engines.levelling.heuristic import quick, rules, serial
    from services.resources.engines.levelling.schedule import lower_bound

    plans = [network(Random(seed), 30) for seed in range(NETWORKS)]
    networks = [compiled(plan) for plan in plans]
    best = [level(plan).quality for plan in plans]
    plain = [
        n.makespan(serial(n, rules(n, Objective.MAKESPAN)[0]) or []) / q.value
        for n, q in zip(networks, best, strict=True)
    ]
    reached = [
        n.makespan(quick(n, Objective.MAKESPAN, lower_bound(n, Objective.MAKESPAN), 0) or []) / q.value
        for n, q in zip(networks, best, strict=True)
    ]
    large = compiled(network(Random(0), 300))
    return [
        Figure(
            "levelling_30_seconds",
            seconds(each(plans, level), 3) / NETWORKS,
            "s",
            1.0,
            note="median run, mean network",
        ),
        Figure("levelling_30_proved", mean(q.proved for q in best), "share", 1.0, "higher"),
        Figure(
            "levelling_quick_over_best",
            mean(reached),
            "x",
            1.03,
            note=f"plain serial generation: {mean(plain):.3f}",
        ),
        Figure(
            "levelling_300_quick_seconds",
            seconds(lambda: quick(large, Objective.MAKESPAN, 0, 0), 1),
            "s",
            5.0,
        ),
    ]


def each(plans: list[Plan], work: Callable[[Plan], object]) -> Callable[[], object]:
    return lambda: [work(plan) for plan in plans]


def network(random: Random, size: int) -> Plan:
    """A network of `size` activities with two or three predecessors each, on four resources that are
    scarce."""
    activities = tuple(
        Activity(
            str(n),
            random.randint(1, 10),
            tuple(Demand(f"R{r}", random.randint(1, 10)) for r in random.sample(range(4), 2)),
        )
        for n in range(size)
    )
    links = tuple(
        Link(str(before), str(n))
        for n in range(1, size)
        for before in random.sample(range(max(0, n - 10), n), min(n, random.randint(1, 3)))
    )
    return Plan(activities, tuple(Resource(f"R{r}", 16) for r in range(4)), links)
