"""Summaries that roll up and are linked, levels of effort that span, milestones."""

from datetime import date, datetime

from services.projects.engines.planning import Conventions, Criticality, Schedule, schedule
from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Calendar,
    Constraint,
    ConstraintKind,
    Dependency,
    DependencyKind,
    Lag,
    Plan,
    Progress,
    days,
)

MONDAY = datetime(2026, 6, 1)
SUMMARY, EFFORT = ActivityKind.SUMMARY, ActivityKind.LEVEL_OF_EFFORT


def task(key: str, length: float, parent: str | None = None, **more: object) -> Activity:
    return Activity(key, duration_s=days(length), parent=parent, **more)  # type: ignore[arg-type]


def plan(
    activities: tuple[Activity, ...], *links: Dependency, conventions: Conventions | None = None
) -> Schedule:
    whole_plan = Plan("p", MONDAY, activities, links, (Calendar("office"),), "office")
    return schedule(whole_plan, conventions or Conventions())


PHASES = (
    Activity("1", kind=SUMMARY),
    Activity("1.1", kind=SUMMARY, parent="1"),
    task("a", 2, "1.1"),
    task("b", 3, "1.1"),
    task("c", 1, "1"),
    Activity("2", kind=SUMMARY),
    task("d", 1, "2"),
    task("e", 2, "2"),
    task("f", 10),
)


def days_of(rows: Schedule, key: str) -> tuple[int, int]:
    return rows[key].start_on.day, rows[key].finish_on.day


def test_a_summary_spans_what_is_below_it_at_any_depth() -> None:
    rows = plan(PHASES, Dependency("a", "b"), Dependency("b", "c"))
    assert (days_of(rows, "1"), days_of(rows, "1.1")) == ((1, 8), (1, 5))
    assert (rows["1"].duration_s, rows["1"].total_float_s) == (days(6), days(4))
    assert rows["1"].free_float_s is None


def test_a_summary_is_as_critical_as_what_is_below_it() -> None:
    rows = plan(PHASES[:5], Dependency("a", "b"), Dependency("b", "c"))
    assert rows["1"].criticality is rows["1.1"].criticality is Criticality.CRITICAL
    assert rows.critical == ("a", "b", "c")


def test_progress_rolls_up_by_duration() -> None:
    done = Progress(MONDAY.replace(hour=8), MONDAY.replace(day=2, hour=17))
    begun = Progress(MONDAY.replace(hour=8), percent_complete=50)
    phase = (Activity("S", kind=SUMMARY), task("a", 2, "S", progress=done), task("b", 6, "S", progress=begun))
    row = plan(phase)["S"]
    assert (row.percent_complete, row.remaining_s) == (62.5, round(days(6) * 0.375))


def test_milestones_alone_roll_up_by_their_number() -> None:
    reached = Progress(MONDAY, MONDAY)
    marks = (Activity("S", kind=SUMMARY), task("m", 0, "S", progress=reached), task("n", 0, "S"))
    assert plan(marks)["S"].percent_complete == 50


def test_a_link_between_summaries_holds_everything_below_the_second() -> None:
    rows = plan(PHASES, Dependency("a", "b"), Dependency("1", "2", lag=Lag(days(1))))
    assert (days_of(rows, "d"), days_of(rows, "e")) == ((9, 9), (9, 10))
    assert rows["b"].total_float_s == days(2)
    assert rows["c"].total_float_s == days(6)


def test_a_link_from_the_start_of_a_summary_follows_the_first_of_its_activities() -> None:
    late = (Constraint(ConstraintKind.SNET, date(2026, 6, 3)),)
    phase = (
        Activity("S", kind=SUMMARY),
        task("a", 2, "S", constraints=late),
        task("b", 1, "S", constraints=late),
    )
    rows = plan((*phase, task("z", 1)), Dependency("S", "z", DependencyKind.SS, Lag(days(1))))
    assert days_of(rows, "z") == (4, 4)


def test_summaries_pass_their_dates_on_to_what_is_below() -> None:
    items = (
        Constraint(ConstraintKind.SNET, date(2026, 6, 4)),
        Constraint(ConstraintKind.FNLT, date(2026, 6, 8)),
    )
    rows = plan((Activity("S", kind=SUMMARY, constraints=items), task("a", 2, "S"), task("z", 20)))
    assert days_of(rows, "a") == (4, 5)
    assert rows["a"].total_float_s == days(1)
    due = Activity("S", kind=SUMMARY, deadline=date(2026, 6, 1))
    assert plan((due, task("a", 2, "S")))["a"].total_float_s == -days(1)


def test_an_empty_summary_is_left_out_with_its_links_and_the_reason() -> None:
    rows = plan((Activity("S", kind=SUMMARY), task("a", 1)), Dependency("S", "a"))
    assert list(rows) == ["a"]
    assert "S" not in rows
    assert [(u.what, u.reason) for u in rows.unused] == [
        ("S -> a (FS)", "S is not scheduled"),
        ("S", "a summary of nothing that is scheduled"),
    ]


def test_what_is_inactive_neither_has_dates_nor_drives() -> None:
    rows = plan((task("a", 5, active=False), task("b", 1)), Dependency("a", "b"))
    assert list(rows) == ["b"]
    assert days_of(rows, "b") == (1, 1)
    assert {u.what for u in rows.unused} == {"a", "a -> b (FS)"}


def test_a_level_of_effort_spans_from_what_opens_it_to_what_closes_it() -> None:
    support = Activity("pmo", kind=EFFORT)
    rows = plan(
        (task("a", 3), task("b", 4), support),
        Dependency("a", "b"),
        Dependency("a", "pmo", DependencyKind.SS, Lag(days(1))),
        Dependency("b", "pmo", DependencyKind.FF),
    )
    row = rows["pmo"]
    assert (days_of(rows, "pmo"), row.duration_s) == ((2, 9), days(6))
    assert (row.total_float_s, row.criticality) == (None, Criticality.NONE)
    assert row.no_float == "a level of effort lasts as long as what it spans"


def test_a_level_of_effort_may_end_with_what_follows_it() -> None:
    rows = plan(
        (task("a", 3), task("b", 4), Activity("pmo", kind=EFFORT)),
        Dependency("a", "b"),
        Dependency("pmo", "a", DependencyKind.SS),
        Dependency("pmo", "b", DependencyKind.FS),
    )
    assert days_of(rows, "pmo") == (1, 3)
    assert rows["b"].start_on == date(2026, 6, 4)


def test_a_level_of_effort_without_links_lasts_as_long_as_the_plan() -> None:
    rows = plan((task("a", 3), task("b", 4), Activity("pmo", kind=EFFORT)), Dependency("a", "b"))
    assert days_of(rows, "pmo") == (1, 9)


def test_a_level_of_effort_counts_in_its_summary() -> None:
    phase = (
        Activity("S", kind=SUMMARY),
        task("a", 1, "S"),
        Activity("pmo", kind=EFFORT, parent="S"),
        task("z", 4),
    )
    rows = plan(phase, Dependency("z", "pmo", DependencyKind.FF))
    assert days_of(rows, "S") == (1, 4)
    assert rows["S"].total_float_s == days(3)


def test_kinds_may_be_given_as_words() -> None:
    rows = plan(
        (
            Activity("S", kind="summary"),  # type: ignore[arg-type]
            task("a", 2, "S"),
            Activity("pmo", kind="level_of_effort"),  # type: ignore[arg-type]
            Activity("z", kind="milestone", constraints=(Constraint("snet", date(2026, 6, 8)),)),  # type: ignore[arg-type]
        ),
        Dependency("pmo", "a", "SS"),  # type: ignore[arg-type]
        Dependency("z", "pmo", "FF"),  # type: ignore[arg-type]
    )
    assert [days_of(rows, key) for key in ("S", "pmo", "z")] == [(1, 2), (1, 5), (8, 8)]
    assert rows.critical == ("z",)


def test_an_empty_plan_and_a_single_activity_have_schedules() -> None:
    empty, single = plan(()), plan((task("a", 1),))
    assert (len(empty), empty.start, empty.finish, empty.critical) == (0, MONDAY, MONDAY, ())
    assert (single.finish, single.critical) == (datetime(2026, 6, 1, 17), ("a",))
