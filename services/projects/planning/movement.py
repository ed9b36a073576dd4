"""What moved between two schedules of a plan, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.projects.planning.plan import Activity, ActivityKind, DependencyKind, Lag, Plan
from services.projects.planning.scheduling import Driver, Schedule


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
    PREDECESSOR = "predecessor"
    SPANNED = "spanned"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a move; `activity` is the predecessor a link, or the activity below a summary, names."""

    change: Change
    activity: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Movement:
    """How far an activity moved, in working seconds of the plan's calendar (positive is later), and why.

    `roots` are the activities at the start of the chains of predecessors, those with a cause of their
    own. An activity that only one of the schedules has, has None for its moves, and `note` says which.
    """

    activity: str
    start_s: int | None
    finish_s: int | None
    causes: tuple[Cause, ...] = ()
    roots: tuple[str, ...] = ()
    note: str | None = None


def movements(before: Schedule, after: Schedule) -> tuple[Movement, ...]:
    """Every activity whose dates differ between two schedules of one plan, in the later one's order.

    Predecessors come with their own movement, so `roots` leads from any activity to what was changed.
    """
    shifts = {key: _shift(before, after, key) for key in after if key in before}
    moved = {key: shift for key, shift in shifts.items() if shift != (0, 0)}
    comparison = _Comparison(before, after, moved)
    causes = {key: tuple(comparison.causes(key)) for key in moved}
    roots = _roots(after, causes)
    found = [_movement(key, moved, causes, roots) for key in after if key in moved or key not in before]
    gone = [Movement(key, None, None, note="no longer scheduled") for key in before if key not in after]
    return (*found, *gone)


def _shift(before: Schedule, after: Schedule, key: str) -> tuple[int, int]:
    old, new = before[key], after[key]
    return (
        after.working_s(old.early_start, new.early_start),
        after.working_s(old.early_finish, new.early_finish),
    )


def _movement(
    key: str,
    moved: dict[str, tuple[int, int]],
    causes: dict[str, tuple[Cause, ...]],
    roots: dict[str, tuple[str, ...]],
) -> Movement:
    if key not in moved:
        return Movement(key, None, None, note="newly scheduled")
    start_s, finish_s = moved[key]
    return Movement(key, start_s, finish_s, causes[key], roots[key])


def _roots(after: Schedule, causes: dict[str, tuple[Cause, ...]]) -> dict[str, tuple[str, ...]]:
    """For each moved activity, where the chains of moved predecessors begin."""
    roots: dict[str, tuple[str, ...]] = {}
    for key in sorted(causes, key=after.rank):
        found: dict[str, None] = {}
        for cause in causes[key]:
            passed_on = cause.change in (Change.PREDECESSOR, Change.SPANNED)
            source = (cause.activity or key) if passed_on else key
            found.update(dict.fromkeys(roots.get(source, (source,))))
        roots[key] = tuple(found)
    return roots


_Key = tuple[str | None, str | None, str, DependencyKind | None]


class _Comparison:
    """Two schedules side by side."""

    def __init__(self, before: Schedule, after: Schedule, moved: dict[str, tuple[int, int]]) -> None:
        self._before, self._after, self._moved = before, after, moved
        self._old_links, self._new_links = _links(before.plan), _links(after.plan)

    def causes(self, key: str) -> Iterator[Cause]:
        """What moved the activity, its own changes first."""
        if self._after[key].kind in (ActivityKind.SUMMARY, ActivityKind.LEVEL_OF_EFFORT):
            yield from self._spanned(key)
            return
        own = list(_own_changes(self._before, self._after, key))
        linked = {(c.change, c.activity): c for c in [*self._held(key), *self._released(key)]}
        found = [*own, *linked.values(), *(self._dates(key) if not linked else ())]
        if not found and self._before.conventions != self._after.conventions:
            found = [Cause(Change.CONVENTIONS, None, "the conventions of the schedule changed")]
        yield from found

    def _spanned(self, key: str) -> Iterator[Cause]:
        """Those of the activities at the two ends of a summary or a level of effort that moved."""
        row = self._after[key]
        for other in self._after.spanned(key):
            at_start = other.early_start == row.early_start and self._moved.get(other.id, (0, 0))[0]
            at_end = other.early_finish == row.early_finish and self._moved.get(other.id, (0, 0))[1]
            if at_start or at_end:
                yield Cause(Change.SPANNED, other.id, f"{other.id} moved")

    def _held(self, key: str) -> Iterator[Cause]:
        """What the links that hold it now have to do with it."""
        for driver in self._after.drivers(key):
            old, new = self._link(self._old_links, key, driver), self._link(self._new_links, key, driver)
            if driver.predecessor is not None and old is None:
                yield Cause(Change.LINK_ADDED, driver.predecessor, f"the link {_named(driver, key)} is new")
            else:
                yield from self._same_link(key, driver, old, new)

    def _released(self, key: str) -> Iterator[Cause]:
        """What the links that held it before have to do with it."""
        for driver in self._before.drivers(key):
            old, new = self._link(self._old_links, key, driver), self._link(self._new_links, key, driver)
            if driver.predecessor is not None and new is None:
                yield Cause(
                    Change.LINK_REMOVED, driver.predecessor, f"the link {_named(driver, key)} is gone"
                )
            else:
                yield from self._same_link(key, driver, old, new)

    def _same_link(
        self, key: str, driver: Driver, old: tuple[Lag, ...] | None, new: tuple[Lag, ...] | None
    ) -> Iterator[Cause]:
        if driver.predecessor is None or driver.kind is None:
            return
        if old != new:
            yield Cause(Change.LAG, driver.predecessor, f"the lag of {_named(driver, key)} changed")
        at_finish = driver.kind in (DependencyKind.FS, DependencyKind.FF)
        if driver.predecessor_plan is not None or self._moved.get(driver.predecessor, (0, 0))[at_finish]:
            yield Cause(Change.PREDECESSOR, driver.predecessor, f"{driver.predecessor} moved")

    def _link(self, links: dict[_Key, tuple[Lag, ...]], key: str, driver: Driver) -> tuple[Lag, ...] | None:
        """The lags of the driver's link to the activity or to a summary it is in."""
        held: str | None = key
        while held is not None:
            lags = links.get((driver.predecessor_plan, driver.predecessor, held, driver.kind))
            if lags is not None:
                return lags
            held = self._after.activity(held).parent
        return None

    def _dates(self, key: str) -> Iterator[Cause]:
        """The plan's own dates, where no link explains the move."""
        old, new = self._before.plan, self._after.plan
        if old.start != new.start:
            yield Cause(Change.PLAN_START, None, f"the plan starts on {new.start}, not {old.start}")
        if old.data_date != new.data_date:
            yield Cause(Change.DATA_DATE, None, f"the data date is {new.data_date}, not {old.data_date}")


def _links(plan: Plan) -> dict[_Key, tuple[Lag, ...]]:
    """The lags of the plan's links by predecessor, successor and kind."""
    found: dict[_Key, tuple[Lag, ...]] = {}
    for link in plan.dependencies:
        key = (link.predecessor_plan, link.predecessor, link.successor, link.kind)
        found[key] = (*found.get(key, ()), link.lag)
    return found


def _named(driver: Driver, key: str) -> str:
    return f"{driver.predecessor} -> {key} ({driver.kind})"


def _own_changes(before: Schedule, after: Schedule, key: str) -> Iterator[Cause]:
    """What differs between the two plans in the activity itself, of all that can move it."""
    old, new = before.activity(key), after.activity(key)
    if old.duration_s != new.duration_s:
        yield Cause(Change.DURATION, None, f"the duration is {new.duration_s} s, not {old.duration_s} s")
    if old.progress != new.progress:
        yield Cause(Change.PROGRESS, None, "its progress was updated")
    if old.constraints != new.constraints:
        yield Cause(Change.CONSTRAINT, None, "its constraints changed")
    if before.calendar_of(key) != after.calendar_of(key):
        yield Cause(Change.CALENDAR, None, "its calendar changed")
    if _scheduling(old) != _scheduling(new):
        yield Cause(Change.SCHEDULING, None, "the way it is scheduled changed")


def _scheduling(activity: Activity) -> tuple[object, ...]:
    by_hand = activity.planned_start if activity.manual else None
    return activity.kind, activity.elapsed, by_hand, activity.levelling_delay_s
