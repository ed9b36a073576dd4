"""What Microsoft Project does with dates before the start, manual tasks, elapsed time and odd progress."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.engines.planning import DEFAULTS, MICROSOFT_PROJECT, Conventions, Schedule, schedule
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
    hours,
)
from shared.base.errors import Invalid

START = datetime(2026, 6, 1, 8)
SATURDAY = datetime(2026, 6, 6, 8)
EVENING = datetime(2026, 6, 6, 20)
SNET, FNET = ConstraintKind.SNET, ConstraintKind.FNET


def at(month: int, day: int, hour: int = 8) -> datetime:
    return datetime(2026, month, day, hour)


def scheduled(
    *activities: Activity,
    links: tuple[Dependency, ...] = (),
    conventions: Conventions = MICROSOFT_PROJECT,
    data_date: datetime | None = None,
    finish_by: datetime | date | None = None,
) -> Schedule:
    office = Calendar("office")
    plan = Plan("p", START, activities, links, (office,), "office", data_date=data_date, finish_by=finish_by)
    return schedule(plan, conventions)


def dates(rows: Schedule, key: str) -> tuple[datetime, datetime]:
    return rows[key].early_start, rows[key].early_finish


def task(key: str, length: float = 1, **members: object) -> Activity:
    return Activity(key, duration_s=days(length), **members)  # type: ignore[arg-type]


# --- dates before the plan's start --------------------------------------------------------------------------


@pytest.mark.parametrize("on", [date(2026, 5, 4), datetime(2026, 5, 4, 8), date(2026, 5, 2)])
def test_a_start_no_earlier_than_before_the_plans_start_is_the_start(on: date) -> None:
    early = task("A", constraints=(Constraint(SNET, on),))
    assert dates(scheduled(early), "A") == (at(5, 4), at(5, 4, 17))
    assert scheduled(early, conventions=DEFAULTS)["A"].early_start == START


def test_a_finish_no_earlier_than_before_the_plans_start_ends_there() -> None:
    early = task("A", 3, constraints=(Constraint(FNET, date(2026, 5, 8)),))
    assert dates(scheduled(early), "A") == (at(5, 6), at(5, 8, 17))


def test_what_follows_an_early_task_follows_it() -> None:
    early = task("A", constraints=(Constraint(SNET, date(2026, 5, 4)),))
    rows = scheduled(early, task("B"), task("C"), links=(Dependency("A", "B"),))
    assert (rows["B"].early_start, rows["C"].early_start, rows.start) == (at(5, 5), START, at(5, 4))


@pytest.mark.parametrize(
    ("kind", "lag", "expected"),
    [
        (DependencyKind.FS, 0, at(6, 2)),
        (DependencyKind.FS, -days(3), at(5, 28)),
        (DependencyKind.SS, -days(40), at(5, 4)),
        (DependencyKind.FF, -days(40), START),
    ],
)
def test_a_link_still_holds_what_has_an_early_date(
    kind: DependencyKind, lag: int, expected: datetime
) -> None:
    """A link between finishes never pulls before the start, other leads do, and neither before the date."""
    early = task("B", constraints=(Constraint(SNET, date(2026, 5, 4)),))
    rows = scheduled(task("A"), early, links=(Dependency("A", "B", kind, Lag(lag)),))
    assert rows["B"].early_start == expected


def test_an_early_date_of_a_summary_lets_what_is_below_it_start() -> None:
    summary = Activity("S", kind=ActivityKind.SUMMARY, constraints=(Constraint(SNET, date(2026, 5, 4)),))
    rows = scheduled(summary, task("A", parent="S"), task("B"))
    assert (rows["A"].early_start, rows["S"].early_start, rows["B"].early_start) == (
        at(5, 4),
        at(5, 4),
        START,
    )


def test_a_levelling_delay_counts_from_the_early_date() -> None:
    early = task("A", constraints=(Constraint(SNET, date(2026, 5, 4)),), levelling_delay_s=2 * 86_400)
    assert scheduled(early)["A"].early_start == at(5, 6)


def test_a_data_date_that_holds_unfinished_work_holds_it_against_early_dates() -> None:
    conventions = Conventions(leads="before_start", unfinished_work="after_data_date")
    early = task("A", constraints=(Constraint(SNET, date(2026, 5, 4)),))
    rows = scheduled(early, conventions=conventions, data_date=at(5, 20))
    assert rows["A"].early_start == at(5, 20)


@given(st.integers(-300, 300), st.integers(1, 40))
def test_without_links_a_dated_task_starts_on_its_date_wherever_the_plan_starts(
    offset: int, length: int
) -> None:
    on = START.date() + timedelta(offset)
    row = scheduled(task("A", length, constraints=(Constraint(SNET, on),)))["A"]
    weekend = on.weekday() - 5
    assert row.start_on == (on if weekend < 0 else on + timedelta(2 - weekend))
    assert row.total_float_s == 0


# --- manual tasks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("conventions", [MICROSOFT_PROJECT, DEFAULTS])
@pytest.mark.parametrize(
    ("start", "finish"),
    [
        (SATURDAY, SATURDAY.replace(hour=17)),
        (SATURDAY, at(6, 9, 12)),
        (at(6, 1, 6), at(6, 1, 7)),
        (at(6, 2), at(6, 2, 17)),
        (at(6, 2, 9), at(6, 4, 11)),
        (at(5, 2), at(5, 3)),
        (SATURDAY, SATURDAY),
    ],
)
def test_a_manual_task_keeps_both_its_dates_whenever_they_are(
    start: datetime, finish: datetime, conventions: Conventions
) -> None:
    by_hand = task("M", 1, manual=True, planned_start=start, planned_finish=finish)
    rows = scheduled(task("A", 20), by_hand, links=(Dependency("A", "M"),), conventions=conventions)
    assert dates(rows, "M") == (start, finish)


def test_a_manual_task_that_lacks_a_date_has_it_by_its_duration() -> None:
    start = task("S", 2, manual=True, planned_start=SATURDAY)
    finish = task("F", 2, manual=True, planned_finish=SATURDAY)
    rows = scheduled(start, finish, task("N", manual=True))
    assert dates(rows, "S") == (SATURDAY, at(6, 9, 17))
    assert dates(rows, "F") == (at(6, 4), SATURDAY)
    assert rows["N"].early_start == START


def test_what_follows_a_manual_task_follows_its_finish() -> None:
    by_hand = task("M", manual=True, planned_start=SATURDAY, planned_finish=at(6, 9, 12))
    rows = scheduled(by_hand, task("B"), links=(Dependency("M", "B"),))
    assert rows["B"].early_start == at(6, 9, 13)
    assert (rows["M"].total_float_s, rows["M"].duration_s) == (0, days(1.5))


def test_a_manual_task_has_the_float_its_successors_leave_it() -> None:
    by_hand = task("M", manual=True, planned_start=SATURDAY, planned_finish=SATURDAY.replace(hour=17))
    rows = scheduled(by_hand, task("B"), task("C", 10), links=(Dependency("M", "B"),))
    assert rows["M"].total_float_s == days(4)
    assert rows["M"].late_finish == at(6, 12)


def test_a_manual_task_under_way_keeps_its_actual_start_and_its_planned_finish() -> None:
    begun = Progress(actual_start=at(6, 2, 10), percent_complete=50)
    by_hand = task(
        "M", 4, manual=True, planned_start=at(6, 1), planned_finish=SATURDAY.replace(hour=12), progress=begun
    )
    assert dates(scheduled(by_hand), "M") == (at(6, 2, 10), SATURDAY.replace(hour=12))
    rest = scheduled(by_hand, conventions=DEFAULTS, data_date=at(6, 8))
    assert dates(rest, "M") == (at(6, 2, 10), at(6, 9, 17))


def test_a_manual_task_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(Invalid, match="before it starts") as refusal:
        scheduled(task("M", manual=True, planned_start=SATURDAY, planned_finish=START))
    assert refusal.value.faults[0].pointer == "/activities/0/planned_finish"


instants = st.datetimes(datetime(2026, 4, 1), datetime(2026, 9, 1)).map(lambda at: at.replace(microsecond=0))


@given(instants, instants, st.integers(0, 30), st.booleans(), st.booleans())
def test_whatever_a_manual_task_is_linked_to_it_keeps_its_dates(
    one: datetime, other: datetime, length: int, elapsed: bool, lagged: bool
) -> None:
    start, finish = min(one, other), max(one, other)
    by_hand = Activity(
        "M", duration_s=days(length), manual=True, elapsed=elapsed, planned_start=start, planned_finish=finish
    )
    links = (
        Dependency("A", "M", DependencyKind.FF, Lag(days(lagged))),
        Dependency("M", "B", DependencyKind.SS, Lag(days(-lagged))),
    )
    rows = scheduled(task("A", 3), by_hand, task("B", 2), links=links)
    assert dates(rows, "M") == (start, finish)
    assert rows["B"].early_start >= start or lagged


# --- elapsed time -------------------------------------------------------------------------------------------


def elapsed(key: str = "E", length_h: int = 49, **members: object) -> Activity:
    """Two days and an hour around the clock: from Thursday 08:00 it lasts until Saturday 09:00."""
    return Activity(key, duration_s=hours(length_h), elapsed=True, **members)  # type: ignore[arg-type]


THURSDAY = Constraint(SNET, datetime(2026, 6, 4, 8))


@pytest.mark.parametrize("conventions", [MICROSOFT_PROJECT, DEFAULTS])
def test_a_deadline_of_an_elapsed_task_is_not_moved_by_a_calendar_it_does_not_follow(
    conventions: Conventions,
) -> None:
    rows = scheduled(
        elapsed(constraints=(THURSDAY,), deadline=EVENING), task("A", 20), conventions=conventions
    )
    assert (rows["E"].early_finish, rows["E"].total_float_s) == (at(6, 6, 9), hours(11))
    assert rows["E"].late_finish == EVENING


@pytest.mark.parametrize("on", [EVENING, date(2026, 6, 6)])
@pytest.mark.parametrize("kind", [ConstraintKind.FNLT, ConstraintKind.MFO, ConstraintKind.FNET])
def test_so_are_its_constraints(kind: ConstraintKind, on: date) -> None:
    end = EVENING if on == EVENING else at(6, 7, 0)
    row = scheduled(elapsed(constraints=(Constraint(kind, on),)), task("A", 20))["E"]
    if kind == ConstraintKind.FNLT:
        assert (row.early_finish, row.late_finish) == (START + timedelta(hours=49), end)
    else:
        assert row.early_finish == end


@pytest.mark.parametrize("kind", [ConstraintKind.SNET, ConstraintKind.MSO])
def test_an_elapsed_task_starts_on_a_saturday_if_it_is_told_to(kind: ConstraintKind) -> None:
    assert scheduled(elapsed(constraints=(Constraint(kind, EVENING),)))["E"].early_start == EVENING


def test_a_finish_of_the_whole_plan_holds_an_elapsed_task_by_the_clock() -> None:
    rows = scheduled(elapsed(constraints=(THURSDAY,)), task("A"), finish_by=EVENING)
    assert rows["E"].total_float_s == hours(11)
    assert rows["A"].late_finish == at(6, 5, 17)


def test_a_deadline_of_a_summary_holds_an_elapsed_task_by_the_clock() -> None:
    summary = Activity("S", kind=ActivityKind.SUMMARY, deadline=EVENING)
    rows = scheduled(summary, elapsed(constraints=(THURSDAY,), parent="S"), task("A", 20, parent="S"))
    assert rows["E"].total_float_s == hours(11)
    assert rows["A"].late_finish == at(6, 5, 17)


def test_a_working_task_is_still_moved_into_its_working_time() -> None:
    rows = scheduled(task("A", deadline=EVENING), task("B", constraints=(Constraint(SNET, EVENING),)))
    assert (rows["A"].late_finish, rows["B"].early_start) == (at(6, 5, 17), at(6, 8))


# --- progress -----------------------------------------------------------------------------------------------


def test_an_actual_date_after_the_status_date_is_taken_as_stated() -> None:
    begun = Progress(at(6, 10), percent_complete=25)
    over = Progress(at(6, 10), at(6, 11, 17))
    rows = scheduled(task("A", 4, progress=begun), task("B", 2, progress=over), data_date=at(6, 5, 17))
    assert dates(rows, "A") == (at(6, 10), at(6, 15, 17))
    assert dates(rows, "B") == (at(6, 10), at(6, 11, 17))


def test_percent_complete_without_an_actual_start_is_taken_as_stated() -> None:
    rows = scheduled(
        task("A", 4, progress=Progress(percent_complete=25)), task("B"), links=(Dependency("A", "B"),)
    )
    assert dates(rows, "A") == (START, at(6, 4, 17))
    assert (rows["A"].percent_complete, rows["A"].remaining_s) == (25, days(3))
    assert rows["B"].early_start == at(6, 5)


def test_a_finish_without_a_start_began_its_duration_before() -> None:
    rows = scheduled(task("A", 2, progress=Progress(actual_finish=at(6, 9, 17))))
    assert dates(rows, "A") == (at(6, 8), at(6, 9, 17))


@pytest.mark.parametrize(
    ("progress", "code"),
    [
        (Progress(at(6, 10)), "actual_after_data_date"),
        (Progress(percent_complete=25), "progress_without_start"),
        (Progress(actual_finish=at(6, 3)), "progress_without_start"),
    ],
)
def test_portolans_own_conventions_refuse_both(progress: Progress, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        scheduled(task("A", progress=progress), conventions=DEFAULTS, data_date=at(6, 5, 17))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "progress",
    [
        Progress(at(6, 10), at(6, 9)),
        Progress(at(6, 2), at(6, 3), remaining_s=60),
        Progress(percent_complete=101),
        Progress(remaining_s=-1),
    ],
)
def test_what_cannot_be_is_refused_under_any_conventions(progress: Progress) -> None:
    with pytest.raises(Invalid):
        scheduled(task("A", progress=progress))


def test_unfinished_work_that_began_after_the_data_date_goes_on_from_its_start() -> None:
    conventions = Conventions(history="as_stated")
    begun = Progress(at(6, 10), percent_complete=25)
    rows = scheduled(task("A", 4, progress=begun), conventions=conventions, data_date=at(6, 5, 17))
    assert dates(rows, "A") == (at(6, 10), at(6, 15, 17))
