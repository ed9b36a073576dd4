"""The schedule against a slow solver that only counts working hours, and against the laws of the method.

The solver knows nothing of working-time axes or inverse steps: it walks the clock hour by hour, tries every
start, and repeats until nothing moves. Late dates it finds by trying how far one activity can slip.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from services.projects.engines.planning import Conventions, schedule
from services.projects.engines.planning.plan import (
    Activity,
    Calendar,
    Constraint,
    ConstraintKind,
    Dependency,
    DependencyKind,
    Lag,
    Plan,
    hours,
    shift,
)

START = datetime(2026, 6, 4, 8)  # a Thursday
MIDNIGHT = datetime(2026, 5, 4)  # the solver's hour 0, a Monday well before
OPENING = int((START - MIDNIGHT).total_seconds()) // 3600
HORIZON = OPENING + 24 * 60
CALENDARS = (
    Calendar("office"),
    Calendar("part", week=((shift("09:00", "13:00"),),) * 3 + ((), (shift("06:00", "22:00"),)) + ((), ())),
    Calendar("always", week=((shift("00:00", "24:00"),),) * 7),
    Calendar("nights", week=((shift("00:00", "06:00"), shift("20:00", "24:00")),) * 7),
)
BY_ID = {calendar.id: calendar for calendar in CALENDARS}


@cache
def done_by(calendar: str | None) -> list[int]:
    """Working hours from hour 0 to each hour; None counts every hour."""
    counts = [0]
    for hour in range(HORIZON):
        counts.append(counts[-1] + works(calendar, hour))
    return counts


def works(calendar: str | None, hour: int) -> bool:
    if calendar is None:
        return True
    shifts = BY_ID[calendar].week[hour // 24 % 7] or ()
    return any(s.start_s <= hour % 24 * 3600 < s.end_s for s in shifts)


def walk(calendar: str | None, at: int, count: int) -> int:
    """The hour after `count` working hours from `at`; before them, if they are negative."""
    step = 1 if count > 0 else -1
    while count:
        count -= step * works(calendar, at if step > 0 else at - 1)
        at += step
    return at


@dataclass(frozen=True)
class Slow:
    """The slow solver for plans of whole hours and plain activities."""

    plan: Plan
    inclusive: bool = False

    def calendar(self, activity: Activity) -> str | None:
        return activity.calendar or self.plan.calendar

    def bound(self, link: Dependency, dates: dict[str, tuple[int, int]]) -> int:
        start, finish = dates[link.predecessor]
        activities = {a.id: a for a in self.plan.activities}
        before, after = activities[link.predecessor], activities[link.successor]
        event = finish if link.kind in ("FS", "FF") else start
        clock = None if link.lag.elapsed else self.calendar(before)
        event = walk(clock, event, link.lag.seconds // 3600)
        if self.inclusive and link.kind == "SF" and self.calendar(after):
            event = walk(self.calendar(after), event, self.plan.day_s // 3600)
        return event

    def earliest(
        self, activity: Activity, dates: dict[str, tuple[int, int]], at_least: int
    ) -> tuple[int, int]:
        """The first start, not before `at_least`, that keeps every link into the activity."""
        calendar, length = self.calendar(activity), activity.duration_s // 3600
        links = [link for link in self.plan.dependencies if link.successor == activity.id]
        bounds = [(link.kind in ("FF", "SF"), self.bound(link, dates)) for link in links]
        start = max(at_least, *(at for to_finish, at in bounds if not to_finish), 0)
        counts = done_by(calendar)
        while True:
            while length and not works(calendar, start):
                start += 1
            finish = walk(calendar, start, length)
            items = counts if length else done_by(None)
            if all(items[finish] >= items[at] for to_finish, at in bounds if to_finish):
                return start, finish
            start += 1

    def forward(self, at_least: dict[str, int]) -> dict[str, tuple[int, int]]:
        dates = {a.id: (OPENING, OPENING) for a in self.plan.activities}
        while True:
            by_key = {
                a.id: self.earliest(a, dates, max(OPENING, at_least.get(a.id, OPENING)))
                for a in self.plan.activities
            }
            if by_key == dates:
                return dates
            dates = by_key

    def slips(self, key: str) -> tuple[int, int]:
        """The working hours `key` can slip without delaying the last finish, and any other activity."""
        dates = self.forward({})
        activity = next(a for a in self.plan.activities if a.id == key)
        last = max(finish for _, finish in dates.values())
        counts, (start, finish) = done_by(self.calendar(activity)), dates[key]
        total = free = 0
        for hour in range(start, last + 1):
            slipped = self.forward({key: hour})
            if max(f for _, f in slipped.values()) > last:
                break
            total = counts[slipped[key][1]] - counts[finish]
            if all(slipped[other] == dates[other] for other in dates if other != key):
                free = total
        return total, free


@st.composite
def plans(draw: st.DrawFn, kinds: str = "FS SS FF SF", most: int = 5) -> Plan:
    calendar_ids = st.sampled_from([None, *BY_ID])
    count = draw(st.integers(1, most))
    activities = tuple(
        Activity(f"A{n}", duration_s=hours(draw(st.integers(0, 12))), calendar=draw(calendar_ids))
        for n in range(count)
    )
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    links = tuple(
        Dependency(
            f"A{a}",
            f"A{b}",
            DependencyKind(draw(st.sampled_from(kinds.split()))),
            Lag(hours(draw(st.integers(-6, 12))), elapsed=draw(st.booleans())),
        )
        for a, b in (draw(st.lists(st.sampled_from(pairs), max_size=6)) if pairs else ())
    )
    return Plan("p", START, activities, links, CALENDARS, draw(calendar_ids))


def hour(moment: datetime) -> int:
    return int((moment - MIDNIGHT).total_seconds()) // 3600


@settings(max_examples=100, deadline=None)
@given(plans(), st.booleans())
def test_the_slow_solver_finds_the_same_early_dates(plan: Plan, inclusive: bool) -> None:
    computed = schedule(plan, Conventions(start_to_finish="inclusive" if inclusive else "instant"))
    slow = Slow(plan, inclusive).forward({})
    assert {k: (hour(row.early_start), hour(row.early_finish)) for k, row in computed.items()} == slow


@settings(max_examples=25, deadline=None)
@given(plans(most=4), st.data())
def test_the_slow_solver_finds_the_same_floats_by_trying(plan: Plan, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([a.id for a in plan.activities]))
    row = schedule(plan, Conventions(start_to_finish="instant"))[key]
    assert row.total_float_s is not None
    assert row.free_float_s is not None
    assert (row.total_float_s // 3600, row.free_float_s // 3600) == Slow(plan).slips(key)


@given(plans(most=8))
def test_nothing_starts_before_its_drivers_allow(plan: Plan) -> None:
    computed = schedule(plan)
    for key, row in computed.items():
        assert row.early_start >= plan.start or row.duration_s == 0
        for driver in computed.drivers(key):
            if driver.kind == "FS" and not any(link.lag.seconds < 0 for link in plan.dependencies):
                assert driver.predecessor is not None
                assert row.early_start >= computed[driver.predecessor].early_finish


@given(plans(most=8))
def test_floats_are_consistent_and_something_is_critical(plan: Plan) -> None:
    computed = schedule(plan)
    rows = list(computed.values())
    assert all(row.total_float_s is not None and row.total_float_s >= 0 for row in rows)
    assert all(0 <= (row.free_float_s or 0) <= (row.total_float_s or 0) for row in rows)
    assert all(row.late_start is not None and row.late_start >= row.early_start for row in rows)
    assert all(row.late_finish is not None and row.late_finish >= row.early_finish for row in rows)
    last = [row for row in rows if row.early_finish == computed.finish]
    assert all(row.critical for row in last)


@given(plans(most=8), st.integers(1, 20))
def test_shifting_the_start_by_weeks_shifts_every_date(plan: Plan, weeks: int) -> None:
    shift_by = timedelta(weeks=weeks)
    here, there = schedule(plan), schedule(replace(plan, start=plan.start + shift_by))
    for key, row in here.items():
        moved = there[key]
        assert moved.early_start - row.early_start == shift_by
        assert moved.late_finish is not None
        assert row.late_finish is not None
        assert moved.late_finish - row.late_finish == shift_by
        assert (moved.total_float_s, moved.free_float_s) == (row.total_float_s, row.free_float_s)


@given(plans("FS SS", most=8), st.data())
def test_a_longer_activity_or_another_link_never_makes_anything_earlier(
    plan: Plan, data: st.DataObject
) -> None:
    # (links to a finish may: what is held by its finish starts earlier when it takes longer)
    place = data.draw(st.integers(0, len(plan.activities) - 1))
    longer = replace(
        plan.activities[place], duration_s=max(plan.activities[place].duration_s, 3600) + hours(3)
    )
    activities = (*plan.activities[:place], longer, *plan.activities[place + 1 :])
    links = plan.dependencies
    if place:
        links += (Dependency(plan.activities[place - 1].id, longer.id),)
    now, then = schedule(plan), schedule(replace(plan, activities=activities, dependencies=links))
    for key, row in then.items():
        if key != longer.id:
            assert row.early_start >= now[key].early_start


@given(plans(most=6))
def test_the_order_of_activities_and_links_makes_no_difference(plan: Plan) -> None:
    turned = replace(plan, activities=plan.activities[::-1], dependencies=plan.dependencies[::-1])
    assert dict(schedule(turned)) == dict(schedule(plan))


@given(plans(most=6), st.integers(0, 200))
def test_as_late_as_possible_uses_free_float_and_moves_nothing_else(plan: Plan, pick: int) -> None:
    place = pick % len(plan.activities)
    late = replace(plan.activities[place], constraints=(Constraint(ConstraintKind.ALAP),))
    activities = (*plan.activities[:place], late, *plan.activities[place + 1 :])
    before, after = schedule(plan), schedule(replace(plan, activities=activities))
    assert after[late.id].free_float_s == 0
    assert after.finish == before.finish
    for key, row in before.items():
        if key != late.id:
            assert (after[key].early_start, after[key].early_finish) == (row.early_start, row.early_finish)
