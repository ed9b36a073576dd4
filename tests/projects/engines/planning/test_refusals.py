"""What cannot be scheduled is refused at once, with the culprit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.projects.engines.planning import Conventions, schedule, schedule_together
from services.projects.engines.planning.checks import LONGEST_S
from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Calendar,
    CalendarException,
    Constraint,
    ConstraintKind,
    Dependency,
    DependencyKind,
    ExternalActivity,
    Frequency,
    Lag,
    Plan,
    Progress,
    Recurrence,
    Shift,
    days,
)
from shared.base.errors import Invalid

MONDAY = datetime(2026, 6, 1)
A, B, C = (Activity(key, duration_s=days(2)) for key in "ABC")
OFFICE = Calendar("office")
PLAN = Plan("p", MONDAY, (A, B, C), (), (OFFICE,), "office", data_date=datetime(2026, 6, 10))


def refusal(**changes: Any) -> Invalid:
    with pytest.raises(Invalid) as refused:
        schedule(replace(PLAN, **changes))
    return refused.value


def only_a(**changes: Any) -> Invalid:
    return refusal(activities=(replace(A, **changes),))


def test_a_circle_of_links_is_named() -> None:
    links = (Dependency("A", "B"), Dependency("B", "C"), Dependency("C", "A"))
    refused = refusal(dependencies=links)
    assert (refused.code, refused.detail) == ("cycle", "the links run in a circle: A -> B -> C -> A")
    assert refused.extensions == {"cycle": ["A", "B", "C"]}


def test_an_activity_cannot_follow_itself() -> None:
    assert refusal(dependencies=(Dependency("B", "B"),)).detail.endswith("B -> B")


@pytest.mark.parametrize("kind", list(DependencyKind))
def test_a_circle_is_one_whatever_its_links(kind: DependencyKind) -> None:
    back = Dependency("B", "A", kind, Lag(-days(50)))
    assert refusal(dependencies=(Dependency("A", "B"), back)).code == "cycle"


def test_a_circle_through_a_summary_names_the_summary() -> None:
    phase = Activity("S", kind=ActivityKind.SUMMARY)
    inside = replace(A, parent="S")
    refused = refusal(
        activities=(phase, inside, B), dependencies=(Dependency("S", "B"), Dependency("B", "A"))
    )
    assert refused.detail == "the links run in a circle: A -> S -> B -> A"
    child = refusal(activities=(phase, inside), dependencies=(Dependency("S", "A"),))
    assert child.detail == "the links run in a circle: A -> S -> A"


def test_a_circle_among_complete_activities_is_still_one() -> None:
    done = Progress(MONDAY, MONDAY)
    activities = (replace(A, progress=done), replace(B, progress=done))
    assert (
        refusal(activities=activities, dependencies=(Dependency("A", "B"), Dependency("B", "A"))).code
        == "cycle"
    )


def test_a_long_circle_is_found_and_told_briefly() -> None:
    count = 20_000
    activities = tuple(Activity(str(n), duration_s=60) for n in range(count))
    links = tuple(Dependency(str(n), str((n + 1) % count)) for n in range(count))
    refused = refusal(activities=activities, dependencies=links)
    assert refused.detail.startswith("the links run in a circle: 0 -> 1 -> 2 -> ")
    assert refused.detail.endswith(" -> 19999 -> 0")
    assert len(refused.detail) < 300
    assert refused.extensions["cycle"] == [str(n) for n in range(count)]


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"duration_s": -1}, "bad_duration", "/activities/0/duration_s"),
        ({"duration_s": 10**30}, "bad_duration", "/activities/0/duration_s"),
        ({"levelling_delay_s": -60}, "bad_delay", "/activities/0/levelling_delay_s"),
        ({"calendar": "moon"}, "unknown_calendar", "/activities/0/calendar"),
        ({"parent": "nobody"}, "bad_parent", "/activities/0/parent"),
        ({"deadline": datetime(2026, 7, 1, tzinfo=UTC)}, "aware_datetime", "/activities/0/deadline"),
        ({"constraints": (Constraint(ConstraintKind.MSO),)}, "bad_constraint", "/activities/0/constraints/0"),
        (
            {"constraints": (Constraint(ConstraintKind.ALAP, date(2026, 7, 1)),)},
            "bad_constraint",
            "/activities/0/constraints/0",
        ),
        (
            {"constraints": (Constraint(ConstraintKind.SNET, date(1, 1, 1)),)},
            "date_out_of_range",
            "/activities/0/constraints/0",
        ),
        (
            {"constraints": (Constraint(ConstraintKind.ASAP),) * 3},
            "too_many_constraints",
            "/activities/0/constraints",
        ),
        ({"progress": Progress(percent_complete=10)}, "progress_without_start", "/activities/0/progress"),
        ({"progress": Progress(MONDAY, percent_complete=120)}, "bad_percent", "/activities/0/progress"),
        ({"progress": Progress(MONDAY, percent_complete=nan)}, "bad_percent", "/activities/0/progress"),
        ({"progress": Progress(MONDAY, remaining_s=-5)}, "bad_remaining", "/activities/0/progress"),
        (
            {"progress": Progress(MONDAY, datetime(2026, 5, 1))},
            "finish_before_start",
            "/activities/0/progress",
        ),
        (
            {"progress": Progress(MONDAY, MONDAY, remaining_s=5)},
            "finished_with_work_remaining",
            "/activities/0/progress",
        ),
        ({"progress": Progress(datetime(2026, 6, 11))}, "actual_after_data_date", "/activities/0/progress"),
    ],
)
def test_a_faulty_activity_is_pointed_at(changes: dict[str, Any], code: str, pointer: str) -> None:
    refused = only_a(**changes)
    assert refused.code == code
    assert [(fault.code, fault.pointer) for fault in refused.faults] == [(code, pointer)]
    assert "A" in refused.detail


@pytest.mark.parametrize(
    ("link", "code"),
    [
        (Dependency("A", "Z"), "unknown_activity"),
        (Dependency("Z", "A"), "unknown_activity"),
        (Dependency("A", "B", lag=Lag(percent=nan)), "bad_lag"),
        (Dependency("A", "B", lag=Lag(percent=inf)), "bad_lag"),
        (Dependency("A", "B", lag=Lag(10**15)), "bad_lag"),
    ],
)
def test_a_faulty_link_is_pointed_at(link: Dependency, code: str) -> None:
    refused = refusal(dependencies=(Dependency("A", "B"), link))
    assert refused.code == code
    assert refused.faults[0].pointer is not None
    assert refused.faults[0].pointer.startswith("/dependencies/1")


@pytest.mark.parametrize(
    ("calendar", "code"),
    [
        (Calendar("office", base="nowhere"), "unknown_calendar"),
        (Calendar("office", base="office"), "calendar_cycle"),
        (Calendar("office", week=((),) * 6), "bad_week"),
        (Calendar("office", week=((Shift(10, 5),),) * 7), "bad_shifts"),
        (Calendar("office", week=((Shift(0, 50), Shift(40, 60)),) * 7), "bad_shifts"),
        (Calendar("office", week=((Shift(0, 90_000),),) * 7), "bad_shifts"),
        (
            Calendar("office", exceptions=(CalendarException(date(2026, 2, 1), date(2026, 1, 1)),)),
            "bad_exception",
        ),
        (
            Calendar(
                "office",
                exceptions=(
                    CalendarException(
                        date(2026, 1, 1), date(2026, 2, 1), recurrence=Recurrence(Frequency.DAILY, 0)
                    ),
                ),
            ),
            "bad_exception",
        ),
    ],
)
def test_a_faulty_calendar_is_named(calendar: Calendar, code: str) -> None:
    refused = refusal(calendars=(calendar,))
    assert refused.code == code
    assert "office" in refused.detail


def test_faults_are_reported_together() -> None:
    refused = refusal(activities=(replace(A, duration_s=-1), replace(B, calendar="moon")))
    assert refused.code == "invalid_plan"
    assert [fault.code for fault in refused.faults] == ["bad_duration", "unknown_calendar"]
    assert refused.detail.endswith("(and 1 more)")


def test_repeated_ids_and_missing_calendars_are_refused() -> None:
    assert refusal(activities=(A, A)).detail == "2 activities have the id A"
    assert refusal(calendar="moon").code == "unknown_calendar"
    assert refusal(day_s=0).code == "bad_day_length"
    assert refusal(start=datetime(2026, 6, 1, tzinfo=UTC)).code == "aware_datetime"


@pytest.mark.parametrize(
    ("changes", "pointer", "detail"),
    [
        ({"duration_s": nan}, "duration_s", "float found where a whole number is due"),
        ({"duration_s": inf}, "duration_s", "float found where a whole number is due"),
        ({"duration_s": 1.5}, "duration_s", "float found where a whole number is due"),
        ({"duration_s": True}, "duration_s", "bool found where a whole number is due"),
        (
            {"kind": "hammock"},
            "kind",
            "'hammock' found where 'task' or 'milestone' or 'summary' or 'level_of_effort' is due",
        ),
        ({"parent": ["S"]}, "parent", "list found where a string or a whole number or None is due"),
        ({"elapsed": 1}, "elapsed", "int found where True or False is due"),
        ({"active": "no"}, "active", "str found where True or False is due"),
        ({"constraints": ("snet",)}, "constraints/0", "str found where Constraint is due"),
        ({"deadline": "2026-07-01"}, "deadline", "str found where a date or a datetime or None is due"),
        (
            {"manual": True, "planned_start": date(2026, 7, 1)},
            "planned_start",
            "date found where a datetime or None is due",
        ),
        ({"progress": 10}, "progress", "int found where Progress is due"),
        (
            {"progress": Progress(MONDAY, remaining_s=1.5)},  # type: ignore[arg-type]
            "progress/remaining_s",
            "float found where a whole number or None is due",
        ),
        (
            {"progress": Progress(date(2026, 6, 1))},  # type: ignore[arg-type]
            "progress/actual_start",
            "date found where a datetime or None is due",
        ),
    ],
)
def test_a_member_of_another_type_is_named_by_its_place(
    changes: dict[str, Any], pointer: str, detail: str
) -> None:
    assert mistyped(only_a(**changes)) == (f"/activities/0/{pointer}", detail)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"start": date(2026, 6, 1)}, "/start"),
        ({"data_date": date(2026, 6, 1)}, "/data_date"),
        ({"day_s": nan}, "/day_s"),
        ({"calendars": (Calendar("office", holidays="DE"),)}, "/calendars/0/holidays"),  # type: ignore[arg-type]
        (
            {"calendars": (Calendar("office", exceptions=(CalendarException(MONDAY, MONDAY),)),)},
            "/calendars/0/exceptions/0/first",
        ),
        ({"activities": (A, "B")}, "/activities/1"),
        ({"activities": (A, replace(B, id=["B"]))}, "/activities/1/id"),  # type: ignore[arg-type] # wrong on purpose
        ({"activities": (A, replace(B, id=None))}, "/activities/1/id"),  # type: ignore[arg-type] # wrong on purpose
        ({"activities": None}, "/activities"),
        ({"dependencies": (Dependency("A", "B"), ("B", "C"))}, "/dependencies/1"),
        ({"dependencies": (Dependency("A", ["B"]),)}, "/dependencies/0/successor"),  # type: ignore[arg-type]
        ({"dependencies": (Dependency("A", "B", lag=days(2)),)}, "/dependencies/0/lag"),  # type: ignore[arg-type]
        ({"dependencies": (Dependency("A", "B", "SS", timedelta(2)),)}, "/dependencies/0/lag"),  # type: ignore[arg-type]
        ({"dependencies": (Dependency("A", "B", "XX"),)}, "/dependencies/0/kind"),  # type: ignore[arg-type]
    ],
)
def test_a_part_of_another_type_is_named_by_its_place(changes: dict[str, Any], pointer: str) -> None:
    assert mistyped(refusal(**changes))[0] == pointer


def mistyped(refused: Invalid) -> tuple[str | None, str]:
    [fault] = refused.faults
    assert (refused.code, fault.code) == ("wrong_type", "wrong_type")
    return fault.pointer, fault.detail


def test_a_convention_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid) as refused:
        schedule(PLAN, Conventions(constraints="honor"))  # type: ignore[arg-type]
    assert mistyped(refused.value) == (
        "/conventions/constraints",
        "'honor' found where 'refuse' or 'honour' or 'yield' is due",
    )


def test_calendars_that_take_forever_to_lay_out_are_refused_at_once() -> None:
    chain = tuple(Calendar(str(n), base=str(n + 1)) for n in range(2_000))
    assert {f.code for f in refusal(calendars=(OFFICE, *chain, Calendar("2000"))).faults} == {
        "calendar_chain"
    }
    week = CalendarException(date(1950, 1, 1), date(2150, 1, 1), recurrence=Recurrence(Frequency.WEEKLY, 99))
    spans = tuple(CalendarException(date(2030, 1, 1), date(2030, 1, 2)) for _ in range(5_001))
    for exceptions in ((week,) * 201, spans):
        assert refusal(calendars=(Calendar("office", exceptions=exceptions),)).code == "too_many_exceptions"


def test_no_plans_have_no_schedules() -> None:
    assert schedule_together(()) == ()


def test_numbers_serve_as_ids() -> None:
    one, two = (Activity(n, duration_s=days(1)) for n in (1, 2))  # type: ignore[arg-type]
    links = (Dependency(1, 2), Dependency(2, 1))  # type: ignore[arg-type]
    assert list(schedule(replace(PLAN, activities=(one, two), dependencies=links[:1]))) == [1, 2]
    assert refusal(activities=(one, two), dependencies=links).detail.endswith("1 -> 2 -> 1")


def test_published_dates_of_other_plans_have_to_make_sense() -> None:
    backwards = ExternalActivity("q", "x", datetime(2026, 6, 2), datetime(2026, 6, 1))
    assert refusal(external=(backwards,)).code == "finish_before_start"
    zoned = ExternalActivity("q", "x", datetime(2026, 6, 2, tzinfo=UTC), datetime(2026, 6, 3))
    assert refusal(external=(zoned,)).code == "aware_datetime"


def test_summaries_that_contain_each_other_are_refused() -> None:
    one = Activity("1", kind=ActivityKind.SUMMARY, parent="2")
    two = Activity("2", kind=ActivityKind.SUMMARY, parent="1")
    assert refusal(activities=(one, two)).detail.startswith("activities contain each other: 1 -> 2 -> 1")
    assert refusal(activities=(A, replace(B, parent="A"))).detail == "A, the parent of B, is not a summary"


def test_summaries_nested_beyond_reason_are_refused_at_once() -> None:
    nested = tuple(
        Activity(str(n), kind=ActivityKind.SUMMARY, parent=str(n - 1) if n else None) for n in range(2_000)
    )
    refused = refusal(activities=nested)
    assert {fault.code for fault in refused.faults} == {"too_deep"}
    assert refused.detail.startswith("100 lies 101 levels deep; at most 100 are allowed")
    assert list(schedule(replace(PLAN, activities=(*nested[:99], replace(A, parent="98"))))) != []


def test_what_a_summary_or_a_level_of_effort_cannot_have_is_refused() -> None:
    phase = Activity("S", kind=ActivityKind.SUMMARY)
    pmo = Activity("L", kind=ActivityKind.LEVEL_OF_EFFORT)
    inside = replace(A, parent="S")
    must = (Constraint(ConstraintKind.MSO, date(2026, 6, 2)),)
    assert refusal(activities=(replace(phase, constraints=must), inside)).code == "bad_constraint"
    assert refusal(activities=(replace(pmo, constraints=must),)).code == "bad_constraint"
    to_finish = Dependency("B", "S", DependencyKind.FF)
    assert (
        refusal(activities=(phase, inside, B), dependencies=(to_finish,)).code == "finish_link_into_summary"
    )
    percent = Dependency("S", "B", lag=Lag(percent=50))
    assert refusal(activities=(phase, inside, B), dependencies=(percent,)).code == "percent_lag"
    second = replace(pmo, id="M")
    both = refusal(activities=(pmo, second), dependencies=(Dependency("L", "M"),))
    assert both.code == "level_of_effort_chain"


def test_a_plan_that_runs_for_centuries_is_refused() -> None:
    century = tuple(Activity(str(n), duration_s=days(250 * 90)) for n in range(5))
    links = tuple(Dependency(str(n), str(n + 1)) for n in range(4))
    assert refusal(activities=century, dependencies=links).code == "calendar_exhausted"
    around_the_clock = tuple(replace(a, duration_s=LONGEST_S) for a in century)
    refused = refusal(activities=around_the_clock, dependencies=links, calendar=None)
    assert refused.code == "beyond_horizon"


NUMBERS = st.one_of(st.integers(-(10**12), 10**12), st.floats(), st.none())
DATES = st.one_of(st.none(), st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))


@settings(deadline=None)
@given(NUMBERS, NUMBERS, NUMBERS, DATES, DATES, st.sampled_from(ConstraintKind))
def test_any_nonsense_is_scheduled_or_refused_but_never_breaks(
    duration: Any, lag: Any, percent: Any, start: datetime | None, on: datetime | None, kind: ConstraintKind
) -> None:
    first = replace(A, duration_s=duration, progress=Progress(start, percent_complete=percent or 0.0))
    second = replace(B, constraints=(Constraint(kind, on),))
    link = Dependency("A", "B", lag=Lag(lag if lag is not None else 0, percent=percent or 0.0))
    try:
        rows = schedule(replace(PLAN, activities=(first, second), dependencies=(link,), data_date=None))
    except Invalid:
        return
    assert [row.id for row in rows.values()] == ["A", "B"]
