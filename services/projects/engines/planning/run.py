"""Everything scheduled together, numbered: what the plans say, beside the network the passes run over."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from services.projects.engines.planning.clocks import Clocks
from services.projects.engines.planning.conventions import Conventions
from services.projects.engines.planning.crossings import Waiting
from services.projects.engines.planning.network import NEVER, Crossing, Network
from services.projects.engines.planning.plan import DAY_S, Activity, Constraint, Plan
from services.projects.engines.planning.timeline import ROUND_THE_CLOCK, Timeline, instant, midnight, moment


@dataclass(frozen=True, slots=True)
class Unused:
    """Something in a plan that the schedule does without, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Span:
    """A level of effort opens or closes `wait` after the start or finish of a node."""

    node: int
    at_finish: bool
    opens: bool
    wait: Waiting


class End(Enum):
    """Which event of a summary, or of another plan, a node stands for."""

    ELSEWHERE = "an activity of another plan"
    ENTRY = "the earliest start that links give to what is below a summary"
    BEGINNING = "the start of a summary"
    END = "the finish of a summary"


@dataclass(frozen=True, slots=True)
class StandIn:
    """What a node that is no activity stands for: an activity of another plan, or an end of a summary."""

    plan: str
    activity: str
    end: End


@dataclass(slots=True)
class Run:
    """The plans, and for each node of the network what it stands for.

    Nodes are activities that are scheduled themselves, then stand-ins. Those are activities of other plans with
    known dates, and the ends of summaries that links point at (`stand_ins` names them). `axes` are the
    timelines the node's times are counted on; `calendars` those of its calendar. They differ for
    milestones and for what is over, whose times are instants, since no work fixes them to working time.
    `nodes` finds a plan's nodes by id, and `blocks` all in a row. `places` are the activities' places in
    their plans.

    The rest is what the activities' own rules add. `latest_starts` and `latest_finishes` bound the
    backward pass. `musts` are the nodes that must keep a date, and `late` those to be as late as
    possible. `closed` are those whose links hold nothing any more. `delays` is what moves the start that
    links give. `spans` has the links of each level of effort, by its plan's number and its id.
    """

    plans: tuple[Plan, ...]
    conventions: Conventions
    clocks: Clocks
    net: Network = field(default_factory=lambda: Network([], [], [], []))
    activities: list[Activity] = field(default_factory=list)
    plan_of: list[int] = field(default_factory=list)
    axes: list[Timeline] = field(default_factory=list)
    calendars: list[Timeline] = field(default_factory=list)
    nodes: list[dict[str, int]] = field(default_factory=list)
    blocks: list[range] = field(default_factory=list)
    children: list[dict[str, list[str]]] = field(default_factory=list)
    stand_ins: dict[int, StandIn] = field(default_factory=dict)
    latest_starts: dict[int, int] = field(default_factory=dict)
    latest_finishes: dict[int, int] = field(default_factory=dict)
    musts: dict[int, Constraint] = field(default_factory=dict)
    late: list[int] = field(default_factory=list)
    closed: set[int] = field(default_factory=set)
    delays: dict[int, Crossing] = field(default_factory=dict)
    places: list[int] = field(default_factory=list)
    spans: dict[tuple[int, str], list[Span]] = field(default_factory=dict)
    unused: list[Unused] = field(default_factory=list)

    @property
    def scheduled(self) -> range:
        """The nodes that are activities of the plans."""
        return range(len(self.activities))

    def opening(self, plan: Plan) -> int:
        """The instant before which nothing new starts."""
        return instant(max(plan.start, self.data_date(plan) or plan.start))

    def earliest(self, plan: Plan) -> int:
        """The instant before which nothing new starts, even where links and dates pull it ahead."""
        if self.conventions.leads == "after_start":
            return self.opening(plan)
        data_date = self.data_date(plan)
        return NEVER if data_date is None else instant(data_date)

    def data_date(self, plan: Plan) -> datetime | None:
        """The data date, if unfinished work is to lie after it."""
        return plan.data_date if self.conventions.unfinished_work == "after_data_date" else None

    def plan(self, node: int) -> Plan:
        return self.plans[self.plan_of[node]]

    def add(self, axis: Timeline, calendar: Timeline, plan: int, duration: int, floor: int) -> int:
        """Another node of the network."""
        self.axes.append(axis)
        self.calendars.append(calendar)
        self.plan_of.append(plan)
        self.net.durations.append(duration)
        self.net.floors.append(floor)
        self.net.followers.append([])
        self.net.awaited.append(0)
        return len(self.axes) - 1

    def stand_in(self, what: StandIn, plan: int, floor: int) -> int:
        """A node that is not an activity; its times are instants."""
        node = self.add(ROUND_THE_CLOCK, self.clocks.of(self.plans[plan]), plan, 0, floor)
        self.stand_ins[node] = what
        return node

    def key_of(self, node: int) -> tuple[str, str]:
        """The ids of the plan and the activity that the node is, or stands for."""
        if node in self.stand_ins:
            return self.stand_ins[node].plan, self.stand_ins[node].activity
        return self.plan(node).id, self.activities[node].id

    def label(self, node: int) -> str:
        """How texts name the node: the activity's id, after its plan's if that is not the only one."""
        plan, activity = self.key_of(node)
        return str(activity) if [plan] == [p.id for p in self.plans] else f"{plan}/{activity}"

    def pointer(self, node: int) -> str | None:
        """Where the node's activity stands in its plan."""
        if node in self.stand_ins:
            return None
        inside = f"/activities/{self.places[node]}"
        return inside if len(self.plans) == 1 else f"/plans/{self.plan_of[node]}{inside}"

    def clock(self, node: int) -> Timeline:
        """The time by which the node's own dates are read: an elapsed task follows no calendar."""
        elapsed = node not in self.stand_ins and self.activities[node].elapsed
        return ROUND_THE_CLOCK if elapsed else self.calendars[node]

    def no_later(self, ceilings: dict[int, int], node: int, time: int) -> None:
        """Let the start or finish of the node be no later than `time`, on its axis."""
        ceilings[node] = min(time, ceilings.get(node, time))

    def leaves(self, plan: int, summary: str) -> list[int]:
        """The nodes below a summary, at any depth."""
        nodes: list[int] = []
        waiting: list[str] = [summary]
        while waiting:
            for child in self.children[plan].get(waiting.pop(), ()):
                node = self.nodes[plan].get(child)
                waiting.append(child) if node is None else nodes.append(node)
        return sorted(nodes)

    def start_moment(self, node: int, time: int) -> datetime:
        """The datetime at which work starts that follows `time` on the node's axis."""
        return moment(self.axes[node].start_at(time))

    def finish_moment(self, node: int, time: int) -> datetime:
        """The datetime by which the work up to `time` on the node's axis is done."""
        return moment(self.axes[node].finish_at(time))


def start_time(on: date | datetime, axis: Timeline, calendar: Timeline) -> int:
    """Where on `axis` a start date lies: on its day's first working instant, or the first after it."""
    at = instant(on) if isinstance(on, datetime) else midnight(on)
    return axis.work_at(
        _nearest(at, calendar, calendar.start_at(calendar.work_at(at)), isinstance(on, datetime))
    )


def finish_time(on: date | datetime, axis: Timeline, calendar: Timeline) -> int:
    """Where on `axis` a finish date lies: on its day's last working instant, or the last before it."""
    at = instant(on) if isinstance(on, datetime) else midnight(on) + DAY_S
    return axis.work_at(
        _nearest(at, calendar, calendar.finish_at(calendar.work_at(at)), isinstance(on, datetime))
    )


def _nearest(at: int, calendar: Timeline, working: int, exact: bool) -> int:
    """`at` itself where its time of day is given and work goes on up to it or from it; else `working`."""
    done = calendar.work_at(at)
    return at if exact and at in (calendar.finish_at(done), calendar.start_at(done)) else working
