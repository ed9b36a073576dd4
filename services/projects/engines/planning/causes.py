"""Why an activity moved: what differs between two schedules in itself, in its links and in what it hangs on."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Constraint,
    ConstraintKind,
    DependencyKind,
    Lag,
    Plan,
)
from services.projects.engines.planning.scheduling import Driver, Schedule


class Change(StrEnum):
    """What makes an activity move: something about itself, its links or the plan, or another that moved."""

    DURATION = "duration"
    PROGRESS = "progress"
    CONSTRAINT = "constraint"
    CALENDAR = "calendar"
    SCHEDULING = "scheduling"
    LINK_ADDED = "link_added"
    LINK_REMOVED = "link_removed"
    LAG = "lag"
    PLAN_START = "plan_start"
    DATA_DATE = "data_date"
    CONVENTIONS = "conventions"
    OUTLINE = "outline"
    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"
    FINISH = "finish"
    SPANNED = "spanned"


PASSED_ON = (Change.PREDECESSOR, Change.SUCCESSOR, Change.FINISH, Change.SPANNED, Change.CONSTRAINT)
"""Causes that lie with the activity they name."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a move; `activity` is the other one it lies with: at the end of a link, above or below."""

    change: Change
    activity: str | None
    detail: str


SPANNING = (ActivityKind.SUMMARY, ActivityKind.LEVEL_OF_EFFORT)
_Key = tuple[str | None, str | None, str, DependencyKind | None]


class Comparison:
    """Two schedules side by side."""

    def __init__(self, before: Schedule, after: Schedule, moved: dict[str, tuple[int, int]]) -> None:
        self._before, self._after, self._moved = before, after, moved
        self._old_links, self._new_links = _links(before.plan), _links(after.plan)

    def causes(self, key: str) -> Iterator[Cause]:
        """What moved the activity, its own changes first."""
        causes = list(self._spanned(key) if self._after[key].kind in SPANNING else self._scheduled(key))
        if not causes and self._before.conventions != self._after.conventions:
            causes = [Cause(Change.CONVENTIONS, None, "the conventions of the schedule changed")]
        yield from dict.fromkeys(causes)

    def _scheduled(self, key: str) -> list[Cause]:
        own = [*_own_changes(self._before, self._after, key), *self._above(key)]
        linked = {(c.change, c.activity): c for c in [*self._of_holding_links(key), *self._released(key)]}
        causes = [*own, *linked.values(), *(self._dates(key) if not linked else ())]
        if not causes and any(_is_late(schedule.activity(key)) for schedule in (self._before, self._after)):
            causes = list(self._let_go(key))
        return causes or list(self._unmoved_predecessors(key))

    def _spanned(self, key: str) -> Iterator[Cause]:
        """Those of the activities at the two ends of a summary or a level of effort that moved, came or went."""
        yield from _own_changes(self._before, self._after, key)
        causes: list[Cause] = []
        if self._after[key].kind == ActivityKind.LEVEL_OF_EFFORT:
            causes += self._rewired(key)
        now, then = ({row.id for row in schedule.spanned(key)} for schedule in (self._after, self._before))
        for schedule in (self._after, self._before):
            row = schedule[key]
            for other in schedule.spanned(key):
                start, finish = self._moved.get(other.id, (0, 0))
                has_joined, has_left = other.id not in then, other.id not in now
                at_start = other.early_start == row.early_start and (start or has_joined or has_left)
                if at_start or (
                    other.early_finish == row.early_finish and (finish or has_joined or has_left)
                ):
                    what = "is new in it" if has_joined else "is no longer in it" if has_left else "moved"
                    causes.append(Cause(Change.SPANNED, other.id, f"{other.id} {what}"))
        if not causes:  # ends that a lag or a night sets apart
            apart = [other for other in sorted(now | then) if other in self._moved or other in now ^ then]
            causes = [Cause(Change.SPANNED, other, f"{other} moved, came or went") for other in apart]
        yield from causes

    def _above(self, key: str) -> Iterator[Cause]:
        """What the summaries the activity is in pass on to it."""
        if self._before.activity(key).parent != self._after.activity(key).parent:
            yield Cause(Change.OUTLINE, None, "it is below another summary")
        for summary in _summaries(self._after, key):
            old, new = _constraints(self._before, summary), _constraints(self._after, summary)
            if old != new:
                yield Cause(Change.CONSTRAINT, summary, f"the constraints of {summary} changed")

    def _let_go(self, key: str) -> Iterator[Cause]:
        """What lets an activity that is as late as possible slip: its successors, and the finish."""
        causes = [*self._rewired(key, incoming=False), *self._followers(key)]
        old, new = self._before.plan.finish_by, self._after.plan.finish_by
        if old != new:
            causes.append(Cause(Change.FINISH, None, f"the plan has to finish by {new}, not {old}"))
        elif not causes and self._before.finish != self._after.finish:
            causes = self._finish_moved
        yield from causes

    @cached_property
    def _finish_moved(self) -> list[Cause]:
        """By the activities that now finish last, or else did."""
        for schedule in (self._after, self._before):
            last = [key for key in _last(schedule) if key in self._moved or not self._in_both(key)]
            if last:
                return [Cause(Change.FINISH, key, f"the last, {self._went(key)}") for key in last]
        return [Cause(Change.FINISH, None, "the finish of the plan moved")]

    def _in_both(self, key: str) -> bool:
        return key in self._before and key in self._after

    def _followers(self, key: str) -> Iterator[Cause]:
        for plan, before, after, _ in self._touching[key]:
            if before == key and plan is None and (after in self._moved or not self._in_both(after)):
                yield Cause(Change.SUCCESSOR, after, self._went(after))

    def _rewired(self, key: str, incoming: bool = True) -> Iterator[Cause]:
        """The links of the activity itself that are new, gone or lagged differently."""
        for link in self._touching[key]:
            plan, before, after, kind = link
            if (incoming and after == key) or (before == key and plan is None):
                old, new = self._old_links.get(link), self._new_links.get(link)
                other, name = before if after == key else after, f"{before} -> {after} ({kind})"
                if old is None:
                    yield Cause(Change.LINK_ADDED, other, f"the link {name} is new")
                elif new is None:
                    yield Cause(Change.LINK_REMOVED, other, f"the link {name} is gone")
                elif old != new:
                    yield Cause(Change.LAG, other, f"the lag of {name} changed")

    @cached_property
    def _touching(self) -> dict[str | None, list[_Key]]:
        """The links of both plans, by each of the activities at their ends."""
        by_end = defaultdict[str | None, list[_Key]](list)
        for link in dict.fromkeys([*self._old_links, *self._new_links]):
            by_end[link[1]].append(link)
            by_end[link[2]].append(link)
        return by_end

    def _unmoved_predecessors(self, key: str) -> Iterator[Cause]:
        """Predecessors that have not moved there, but by whose duration or calendar a link counts."""
        for driver in (*self._after.drivers(key), *self._before.drivers(key)):
            other = driver.predecessor
            if other is None or driver.predecessor_plan is not None:
                continue
            if self._in_both(other):
                for change in _own_changes(self._before, self._after, other):
                    yield Cause(Change.PREDECESSOR, other, f"{other} changed: {change.detail}")

    def _went(self, key: str) -> str:
        if self._in_both(key):
            return f"{key} moved"
        return f"{key} is newly scheduled" if key in self._after else f"{key} is no longer scheduled"

    def _of_holding_links(self, key: str) -> Iterator[Cause]:
        """What the links that hold it now have to do with it."""
        for driver in self._after.drivers(key):
            old, new = self._lags(key, driver)
            if driver.predecessor is not None and old is None:
                yield Cause(
                    Change.LINK_ADDED, driver.predecessor, f"the link {_link_name(driver, key)} is new"
                )
            else:
                yield from self._same_link(key, driver, old, new)

    def _released(self, key: str) -> Iterator[Cause]:
        """What the links that held it before have to do with it."""
        for driver in self._before.drivers(key):
            old, new = self._lags(key, driver)
            if driver.predecessor is not None and new is None:
                yield Cause(
                    Change.LINK_REMOVED, driver.predecessor, f"the link {_link_name(driver, key)} is gone"
                )
            else:
                yield from self._same_link(key, driver, old, new)

    def _same_link(
        self, key: str, driver: Driver, old: tuple[Lag, ...] | None, new: tuple[Lag, ...] | None
    ) -> Iterator[Cause]:
        if driver.predecessor is None or driver.kind is None:
            return
        if old != new:
            yield Cause(Change.LAG, driver.predecessor, f"the lag of {_link_name(driver, key)} changed")
        if driver.predecessor_plan is None and not self._in_both(driver.predecessor):
            yield Cause(Change.PREDECESSOR, driver.predecessor, self._went(driver.predecessor))
            return
        at_finish = driver.kind in (DependencyKind.FS, DependencyKind.FF)
        if driver.predecessor_plan is not None or self._moved.get(driver.predecessor, (0, 0))[at_finish]:
            yield Cause(Change.PREDECESSOR, driver.predecessor, f"{driver.predecessor} moved")

    def _lags(self, key: str, driver: Driver) -> tuple[tuple[Lag, ...] | None, tuple[Lag, ...] | None]:
        """The lags, before and after, of the driver's link to the activity or to a summary it is in."""
        return (
            _lags_between(self._old_links, [key, *_summaries(self._before, key)], driver),
            _lags_between(self._new_links, [key, *_summaries(self._after, key)], driver),
        )

    def _dates(self, key: str) -> Iterator[Cause]:
        """The plan's own dates, where no link explains the move."""
        old, new = self._before.plan, self._after.plan
        if old.start != new.start:
            yield Cause(Change.PLAN_START, None, f"the plan starts on {new.start}, not {old.start}")
        if old.data_date != new.data_date:
            yield Cause(Change.DATA_DATE, None, f"the data date is {new.data_date}, not {old.data_date}")


def _links(plan: Plan) -> dict[_Key, tuple[Lag, ...]]:
    """The lags of the plan's links by predecessor, successor and kind."""
    lags: dict[_Key, tuple[Lag, ...]] = {}
    for link in plan.dependencies:
        key = (link.predecessor_plan, link.predecessor, link.successor, link.kind)
        lags[key] = (*lags.get(key, ()), link.lag)
    return lags


def _lags_between(
    links: dict[_Key, tuple[Lag, ...]], successors: list[str], driver: Driver
) -> tuple[Lag, ...] | None:
    ends = ((driver.predecessor_plan, driver.predecessor, after, driver.kind) for after in successors)
    return next((links[end] for end in ends if end in links), None)


def _summaries(schedule: Schedule, key: str) -> list[str]:
    """The summaries an activity is in, the innermost first."""
    summaries: list[str] = []
    above = schedule.activity(key).parent
    while above is not None:
        summaries.append(above)
        above = schedule.activity(above).parent
    return summaries


def _constraints(schedule: Schedule, summary: str) -> tuple[Constraint, ...]:
    return schedule.activity(summary).constraints if summary in schedule else ()


def _last(schedule: Schedule) -> list[str]:
    """The activities that finish last, without those that only go along."""
    rows = [row for row in schedule.values() if row.early_finish == schedule.finish]
    return [row.id for row in rows if row.kind not in SPANNING and not _is_late(schedule.activity(row.id))]


def _is_late(activity: Activity) -> bool:
    return any(constraint.kind == ConstraintKind.ALAP for constraint in activity.constraints)


def _link_name(driver: Driver, key: str) -> str:
    return f"{driver.predecessor} -> {key} ({driver.kind})"


def _own_changes(before: Schedule, after: Schedule, key: str) -> Iterator[Cause]:
    """What differs between the two plans in the activity itself, of all that can move it."""
    old, new = before.activity(key), after.activity(key)
    spanning = new.kind in SPANNING
    if not spanning and old.duration_s != new.duration_s:
        yield Cause(Change.DURATION, None, f"the duration is {new.duration_s} s, not {old.duration_s} s")
    if new.kind != ActivityKind.SUMMARY and old.progress != new.progress:
        yield Cause(Change.PROGRESS, None, "its progress was updated")
    if not spanning and old.constraints != new.constraints:
        yield Cause(Change.CONSTRAINT, None, "its constraints changed")
    if new.kind != ActivityKind.SUMMARY and before.calendar_of(key) != after.calendar_of(key):
        yield Cause(Change.CALENDAR, None, "its calendar changed")
    if _scheduling(old) != _scheduling(new):
        yield Cause(Change.SCHEDULING, None, "the way it is scheduled changed")


def _scheduling(activity: Activity) -> tuple[object, ...]:
    by_hand = (activity.planned_start, activity.planned_finish) if activity.manual else None
    due = activity.deadline if _is_late(activity) else None
    return activity.kind, activity.elapsed, by_hand, activity.levelling_delay_s, due
