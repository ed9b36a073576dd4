"""The passes over a run: earliest dates, latest dates, what is free, and what cannot be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.projects.engines.planning import network
from services.projects.engines.planning.drivers import Origins, explained
from services.projects.engines.planning.network import NEVER, ORDINARY, Early, Late
from services.projects.engines.planning.rules import described
from services.projects.engines.planning.run import Run, finish_time
from services.projects.engines.planning.timeline import HORIZON_YEARS, ROUND_THE_CLOCK
from services.projects.engines.planning.working_time import DAY_S
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

NAMES_IN_A_MESSAGE = 20
"""How many activities of a circle a text names; the refusal's extension has them all."""


@dataclass(frozen=True, slots=True)
class Passes:
    """The earliest and latest times of all nodes of a run."""

    run: Run
    early: Early
    late: Late
    last: list[int]
    _links_from: dict[int, list[tuple[int, network.Link]]] = field(default_factory=dict)

    def over(self, node: int) -> bool:
        return self._terms(node).done is not None

    def started(self, node: int) -> bool:
        """Whether the node is under way or over."""
        return self.over(node) or self._terms(node).started is not None

    def total_float_s(self, node: int) -> int:
        """Working time between the earliest finish and the latest."""
        return self._work(node, self.early.finishes[node], self.late.finishes[node])

    def free_float_s(self, node: int) -> int:
        """Working time the node can slip before it delays another node's earliest time, or the finish."""
        finish, slipped = self.early.finishes[node], self.free_finish(node)
        return max(self._work(node, finish, slipped), 0)

    def free_finish(self, node: int) -> int:
        """The latest finish, on the node's axis, that delays no other node nor the finish of the whole."""
        early, net, duration = self.early, self.run.net, self.run.net.durations[node]
        latest = self.run.axes[node].work_at(self.last[self.run.plan_of[node]])
        latest = min([latest, *(early.starts[after] - lag for after, lag in net.followed_by(node))])
        for after, link in self._links(node):
            times = early.finishes if link.to_finish else early.starts
            time = link.crossing.back(times[after])
            if link.from_finish:
                latest = min(latest, time)
            elif not self.started(node):
                latest = min(latest, time + duration)
        return latest

    def _links(self, node: int) -> Sequence[tuple[int, network.Link]]:
        if not self._links_from:
            net = self.run.net
            for after in net.unusual():
                for link in net.links_into(after):
                    self._links_from.setdefault(link.predecessor, []).append((after, link))
        return self._links_from.get(node, ())

    def _terms(self, node: int) -> network.Terms:
        return self.run.net.terms.get(node, ORDINARY)

    def _work(self, node: int, earlier: int, later: int) -> int:
        """Working time of the node's calendar between two times on its axis (elapsed, if it counts that)."""
        axis, calendar = self.run.axes[node], self.run.calendars[node]
        if axis is calendar or self.run.activities[node].elapsed:
            return later - earlier
        return calendar.work_at(later) - calendar.work_at(earlier)


def run_passes(run: Run) -> Passes:
    """Forward and backward; raises `Invalid` for cycles and for must dates that the logic cannot keep."""
    passes = _both_ways(run)
    if run.late and run.conventions.as_late_as_possible == "total_float":
        for node in run.late:
            run.net.floors[node] = max(run.net.floors[node], passes.late.starts[node])
        passes = _both_ways(run)
    elif run.late:
        _delay_freely(passes)
    return passes


def _both_ways(run: Run) -> Passes:
    early = network.forward(run.net)
    if len(early.order) < len(run.net.durations):
        raise _cyclic(run, network.cycle(run.net, early.order))
    if early.linked_starts and run.conventions.constraints == "refuse":
        _refuse_unkept(run, early)
    last = _last_finishes(run, early)
    late = _ceilings(run, early, last)
    network.backward(run.net, early, late)
    return Passes(run, early, late, last)


def _delay_freely(passes: Passes) -> None:
    """Move what is to be as late as possible to where it delays nothing, the last of the network first."""
    early, late_nodes = passes.early, set(passes.run.late)
    for node in reversed(early.order):
        if node in late_nodes:
            early.undelayed[node] = early.starts[node], early.finishes[node]
            finish = min(passes.free_finish(node), passes.late.finishes[node])
            early.finishes[node] = max(finish, early.finishes[node])
            early.starts[node] = early.finishes[node] - passes.run.net.durations[node]


def _cyclic(run: Run, nodes: Sequence[int]) -> Invalid:
    names = [run.label(node) for node in nodes]
    distinct = [name for place, name in enumerate(names) if not place or names[place - 1] != name]
    members = (
        distinct
        if len(distinct) <= NAMES_IN_A_MESSAGE
        else [*distinct[:NAMES_IN_A_MESSAGE], "...", distinct[-1]]
    )
    detail = Text("the links run in a circle: {names}", names=" -> ".join([*members, names[0]]))
    return Invalid(detail, Fault("cycle", detail, "/dependencies"), code="cycle", cycle=distinct)


def _refuse_unkept(run: Run, early: Early) -> None:
    """Must dates that come before what the links, or the plan's start, allow; with the chain to each."""
    faults = list(_unkept(run, early))
    if faults:
        raise Invalid(faults[0].detail, *faults, code="impossible_constraint")


def _unkept(run: Run, early: Early) -> Iterator[Fault]:
    for node, constraint in run.musts.items():
        linked_start = early.linked_starts[node]
        if linked_start > early.starts[node]:
            earliest = run.start_moment(node, linked_start).isoformat()
            why = explained(run, early, Origins(run.net), node, linked_start)
            detail = Text(
                "{node} must {constraint}, but cannot start before {earliest}: {why}",
                node=run.label(node),
                constraint=described(constraint),
                earliest=earliest,
                why=why,
            )
            yield Fault("impossible_constraint", detail, run.pointer(node))


def _ceilings(run: Run, early: Early, last: Sequence[int]) -> Late:
    """The latest times that the finish to count float to and the nodes' own rules allow."""
    finishes: list[int] = []
    for plan, nodes in enumerate(run.blocks):
        axes = run.axes[nodes.start : nodes.stop]
        on_axis = {axis: axis.work_at(last[plan]) for axis in set(axes)}
        finishes += map(on_axis.__getitem__, axes)
    for owner, nodes in zip(run.plans, run.blocks, strict=True):
        if owner.finish_by is not None:
            for node in nodes:
                if run.activities[node].elapsed:
                    finishes[node] = finish_time(owner.finish_by, run.axes[node], run.clock(node))
    finishes += [max(last)] * len(run.stand_ins)
    if run.conventions.float_to == "open_end":
        for node in set(run.scheduled) - _followed(run):
            if run.plan(node).finish_by is None:
                finishes[node] = early.finishes[node]
    late = Late(list(finishes), finishes)
    for own, times in ((run.latest_starts, late.starts), (run.latest_finishes, late.finishes)):
        for node, time in own.items():
            times[node] = min(times[node], time)
    return late


def _last_finishes(run: Run, early: Early) -> list[int]:
    """For each plan, the instant that late finishes are counted back from."""
    last = [_last_finish(run, early, number) for number in range(len(run.plans))]
    for plan, finish in zip(run.plans, last, strict=True):
        if finish > run.opening(plan) + HORIZON_YEARS * 366 * DAY_S:
            detail = Text(
                "{id} would run for more than {horizon_years} years from {start}",
                id=plan.id,
                horizon_years=HORIZON_YEARS,
                start=plan.start,
            )
            raise Invalid(detail, code="beyond_horizon")
    if run.conventions.float_to != "plan":
        last = [max(last)] * len(last)
    for number, plan in enumerate(run.plans):
        if plan.finish_by is not None:
            last[number] = finish_time(plan.finish_by, ROUND_THE_CLOCK, run.clocks.of(plan))
    return last


def _last_finish(run: Run, early: Early, plan: int) -> int:
    """The instant at which the last activity of a plan finishes (its opening, if it has none)."""
    block = slice(run.blocks[plan].start, run.blocks[plan].stop)
    axes, times = run.axes[block], early.finishes[block]
    latest = dict.fromkeys(axes, max(times, default=NEVER))
    if len(latest) > 1:
        latest = dict.fromkeys(axes, NEVER)
        for axis, time in zip(axes, times, strict=True):
            latest[axis] = max(time, latest[axis])
    finishes = (axis.finish_at(time) for axis, time in latest.items())
    return max(finishes, default=run.opening(run.plans[plan]))


def _followed(run: Run) -> set[int]:
    """The nodes that a link which still holds something leaves from."""
    unusual = {link.predecessor for node in run.net.unusual() for link in run.net.links_into(node)}
    return unusual | run.net.lagged.keys() | {n for n, after in enumerate(run.net.followers) if after}
