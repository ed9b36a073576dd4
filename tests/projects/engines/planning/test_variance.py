"""A schedule against its baseline, and what moved between two schedules and why."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.projects.engines.planning import Change, Movement, baseline_of, movements, schedule, variance
from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Baseline,
    BaselineActivity,
    Calendar,
    CalendarException,
    Constraint,
    ConstraintKind,
    Dependency,
    DependencyKind,
    Lag,
    Plan,
    Progress,
    days,
    shift,
)

MONDAY = datetime(2026, 6, 1)
CHAIN = tuple(
    Activity(key, duration_s=days(length), work_s=days(length), cost=Decimal(1000 * length))
    for key, length in (("A", 3), ("B", 2), ("C", 4), ("D", 1))
)
LINKS = (Dependency("A", "B"), Dependency("B", "D"), Dependency("C", "D"))
PLAN = Plan("p", MONDAY, CHAIN, LINKS, (Calendar("office"),), "office")


def with_activity(key: str, **changes: Any) -> Plan:
    activities = tuple(replace(a, **changes) if a.id == key else a for a in PLAN.activities)
    return replace(PLAN, activities=activities)


def moved(after: Plan, before: Plan = PLAN) -> dict[str, Movement]:
    return {m.activity: m for m in movements(schedule(before), schedule(after))}


def test_an_unchanged_plan_has_no_variance_and_no_movement() -> None:
    baseline = baseline_of(schedule(PLAN), "1", "approved")
    for v in variance(schedule(PLAN), baseline):
        assert not any((v.start_s, v.finish_s, v.finish_days, v.duration_s, v.work_s, v.cost))
        assert v.reason is None
    assert moved(PLAN) == {}


def test_variance_is_in_working_time_and_late_is_positive() -> None:
    baseline = baseline_of(schedule(PLAN), "1")
    longer = with_activity("B", duration_s=days(3), work_s=days(4), cost=Decimal(2500))
    by_key = {v.activity: v for v in variance(schedule(longer), baseline)}
    b = by_key["B"]
    assert (b.start_s, b.finish_s, b.duration_s) == (0, days(1), days(1))
    assert (b.finish_days, b.work_s, b.cost) == (3, days(2), Decimal(500))
    assert (by_key["D"].start_s, by_key["C"].finish_s) == (days(1), 0)


def test_what_only_one_side_has_is_said_and_not_guessed() -> None:
    partial = Baseline(
        "1", activities=(BaselineActivity("A", finish=datetime(2026, 6, 2, 17)), BaselineActivity("X"))
    )
    by_key = {v.activity: v for v in variance(schedule(PLAN), partial)}
    assert (by_key["A"].start_s, by_key["A"].finish_s, by_key["A"].cost) == (None, days(1), None)
    assert (by_key["B"].finish_s, by_key["B"].reason) == (None, "not in the baseline")
    assert (by_key["X"].finish_s, by_key["X"].reason) == (None, "no longer scheduled")


def test_a_longer_activity_is_the_root_of_all_it_pushes() -> None:
    result = moved(with_activity("A", duration_s=days(5)))
    assert set(result) == {"A", "B", "D"}
    assert [(c.change, c.activity) for c in result["A"].causes] == [(Change.DURATION, None)]
    assert [(c.change, c.activity) for c in result["D"].causes] == [(Change.PREDECESSOR, "B")]
    assert all(m.roots == ("A",) for m in result.values())
    assert (result["A"].start_s, result["A"].finish_s, result["D"].start_s) == (0, days(2), days(2))


def test_earlier_is_explained_too() -> None:
    result = moved(with_activity("A", duration_s=days(1)))
    assert (result["D"].start_s, result["D"].roots) == (-days(1), ("A",))


def test_a_link_that_is_new_gone_or_lagged_differently_is_the_cause() -> None:
    added = moved(replace(PLAN, dependencies=(*LINKS, Dependency("B", "C"))))
    assert [(c.change, c.activity) for c in added["C"].causes] == [(Change.LINK_ADDED, "B")]
    assert added["D"].roots == ("C",)
    gone = moved(replace(PLAN, dependencies=LINKS[1:]))
    assert [(c.change, c.activity) for c in gone["B"].causes] == [(Change.LINK_REMOVED, "A")]
    lagged = moved(replace(PLAN, dependencies=(Dependency("A", "B", lag=Lag(days(2))), *LINKS[1:])))
    assert [(c.change, c.activity) for c in lagged["B"].causes] == [(Change.LAG, "A")]
    ended = moved(replace(PLAN, dependencies=(Dependency("A", "B", DependencyKind.FF), *LINKS[1:])))
    assert {c.change for c in ended["B"].causes} == {Change.LINK_ADDED, Change.LINK_REMOVED}


def test_constraints_progress_calendars_and_plan_dates_are_causes() -> None:
    items = with_activity("B", constraints=(Constraint(ConstraintKind.SNET, date(2026, 6, 10)),))
    assert [c.change for c in moved(items)["B"].causes] == [Change.CONSTRAINT]
    done = with_activity("A", progress=Progress(datetime(2026, 6, 1, 8), datetime(2026, 6, 4, 17)))
    assert [c.change for c in moved(done)["A"].causes] == [Change.PROGRESS]
    closed = Calendar("office", exceptions=(CalendarException(date(2026, 6, 2), date(2026, 6, 2)),))
    assert Change.CALENDAR in [c.change for c in moved(replace(PLAN, calendars=(closed,)))["A"].causes]
    later = moved(replace(PLAN, start=datetime(2026, 6, 2)))
    assert [c.change for c in later["A"].causes] == [Change.PLAN_START]
    assert later["D"].roots == ("A",)
    status = moved(replace(PLAN, data_date=datetime(2026, 6, 3, 8)))
    assert [c.change for c in status["A"].causes] == [Change.DATA_DATE]


def test_another_date_of_a_manual_task_is_the_way_it_is_scheduled() -> None:
    def by_hand(finish: datetime) -> Plan:
        start = datetime(2026, 6, 6, 8)
        return with_activity("B", manual=True, planned_start=start, planned_finish=finish)

    result = moved(by_hand(datetime(2026, 6, 9, 12)), by_hand(datetime(2026, 6, 6, 17)))["B"]
    assert [cause.change for cause in result.causes] == [Change.SCHEDULING]


def test_summaries_and_levels_of_effort_move_with_what_they_span() -> None:
    phase = Activity("S", kind=ActivityKind.SUMMARY)
    pmo = Activity("L", kind=ActivityKind.LEVEL_OF_EFFORT)
    below = tuple(replace(a, parent="S") if a.id in "AB" else a for a in CHAIN)
    before = replace(
        PLAN, activities=(phase, pmo, *below), dependencies=(*LINKS, Dependency("D", "L", DependencyKind.FF))
    )
    longer = tuple(replace(a, duration_s=days(5)) if a.id == "A" else a for a in before.activities)
    result = moved(replace(before, activities=longer), before)
    assert (result["S"].finish_s, result["S"].roots) == (days(2), ("A",))
    assert (result["L"].finish_s, result["L"].roots) == (days(2), ("A",))


def test_a_link_into_a_summary_explains_what_is_below_it() -> None:
    phase = Activity("S", kind=ActivityKind.SUMMARY)
    below = tuple(replace(a, parent="S") if a.id in "BD" else a for a in CHAIN)
    before = replace(PLAN, activities=(phase, *below), dependencies=(Dependency("A", "S"),))
    longer = tuple(replace(a, duration_s=days(5)) if a.id == "A" else a for a in before.activities)
    result = moved(replace(before, activities=longer), before)
    assert [(c.change, c.activity) for c in result["B"].causes] == [(Change.PREDECESSOR, "A")]
    assert result["S"].roots == ("A",)


def test_a_constraint_on_a_summary_is_the_cause_for_all_below_it() -> None:
    below = tuple(replace(a, parent="S") if a.id in "BD" else a for a in CHAIN)
    before = replace(PLAN, activities=(Activity("S", kind=ActivityKind.SUMMARY), *below))
    items = (Constraint(ConstraintKind.SNET, date(2026, 6, 10)),)
    after = replace(before, activities=(replace(before.activities[0], constraints=items), *below))
    result = moved(after, before)
    assert [(c.change, c.activity) for c in result["B"].causes] == [(Change.CONSTRAINT, "S")]
    assert result["B"].roots == result["D"].roots == ("S",)


def test_what_is_as_late_as_possible_moves_with_what_follows_it_and_with_the_finish() -> None:
    alap = (Constraint(ConstraintKind.ALAP),)
    before = with_activity("B", constraints=alap)
    longer = tuple(replace(a, duration_s=days(9)) if a.id == "C" else a for a in before.activities)
    computed = schedule(replace(before, activities=longer))
    result = {m.activity: m for m in movements(schedule(before), computed)}
    assert [(c.change, c.activity) for c in result["B"].causes] == [(Change.SUCCESSOR, "D")]
    assert result["B"].roots == result["D"].roots == ("C",)
    assert [d.predecessor for d in computed.drivers("D")] == ["C"]
    assert computed.drivers("B")[0].reason == "B is to be as late as possible"
    alone = replace(PLAN, activities=(*CHAIN, Activity("E", duration_s=days(1), constraints=alap)))
    grown = tuple(replace(a, duration_s=days(9)) if a.id == "D" else a for a in alone.activities)
    e = moved(replace(alone, activities=grown), alone)["E"]
    assert ([(c.change, c.activity) for c in e.causes], e.roots) == ([(Change.FINISH, "D")], ("D",))
    due = moved(replace(alone, finish_by=date(2026, 6, 19)), alone)["E"]
    assert [(c.change, c.activity) for c in due.causes] == [(Change.FINISH, None)]


def test_a_predecessor_that_is_no_longer_scheduled_is_the_cause() -> None:
    result = moved(with_activity("A", active=False))
    assert [(c.change, c.detail) for c in result["B"].causes] == [
        (Change.PREDECESSOR, "A is no longer scheduled")
    ]
    assert result["D"].roots == ("A",)


def test_a_lag_counted_by_what_changed_in_a_predecessor_is_explained() -> None:
    half = Dependency("A", "B", DependencyKind.SS, Lag(percent=50))
    before = replace(PLAN, activities=CHAIN[:2], dependencies=(half,))
    after = replace(before, activities=(replace(CHAIN[0], duration_s=days(6)), CHAIN[1]))
    b = moved(after, before)["B"]
    assert ([(c.change, c.activity) for c in b.causes], b.roots) == ([(Change.PREDECESSOR, "A")], ("A",))


def test_a_summary_moves_with_what_joins_and_leaves_it() -> None:
    phase = Activity("S", kind=ActivityKind.SUMMARY)
    before = replace(PLAN, activities=(phase, replace(CHAIN[0], parent="S"), *CHAIN[1:]))
    after = replace(before, activities=(phase, CHAIN[0], replace(CHAIN[1], parent="S"), *CHAIN[2:]))
    s = moved(after, before)["S"]
    assert {(c.change, c.detail) for c in s.causes} == {
        (Change.SPANNED, "B is new in it"),
        (Change.SPANNED, "A is no longer in it"),
    }


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "duration_s": st.integers(0, 9).map(days),
        "constraints": st.sampled_from([(), (Constraint(ConstraintKind.ALAP),)]),
        "parent": st.sampled_from([None, "S"]),
        "active": st.booleans(),
        "manual": st.booleans(),
        "calendar": st.sampled_from([None, "mornings"]),
        "levelling_delay_s": st.sampled_from([0, 3 * 86_400]),
        "progress": st.just(Progress(MONDAY, remaining_s=days(2))),
    },
)
MORNINGS = Calendar("mornings", week=((shift("08:00", "12:00"),),) * 7)


@settings(deadline=None)
@given(st.lists(CHANGES, min_size=2, max_size=6), CHANGES, st.data())
def test_nothing_moves_without_a_cause(
    drawn: list[dict[str, Any]], change: dict[str, Any], draw: st.DataObject
) -> None:
    rows = [
        Activity(str(n), planned_start=MONDAY, **{"duration_s": days(2), **row})
        for n, row in enumerate(drawn)
    ]
    pairs = [(a, b) for b in range(len(rows)) for a in range(b)]
    kinds, lags = st.sampled_from(DependencyKind), st.sampled_from([Lag(), Lag(days(1)), Lag(percent=50)])
    links = tuple(
        Dependency(str(a), str(b), draw.draw(kinds), draw.draw(lags))
        for a, b in draw.draw(st.lists(st.sampled_from(pairs), max_size=8))
    )
    spans = (Activity("S", kind=ActivityKind.SUMMARY), Activity("L", kind=ActivityKind.LEVEL_OF_EFFORT))
    calendars = (*PLAN.calendars, MORNINGS)
    before = replace(PLAN, activities=(*spans, *rows), dependencies=links, calendars=calendars)
    rows[0] = replace(rows[0], **change)
    after = replace(before, activities=(*spans, *rows), dependencies=links[draw.draw(st.integers(0, 1)) :])
    for movement in moved(after, before).values():
        assert movement.note or (movement.causes and movement.roots), movement


def test_activities_that_come_and_go_are_noted() -> None:
    result = moved(
        replace(PLAN, activities=(*CHAIN[:3], Activity("E", duration_s=days(1))), dependencies=LINKS[:1])
    )
    assert (result["E"].note, result["D"].note) == ("newly scheduled", "no longer scheduled")
    assert (result["E"].start_s, result["D"].finish_s) == (None, None)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=8), st.data())
def test_every_movement_has_a_root_that_was_changed(lengths: list[int], draw: st.DataObject) -> None:
    activities = tuple(Activity(str(n), duration_s=days(length)) for n, length in enumerate(lengths))
    pairs = [(a, b) for b in range(len(lengths)) for a in range(b)]
    links = tuple(
        Dependency(str(a), str(b)) for a, b in draw.draw(st.lists(st.sampled_from(pairs), max_size=12))
    )
    before = replace(PLAN, activities=activities, dependencies=links)
    place = draw.draw(st.integers(0, len(lengths) - 1))
    changed = replace(activities[place], duration_s=days(draw.draw(st.integers(0, 20))))
    after = replace(before, activities=(*activities[:place], changed, *activities[place + 1 :]))
    for movement in moved(after, before).values():
        assert movement.causes
        assert movement.roots == (str(place),)
