"""The optimum by constraint programming: CP-SAT over the starts, with the capacities as cumulative
constraints."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from ortools.sat.python import cp_model

from services.resources.engines.levelling.answer import Ending
from services.resources.engines.levelling.network import Arc, Network
from services.resources.engines.levelling.objective import members
from services.resources.engines.levelling.patience import ENDLESS, Patience
from services.resources.engines.levelling.plan import Objective, Search
from services.resources.engines.levelling.timeline import Steps, segments

Load = tuple[cp_model.IntervalVar, int]
Point = cp_model.LinearExprT

STRATEGIES = 8
FIRST_SHARE = 0.7
COUNTED_PER_SECOND = 0.35
LEAST_SECONDS = 0.1  # where there is no schedule yet to answer with


@dataclass(frozen=True, slots=True)
class Solution:
    """The solver's schedule, None where it found none or proved that there is none; nothing is below
    `bound`."""

    starts: list[int] | None
    bound: int
    ended_by: Ending
    impossible: bool = False


def solve(
    network: Network,
    objective: Objective,
    bound: int,
    start: Sequence[int] | None,
    search: Search,
    patience: Patience = ENDLESS,
) -> Solution:
    """The best schedule there is, or the best one found, given a lower bound and a schedule to start from.

    First one strategy without linear relaxation has its share of the effort, which closes what propagation
    can close. Then eight strategies take turns on one thread, which find better schedules and bounds for the
    rest.
    """
    finish_by = network.makespan(start) if start and objective is Objective.MAKESPAN else network.horizon
    best = Solution(None if start is None else list(start), bound, Ending.EFFORT)
    for strategies, share in ((1, FIRST_SHARE), (STRATEGIES, 1 - FIRST_SHARE)):
        model = Model(network, finish_by)
        if model.has_no_place() or (objective is Objective.MAKESPAN and best.bound > finish_by):
            return Solution(None, bound, Ending.PROOF, impossible=True)
        model.minimise(objective, best.bound)
        model.hint(best.starts)
        if patience.over and best.starts is not None:
            return replace(best, ended_by=Ending.CLOCK)
        best = _run(model, _solver(search, patience.remaining_s, strategies, share), best)
        if best.ended_by is Ending.PROOF:
            break
    return best


def _solver(search: Search, seconds: float | None, strategies: int, share: float) -> cp_model.CpSolver:
    """`seconds` are all that is left: the first strategy takes its share of them, the others the rest."""
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.random_seed = search.seed + 1  # CP-SAT counts seeds from 1
    parameters.num_workers = strategies
    parameters.interleave_search = strategies > 1
    if strategies == 1:
        parameters.linearization_level = 0
    parameters.max_deterministic_time = search.effort * share * COUNTED_PER_SECOND / strategies
    if seconds is not None:
        parameters.max_time_in_seconds = max(seconds, LEAST_SECONDS) * (share if strategies == 1 else 1)
    return solver


def _run(model: "Model", solver: cp_model.CpSolver, before: Solution) -> Solution:
    status = solver.solve(model.cp)
    if status == cp_model.INFEASIBLE:
        return Solution(None, before.bound, Ending.PROOF, impossible=True)
    assert status != cp_model.MODEL_INVALID, model.cp.validate()
    has_schedule = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    starts = [solver.value(start) for start in model.starts] if has_schedule else before.starts
    bound = max(before.bound, round(solver.best_objective_bound))
    return Solution(starts, bound, _ending(solver, status == cp_model.OPTIMAL))


def _ending(solver: cp_model.CpSolver, proved: bool) -> Ending:
    if proved:
        return Ending.PROOF
    limit = solver.parameters.max_time_in_seconds
    return Ending.CLOCK if solver.wall_time >= limit else Ending.EFFORT


class Model:
    """The plan as CP-SAT sees it: `starts` and `ends` in steps, `indices` in working steps of the own
    calendar.

    An activity that a calendar may interrupt works on the steps `index` to `index + duration` of that
    calendar. A resource that only activities of one calendar ask for is counted in the calendar's working
    steps. On a resource of mixed calendars such an activity is one piece of load for every run of working
    steps that it may touch.
    """

    def __init__(self, network: Network, finish_by: int) -> None:
        self.network = network
        self.cp = cp_model.CpModel()
        self.finish_by = finish_by
        self.earliest = network.earliest()
        self.latest = network.latest(finish_by)
        self.starts: list[cp_model.IntVar] = []
        self.ends: list[Point] = []
        self.indices: list[cp_model.IntVar] = []
        if not self.has_no_place():
            self._build()

    def has_no_place(self) -> bool:
        """Whether links and windows alone leave an activity no start; the model is then left empty."""
        return any(last < first for first, last in zip(self.earliest, self.latest, strict=True))

    def _build(self) -> None:
        for n in range(self.network.size):
            self._activity(n)
        for arc in chain.from_iterable(self.network.incoming):
            self._link(arc)
        for resource in range(len(self.network.usable)):
            self._capacity(resource)

    def minimise(self, objective: Objective, bound: int) -> None:
        if objective is Objective.MAKESPAN:
            self.cp.minimize(self._last(range(self.network.size), bound))
            return
        costs = []
        for project, numbers in members(self.network):
            due = project.due if objective is Objective.WEIGHTED_TARDINESS else 0
            if due is not None:
                late = self.cp.new_int_var(0, max(0, self.finish_by - due), "")
                self.cp.add(late >= self._last(numbers, 0) - due)
                costs.append(project.priority * late)
        self.cp.minimize(sum(costs))

    def hint(self, starts: Sequence[int] | None) -> None:
        for n, start in enumerate(starts or ()):
            self.cp.add_hint(self.starts[n], start)
            if self.indices[n] is not self.starts[n]:
                self.cp.add_hint(self.indices[n], int(self.network.time[n].worked_before[start]))

    def _last(self, numbers: Sequence[int], bound: int) -> cp_model.IntVar:
        last = self.cp.new_int_var(bound, self.finish_by, "")
        for n in numbers:
            self.cp.add(last >= self.ends[n])
        return last

    def _activity(self, n: int) -> None:
        """The start between its windows, and the end that the calendar gives it."""
        time, duration = self.network.time[n], self.network.plan.activities[n].duration
        start = self._between(self.earliest[n], self.latest[n])
        self.starts.append(start)
        if time.uninterrupted or not duration:
            self.ends.append(start + duration)
            self.indices.append(start)
            return
        first, last = (int(time.worked_before[point]) for point in (self.earliest[n], self.latest[n]))
        index = self._between(first, last)
        end = self._between(0, self.network.horizon)
        self.cp.add_element(index - first, time.steps[first : last + 1].tolist(), start)
        self.cp.add_element(
            index - first, (time.steps[first + duration - 1 : last + duration] + 1).tolist(), end
        )
        self.ends.append(end)
        self.indices.append(index)

    def _link(self, arc: Arc) -> None:
        before = self.starts[arc.before] if arc.from_start else self.ends[arc.before]
        after = self.ends[arc.after] if arc.to_finish else self.starts[arc.after]
        self.cp.add(after >= self._lagged(arc, before))

    def _lagged(self, arc: Arc, point: Point) -> Point:
        if arc.lagged is None:
            return point + arc.link.lag
        later = self._between(0, self.network.horizon + 1)
        self.cp.add_element(point, arc.lagged.tolist(), later)
        return later

    def _capacity(self, resource: int) -> None:
        users = {n: asks[resource] for n, asks in enumerate(self.network.asks) if resource in asks}
        if not users:
            return
        usable = self.network.usable[resource]
        time = self.network.time[next(iter(users))]
        if all(self.network.time[n] is time for n in users):
            loads = [(self._whole(n), units) for n, units in users.items()]
            usable = usable[time.steps]
        else:
            loads = [(piece, units) for n, units in users.items() for piece in self._pieces(n)]
        self._cumulative(loads, usable)

    def _cumulative(self, loads: list[Load], usable: Steps) -> None:
        """What the resource lacks of its highest capacity is load that is always there."""
        most = int(usable.max(initial=0))
        for first, last, units in segments(usable):
            if units < most:
                loads.append((self.cp.new_fixed_size_interval_var(first, last - first, ""), most - units))
        self.cp.add_cumulative([interval for interval, _ in loads], [units for _, units in loads], most)

    def _whole(self, n: int) -> cp_model.IntervalVar:
        """The activity's work in its calendar's own working steps."""
        return self.cp.new_fixed_size_interval_var(
            self.indices[n], self.network.plan.activities[n].duration, ""
        )

    def _pieces(self, n: int) -> list[cp_model.IntervalVar]:
        """The activity's work in steps of the plan: one interval, of no length where it does not reach, per
        run."""
        time = self.network.time[n]
        if time.uninterrupted:
            return [self._whole(n)]
        last = self.network.finish(n, self.latest[n])
        runs = [
            (a, b)
            for a, b, working in segments(time.working)
            if working and a < last and b > self.earliest[n]
        ]
        return [self._piece(n, *run) for run in runs]

    def _piece(self, n: int, first: int, last: int) -> cp_model.IntervalVar:
        start, end = (self._within(point, first, last) for point in (self.starts[n], self.ends[n]))
        length = self._between(0, last - first)
        return self.cp.new_interval_var(start, length, end, "")

    def _within(self, point: Point, first: int, last: int) -> cp_model.IntVar:
        """The point, or the nearer end of the run where it lies outside."""
        high, within = self._between(first, self.network.horizon), self._between(first, last)
        self.cp.add_max_equality(high, [point, first])
        self.cp.add_min_equality(within, [high, last])
        return within

    def _between(self, first: int, last: int) -> cp_model.IntVar:
        return self.cp.new_int_var(first, last, "")
