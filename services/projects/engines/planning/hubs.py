"""Stand-ins for the ends of a summary, so that a link to it is one link and not one per activity below."""

from dataclasses import replace

from services.projects.engines.planning.crossings import Steps, crossing
from services.projects.engines.planning.network import Link, Terms
from services.projects.engines.planning.plan import Activity, ActivityKind, ConstraintKind
from services.projects.engines.planning.run import End, Run, StandIn, Unused, finish_time, start_time
from services.projects.engines.planning.timeline import ROUND_THE_CLOCK


class Hubs:
    """The hubs of the summaries of a run, made when a link or a date first needs them.

    A summary's `entry` holds the start of everything below it; its `beginning` is the earliest of those
    starts, its `end` the latest of their finishes.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._hubs: dict[tuple[End, int, str], int] = {}

    def entry(self, plan: int, summary: str) -> int:
        hub, new = self._hub(End.ENTRY, plan, summary)
        if new:
            for leaf in self._run.leaves(plan, summary):
                step = crossing(ROUND_THE_CLOCK, False, (), self._run.axes[leaf])
                hold(self._run, leaf, Link(hub, False, False, step))
        return hub

    def end(self, plan: int, summary: str) -> int:
        hub, new = self._hub(End.END, plan, summary)
        if new:
            for leaf in self._run.leaves(plan, summary):
                step = crossing(self._run.axes[leaf], True, (), ROUND_THE_CLOCK)
                hold(self._run, hub, Link(leaf, True, False, step))
        return hub

    def beginning(self, plan: int, summary: str) -> int:
        hub, new = self._hub(End.BEGINNING, plan, summary)
        if new:
            axes = self._run.axes
            leaves = self._run.leaves(plan, summary)
            links = [Link(n, False, False, crossing(axes[n], False, (), ROUND_THE_CLOCK)) for n in leaves]
            self._run.net.terms[hub] = Terms(earliest_of=links)
        return hub

    def bind(self, plan: int) -> None:
        """Let the dates that summaries of the plan are given hold what is below them."""
        for activity in self._run.plans[plan].activities:
            if activity.kind == ActivityKind.SUMMARY and activity.active:
                self._bind_summary(plan, activity)

    def _bind_summary(self, plan: int, summary: Activity) -> None:
        run = self._run
        if not run.leaves(plan, summary.id):
            run.unused.append(Unused(summary.id, "a summary of nothing that is scheduled"))
            return
        elapsed = any(run.activities[leaf].elapsed for leaf in run.leaves(plan, summary.id))
        calendar = ROUND_THE_CLOCK if elapsed else run.clocks.of(run.plans[plan], summary.calendar)
        for constraint in summary.constraints:
            if constraint.kind == ConstraintKind.SNET and constraint.on is not None:
                hub = self.entry(plan, summary.id)
                floor = start_time(constraint.on, ROUND_THE_CLOCK, calendar)
                run.net.floors[hub] = max(run.net.floors[hub], floor)
        latest = [c.on for c in summary.constraints if c.kind == ConstraintKind.FNLT] + [summary.deadline]
        for on in latest:
            if on is not None:
                end = self.end(plan, summary.id)
                run.no_later(run.latest_finishes, end, finish_time(on, ROUND_THE_CLOCK, calendar))
        if summary.manual:
            run.unused.append(
                Unused(summary.id, "manual dates of a summary: it shows those of what is below it")
            )

    def _hub(self, end: End, plan: int, summary: str) -> tuple[int, bool]:
        key, owner = (end, plan, summary), self._run.plans[plan]
        new = key not in self._hubs
        if new:
            what = StandIn(owner.id, summary, end)
            self._hubs[key] = self._run.stand_in(what, plan, self._run.earliest(owner))
        return self._hubs[key], new

    def _link(self, node: int, link: Link) -> None:
        hold(self._run, node, link)


def hold(run: Run, node: int, link: Link) -> None:
    """Let a link that is not plain hold `node`: behind its delay, if any, and not at all if it is closed."""
    if node in run.closed:
        run.net.inert.setdefault(link.predecessor, []).append(node)
        return
    if node in run.delays and not link.to_finish:
        link = replace(link, crossing=Steps((link.crossing, run.delays[node])))
    run.net.links.setdefault(node, []).append(link)
