"""The eight constraint types, deadlines, finish dates, manual dates, and which of two truths wins."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from services.projects.engines.planning import MICROSOFT_PROJECT, Conventions, Criticality, Schedule, schedule
from services.projects.engines.planning.plan import (
    Activity,
    Calendar,
    Constraint,
    ConstraintKind,
    Dependency,
    Plan,
    days,
    hours,
)
from shared.base.errors import Invalid

MONDAY = datetime(2026, 6, 1)
SNET, SNLT, FNET, FNLT, MSO, MFO, ASAP, ALAP = (
    ConstraintKind(kind) for kind in ("snet", "snlt", "fnet", "fnlt", "mso", "mfo", "asap", "alap")
)


def june(day: int) -> date:
    return date(2026, 6, day)


def row_of_three(
    kind: ConstraintKind, on: date | datetime | None, conventions: Conventions | None = None
) -> Schedule:
    """A (5 days) -> B (3 days, constrained) -> C (2 days), and D (20 days) beside them."""
    tasks = (
        Activity("A", duration_s=days(5)),
        Activity("B", duration_s=days(3), constraints=(Constraint(kind, on),)),
        Activity("C", duration_s=days(2)),
        Activity("D", duration_s=days(20)),
    )
    links = (Dependency("A", "B"), Dependency("B", "C"))
    plan = Plan("p", MONDAY, tasks, links, (Calendar("office"),), "office")
    return schedule(plan, conventions or Conventions())


def span(plan: Schedule, key: str) -> tuple[int, int]:
    return plan[key].start_on.day, plan[key].finish_on.day


@pytest.mark.parametrize(
    ("kind", "on", "b", "c"),
    [
        (ASAP, None, (8, 10), (11, 12)),
        (SNET, june(15), (15, 17), (18, 19)),
        (SNET, june(3), (8, 10), (11, 12)),
        (SNET, june(13), (15, 17), (18, 19)),
        (FNET, june(19), (17, 19), (22, 23)),
        (FNET, june(20), (17, 19), (22, 23)),
        (SNLT, june(15), (8, 10), (11, 12)),
        (FNLT, june(15), (8, 10), (11, 12)),
        (MSO, june(16), (16, 18), (19, 22)),
        (MFO, june(18), (16, 18), (19, 22)),
        (MSO, datetime(2026, 6, 16, 8), (16, 18), (19, 22)),
        (MFO, datetime(2026, 6, 18, 17), (16, 18), (19, 22)),
        (ALAP, None, (8, 10), (11, 12)),
    ],
)
def test_a_constraint_moves_the_activity_and_what_follows(
    kind: ConstraintKind, on: date | datetime | None, b: tuple[int, int], c: tuple[int, int]
) -> None:
    plan = row_of_three(kind, on)
    assert (span(plan, "B"), span(plan, "C")) == (b, c)


@pytest.mark.parametrize(
    ("kind", "on", "total"),
    [(SNLT, june(11), 3), (FNLT, june(12), 2), (MSO, june(16), 0), (MFO, june(18), 0), (SNET, june(9), 9)],
)
def test_a_no_later_than_or_must_date_limits_the_total_float(
    kind: ConstraintKind, on: date, total: int
) -> None:
    plan = row_of_three(kind, on)
    assert plan["B"].total_float_s == days(total)
    assert plan["C"].total_float_s == days(10 - plan_shift(plan))


def plan_shift(plan: Schedule) -> int:
    """Working days by which C lies after where the links alone would have it."""
    return plan.working_s(datetime(2026, 6, 11, 8), plan["C"].early_start) // days(1)


def test_a_date_that_logic_cannot_keep_shows_negative_float_up_to_its_chain() -> None:
    plan = row_of_three(FNLT, june(8))
    assert [plan[key].total_float_s for key in "ABC"] == [-days(2), -days(2), days(10)]
    assert plan["A"].criticality is plan["B"].criticality is Criticality.CRITICAL
    assert plan["B"].late_finish == datetime(2026, 6, 8, 17)


def test_a_must_date_that_logic_cannot_keep_is_refused_with_its_chain() -> None:
    with pytest.raises(Invalid, match="A -> B") as refusal:
        row_of_three(MSO, june(4))
    assert refusal.value.code == "impossible_constraint"
    assert [fault.pointer for fault in refusal.value.faults] == ["/activities/1"]
    assert refusal.value.detail == (
        "B must start on 2026-06-04, but cannot start before 2026-06-08T08:00:00:"
        " A -> B, as the plan starts on 2026-06-01T00:00:00"
    )


def test_the_chain_goes_back_to_the_other_date_that_makes_it_impossible() -> None:
    tasks = (
        Activity("A", duration_s=days(5), constraints=(Constraint(SNET, june(10)),)),
        Activity("B", duration_s=days(3)),
        Activity("C", duration_s=days(1), constraints=(Constraint(MFO, june(18)),)),
    )
    links = (Dependency("A", "B"), Dependency("B", "C"))
    with pytest.raises(Invalid, match="A -> B -> C, as A has to start no earlier than 2026-06-10"):
        schedule(Plan("p", MONDAY, tasks, links, (Calendar("office"),), "office"))


def test_a_must_date_before_the_plan_starts_is_refused() -> None:
    task = Activity("A", duration_s=days(1), constraints=(Constraint(MSO, date(2026, 5, 29)),))
    with pytest.raises(Invalid, match=r"A must start on 2026-05-29.*: A, as the plan starts on 2026-06-01"):
        schedule(Plan("p", MONDAY, (task,), (), (Calendar("office"),), "office"))


def test_honoured_constraints_keep_their_date_and_the_conflict_is_before_them() -> None:
    plan = row_of_three(MSO, june(4), MICROSOFT_PROJECT)
    assert (span(plan, "B"), span(plan, "C")) == ((4, 8), (9, 10))
    assert [plan[key].total_float_s for key in "AB"] == [-days(2), 0]
    capped = row_of_three(SNLT, june(4), MICROSOFT_PROJECT)
    assert span(capped, "B") == (4, 8)


def test_an_honoured_must_date_is_the_late_date_too() -> None:
    tasks = (
        Activity("A", duration_s=days(5), constraints=(Constraint(MSO, june(8)),)),
        Activity("B", duration_s=days(1), deadline=june(10)),
    )
    plan = Plan("p", MONDAY, tasks, (Dependency("A", "B"),), (Calendar("office"),), "office")
    assert [row.total_float_s for row in schedule(plan, MICROSOFT_PROJECT).values()] == [0, -days(3)]
    assert [row.total_float_s for row in schedule(plan).values()] == [-days(3), -days(3)]


def test_yielding_constraints_let_logic_win_and_show_negative_float() -> None:
    plan = row_of_three(MSO, june(4), Conventions(constraints="yield"))
    assert span(plan, "B") == (8, 10)
    assert plan["B"].total_float_s == -days(2)


def test_as_late_as_possible_takes_free_float_only() -> None:
    late = row_of_three(ALAP, None)
    assert span(late, "B") == (8, 10)
    alone = Activity("E", duration_s=days(1), constraints=(Constraint(ALAP),))
    plan = schedule(replace(late.plan, activities=(*late.plan.activities, alone)))
    assert span(plan, "E") == (26, 26)
    assert plan["E"].free_float_s == 0


def test_as_late_as_possible_can_take_total_float_and_its_successors_with_it() -> None:
    plan = row_of_three(ALAP, None, Conventions(as_late_as_possible="total_float"))
    assert (span(plan, "A"), span(plan, "B"), span(plan, "C")) == ((1, 5), (22, 24), (25, 26))
    assert plan["A"].free_float_s == days(10)


def test_a_deadline_moves_nothing_but_the_float() -> None:
    tasks = (Activity("A", duration_s=days(5), deadline=june(3)),)
    plan = schedule(Plan("p", MONDAY, tasks, (), (Calendar("office"),), "office"))
    assert (span(plan, "A"), plan["A"].total_float_s) == ((1, 5), -days(2))


def test_a_plan_to_be_finished_by_a_date_has_float_up_to_it() -> None:
    def total(finish_by: date) -> int | None:
        tasks = (Activity("A", duration_s=days(5)),)
        plan = Plan("p", MONDAY, tasks, (), (Calendar("office"),), "office", finish_by=finish_by)
        return schedule(plan)["A"].total_float_s

    assert (total(june(9)), total(june(5)), total(june(3))) == (days(2), 0, -days(2))


def test_two_constraints_make_a_window() -> None:
    tasks = (
        Activity("A", duration_s=days(2), constraints=(Constraint(SNET, june(3)), Constraint(FNLT, june(9)))),
    )
    plan = schedule(Plan("p", MONDAY, tasks, (), (Calendar("office"),), "office", finish_by=june(30)))
    assert (span(plan, "A"), plan["A"].total_float_s) == ((3, 4), days(3))


@pytest.mark.parametrize(
    "late", [Constraint(FNLT, june(9)), Constraint(SNLT, june(8)), Constraint(MFO, june(9))]
)
def test_a_window_too_small_for_the_activity_is_refused(late: Constraint) -> None:
    task = Activity("A", duration_s=days(2), constraints=(Constraint(SNET, june(9)), late))
    with pytest.raises(Invalid, match="A cannot keep both start no earlier than 2026-06-09 and") as refusal:
        schedule(Plan("p", MONDAY, (task,), (), (Calendar("office"),), "office"))
    assert refusal.value.code == "impossible_window"


def test_a_manual_activity_stays_where_it_was_put() -> None:
    tasks = (
        Activity("A", duration_s=days(5)),
        Activity("B", duration_s=days(1), manual=True, planned_start=datetime(2026, 6, 3, 8)),
        Activity("C", duration_s=days(1)),
    )
    links = (Dependency("A", "B"), Dependency("B", "C"))
    plan = schedule(Plan("p", MONDAY, tasks, links, (Calendar("office"),), "office"))
    assert (span(plan, "B"), span(plan, "C")) == ((3, 3), (4, 4))


def test_a_levelling_delay_is_elapsed_and_comes_after_the_links() -> None:
    tasks = (
        Activity("A", duration_s=days(2)),
        Activity("B", duration_s=days(1), levelling_delay_s=hours(24 * 4)),
    )
    plan = schedule(Plan("p", MONDAY, tasks, (Dependency("A", "B"),), (Calendar("office"),), "office"))
    assert (span(plan, "B"), plan["A"].total_float_s) == ((8, 8), days(1))  # the delay ends on a Sunday


def test_critical_and_near_critical_are_thresholds_of_total_float() -> None:
    plan = row_of_three(SNET, june(9), Conventions(critical_at_s=days(9), near_critical_at_s=days(10)))
    assert [plan[key].criticality.value for key in "ABCD"] == [
        "near_critical",
        "critical",
        "critical",
        "critical",
    ]


def test_float_can_run_to_the_end_of_each_open_end() -> None:
    plan = row_of_three(ASAP, None, Conventions(float_to="open_end"))
    assert plan.critical == ("A", "B", "C", "D")
