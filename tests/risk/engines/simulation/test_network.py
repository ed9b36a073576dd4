"""The passes over the network, against figures by hand and against a slow solver of another kind."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from services.risk.engines.simulation import Activity, Calendar, Constant, Link, Model, Triangular, simulate
from tests.risk.engines.simulation.networks import (
    LINK_KINDS,
    fixed_networks,
    nine_tasks,
    slow_finish,
    slow_starts,
)

MONDAY = date(2026, 6, 1)


def test_without_variance_the_simulation_is_the_deterministic_network() -> None:
    outcome = simulate(nine_tasks(), runs=100)
    assert outcome.planned_finish == 21
    assert outcome.finish.ordered[[0, -1]].tolist() == [21, 21]
    assert outcome.finish.sd == 0
    assert [a.key for a in outcome.activities if a.criticality == 1] == ["A", "C", "F", "H", "I"]
    assert sum(a.criticality for a in outcome.activities) == 5


def test_the_other_published_network_takes_19() -> None:
    days = {1: 3, 2: 4, 3: 2, 4: 5, 5: 1, 6: 2, 7: 4, 8: 3}
    before = {2: [1], 3: [1], 4: [2], 5: [3], 6: [3], 7: [4, 5], 8: [6, 7]}
    model = Model(
        tuple(Activity(str(k), Constant(d)) for k, d in days.items()),
        tuple(Link(str(i), str(j)) for j, many in before.items() for i in many),
    )
    outcome = simulate(model, runs=1)
    assert outcome.finish.percentile(0.8) == 19
    assert [a.key for a in outcome.activities if a.criticality] == ["1", "2", "4", "7", "8"]


@settings(max_examples=150, deadline=None)
@given(fixed_networks())
def test_the_finish_and_what_is_critical_are_those_of_the_slow_solver(model):
    outcome = simulate(model, runs=1)
    finish = slow_finish(model, slow_starts(model))
    assert outcome.finish.mean == outcome.planned_finish == finish
    for activity in outcome.activities:
        delayed = slow_finish(model, slow_starts(model, activity.key, by=0.125))
        assert (activity.criticality == 1) == (delayed > finish)


@pytest.mark.parametrize("kind", LINK_KINDS)
def test_one_calendar_gives_the_same_whether_shared_or_written_down_twice(kind):
    activities = (
        Activity("A", Triangular(2, 4, 9)),
        Activity("B", Triangular(1, 3, 4), not_before=3),
        Activity("C", Constant(0)),
    )
    links = (Link("A", "B", kind, 2), Link("A", "C"), Link("B", "C", "FS", 1.5))
    one = Model(activities, links, start=MONDAY, calendars={"site": Calendar()}, calendar="site")
    second = (*activities[:2], Activity("C", Constant(0), calendar="copy"))
    two = Model(
        second, links, start=MONDAY, calendars={"site": Calendar(), "copy": Calendar()}, calendar="site"
    )
    shared, written_twice = simulate(one, runs=500), simulate(two, runs=500)
    assert written_twice.finish.values.tolist() == pytest.approx(shared.finish.values.tolist(), abs=1e-8)


@pytest.mark.parametrize(
    ("kind", "lag", "days", "last_day"),
    [
        ("FS", 2, (4, 3), date(2026, 6, 11)),
        ("FS", -2, (4, 3), date(2026, 6, 5)),
        ("SS", 2, (4, 3), date(2026, 6, 5)),
        ("FF", 0, (5, 2), date(2026, 6, 5)),
    ],
)
def test_the_published_dates_of_a_pair_on_working_days(kind, lag, days, last_day):
    model = Model(
        (Activity("A", Constant(days[0])), Activity("B", Constant(days[1]))),
        (Link("A", "B", kind, lag),),
        start=MONDAY,
        calendars={"site": Calendar()},
        calendar="site",
    )
    assert simulate(model, runs=3).finish_on(0.8) == last_day


@pytest.mark.parametrize(
    ("days", "times", "last_day"),
    [(2 / 3, 3, date(2026, 6, 2)), (0.7, 10, date(2026, 6, 9)), (1 / 24, 120, date(2026, 6, 5))],
)
def test_parts_of_days_that_add_up_to_whole_days_end_with_the_last_of_them(days, times, last_day):
    chain = Model(
        tuple(Activity(str(i), Constant(days)) for i in range(times)),
        tuple(Link(str(i), str(i + 1)) for i in range(times - 1)),
    )
    assert simulate(chain, runs=1).finish.probability_within(round(days * times)) == 1
    on_site = replace(chain, start=MONDAY, calendars={"site": Calendar()}, calendar="site")
    outcome = simulate(on_site, runs=1)
    assert outcome.finish_on(0.5) == last_day
    assert outcome.probability_by(last_day) == 1


@pytest.mark.parametrize("calendar", ["site", "always"])
def test_a_milestone_on_one_calendar_or_two_is_not_before_its_day(calendar):
    model = Model(
        (
            Activity("A", Constant(5)),
            Activity("go", Constant(0), not_before=7),
            Activity("B", Constant(1), calendar=calendar),
        ),
        (Link("A", "go"),),
        start=MONDAY,
        calendars={"site": Calendar(), "always": Calendar(week=(1.0,) * 7)},
        calendar="site",
    )
    assert simulate(model, runs=1).finish.mean == 7


def test_holidays_half_days_and_worked_saturdays_count_as_their_share() -> None:
    week = Calendar(exceptions={date(2026, 6, 2): 0.0, date(2026, 6, 3): 0.5, date(2026, 6, 6): 1.0})
    model = Model(
        (Activity("A", Constant(4.5)),), start=MONDAY, calendars={"site": week}, calendar="site"
    )  # Mon 1, Tue 0, Wed 0.5, Thu 1, Fri 1, Sat 1
    outcome = simulate(model, runs=1)
    assert outcome.finish_on(0.5) == date(2026, 6, 6)
    assert outcome.planned_finish == 6


def test_each_activity_keeps_its_own_calendar_and_an_elapsed_lag_runs_through_the_weekend() -> None:
    always = Calendar(week=(1.0,) * 7)
    model = Model(
        (
            Activity("A", Constant(5)),
            Activity("night", Constant(2), calendar="always"),
            Activity("C", Constant(1)),
        ),
        (Link("A", "night"), Link("night", "C", "FS", 1, elapsed=True)),
        start=MONDAY,
        calendars={"site": Calendar(), "always": always},
        calendar="site",
    )
    outcome = simulate(model, runs=1)
    assert outcome.finish_on(0.5) == date(2026, 6, 9)
    assert [a.criticality for a in outcome.activities] == [1, 1, 1]


def test_parallel_equal_paths_are_both_critical_and_uncertain_ones_share() -> None:
    def fork(duration):
        return Model(
            (Activity("A", duration), Activity("B", duration), Activity("end", Constant(0))),
            (Link("A", "end"), Link("B", "end")),
        )

    assert [a.criticality for a in simulate(fork(Constant(0.1)), runs=10).activities] == [1, 1, 1]
    shares = [a.criticality for a in simulate(fork(Triangular(1, 2, 6)), runs=20_000).activities]
    assert shares[0] + shares[1] == pytest.approx(1, abs=1e-9)
    assert shares[0] == pytest.approx(0.5, abs=4 * 0.5 / 20_000**0.5)


def test_merging_paths_finish_later_than_the_plan_says() -> None:
    """The merge bias: the maximum of two symmetric durations has a mean above either's."""
    model = Model((Activity("A", Triangular(5, 10, 15)), Activity("B", Triangular(5, 10, 15))))
    outcome = simulate(model, runs=40_000, seed=2)
    half_difference_of_means = 5 * 7 / 30  # E|X - Y| / 2 of two triangular(-1, 0, 1) is 7/30
    assert outcome.planned_finish == 10
    assert outcome.finish.mean == pytest.approx(
        10 + half_difference_of_means, abs=4 * outcome.finish.standard_error
    )
