"""The dependencies of the plans as links of the network."""

from services.projects.engines.planning import checks
from services.projects.engines.planning.crossings import Adding, Waiting, crossing
from services.projects.engines.planning.hubs import Hubs, hold
from services.projects.engines.planning.network import Crossing, Link, Terms
from services.projects.engines.planning.plan import (
    NO_LAG,
    Activity,
    ActivityKind,
    Dependency,
    DependencyKind,
    Lag,
)
from services.projects.engines.planning.run import End, Run, Span, StandIn, Unused
from services.projects.engines.planning.timeline import ROUND_THE_CLOCK, Timeline, instant
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

FROM_FINISH = (DependencyKind.FS, DependencyKind.FF)
TO_FINISH = (DependencyKind.FF, DependencyKind.SF)


def add_links(run: Run, plan: int, hubs: Hubs) -> None:
    """All links of one plan; the common ones, between activities that share a calendar, as plain numbers."""
    nodes, axes, followers, awaited = run.nodes[plan], run.axes, run.net.followers, run.net.awaited
    calendars, finish_to_start, special = run.calendars, DependencyKind.FS, run.closed | run.delays.keys()
    own_clock = run.conventions.lag_calendar in ("predecessor", "successor")
    unusual: list[tuple[int, Dependency]] = []
    for place, link in enumerate(run.plans[plan].dependencies):
        before, after, kind, lag = nodes.get(link.predecessor), nodes.get(link.successor), link.kind, link.lag
        if (
            before is None
            or after is None
            or kind is not finish_to_start
            or axes[before] is not axes[after]
            or link.predecessor_plan is not None
            or after in special
        ):
            unusual.append((place, link))
        elif lag is NO_LAG:
            followers[before].append(after)
            awaited[after] += 1
        elif own_clock and axes[before] is calendars[before] and _is_plain(lag):
            run.net.follow(before, after, lag.seconds)
        else:
            unusual.append((place, link))
    _Links(run, plan, hubs).add(unusual)


def _is_plain(lag: Lag) -> bool:
    """Whether the lag is nothing but working time."""
    if not isinstance(lag, Lag):
        return False
    bounded = type(lag.seconds) is int and -checks.LONGEST_S <= lag.seconds <= checks.LONGEST_S
    return bounded and not lag.percent and not lag.elapsed


class _Links:
    """The links of one plan that need a closer look."""

    def __init__(self, run: Run, plan: int, hubs: Hubs) -> None:
        self._run, self._plan, self._hubs = run, plan, hubs
        self._numbers = {p.id: number for number, p in enumerate(run.plans)}
        self._by_id: dict[int, dict[str, Activity]] = {}
        self._externals = {(e.plan, e.activity): e for e in run.plans[plan].external}
        self._published: dict[tuple[str, str], int] = {}
        self._steps: dict[tuple[object, ...], Crossing] = {}

    def add(self, links: list[tuple[int, Dependency]]) -> None:
        links = [each for each in links if not self._join_plainly(each[1])]
        for place, link in links:
            refuse_mistyped(link, Dependency, f"/dependencies/{place}")
        checks.refuse(
            fault
            for place, link in links
            for fault in checks.dependency_faults(place, link, self._has_both_ends(link))
        )
        for place, link in links:
            self._connect(place, link)

    def _join_plainly(self, link: Dependency) -> bool:
        """Joins two activities that are scheduled themselves by a lag of so many seconds, if they are.

        By being so they prove that nothing is wrong with the link; any other needs a closer look.
        """
        nodes, lag = self._run.nodes[self._plan], link.lag
        before, after = nodes.get(link.predecessor), nodes.get(link.successor)
        if (
            before is None
            or after is None
            or link.predecessor_plan is not None
            or type(link.kind) is not DependencyKind
            or type(lag) is not Lag
            or type(lag.seconds) is not int
            or abs(lag.seconds) > checks.LONGEST_S
            or lag.percent
            or type(lag.elapsed) is not bool
        ):
            return False
        self._tie(link, before, after, lag.seconds)
        return True

    def _has_both_ends(self, link: Dependency) -> bool:
        before = self._home(link)
        published = (link.predecessor_plan, link.predecessor) in self._externals
        there = link.predecessor in self._activities(before) if before is not None else published
        return there and link.successor in self._activities(self._plan)

    def _home(self, link: Dependency) -> int | None:
        """The number of the plan the predecessor is in; None if it is not scheduled here."""
        return self._plan if link.predecessor_plan is None else self._numbers.get(link.predecessor_plan)

    def _activities(self, plan: int) -> dict[str, Activity]:
        if plan not in self._by_id:
            self._by_id[plan] = {activity.id: activity for activity in self._run.plans[plan].activities}
        return self._by_id[plan]

    def _connect(self, place: int, link: Dependency) -> None:
        home = self._home(link)
        before = None if home is None else self._activities(home)[link.predecessor]
        after = self._activities(self._plan)[link.successor]
        if home is not None and before and self._is_idle(home, before):
            self._leave_out(link, before)
        elif self._is_idle(self._plan, after):
            self._leave_out(link, after)
        elif before and _is_effort(before) and _is_effort(after):
            raise _refused(place, link, "level_of_effort_chain", "a level of effort cannot span another")
        elif home is not None and before and _is_effort(before):
            self._span((home, before.id), place, link, outgoing=True)
        elif _is_effort(after):
            self._span((self._plan, after.id), place, link, outgoing=False)
        else:
            self._join(place, link)

    def _is_idle(self, plan: int, activity: Activity) -> bool:
        """Whether the activity is inactive, or a summary of nothing."""
        if activity.kind == ActivityKind.SUMMARY:
            return not self._run.leaves(plan, activity.id)
        return not activity.active

    def _leave_out(self, link: Dependency, idle: Activity) -> None:
        self._run.unused.append(Unused(link_name(link), Text("{id} is not scheduled", id=idle.id)))

    def _span(self, effort: tuple[int, str], place: int, link: Dependency, outgoing: bool) -> None:
        """A link of a level of effort holds nothing: it says where the effort begins or ends."""
        at_finish, opens = link.kind in FROM_FINISH, link.kind not in TO_FINISH
        if outgoing:
            at_finish, opens = not opens, not at_finish
            node = self._measured(self._plan, link.successor, at_finish)
        else:
            node = self._leaving(link)
        seconds = -self._lag_s(place, link) if outgoing else self._lag_s(place, link)
        wait = Waiting(self._lag_clock(link, node, node), seconds)
        self._run.spans.setdefault(effort, []).append(Span(node, at_finish, opens, wait))

    def _join(self, place: int, link: Dependency) -> None:
        if link.kind in TO_FINISH and link.successor not in self._run.nodes[self._plan]:
            raise _refused(
                place, link, "finish_link_into_summary", "a summary's finish cannot be held by a link"
            )
        before, after = self._leaving(link), self._run.nodes[self._plan].get(link.successor)
        if after is None:
            after = self._hubs.entry(self._plan, link.successor)
        self._tie(link, before, after, self._lag_s(place, link))

    def _tie(self, link: Dependency, before: int, after: int, seconds: int) -> None:
        """The link between two nodes: a plain lag where that is all there is to it, else a crossing."""
        run, kind = self._run, link.kind
        leaving, arriving = run.axes[before], run.axes[after]
        clock = self._lag_clock(link, before, after) if seconds else arriving
        inclusive = kind == DependencyKind.SF and run.conventions.start_to_finish == "inclusive"
        day_s = run.plan(after).day_s if inclusive and run.calendars[after] is not ROUND_THE_CLOCK else 0
        from_finish = kind in FROM_FINISH
        if leaving is arriving is clock and (not day_s or run.calendars[after] is arriving):
            if kind == DependencyKind.FS and after not in run.closed and after not in run.delays:
                run.net.follow(before, after, seconds)
                return
            key: tuple[object, ...] = (seconds + day_s,)
        else:
            key = (leaving, from_finish, clock, seconds, run.calendars[after], day_s, arriving)
        if key not in self._steps:
            waits = (Waiting(clock, seconds), Waiting(run.calendars[after], day_s))
            along = Adding(seconds + day_s)
            self._steps[key] = along if len(key) == 1 else crossing(leaving, from_finish, waits, arriving)
        hold(run, after, Link(before, from_finish, kind in TO_FINISH, self._steps[key]))

    def _leaving(self, link: Dependency) -> int:
        """The node whose start or finish the link leaves from."""
        home = self._home(link)
        if home is None:
            return self._known_elsewhere(link)
        return self._measured(home, link.predecessor, link.kind in FROM_FINISH)

    def _measured(self, plan: int, activity: str, at_finish: bool) -> int:
        node = self._run.nodes[plan].get(activity)
        if node is not None:
            return node
        return self._hubs.end(plan, activity) if at_finish else self._hubs.beginning(plan, activity)

    def _known_elsewhere(self, link: Dependency) -> int:
        """A stand-in for an activity of a plan that is not scheduled here, on the dates last published."""
        assert link.predecessor_plan is not None
        key = (link.predecessor_plan, link.predecessor)
        if key not in self._published:
            dates = self._externals[key]
            start, finish = instant(dates.start), instant(dates.finish)
            node = self._run.stand_in(StandIn(*key, End.ELSEWHERE), self._plan, start)
            self._run.net.terms[node] = Terms(done=(start, finish))
            self._published[key] = node
        return self._published[key]

    def _lag_s(self, place: int, link: Dependency) -> int:
        if not link.lag.percent:
            return link.lag.seconds
        home = self._home(link)
        before = None if home is None else self._activities(home)[link.predecessor]
        if before is None or before.kind not in (ActivityKind.TASK, ActivityKind.MILESTONE):
            raise _refused(place, link, "percent_lag", "a percentage lag needs a predecessor with a duration")
        return link.lag.seconds + round(before.duration_s * link.lag.percent / 100)

    def _lag_clock(self, link: Dependency, before: int, after: int) -> Timeline:
        if link.lag.elapsed:
            return ROUND_THE_CLOCK
        match self._run.conventions.lag_calendar:
            case "predecessor":
                return self._run.calendars[before]
            case "successor":
                return self._run.calendars[after]
            case "plan":
                return self._run.clocks.of(self._run.plans[self._plan])
            case "elapsed":
                return ROUND_THE_CLOCK


def link_name(link: Dependency) -> str:
    """A link in a few characters."""
    return f"{link.predecessor} -> {link.successor} ({link.kind})"


def _is_effort(activity: Activity) -> bool:
    return activity.kind == ActivityKind.LEVEL_OF_EFFORT


def _refused(place: int, link: Dependency, code: str, why: str) -> Invalid:
    detail = Text("the link {link} cannot be: {why}", link=link_name(link), why=Text(why))
    return Invalid(detail, Fault(code, detail, f"/dependencies/{place}"), code=code)
