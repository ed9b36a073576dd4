"""What levelling refuses, with the culprit's name, its place in the plan, and at once."""

from dataclasses import replace

import pytest

from services.resources.engines.levelling import (
    Activity,
    Calendar,
    CalendarException,
    Change,
    Demand,
    Link,
    LinkKind,
    Objective,
    Plan,
    Project,
    Resource,
    Search,
    level,
    smooth,
)
from shared.base.errors import Invalid

SOUND = Plan(
    activities=(Activity("a", 2, (Demand("x", 1),), project="p"), Activity("b", 1)),
    resources=(Resource("x", 1),),
    links=(Link("a", "b"),),
    projects=(Project("p"),),
    calendars=(Calendar("week", (True, False)),),
)


def refused(plan: Plan, objective: Objective = Objective.MAKESPAN, search: Search | None = None) -> Invalid:
    with pytest.raises(Invalid) as refusal:
        level(plan, objective, search or Search())
    return refusal.value


def first(**changes: object) -> Plan:
    """The sound plan with its first activity changed."""
    a, b = SOUND.activities
    return replace(SOUND, activities=(replace(a, **changes), b))


@pytest.mark.parametrize(
    ("plan", "pointer"),
    [
        (first(duration=-1), "/activities/0/duration"),
        (first(duration=float("nan")), "/activities/0/duration"),
        (first(duration=2.5), "/activities/0/duration"),
        (first(duration=10**9), "/activities/0/duration"),
        (first(earliest=-1), "/activities/0/earliest"),
        (first(deadline=-3), "/activities/0/deadline"),
        (first(fixed=True), "/activities/0/planned"),
        (first(project="nobody's"), "/activities/0/project"),
        (first(calendar="nobody's"), "/activities/0/calendar"),
        (first(demands=(Demand("nobody", 1),)), "/activities/0/demands/0/resource"),
        (first(demands=(Demand("x", -1),)), "/activities/0/demands/0/units"),
        (replace(SOUND, activities=SOUND.activities * 2), "/activities"),
        (replace(SOUND, resources=(Resource("x", -1),)), "/resources/0/capacity"),
        (replace(SOUND, resources=(Resource("x", 1, (Change(-1, 1),)),)), "/resources/0/changes/0/at"),
        (replace(SOUND, links=(Link("a", "nobody"),)), "/links/0/successor"),
        (replace(SOUND, links=(Link("a", "b", lag=float("inf")),)), "/links/0/lag"),  # type: ignore[arg-type]
        (replace(SOUND, links=(Link("a", "b", "XX"),)), "/links/0/kind"),  # type: ignore[arg-type]
        (replace(SOUND, projects=(Project("p", priority=-1),)), "/projects/0/priority"),
        (replace(SOUND, calendars=(Calendar("week", ()),)), "/calendars/0/pattern"),
        (replace(SOUND, calendars=(Calendar("week", "1111100"),)), "/calendars/0/pattern"),  # type: ignore[arg-type]
        (first(demands={"x": 1}), "/activities/0/demands"),
        (first(demands=(("x", 1),)), "/activities/0/demands/0"),
        (replace(SOUND, activities=("a", "b")), "/activities/0"),  # type: ignore[arg-type]
        (replace(SOUND, resources=(Resource("x", 1, ((3, 0),)),)), "/resources/0/changes/0"),  # type: ignore[arg-type]
        (replace(SOUND, calendars=(Calendar("week", (False,)),)), "/calendars/0/pattern"),
        (
            replace(SOUND, calendars=(Calendar("week", (True,), (CalendarException(-1, 2),)),)),
            "/calendars/0/exceptions/0/start",
        ),
    ],
)
def test_an_unusable_field_is_refused_with_its_pointer(plan: Plan, pointer: str) -> None:
    assert pointer in [fault.pointer for fault in refused(plan).faults]


def test_several_faults_are_listed_together_up_to_a_bound() -> None:
    jobs = tuple(Activity(str(n), -1) for n in range(1_000))
    assert len(refused(Plan(jobs)).faults) == 20


def test_a_cycle_is_refused_with_its_chain() -> None:
    jobs = tuple(Activity(name, 1) for name in "abcd")
    links = (Link("a", "b"), Link("b", "c"), Link("c", "d"), Link("d", "b"))
    refusal = refused(Plan(jobs, links=links))
    assert refusal.code == "cycle"
    assert refusal.detail.endswith(("b -> c -> d -> b", "c -> d -> b -> c", "d -> b -> c -> d"))


def test_an_activity_linked_to_itself_is_a_cycle() -> None:
    assert refused(Plan((Activity("a", 1),), links=(Link("a", "a"),))).detail.endswith("a -> a")


def test_a_demand_above_every_capacity_is_refused_naming_both() -> None:
    refusal = refused(first(demands=(Demand("x", 2),)))
    assert refusal.code == "capacity_missing"
    assert "activity a asks for 2 of x" in refusal.detail


def test_an_impossible_deadline_is_refused_with_the_chain_that_drives_it() -> None:
    a, b = SOUND.activities
    refusal = refused(replace(SOUND, activities=(a, replace(b, deadline=2))))
    assert refusal.code == "window_impossible"
    assert "b cannot finish by 2: its first finish is 3 (driven by a -> b)" in refusal.detail


def test_a_fixed_start_before_its_predecessor_ends_is_refused() -> None:
    a, b = SOUND.activities
    refusal = refused(replace(SOUND, activities=(a, replace(b, fixed=True, planned=1))))
    assert "b is fixed at 1" in refusal.detail


def test_fixed_activities_that_overbook_a_resource_are_refused_by_name() -> None:
    pair = tuple(Activity(name, 2, (Demand("x", 1),), planned=n, fixed=True) for n, name in enumerate("ab"))
    refusal = refused(Plan(pair, (Resource("x", 1),)))
    assert refusal.code == "fixed_overbooked"
    assert "a, b ask for more of x in step 1" in refusal.detail


def test_deadlines_that_exclude_each_other_are_refused_with_their_activities() -> None:
    pair = tuple(Activity(name, 2, (Demand("x", 1),), deadline=3) for name in "ab")
    refusal = refused(Plan(pair, (Resource("x", 1),)))
    assert refusal.code == "deadlines_impossible"
    assert [fault.pointer for fault in refusal.faults] == ["/activities/0", "/activities/1"]


def test_a_resource_that_leaves_for_good_too_early_is_refused() -> None:
    leaver = Resource("x", 1, (Change(1, 0),))
    assert refused(replace(SOUND, resources=(leaver,))).code == "capacity_missing"


@pytest.mark.parametrize("effort", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_a_limit_that_is_no_positive_time_is_refused(effort: float) -> None:
    assert refused(SOUND, search=Search(effort=effort)).faults[0].pointer == "/search/effort"
    assert refused(SOUND, search=Search(seconds=effort)).faults[0].pointer == "/search/seconds"


def test_lateness_without_a_due_project_is_refused() -> None:
    assert refused(SOUND, Objective.WEIGHTED_TARDINESS).faults[0].code == "no_due_dates"
    assert refused(Plan((Activity("a", 1),)), Objective.WEIGHTED_FINISH).faults[0].code == "no_projects"


def test_a_plan_beyond_any_size_is_refused_before_anything_is_computed() -> None:
    many = tuple(Activity(str(n), 1) for n in range(10_001))
    assert refused(Plan(many)).code == "plan_too_large"
    long = tuple(Activity(str(n), 100_000) for n in range(10))
    assert refused(Plan(long)).code == "plan_too_large"


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), 1e9, "5", True])
def test_smoothing_too_takes_only_a_positive_time(seconds: float) -> None:
    with pytest.raises(Invalid) as refusal:
        smooth(SOUND, seconds=seconds)
    assert refusal.value.faults[0].pointer == "/seconds"


def test_smoothing_refuses_what_levelling_refuses() -> None:
    with pytest.raises(Invalid, match="wait for each other"):
        smooth(Plan((Activity("a", 1),), links=(Link("a", "a"),)))


def test_link_kinds_are_the_four_of_precedence_diagrams() -> None:
    assert [kind.value for kind in LinkKind] == ["FS", "SS", "FF", "SF"]


def test_a_refusal_says_where_in_its_text_too() -> None:
    assert str(refused(first(duration=-1))).startswith("/activities/0/duration: -1 is not")


def test_an_objective_may_be_its_word_and_an_unknown_one_is_refused() -> None:
    for objective in (Objective.MAKESPAN, Objective.WEIGHTED_FINISH):
        assert level(SOUND, objective.value) == level(SOUND, objective)  # type: ignore[arg-type]
    refusal = refused(SOUND, "shortest")  # type: ignore[arg-type]
    assert refusal.faults[0].pointer == "/objective"
    assert refusal.detail.endswith("'makespan' or 'weighted_finish' or 'weighted_tardiness' is due")
