"""Whatever the plan: nothing is broken, nothing is better, every move has a cause, the same again."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.resources.engines.levelling import (
    FullResource,
    Objective,
    Plan,
    Project,
    Search,
    Smoothed,
    level,
    smooth,
)
from services.resources.engines.levelling.feasibility import compiled
from services.resources.engines.levelling.smoothing import smoothness
from tests.resources.engines.levelling.independent import broken, finish, schedules, worked_steps
from tests.resources.engines.levelling.plans import plans

QUICK = Search(effort=4.0)


def weighted_finish(plan: Plan, starts: dict[str, int], due: bool) -> int:
    def late(project: Project) -> int:
        ends = [finish(plan, a, starts[a.id]) for a in plan.activities if a.project == project.id]
        allowed = project.due or 0 if due else 0
        return max(0, max(ends) - allowed) if ends else 0

    return sum(project.priority * late(project) for project in plan.projects)


@settings(max_examples=100, deadline=None)
@given(plans(most=8))
def test_no_capacity_is_exceeded_and_no_link_window_or_calendar_broken(plan: Plan) -> None:
    levelled = level(plan, search=QUICK)
    assert broken(plan, {id_: placed.start for id_, placed in levelled.placed.items()}) == []
    for activity in plan.activities:
        placed = levelled.placed[activity.id]
        assert placed.finish == finish(plan, activity, placed.start)
    assert levelled.makespan == max(placed.finish for placed in levelled.placed.values())


@settings(max_examples=60, deadline=None)
@given(plans())
def test_exhaustive_search_never_finds_a_shorter_schedule(plan: Plan) -> None:
    levelled = level(plan, search=QUICK)
    assert levelled.quality.proved
    assert next(schedules(plan, levelled.makespan - 1), None) is None


@pytest.mark.parametrize("objective", [Objective.WEIGHTED_FINISH, Objective.WEIGHTED_TARDINESS])
@settings(max_examples=60, deadline=None)
@given(plan=plans(most=3))
def test_exhaustive_search_never_finds_better_weighted_finishes(objective: Objective, plan: Plan) -> None:
    due = objective is Objective.WEIGHTED_TARDINESS
    levelled = level(plan, objective, QUICK)
    starts = {id_: placed.start for id_, placed in levelled.placed.items()}
    assert broken(plan, starts) == []
    assert levelled.quality.value == weighted_finish(plan, starts, due)
    result = (weighted_finish(plan, each, due) for each in schedules(plan, levelled.makespan + 1))
    assert levelled.quality.value == min(result)
    assert levelled.quality.proved


@settings(max_examples=60, deadline=None)
@given(plans(most=6))
def test_every_move_has_a_cause_and_starting_earlier_would_break_something(plan: Plan) -> None:
    levelled = level(plan, search=QUICK)
    starts = {id_: placed.start for id_, placed in levelled.placed.items()}
    for move in levelled.moves:
        assert move.causes
        assert move.start == starts[move.activity] != move.planned
        for earlier in range(move.start):
            assert broken(plan, {**starts, move.activity: earlier})


@settings(max_examples=60, deadline=None)
@given(plans(most=6))
def test_a_full_resource_really_lacks_what_the_move_needs(plan: Plan) -> None:
    levelled = level(plan, search=QUICK)
    for move in levelled.moves:
        for cause in move.causes:
            if isinstance(cause, FullResource):
                assert cause.needed > cause.free
                assert move.activity not in cause.holders


@settings(max_examples=30, deadline=None)
@given(plans(most=8), st.integers(0, 5))
def test_the_same_plan_and_seed_give_the_same_answer(plan: Plan, seed: int) -> None:
    assert level(plan, search=Search(4.0, seed=seed)) == level(plan, search=Search(4.0, seed=seed))


@settings(max_examples=40, deadline=None)
@given(plans(most=6, calendars=False), st.integers(1, 9))
def test_shifting_every_release_and_capacity_shifts_the_makespan(plan: Plan, by: int) -> None:
    shifted = replace(
        plan,
        activities=tuple(replace(a, earliest=a.earliest + by) for a in plan.activities),
        projects=tuple(replace(p, release=p.release + by) for p in plan.projects),
        resources=tuple(
            replace(r, changes=tuple(replace(c, at=c.at + by) for c in r.changes)) for r in plan.resources
        ),
    )
    assert level(shifted, search=QUICK).makespan == level(plan, search=QUICK).makespan + by


@settings(max_examples=100, deadline=None)
@given(plans(most=8))
def test_smoothing_breaks_no_link_and_moves_nothing_past_its_float(plan: Plan) -> None:
    unlimited = replace(plan, resources=tuple(replace(r, capacity=99, changes=()) for r in plan.resources))
    smoothed = smooth(plan)
    starts = {id_: placed.start for id_, placed in smoothed.placed.items()}
    assert broken(unlimited, starts) == []
    assert max(placed.finish for placed in smoothed.placed.values()) <= smoothed.finish
    assert smoothed.finish == level(unlimited, search=QUICK).makespan


@settings(max_examples=100, deadline=None)
@given(plans(most=8))
def test_smoothing_never_makes_the_use_of_resources_less_even(plan: Plan) -> None:
    smoothed = smooth(plan)
    before, after = smoothed.before, smoothed.after
    assert (after.over_capacity, after.squares) <= (before.over_capacity, before.squares)
    assert bool(smoothed.overloads) == bool(after.over_capacity)
    assert all(move.causes for move in smoothed.moves)


@settings(max_examples=60, deadline=None)
@given(plans(most=6))
def test_no_single_move_makes_what_is_smoothed_more_even(plan: Plan) -> None:
    unlimited = replace(plan, resources=tuple(replace(r, capacity=99, changes=()) for r in plan.resources))
    smoothed, network = smooth(plan), compiled(plan)
    starts = {id_: placed.start for id_, placed in smoothed.placed.items()}
    for activity in plan.activities:
        for start in range(smoothed.finish):
            other = {**starts, activity.id: start}
            if finish(plan, activity, start) <= smoothed.finish and not broken(unlimited, other):
                moved = smoothness(network, [*other.values()])
                assert (moved.over_capacity, moved.squares) >= (
                    smoothed.after.over_capacity,
                    smoothed.after.squares,
                )


@settings(max_examples=60, deadline=None)
@given(plans(most=7))
def test_an_overload_is_what_all_its_activities_ask_for(plan: Plan) -> None:
    capacity = {resource.id: resource for resource in plan.resources}
    smoothed = smooth(plan)
    for overload in smoothed.overloads:
        steps = range(overload.start, overload.finish)
        asking = [user for step in steps for user in users(plan, smoothed, overload.resource, step)]
        assert set(overload.activities) == {activity for activity, _ in asking}
        assert overload.demand * len(steps) == sum(units for _, units in asking)
        assert overload.demand > overload.capacity
        assert overload.capacity in {
            capacity[overload.resource].capacity,
            *(change.units for change in capacity[overload.resource].changes),
        }


def users(plan: Plan, smoothed: Smoothed, resource: str, step: int) -> list[tuple[str, int]]:
    """Who works on the resource in the step, with how many units, walking through the plan."""
    wanted = [
        (a.id, sum(demand.units for demand in a.demands if demand.resource == resource))
        for a in plan.activities
        if step in worked_steps(plan, a, smoothed.placed[a.id].start)
    ]
    return [(activity, units) for activity, units in wanted if units]
