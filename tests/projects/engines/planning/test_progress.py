"""Actual dates, remaining work and the data date."""

from datetime import date, datetime
from itertools import pairwise

import pytest

from services.projects.engines.planning import MICROSOFT_PROJECT, Conventions, Criticality, Schedule, schedule
from services.projects.engines.planning.plan import (
    Activity,
    Calendar,
    Constraint,
    ConstraintKind,
    Dependency,
    Plan,
    Progress,
    days,
    hours,
)

MONDAY = datetime(2026, 6, 1)
STATUS = datetime(2026, 6, 10, 8)


def at(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 6, day, hour)


def plan(
    *activities: Activity, conventions: Conventions | None = None, status: datetime | None = STATUS
) -> Schedule:
    """The activities in a chain."""
    links = tuple(Dependency(a.id, b.id) for a, b in pairwise(activities))
    whole_plan = Plan("p", MONDAY, activities, links, (Calendar("office"),), "office", data_date=status)
    return schedule(whole_plan, conventions or Conventions())


def test_what_is_complete_keeps_its_dates_and_has_no_float() -> None:
    done = Progress(at(2), at(4, 12))
    rows = plan(Activity("A", duration_s=days(2), progress=done), Activity("B", duration_s=days(1)))
    a = rows["A"]
    assert (a.early_start, a.early_finish) == (a.late_start, a.late_finish) == (at(2), at(4, 12))
    assert (a.total_float_s, a.free_float_s, a.no_float) == (None, None, "complete: it can slip no more")
    assert (a.criticality, a.percent_complete, a.remaining_s) == (Criticality.NONE, 100, 0)
    assert a.duration_s == days(2.5)
    assert rows["B"].early_start == STATUS


def test_actual_dates_stand_even_where_nobody_works() -> None:
    saturday = Progress(datetime(2026, 6, 6, 10), datetime(2026, 6, 7, 16))
    rows = plan(
        Activity("A", duration_s=days(1), progress=saturday), Activity("B", duration_s=days(1)), status=None
    )
    assert rows["A"].early_finish == datetime(2026, 6, 7, 16)
    assert rows["B"].early_start == at(8)


def test_the_rest_of_what_is_under_way_follows_the_data_date() -> None:
    begun = Progress(at(8), remaining_s=days(3))
    row = plan(Activity("A", duration_s=days(4), progress=begun))["A"]
    assert (row.early_start, row.finish_on) == (at(8), date(2026, 6, 12))
    assert (row.duration_s, row.remaining_s, row.percent_complete) == (days(5), days(3), 25)


def test_a_percentage_gives_the_remaining_duration() -> None:
    begun = Progress(at(8), percent_complete=50)
    row = plan(Activity("A", duration_s=days(4), progress=begun))["A"]
    assert (row.remaining_s, row.early_finish) == (days(2), at(11, 17))


def test_without_a_data_date_the_rest_follows_the_work_done() -> None:
    begun = Progress(at(1), percent_complete=25)
    row = plan(Activity("A", duration_s=days(4), progress=begun), status=None)["A"]
    assert row.early_finish == at(4, 17)


def test_the_rest_may_resume_later() -> None:
    begun = Progress(at(8), remaining_s=days(1), stopped_at=at(8, 17), resumes_at=at(15))
    assert plan(Activity("A", duration_s=days(2), progress=begun))["A"].early_finish == at(15, 17)


def test_nothing_new_starts_before_the_data_date() -> None:
    assert plan(Activity("A", duration_s=days(1)))["A"].early_start == STATUS
    assert plan(Activity("A", duration_s=days(1)), conventions=MICROSOFT_PROJECT)["A"].early_start == at(1)


def test_out_of_sequence_work_waits_for_its_predecessors_or_overrides_them() -> None:
    chain = (
        Activity("A", duration_s=days(10), progress=Progress(at(1), remaining_s=days(5))),
        Activity("B", duration_s=days(4), progress=Progress(at(8), remaining_s=days(2))),
    )
    retained = plan(*chain)
    overridden = plan(*chain, conventions=Conventions(out_of_sequence="progress_override"))
    assert retained["B"].early_finish == at(18, 17)
    assert overridden["B"].early_finish == at(11, 17)
    assert (retained["A"].total_float_s, overridden["A"].total_float_s) == (0, 0)
    assert overridden["B"].total_float_s == days(3)


def test_started_work_has_float_by_its_finish() -> None:
    begun = Activity("A", duration_s=days(4), progress=Progress(at(8), remaining_s=days(2)))
    links = (Dependency("B", "C"),)
    others = (Activity("B", duration_s=days(3)), Activity("C", duration_s=days(3)))
    whole_plan = Plan("p", MONDAY, (begun, *others), links, (Calendar("office"),), "office", data_date=STATUS)
    row = schedule(whole_plan)["A"]
    assert (row.total_float_s, row.free_float_s, row.late_start) == (days(4), days(4), at(8))


def test_history_is_stronger_than_constraints() -> None:
    must = (Constraint(ConstraintKind.MSO, date(2026, 6, 3)),)
    begun = Activity("A", duration_s=days(4), constraints=must, progress=Progress(at(8), remaining_s=days(2)))
    assert plan(begun)["A"].early_start == at(8)


def test_links_from_a_start_that_was_made_cannot_hold_it_back() -> None:
    begun = Activity("A", duration_s=days(4), progress=Progress(at(8), remaining_s=days(2)))
    late = Activity("B", duration_s=days(1), deadline=date(2026, 6, 9))
    whole_plan = Plan("p", MONDAY, (begun, late), (), (Calendar("office"),), "office", data_date=STATUS)
    row = schedule(whole_plan)
    assert (row["A"].total_float_s, row["B"].total_float_s) == (0, -days(1))


def test_a_milestone_reached_is_complete() -> None:
    reached = Activity("M", progress=Progress(at(5, 17), at(5, 17)))
    assert plan(reached)["M"].early_finish == at(5, 17)


@pytest.mark.parametrize("remaining", [0, hours(4)])
def test_remaining_work_of_nothing_ends_at_the_data_date(remaining: int) -> None:
    begun = Activity("A", duration_s=days(2), progress=Progress(at(8), remaining_s=remaining))
    row = plan(begun)["A"]
    assert row.early_finish == (at(9, 17) if not remaining else at(10, 12))
