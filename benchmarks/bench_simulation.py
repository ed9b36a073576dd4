"""A thousand activities simulated ten thousand times, against a plain Python loop over the same network."""

import random
import tracemalloc

from benchmarks.figure import Figure, seconds
from services.risk.engines.simulation import Activity, Link, Model, Triangular, simulate

ACTIVITIES, RUNS, LOOPED_RUNS = 1_000, 10_000, 40


def figures() -> list[Figure]:
    model = network()
    simulated = seconds(lambda: simulate(model, runs=RUNS), repeat=3)
    looped = seconds(lambda: plain_loop(model, LOOPED_RUNS), repeat=3) * RUNS / LOOPED_RUNS
    links = f"{ACTIVITIES:,} activities, {len(model.links):,} links, {RUNS:,} runs"
    scaled = f"the loop takes {looped:.1f} s, scaled up from {LOOPED_RUNS} runs; {links}"
    return [
        Figure("simulation.seconds", simulated, "s", 1.0, note=f"criticality and drivers included; {links}"),
        Figure("simulation.to_plain_loop", simulated / looped, "x", 0.05, note=scaled),
        Figure(
            "simulation.peak_memory", peak_megabytes(model), "MB", 100, note="allocated by Python and numpy"
        ),
    ]


def network() -> Model:
    chance = random.Random(1)
    activities, links = [], []
    for i in range(ACTIVITIES):
        days = chance.uniform(2, 20)
        activities.append(Activity(str(i), Triangular(0.8 * days, days, 1.5 * days), cost_per_day=100))
        earlier = {chance.randrange(max(0, i - 30), i) for _ in range(2)} if i else set()
        links += [Link(str(before), str(i)) for before in sorted(earlier)]
    return Model(tuple(activities), tuple(links))


def plain_loop(model: Model, runs: int) -> tuple[list[float], list[float], dict[str, float]]:
    """Forward and backward pass run by run: sorted finishes, sorted costs, criticality."""
    chance = random.Random(2)
    keys = [a.key for a in model.activities]  # already in an order with predecessors first
    points = {a.key: (a.duration.low, a.duration.high, a.duration.likely) for a in model.activities}
    before = {key: [] for key in keys}
    after = {key: [] for key in keys}
    for link in model.links:
        before[link.successor].append(link.predecessor)
        after[link.predecessor].append(link.successor)
    critical = dict.fromkeys(keys, 0)
    finishes, costs = [], []
    for _ in range(runs):
        days = {key: chance.triangular(*points[key]) for key in keys}
        early = {}
        for key in keys:
            early[key] = max((early[p] for p in before[key]), default=0.0) + days[key]
        end = max(early.values())
        late = {}
        for key in reversed(keys):
            late[key] = min((late[s] - days[s] for s in after[key]), default=end)
            critical[key] += late[key] - early[key] < 1e-9
        finishes.append(end)
        costs.append(sum(100 * d for d in days.values()))
    return sorted(finishes), sorted(costs), {key: count / runs for key, count in critical.items()}


def peak_megabytes(model: Model) -> float:
    tracemalloc.start()
    simulate(model, runs=RUNS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
