"""The exact model on its own, without a schedule to start from or a bound to help it."""

from random import Random

from hypothesis import given, settings

from benchmarks.bench_levelling import network as scarce
from services.resources.engines.levelling import Activity, Demand, Ending, Objective, Plan, Resource, Search
from services.resources.engines.levelling.exact import Solution, solve
from services.resources.engines.levelling.feasibility import compiled
from services.resources.engines.levelling.heuristic import improved, quick, rules, serial
from services.resources.engines.levelling.patience import Patience
from services.resources.engines.levelling.plan import Calendar
from tests.resources.engines.levelling.independent import broken, schedules
from tests.resources.engines.levelling.plans import plans


def unaided(plan: Plan) -> tuple[Solution, dict[str, int], int]:
    """What the model finds by itself: the answer, its starts by id, and the makespan."""
    network = compiled(plan)
    solution = solve(network, Objective.MAKESPAN, 0, None, Search(effort=20.0))
    assert solution.starts is not None
    ids = [activity.id for activity in plan.activities]
    return solution, dict(zip(ids, solution.starts, strict=True)), network.makespan(solution.starts)


@settings(max_examples=60, deadline=None)
@given(plans(most=4))
def test_the_model_alone_finds_a_schedule_that_exhaustive_search_does_not_beat(plan: Plan) -> None:
    result, starts, makespan = unaided(plan)
    assert broken(plan, starts) == []
    assert result.ended_by is Ending.PROOF
    assert result.bound == makespan
    assert next(schedules(plan, makespan - 1), None) is None


def test_a_resource_shared_by_two_calendars_is_free_while_one_of_them_rests() -> None:
    odd = Calendar("odd", (False, True))
    crew = Resource("crew", 1)
    plan = Plan(
        activities=(
            Activity("by odd steps", 3, (Demand("crew", 1),), calendar="odd"),
            Activity("between", 1, (Demand("crew", 1),), earliest=2),
        ),
        resources=(crew,),
        calendars=(odd,),
    )
    _, starts, makespan = unaided(plan)
    assert starts == {"by odd steps": 1, "between": 2}
    assert makespan == 6


def test_when_the_time_is_up_the_first_quick_schedule_is_the_answer() -> None:
    network, over = compiled(scarce(Random(2), 60)), Patience(1e-9)
    first = improved(network, serial(network, rules(network, Objective.MAKESPAN)[0]) or [], network.makespan)
    quick_starts = quick(network, Objective.MAKESPAN, 0, 0, over)
    assert quick_starts == first != quick(network, Objective.MAKESPAN, 0, 0)
    solution = solve(network, Objective.MAKESPAN, 0, quick_starts, Search(), over)
    assert (solution.starts, solution.ended_by) == (first, Ending.CLOCK)
