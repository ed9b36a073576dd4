"""Levelling, case by case: what comes out, how good it is, what moved and why."""

from dataclasses import replace

from services.resources.engines.levelling import (
    Activity,
    Calendar,
    CalendarException,
    Change,
    Demand,
    Ending,
    FullResource,
    Link,
    LinkKind,
    Move,
    NotBefore,
    Objective,
    Overload,
    Placed,
    Plan,
    Project,
    Pushed,
    Resource,
    Search,
    level,
)

DURATIONS = (0, 3, 2, 5, 4, 2, 3, 4, 2, 4, 6, 0)
DEMANDS = ((0, 0), (5, 1), (0, 4), (1, 4), (1, 3), (3, 2), (3, 1), (2, 4), (4, 0), (5, 2), (2, 5), (0, 0))
LINKS = "0-1 0-2 0-3 1-4 1-5 2-9 2-10 3-8 4-6 4-7 5-9 5-10 6-8 6-9 7-8 8-11 9-11 10-11"


def oracle() -> Plan:
    """Twelve activities on two resources of capacity 6 and 8, whose optimum is known to be 21."""
    return Plan(
        activities=tuple(
            Activity(str(n), duration, (Demand("x", x), Demand("y", y)))
            for n, (duration, (x, y)) in enumerate(zip(DURATIONS, DEMANDS, strict=True))
        ),
        resources=(Resource("x", 6), Resource("y", 8)),
        links=tuple(Link(*pair.split("-")) for pair in LINKS.split()),
    )


def two_jobs(**changes: object) -> Plan:
    """Two jobs of three steps that need the same tester."""
    tester = Resource("tester", 1)
    demand = (Demand("tester", 1),)
    jobs = (Activity("a", 3, demand, project="p"), Activity("b", 3, demand, project="q"))
    return replace(Plan(jobs, (tester,), projects=(Project("p"), Project("q"))), **changes)


def starts(plan: Plan, objective: Objective = Objective.MAKESPAN) -> dict[str, int]:
    return {id_: placed.start for id_, placed in level(plan, objective).placed.items()}


def test_the_published_small_network_takes_21_steps_and_this_is_proved() -> None:
    levelled = level(oracle())
    assert levelled.makespan == 21
    assert (levelled.quality.value, levelled.quality.bound) == (21, 21)
    assert levelled.quality.proved
    assert levelled.quality.gap == 0.0
    assert levelled.quality.ended_by is Ending.PROOF


def test_an_empty_plan_is_over_at_once_and_a_single_activity_starts_at_once() -> None:
    assert level(Plan(())).makespan == 0
    assert level(Plan((Activity("only", 4),))).placed == {"only": Placed(0, 4)}


def test_a_move_names_the_full_resource_the_step_and_who_holds_it() -> None:
    levelled = level(two_jobs())
    assert levelled.overloads == (Overload("tester", 0, 3, demand=2, capacity=1, activities=("a", "b")),)
    [move] = levelled.moves
    cause = FullResource("tester", step=2, needed=1, free=0, holders=(other(move),))
    assert move == Move(move.activity, planned=0, start=3, causes=(cause,))


def other(move: Move) -> str:
    return {"a": "b", "b": "a"}[move.activity]


def test_a_successor_names_the_link_that_pushed_it() -> None:
    plan = two_jobs()
    after = (Activity("after a", 1), Activity("after b", 1))
    links = (Link("a", "after a", lag=2), Link("b", "after b", lag=2))
    levelled = level(replace(plan, activities=plan.activities + after, links=links))
    moved = {move.activity: move.causes for move in levelled.moves}
    [(second, _)] = [item for item in moved.items() if not item[0].startswith("after")]
    assert moved[f"after {second}"] == (Pushed(second, LinkKind.FINISH_START, 2),)


def test_work_planned_too_early_names_its_release() -> None:
    plan = Plan((Activity("a", 1, earliest=4, planned=2),))
    assert level(plan).moves == (Move("a", 2, 4, (NotBefore(4),)),)


def test_an_absence_is_waited_for_and_the_cause_names_its_step() -> None:
    away = Resource("ann", 1, (Change(1, 0), Change(6, 1)))
    levelled = level(Plan((Activity("a", 2, (Demand("ann", 1),)),), (away,)))
    assert levelled.placed["a"] == Placed(6, 8)
    assert levelled.moves[0].causes == (FullResource("ann", step=5, needed=1, free=0, holders=()),)


def test_a_calendar_interrupts_work_and_its_holidays_do_too() -> None:
    week = Calendar("week", (True,) * 5 + (False,) * 2, (CalendarException(7, 8),))
    levelled = level(Plan((Activity("a", 6, calendar="week"),), calendars=(week,)))
    assert levelled.placed["a"] == Placed(0, 9)


def test_a_lag_counts_the_steps_of_the_plan_or_the_working_steps_of_its_calendar() -> None:
    week = Calendar("week", (True,) * 5 + (False,) * 2)
    plan = Plan((Activity("a", 4), Activity("b", 1)), links=(Link("a", "b", lag=2),), calendars=(week,))
    assert starts(plan)["b"] == 6
    assert starts(replace(plan, links=(Link("a", "b", lag=2, lag_calendar="week"),)))["b"] == 8


def test_each_kind_of_link_holds_its_own_ends() -> None:
    for kind, start in (("FS", 6), ("SS", 2), ("FF", 5), ("SF", 1)):
        plan = Plan((Activity("a", 4), Activity("b", 1)), links=(Link("a", "b", LinkKind(kind), 2),))
        assert starts(plan)["b"] == start


def test_the_project_of_higher_priority_goes_first() -> None:
    first = two_jobs(projects=(Project("p", priority=5), Project("q", priority=1)))
    assert starts(first, Objective.WEIGHTED_FINISH) == {"a": 0, "b": 3}
    second = two_jobs(projects=(Project("p", priority=1), Project("q", priority=5)))
    assert starts(second, Objective.WEIGHTED_FINISH) == {"a": 3, "b": 0}


def test_the_project_that_is_due_goes_first_even_at_lower_priority() -> None:
    plan = two_jobs(projects=(Project("p", priority=5, due=9), Project("q", priority=1, due=3)))
    levelled = level(plan, Objective.WEIGHTED_TARDINESS)
    assert levelled.finishes == {"p": 6, "q": 3}
    assert levelled.quality.value == 0


def test_a_deadline_is_kept_where_the_rules_alone_would_miss_it() -> None:
    plan = two_jobs()
    late, urgent = plan.activities
    assert starts(replace(plan, activities=(late, replace(urgent, deadline=3)))) == {"a": 3, "b": 0}


def test_what_is_fixed_stays_and_the_others_go_round_it() -> None:
    plan = two_jobs()
    moved, fixed = plan.activities
    levelled = level(replace(plan, activities=(moved, replace(fixed, planned=2, fixed=True))))
    assert levelled.placed == {"a": Placed(5, 8), "b": Placed(2, 5)}


def test_several_demands_on_one_resource_add_up() -> None:
    twice = Activity("a", 1, (Demand("x", 1), Demand("x", 1)))
    plan = Plan((twice, Activity("b", 1, (Demand("x", 1),))), (Resource("x", 2),))
    assert level(plan).makespan == 2


def test_an_answer_that_the_effort_ends_says_so_and_keeps_its_bound() -> None:
    jobs = tuple(Activity(str(n), 3 + n % 5, (Demand("x", 3 + n % 4),)) for n in range(40))
    levelled = level(Plan(jobs, (Resource("x", 10),)), search=Search(effort=0.001))
    quality = levelled.quality
    assert quality.bound <= quality.value
    assert quality.heuristic is not None
    assert quality.value <= quality.heuristic
    assert (quality.ended_by is Ending.PROOF) == quality.proved


def test_a_weighted_value_far_above_the_last_step_is_still_searched_and_proved() -> None:
    plan = two_jobs(projects=(Project("p", priority=50), Project("q", priority=20)))
    absent = (Resource("tester", 1, (Change(0, 0), Change(2, 1))),)
    quality = level(replace(plan, resources=absent), Objective.WEIGHTED_FINISH).quality
    assert (quality.value, quality.proved) == (50 * 5 + 20 * 8, True)
