"""Published cases: the best known makespans of single projects, the bounds of portfolios. In full:
levelling_full."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest

from benchmarks.scheduling_cases import PUBLISHED, best_known, portfolio, portfolios, project
from services.resources.engines.levelling import Levelled, Objective, Plan, Project, Search, level, smooth
from services.resources.engines.levelling.bounds import makespan_bound
from services.resources.engines.levelling.feasibility import compiled
from services.resources.engines.levelling.heuristic import parallel
from tests.resources.engines.levelling.independent import broken

pytestmark = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="no ../shared/data")

ONE_PER_SET = [f"j30{n}_{1 + n % 10}" for n in range(1, 25)]
ONE_PER_LARGER_SET = [f"j60{n}_7" for n in (1, 2, 3, 4, 6, 7, 8, 10, 11, 12)]
PROVED_PORTFOLIOS = {
    "mp_j30_a2_nr2": 58,
    "mp_j30_a2_nr3": 65,
    "mp_j30_a2_nr4": 54,
    "mp_j30_a2_nr5": 58,
    "mp_j30_a5_nr4": 72,
}
QUICK = Search(effort=0.5)


def starts(levelled: Levelled) -> Mapping[str, int]:
    return {id_: placed.start for id_, placed in levelled.placed.items()}


@cache
def levelled_quickly(name: str) -> tuple[Plan, Levelled]:
    plan = portfolio(name)
    return plan, level(plan, search=QUICK)


@pytest.mark.parametrize("instance", [*ONE_PER_SET, *ONE_PER_LARGER_SET])
def test_a_project_takes_as_long_as_the_best_known_schedule_and_no_resource_is_exceeded(
    instance: str,
) -> None:
    set_name = instance[:3]
    plan = project(set_name, instance)
    levelled = level(plan)
    low, best = best_known(set_name)[instance]
    assert (levelled.makespan, low) == (best, best)
    assert levelled.quality.proved
    assert broken(plan, starts(levelled)) == []


@pytest.mark.parametrize("name", PROVED_PORTFOLIOS)
def test_a_portfolio_is_solved_between_the_published_bound_and_heuristic(name: str) -> None:
    bound, heuristic = portfolios()[name]
    plan, levelled = levelled_quickly(name)
    assert bound <= levelled.makespan <= heuristic
    assert levelled.quality.proved
    assert levelled.makespan == PROVED_PORTFOLIOS[name]
    assert broken(plan, starts(levelled)) == []


@pytest.mark.parametrize("name", ["mp_j30_a10_nr4", "mp_j30_a5_nr1"])
def test_a_larger_portfolio_beats_the_published_heuristic_within_a_second_of_search(name: str) -> None:
    bound, heuristic = portfolios()[name]
    plan, levelled = levelled_quickly(name)
    assert bound <= levelled.quality.bound <= levelled.makespan < heuristic
    assert broken(plan, starts(levelled)) == []


def test_the_one_published_heuristic_value_below_the_bound_leaves_out_the_lags_of_links() -> None:
    """With its lags the portfolio needs 299 days for one resource's work alone; 295 come out without them."""
    plan = portfolio("mp_j30_a20_nr3")
    published = portfolios()["mp_j30_a20_nr3"][1]
    assert makespan_bound(compiled(plan)) == 299 > published
    without = compiled(replace(plan, links=tuple(replace(link, lag=0) for link in plan.links)))
    latest_start = [float(start) for start in without.latest(without.horizon)]
    assert without.makespan(parallel(without, latest_start) or []) == published


def test_a_project_of_a_portfolio_is_favoured_by_its_priority() -> None:
    plan = portfolio("mp_j30_a2_nr4")
    first, second = (project.id for project in plan.projects)

    def finish(favoured: str, other: str, of: str) -> int:
        projects = (Project(favoured, priority=100), Project(other, priority=1))
        return level(replace(plan, projects=projects), Objective.WEIGHTED_FINISH, QUICK).finishes[of]

    assert finish(first, second, of=first) < finish(second, first, of=first)
    assert finish(second, first, of=second) < finish(first, second, of=second)


@pytest.mark.parametrize("name", ["mp_j30_a5_nr3", "mp_j30_a10_nr1"])
def test_smoothing_a_portfolio_keeps_its_critical_path_and_lessens_its_overload(name: str) -> None:
    plan = portfolio(name)
    smoothed = smooth(plan)
    unlimited = replace(plan, resources=tuple(replace(r, capacity=10**6) for r in plan.resources))
    assert broken(unlimited, {id_: placed.start for id_, placed in smoothed.placed.items()}) == []
    assert smoothed.finish == {"mp_j30_a5_nr3": 72, "mp_j30_a10_nr1": 34}[name]
    assert smoothed.after.over_capacity < smoothed.before.over_capacity
    assert all(move.causes for move in smoothed.moves)
