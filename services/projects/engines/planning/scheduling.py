"""The schedule of a plan: `schedule(plan)` computes it, a `Schedule` answers for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from services.projects.engines.planning import rows
from services.projects.engines.planning.assembly import assemble
from services.projects.engines.planning.clocks import chain
from services.projects.engines.planning.conventions import DEFAULTS, Conventions
from services.projects.engines.planning.drivers import Origins, behind, root
from services.projects.engines.planning.network import Link
from services.projects.engines.planning.passes import Passes, run_passes
from services.projects.engines.planning.plan import Activity, ActivityKind, Calendar, DependencyKind, Plan
from services.projects.engines.planning.result import ScheduledActivity
from services.projects.engines.planning.run import Unused
from services.projects.engines.planning.timeline import instant
from shared.base.typed import refuse_mistyped


@dataclass(frozen=True, slots=True)
class Driver:
    """What holds an activity where it is: a predecessor by a link that leaves no room, or else a date.

    `predecessor_plan` is None within the plan. `predecessor` is None where a date holds; `reason` says
    which.
    """

    predecessor: str | None
    predecessor_plan: str | None
    kind: DependencyKind | None
    reason: str


@dataclass(frozen=True, eq=False)
class Schedule(Mapping[str, ScheduledActivity]):
    """The dates and floats of one plan, by activity id, in the plan's order.

    Activities that cannot have dates are not among them; `unused` lists those and whatever else of the
    plans the schedule does without, with the reason.
    """

    plan: Plan
    conventions: Conventions
    unused: tuple[Unused, ...]
    _passes: Passes = field(repr=False)
    _number: int = field(repr=False)
    _by_id: dict[str, Activity] = field(repr=False)
    _rows: dict[str, ScheduledActivity] = field(default_factory=dict, repr=False)

    def __getitem__(self, activity: str) -> ScheduledActivity:
        if activity not in self._rows:
            self._rows[activity] = self._row(self._by_id[activity])
        return self._rows[activity]

    def __iter__(self) -> Iterator[str]:
        return (key for key, activity in self._by_id.items() if self._has_dates(activity))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def start(self) -> datetime:
        """When the first activity starts (the plan's start, if there is none)."""
        return min((row.early_start for row in self.values()), default=self.plan.start)

    @property
    def finish(self) -> datetime:
        """When the last activity finishes (the plan's start, if there is none)."""
        return max((row.early_finish for row in self.values()), default=self.plan.start)

    @property
    def critical(self) -> tuple[str, ...]:
        """The critical activities, summaries left out, in the plan's order."""
        return tuple(r.id for r in self.values() if r.critical and r.kind != ActivityKind.SUMMARY)

    def drivers(self, activity: str) -> tuple[Driver, ...]:
        """What holds the activity where it is; empty for summaries and levels of effort."""
        node = self._passes.run.nodes[self._number].get(activity)
        if node is None:
            return ()
        run, early = self._passes.run, self._passes.early
        links = list(behind(run, early, self._origins, node))
        if not links:
            return (Driver(None, None, None, root(run, node, early.starts[node])),)
        return tuple(self._driver(link) for link in links)

    def _driver(self, link: Link) -> Driver:
        plan, activity = self._passes.run.key_of(link.predecessor)
        return Driver(
            activity, None if plan == self.plan.id else plan, KINDS[link.from_finish, link.to_finish], "link"
        )

    def activity(self, key: str) -> Activity:
        """The plan's activity of that id."""
        return self._by_id[key]

    def working_s(self, earlier: datetime, later: datetime) -> int:
        """Working seconds of the plan's calendar between two instants; negative if they are the other way."""
        calendar = self._passes.run.clocks.of(self.plan)
        return calendar.work_at(instant(later)) - calendar.work_at(instant(earlier))

    def calendar_of(self, key: str) -> tuple[Calendar, ...]:
        """The calendar of an activity and those it builds on; none means round the clock."""
        own = self._by_id[key].calendar or self.plan.calendar
        return () if own is None else chain({c.id: c for c in self.plan.calendars}, own)

    def spanned(self, key: str) -> list[ScheduledActivity]:
        """The rows that a summary rolls up, or that open and close a level of effort."""
        if self._by_id[key].kind == ActivityKind.SUMMARY:
            return self._below(key)
        spans = self._passes.run.spans.get((self._number, key), ())
        nodes = self._passes.run.nodes[self._number]
        ends = {span.node for span in spans}
        everything = len({span.opens for span in spans}) < 2  # an open end reaches to the plan's own
        return [self[activity] for activity, node in nodes.items() if node in ends or everything]

    def rank(self, key: str) -> tuple[int, int]:
        """A sort key that puts predecessors first, then levels of effort, then summaries."""
        node = self._passes.run.nodes[self._number].get(key)
        if node is not None:
            return 0, self._ranks[node]
        return (1 if self._by_id[key].kind == ActivityKind.LEVEL_OF_EFFORT else 2), 0

    @cached_property
    def _ranks(self) -> dict[int, int]:
        return {node: rank for rank, node in enumerate(self._passes.early.order)}

    @cached_property
    def _origins(self) -> Origins:
        return Origins(self._passes.run.net)

    def _has_dates(self, activity: Activity) -> bool:
        if activity.kind == ActivityKind.SUMMARY:
            return activity.active and bool(self._passes.run.leaves(self._number, activity.id))
        return activity.active

    def _row(self, activity: Activity) -> ScheduledActivity:
        node = self._passes.run.nodes[self._number].get(activity.id)
        if node is not None:
            return rows.activity_row(self._passes, node)
        if not self._has_dates(activity):
            raise KeyError(activity.id)
        if activity.kind == ActivityKind.LEVEL_OF_EFFORT:
            return rows.effort_row(self._passes, self._number, activity)
        return rows.summary_row(self._passes, self._number, activity, self._below(activity.id))

    def _below(self, summary: str) -> list[ScheduledActivity]:
        """The rows of everything below a summary that is no summary itself."""
        rows, waiting = list[ScheduledActivity](), [summary]
        while waiting:
            for child in self._passes.run.children[self._number].get(waiting.pop(), ()):
                if self._by_id[child].kind == ActivityKind.SUMMARY:
                    waiting.append(child)
                elif self._by_id[child].active:
                    rows.append(self[child])
        return rows


KINDS = {
    (True, False): DependencyKind.FS,
    (False, False): DependencyKind.SS,
    (True, True): DependencyKind.FF,
    (False, True): DependencyKind.SF,
}


def schedule(plan: Plan, conventions: Conventions = DEFAULTS) -> Schedule:
    """Compute the plan's schedule by the critical path method.

    Raises `Invalid` for what cannot be scheduled, and names the activities. The codes are `cycle` and
    `impossible_constraint` with the chain that causes them, `impossible_window`, `calendar_exhausted`,
    and faults of the plan's data.
    """
    return schedule_together((plan,), conventions)[0]


def schedule_together(plans: Sequence[Plan], conventions: Conventions = DEFAULTS) -> tuple[Schedule, ...]:
    """Compute the schedules of plans whose links may cross from one to another, in their order."""
    refuse_mistyped(plans, Sequence[Any], "/plans")
    plans = tuple(plans)
    if not plans:
        return ()
    run = assemble(plans, conventions)
    passes = run_passes(run)
    return tuple(
        Schedule(
            plan=plan,
            conventions=conventions,
            unused=tuple(run.unused),
            _passes=passes,
            _number=number,
            _by_id={activity.id: activity for activity in plan.activities},
        )
        for number, plan in enumerate(plans)
    )
