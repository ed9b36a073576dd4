"""Lags: elapsed, in percent, and in the calendars that schedulers choose between."""

from datetime import date, datetime
from typing import Literal

import pytest

from services.projects.engines.planning import Conventions, Schedule, schedule
from services.projects.engines.planning.plan import (
    Activity,
    Calendar,
    Dependency,
    DependencyKind,
    Lag,
    Plan,
    days,
    hours,
    shift,
)

MONDAY = datetime(2026, 6, 1, 8)
OFFICE = Calendar("office")
WEEKEND = Calendar("weekend", week=((),) * 5 + ((shift("08:00", "18:00"),),) * 2)


def pair(
    lag: Lag,
    kind: DependencyKind = DependencyKind.FS,
    conventions: Conventions | None = None,
    b: str | None = None,
) -> Schedule:
    """A takes four working days from MONDAY, B one, on calendar `b` if given."""
    activities = (Activity("A", duration_s=days(4)), Activity("B", duration_s=days(1), calendar=b))
    plan = Plan("p", MONDAY, activities, (Dependency("A", "B", kind, lag),), (OFFICE, WEEKEND), "office")
    return schedule(plan, conventions or Conventions())


def test_an_elapsed_lag_runs_through_the_weekend() -> None:
    assert pair(Lag(hours(24 * 2), elapsed=True))["B"].early_start == datetime(2026, 6, 8, 8)
    assert pair(Lag(hours(24 * 5 + 16), elapsed=True))["B"].early_start == datetime(2026, 6, 10, 9)


def test_a_percentage_counts_the_predecessors_duration() -> None:
    assert pair(Lag(percent=50))["B"].start_on == date(2026, 6, 9)
    assert pair(Lag(percent=-25))["B"].start_on == date(2026, 6, 4)
    assert pair(Lag(percent=100, elapsed=True))["B"].early_start == datetime(2026, 6, 8, 8)


def test_seconds_and_percent_add_up() -> None:
    assert pair(Lag(days(1), percent=25))["B"].start_on == date(2026, 6, 9)


@pytest.mark.parametrize(
    ("calendar", "start"),
    [
        ("predecessor", datetime(2026, 6, 13, 8)),
        ("plan", datetime(2026, 6, 13, 8)),
        ("successor", datetime(2026, 6, 7, 8)),
        ("elapsed", datetime(2026, 6, 6, 8)),
    ],
)
def test_the_lag_calendar_is_a_convention(
    calendar: Literal["predecessor", "plan", "successor", "elapsed"], start: datetime
) -> None:
    row = pair(Lag(hours(10)), conventions=Conventions(lag_calendar=calendar), b="weekend")["B"]
    assert row.early_start == start


def test_leads_pull_before_the_plans_start_only_where_that_is_the_convention() -> None:
    tasks = (
        Activity("A", duration_s=days(1)),
        Activity("B", duration_s=days(3)),
        Activity("C", duration_s=days(1)),
    )
    links = (Dependency("A", "B", lag=Lag(-days(2))), Dependency("A", "C", DependencyKind.FF, Lag(-days(2))))
    plan = Plan("p", MONDAY, tasks, links, (OFFICE,), "office")
    stored, pulled = schedule(plan), schedule(plan, Conventions(leads="before_start"))
    assert (stored["B"].start_on, stored["C"].start_on) == (date(2026, 6, 1), date(2026, 6, 1))
    assert (pulled["B"].start_on, pulled["C"].start_on) == (date(2026, 5, 29), date(2026, 6, 1))
    assert pulled.start == datetime(2026, 5, 29, 8)


def test_a_lead_across_calendars_begins_with_the_work_it_counts() -> None:
    row = pair(Lag(-days(4)), b="weekend")["B"]
    assert row.early_start == datetime(2026, 6, 6, 8)


def test_floats_are_measured_in_each_activitys_own_calendar() -> None:
    plan = pair(Lag(), b="weekend")
    assert plan["B"].early_start == datetime(2026, 6, 6, 8)
    assert plan["A"].total_float_s == days(1)
    assert plan["A"].late_finish == datetime(2026, 6, 5, 17)


def test_a_milestone_keeps_the_instant_that_drives_it() -> None:
    tasks = (
        Activity("A", duration_s=days(5)),
        Activity("M"),
        Activity("B", duration_s=hours(1), calendar="weekend"),
    )
    links = (Dependency("A", "M"), Dependency("M", "B"))
    plan = schedule(Plan("p", MONDAY, tasks, links, (OFFICE, WEEKEND), "office"))
    assert plan["M"].early_start == plan["M"].early_finish == datetime(2026, 6, 5, 17)
    assert plan["B"].early_start == datetime(2026, 6, 6, 8)


def test_an_elapsed_duration_ignores_the_calendar() -> None:
    tasks = (Activity("cure", duration_s=hours(24 * 5), elapsed=True), Activity("B", duration_s=days(1)))
    plan = schedule(Plan("p", MONDAY, tasks, (Dependency("cure", "B"),), (OFFICE,), "office"))
    assert plan["cure"].early_finish == datetime(2026, 6, 6, 8)
    assert plan["B"].early_start == datetime(2026, 6, 8, 8)


def test_two_links_between_the_same_activities_both_hold() -> None:
    tasks = (Activity("A", duration_s=days(4)), Activity("B", duration_s=days(4)))
    links = (
        Dependency("A", "B", DependencyKind.SS, Lag(days(1))),
        Dependency("A", "B", DependencyKind.FF, Lag(days(2))),
    )
    row = schedule(Plan("p", MONDAY, tasks, links, (OFFICE,), "office"))["B"]
    assert (row.start_on, row.finish_on) == (date(2026, 6, 3), date(2026, 6, 8))


def test_a_schedule_says_which_links_drive_an_activity() -> None:
    tasks = tuple(Activity(key, duration_s=days(n)) for key, n in (("A", 2), ("B", 3), ("C", 1)))
    links = (Dependency("A", "C"), Dependency("B", "C", DependencyKind.FF), Dependency("B", "C"))
    plan = schedule(Plan("p", MONDAY, tasks, links, (OFFICE,), "office"))
    assert [(d.predecessor, d.kind) for d in plan.drivers("C")] == [("B", "FS")]
    assert [(d.predecessor, d.reason) for d in plan.drivers("A")] == [
        (None, "the plan starts on 2026-06-01T08:00:00")
    ]
