"""The critical path of 10,000 activities and 20,000 links, against networkx, in one run."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from random import Random
from statistics import median

import networkx as nx

from benchmarks.figure import Figure, seconds
from services.projects.engines.planning import DEFAULTS, Plan, schedule
from services.projects.engines.planning.assembly import assemble
from services.projects.engines.planning.passes import run_passes
from services.projects.engines.planning.plan import (
    Activity,
    Calendar,
    CalendarException,
    Dependency,
    DependencyKind,
    Lag,
    days,
)

ACTIVITIES, LINKS, REACH = 10_000, 20_000, 200
START = datetime(2026, 6, 1)
Network = tuple[list[int], list[tuple[int, int]]]


def figures() -> list[Figure]:
    durations, links = network()
    off, on, mixed_plan = (
        plan(durations, links),
        plan(durations, links, calendar=True),
        mixture(durations, links),
    )
    run, graph = assemble((off,), DEFAULTS), graph_of(durations, links)
    _check(off, graph)
    passes = ratio(lambda: run_passes(run), lambda: networkx_passes(graph))
    whole, calendar, mixed = (
        ratio(partial(schedule, each), lambda: networkx_passes(graph_of(durations, links)))
        for each in (off, on, mixed_plan)
    )
    return [
        Figure("schedule_passes", passes[0], "x-networkx", 0.2, note=_line(passes, "order and both passes")),
        Figure("schedule_whole", whole[0], "x-networkx", 0.5, note=_line(whole, "from plan to schedule")),
        Figure("schedule_calendar", calendar[0], "x-networkx", 0.6, note=_line(calendar, "on one calendar")),
        Figure("schedule_mixed", mixed[0], "x-networkx", 3, note=_line(mixed, "every kind of link and lag")),
    ]


def network() -> Network:
    """Durations of 1 to 20, and links that reach at most 200 activities ahead."""
    random = Random(7)
    links: set[tuple[int, int]] = set()
    while len(links) < LINKS:
        before = random.randrange(ACTIVITIES - 1)
        links.add((before, random.randint(before + 1, min(before + REACH, ACTIVITIES - 1))))
    return [random.randint(1, 20) for _ in range(ACTIVITIES)], sorted(links)


def plan(durations: list[int], links: list[tuple[int, int]], calendar: bool = False) -> Plan:
    """Days around the clock, or working days with a break at midday and a holiday a year."""
    activities = tuple(Activity(str(n), duration_s=days(length)) for n, length in enumerate(durations))
    dependencies = tuple(Dependency(str(before), str(after)) for before, after in links)
    if not calendar:
        return Plan("off", START, activities, dependencies)
    feasts = (date(year, 8, 3) for year in range(2026, 2066))
    holidays = tuple(CalendarException(feast, feast) for feast in feasts)
    return Plan("on", START, activities, dependencies, (Calendar("office", exceptions=holidays),), "office")


def mixture(durations: list[int], links: list[tuple[int, int]]) -> Plan:
    """The same network with all four kinds of link, lags, milestones, and a second calendar in places."""
    random, base = Random(11), plan(durations, links, calendar=True)
    kinds = [DependencyKind.FS] * 7 + [DependencyKind.SS, DependencyKind.FF, DependencyKind.SF]
    lags = [Lag(), Lag(days(1)), Lag(-days(1)), Lag(days(2), elapsed=True)]
    activities = tuple(
        Activity(a.id, duration_s=a.duration_s * (n % 20 > 0), calendar="always" if n % 10 == 0 else None)
        for n, a in enumerate(base.activities)
    )
    dependencies = tuple(
        Dependency(link.predecessor, link.successor, random.choice(kinds), random.choice(lags))
        for link in base.dependencies
    )
    always = Calendar("always", week=(Calendar("").week[0],) * 7)
    return Plan("mixed", START, activities, dependencies, (*base.calendars, always), "office")


def graph_of(durations: list[int], links: list[tuple[int, int]]) -> "nx.DiGraph[int]":
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from((n, {"duration": days(length)}) for n, length in enumerate(durations))
    graph.add_edges_from(links)
    return graph


def networkx_passes(graph: "nx.DiGraph[int]") -> tuple[dict[int, int], dict[int, int]]:
    """Early and late starts the plain way: a topological order, and each node's neighbours."""
    early: dict[int, int] = {}
    late: dict[int, int] = {}
    finish: dict[int, int] = {}
    order = list(nx.topological_sort(graph))
    for node in order:
        early[node] = max((finish[before] for before in graph.predecessors(node)), default=0)
        finish[node] = early[node] + graph.nodes[node]["duration"]
    last = max(finish.values())
    for node in reversed(order):
        latest = min((late[after] for after in graph.successors(node)), default=last)
        late[node] = latest - graph.nodes[node]["duration"]
    return early, late


def ratio(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 5
) -> tuple[float, float, float]:
    """The ratio of two times, and both in milliseconds: medians over several rounds in turn."""
    pairs = [(1000 * seconds(ours), 1000 * seconds(theirs)) for _ in range(rounds)]
    our_ms, their_ms = median(a for a, _ in pairs), median(b for _, b in pairs)
    return our_ms / their_ms, our_ms, their_ms


def _line(measured: tuple[float, float, float], what: str) -> str:
    return f"{what}: {measured[1]:.1f} ms against {measured[2]:.1f} ms of networkx, which has no calendars"


def _check(off: Plan, graph: "nx.DiGraph[int]") -> None:
    """Both find the same floats, or the figures mean nothing."""
    early, late = networkx_passes(graph)
    computed = schedule(off)
    if any(computed[str(node)].total_float_s != late[node] - early[node] for node in graph):
        raise AssertionError("networkx and the engine disagree")
