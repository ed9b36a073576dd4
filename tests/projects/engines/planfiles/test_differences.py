"""The difference of two plans says what was added, removed and changed, and nothing else."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from services.projects.engines.planfiles import Change, ChangeKind, Subject, difference
from services.projects.engines.planning.plan import (
    Activity,
    Baseline,
    BaselineActivity,
    Dependency,
    Lag,
    Plan,
    Progress,
    Resource,
)

START = datetime(2026, 6, 1, 8)
DESIGN = Activity("1", "Design", 3_600, custom={"Phase": "A", "Owner": "Lea"})
BUILD = Activity("2", "Build", 7_200)
PLAN = Plan(
    "p",
    START,
    (DESIGN, BUILD),
    (Dependency("1", "2"),),
    baselines=(Baseline("0", activities=(BaselineActivity("1"),)),),
)


def test_a_plan_does_not_differ_from_itself() -> None:
    assert difference(PLAN, PLAN) == []


def test_what_came_and_what_went_is_named_with_its_value() -> None:
    after = replace(PLAN, activities=(DESIGN, Activity("3", "Test")), resources=(Resource("r", "Anna"),))
    assert difference(PLAN, after) == [
        Change(ChangeKind.REMOVED, Subject.ACTIVITY, "2", "Build", before=BUILD),
        Change(ChangeKind.ADDED, Subject.ACTIVITY, "3", "Test", after=Activity("3", "Test")),
        Change(ChangeKind.ADDED, Subject.RESOURCE, "r", "Anna", after=Resource("r", "Anna")),
    ]


def test_a_changed_member_is_named_down_to_its_leaf() -> None:
    changed = replace(
        DESIGN, duration_s=1_800, progress=Progress(START, percent_complete=50), custom={"Phase": "B"}
    )
    changes = difference(PLAN, replace(PLAN, activities=(changed, BUILD)))
    assert [(each.id, each.name, each.member, each.before, each.after) for each in changes] == [
        ("1", "Design", "duration_s", 3_600, 1_800),
        ("1", "Design", "progress.actual_start", None, START),
        ("1", "Design", "progress.percent_complete", 0.0, 50),
        ("1", "Design", "custom.Owner", "Lea", None),
        ("1", "Design", "custom.Phase", "A", "B"),
    ]


def test_a_changed_lag_is_a_change_of_the_link_and_another_kind_is_another_link() -> None:
    slower = replace(PLAN, dependencies=(Dependency("1", "2", lag=Lag(60)),))
    assert difference(PLAN, slower) == [
        Change(ChangeKind.CHANGED, Subject.DEPENDENCY, "1 -> 2 FS", "", "lag.seconds", 0, 60)
    ]
    elsewhere = replace(PLAN, dependencies=(Dependency("1", "2", predecessor_plan="harbour"),))
    assert [(each.kind, each.id) for each in difference(PLAN, elsewhere)] == [
        (ChangeKind.REMOVED, "1 -> 2 FS"),
        (ChangeKind.ADDED, "harbour/1 -> 2 FS"),
    ]


def test_a_baselines_copy_is_told_apart_from_the_baseline() -> None:
    moved = Baseline("0", "Approved", activities=(BaselineActivity("1", START), BaselineActivity("2")))
    assert [
        (each.kind, each.subject, each.id, each.member)
        for each in difference(PLAN, replace(PLAN, baselines=(moved,)))
    ] == [
        (ChangeKind.CHANGED, Subject.BASELINE, "0", "name"),
        (ChangeKind.CHANGED, Subject.BASELINE_ACTIVITY, "0/1", "start"),
        (ChangeKind.ADDED, Subject.BASELINE_ACTIVITY, "0/2", None),
    ]


def test_the_plans_own_members_are_compared() -> None:
    assert difference(PLAN, replace(PLAN, name="Harbour", data_date=START)) == [
        Change(ChangeKind.CHANGED, Subject.PLAN, "p", "Harbour", "name", "", "Harbour"),
        Change(ChangeKind.CHANGED, Subject.PLAN, "p", "Harbour", "data_date", None, START),
    ]


activities = st.builds(
    Activity, id=st.sampled_from("abcd"), name=st.sampled_from(["x", "y"]), duration_s=st.integers(0, 3)
)
plans = st.builds(
    lambda activities, links: Plan("p", START, tuple(activities), tuple(links)),
    st.lists(activities, max_size=4, unique_by=lambda each: each.id),
    st.lists(
        st.builds(
            Dependency,
            st.sampled_from("ab"),
            st.sampled_from("cd"),
            lag=st.builds(Lag, seconds=st.integers(0, 1)),
        ),
        max_size=4,
    ),
)


@given(plans, plans)
def test_the_way_back_undoes_every_change(before: Plan, after: Plan) -> None:
    opposite = {
        ChangeKind.ADDED: ChangeKind.REMOVED,
        ChangeKind.REMOVED: ChangeKind.ADDED,
        ChangeKind.CHANGED: ChangeKind.CHANGED,
    }
    there = {
        (each.kind, each.subject, each.id, each.member, each.before, each.after)
        for each in hashable(before, after)
    }
    back = {
        (opposite[each.kind], each.subject, each.id, each.member, each.after, each.before)
        for each in hashable(after, before)
    }
    assert there == back


def hashable(before: Plan, after: Plan) -> list[Change]:
    """The changes with whole things by their description, for a mapping among their members has no hash."""
    return [
        replace(each, before=repr(each.before), after=repr(each.after), name="")
        for each in difference(before, after)
    ]


@given(plans, st.randoms())
def test_order_is_no_difference(plan: Plan, random: object) -> None:
    shuffled = list(plan.activities)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert difference(plan, replace(plan, activities=tuple(shuffled))) == []
