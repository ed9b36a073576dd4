"""The plan compiled for computing: numbers instead of ids, tables instead of calendars, passes over the
links."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np

from services.resources.engines.levelling.plan import Activity, Link, LinkKind, Plan, Resource
from services.resources.engines.levelling.timeline import Steps, WorkingTime, at, first_reaching, last_within

FROM_START = (LinkKind.START_START, LinkKind.START_FINISH)
TO_FINISH = (LinkKind.FINISH_FINISH, LinkKind.START_FINISH)


@dataclass(frozen=True, slots=True)
class Arc:
    """A link between activity numbers; `lagged` is the table of a lag that a calendar counts."""

    before: int
    after: int
    link: Link
    from_start: bool
    to_finish: bool
    lagged: Steps | None


class Network:
    """A plan without cycles over a horizon of steps; every list is by the activity's or the resource's
    number.

    `usable` is the capacity per resource and step, `asks` the units per resource that an activity asks for.
    """

    def __init__(self, plan: Plan, horizon: int) -> None:
        self.plan = plan
        self.horizon = horizon
        self.size = len(plan.activities)
        times = {calendar.id: WorkingTime(calendar, horizon) for calendar in plan.calendars}
        always = WorkingTime(None, horizon)
        self.time = [times[a.calendar] if a.calendar else always for a in plan.activities]
        self.finishes = [t.finishes(a.duration) for t, a in zip(self.time, plan.activities, strict=True)]
        self.startable = [t.starts(a.duration) for t, a in zip(self.time, plan.activities, strict=True)]
        self.fixed = [activity.planned if activity.fixed else None for activity in plan.activities]
        self.deadline = [horizon if a.deadline is None else min(a.deadline, horizon) for a in plan.activities]
        self.release = releases(plan)
        self.usable = np.array([capacity(r, horizon) for r in plan.resources]).reshape(-1, horizon)
        self.asks = _units_asked(plan)
        self.incoming: list[list[Arc]] = [[] for _ in range(self.size)]
        self.outgoing: list[list[Arc]] = [[] for _ in range(self.size)]
        numbers = {activity.id: n for n, activity in enumerate(plan.activities)}
        for link in plan.links:
            lagged = times[link.lag_calendar].lagged(link.lag) if link.lag_calendar else None
            self._connect(numbers[link.predecessor], numbers[link.successor], link, lagged)
        self.order = self.sorted_by(lambda n: n)

    def _connect(self, before: int, after: int, link: Link, lagged: Steps | None) -> None:
        arc = Arc(before, after, link, link.kind in FROM_START, link.kind in TO_FINISH, lagged)
        self.incoming[after].append(arc)
        self.outgoing[before].append(arc)

    def sorted_by(self, key: Callable[[int], float]) -> list[int]:
        """The activities with every predecessor before its successors, otherwise by least key, then
        number."""
        waiting = [len(arcs) for arcs in self.incoming]
        ready = [(key(n), n) for n in range(self.size) if not waiting[n]]
        heapify(ready)
        order = []
        while ready:
            _, n = heappop(ready)
            order.append(n)
            for arc in self.outgoing[n]:
                waiting[arc.after] -= 1
                if not waiting[arc.after]:
                    heappush(ready, (key(arc.after), arc.after))
        return order

    def finish(self, n: int, start: int) -> int:
        """When activity `n` ends if it begins at `start`."""
        return at(self.finishes[n], start)

    def makespan(self, starts: Sequence[int]) -> int:
        return max(map(self.finish, range(self.size), starts), default=0)

    def bound(self, arc: Arc, start: int) -> int:
        """The first point at which the arc lets its successor begin if its predecessor begins at `start`."""
        point = start if arc.from_start else self.finish(arc.before, start)
        point = point + arc.link.lag if arc.lagged is None else at(arc.lagged, point)
        return first_reaching(self.finishes[arc.after], point) if arc.to_finish else point

    def bound_back(self, arc: Arc, start: int) -> int:
        """The last start of the arc's predecessor that lets its successor begin at `start`; negative for
        none."""
        point = self.finish(arc.after, start) if arc.to_finish else start
        point = point - arc.link.lag if arc.lagged is None else last_within(arc.lagged, point)
        return point if arc.from_start else last_within(self.finishes[arc.before], point)

    def not_before(self, n: int, starts: Sequence[int]) -> int:
        """The first point at which release and links let activity `n` begin, given its predecessors'
        starts."""
        return max([self.release[n], *(self.bound(arc, starts[arc.before]) for arc in self.incoming[n])])

    def not_after(self, n: int, starts: Sequence[int], finish_by: int) -> int:
        """The last point at which `finish_by`, deadline and links let `n` begin, given its successors'
        starts."""
        own = last_within(self.finishes[n], min(finish_by, self.deadline[n]))
        return min([own, *(self.bound_back(arc, starts[arc.after]) for arc in self.outgoing[n])])

    def earliest(self) -> list[int]:
        """The forward pass: each start as early as links, releases and calendars allow, whatever the
        resources."""
        starts = [0] * self.size
        for n in self.order:
            fixed = self.fixed[n]
            starts[n] = self.next_start(n, self.not_before(n, starts)) if fixed is None else fixed
        return starts

    def latest(self, finish_by: int) -> list[int]:
        """The backward pass: each start as late as links, deadlines and `finish_by` allow; -1 where nothing
        does."""
        starts = [0] * self.size
        for n in reversed(self.order):
            last, fixed = self.last_start(n, self.not_after(n, starts, finish_by)), self.fixed[n]
            starts[n] = last if fixed is None else min(fixed, last)
        return starts

    def next_start(self, n: int, point: int) -> int:
        """The first point from `point` on at which activity `n` may begin, beyond the horizon where there
        is none."""
        rest = self.startable[n][point:]
        return point + int(rest.argmax()) if rest.any() else self.horizon + 1

    def last_start(self, n: int, point: int) -> int:
        """The last point up to `point` at which activity `n` may begin, -1 where there is none."""
        rest = self.startable[n][: max(point + 1, 0)][::-1]
        return len(rest) - 1 - int(rest.argmax()) if rest.any() else -1


def capacity(resource: Resource, horizon: int) -> Steps:
    """The resource's capacity in each step."""
    units = np.full(horizon, resource.capacity, dtype=np.int64)
    for change in sorted(resource.changes, key=lambda change: change.at):
        units[change.at :] = change.units
    return units


def releases(plan: Plan) -> list[int]:
    """The first step each activity may begin in, by itself and by its project."""
    project = {p.id: p.release for p in plan.projects}
    return [max(a.earliest, project[a.project] if a.project else 0) for a in plan.activities]


def demand(activity: Activity) -> dict[str, int]:
    """What the activity asks for, per resource: several demands on one resource add up, none is left out."""
    total: dict[str, int] = {}
    for each in activity.demands:
        total[each.resource] = total.get(each.resource, 0) + each.units
    return {resource: units for resource, units in total.items() if units and activity.duration}


def _units_asked(plan: Plan) -> list[dict[int, int]]:
    number = {resource.id: n for n, resource in enumerate(plan.resources)}
    return [{number[r]: units for r, units in demand(activity).items()} for activity in plan.activities]
