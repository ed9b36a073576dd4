"""Two ratios: cost of delay per size, and reach by impact by confidence per effort."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.engines.scoring.rice import Initiative, rice
from services.projects.engines.scoring.wsjf import Job, wsjf
from shared.base.errors import Invalid


def test_the_shortest_job_goes_first_when_delay_costs_the_same() -> None:
    got = wsjf([Job("long", 8, 5, 3, 8), Job("short", 8, 5, 3, 2), Job("dear", 20, 13, 8, 5)])
    assert [(p.code, p.score) for p in got.places] == [("dear", Decimal("8.2")), ("short", 8), ("long", 2)]


def test_rice_multiplies_what_is_gained_and_divides_by_the_effort() -> None:
    got = rice([Initiative("a", 500, 2, 80, 4), Initiative("b", 1000, Decimal("0.5"), 100, 2)])
    assert [(p.code, p.score, p.rank) for p in got.places] == [("b", 250, 1), ("a", 200, 2)]


def test_equal_ratios_tie_exactly() -> None:
    got = wsjf([Job("a", 1, 0, 0, 3), Job("b", 2, 0, 0, 6), Job("c", 0.1, 0.2, 0, 0.9)])
    assert {p.rank for p in got.places} == {1}
    assert got.places[0].tie == ("a", "b", "c")


def test_what_nobody_estimated_is_named() -> None:
    got = wsjf([Job("a", 1, None, 2, None)])
    assert got.places[0].reason == "no time criticality, size"
    assert rice([Initiative("a", None, 1, 50, 1)]).places[0].reason == "no reach"


def test_nothing_to_rank_is_an_empty_ranking() -> None:
    assert wsjf([]).places == rice([]).places == ()


@pytest.mark.parametrize(
    ("job", "pointer"),
    [
        (Job("a", 1, 1, 1, 0), "/jobs/0/size"),
        (Job("a", 1, 1, 1, -1), "/jobs/0/size"),
        (Job("a", -1, 1, 1, 1), "/jobs/0/business_value"),
        (Job("a", 1, float("nan"), 1, 1), "/jobs/0/time_criticality"),
    ],
)
def test_an_impossible_job_is_refused_at_its_place(job: Job, pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        wsjf([job])
    assert refusal.value.faults[0].pointer == pointer


def test_a_confidence_above_100_percent_is_refused() -> None:
    with pytest.raises(Invalid, match="/initiatives/1/confidence_percent"):
        rice([Initiative("a", 1, 1, 100, 1), Initiative("b", 1, 1, 120, 1)])


def test_more_initiatives_than_are_computed_exactly_are_refused() -> None:
    with pytest.raises(Invalid, match="1000000 candidates by 4 criteria"):
        rice([Initiative("a", 1, 1, 100, 1)] * 1_000_000)


def test_a_code_twice_is_refused() -> None:
    with pytest.raises(Invalid, match="appears twice"):
        rice([Initiative("a", 1, 1, 100, 1)] * 2)


points = st.sampled_from([1, 2, 3, 5, 8, 13, 20])


@given(st.lists(st.tuples(points, points, points, points), max_size=10), st.integers(2, 50))
def test_the_unit_of_the_estimates_does_not_matter(rows: list[tuple[int, ...]], factor: int) -> None:
    jobs = [Job(str(i), *row) for i, row in enumerate(rows)]
    larger = [Job(str(i), *(value * factor for value in row)) for i, row in enumerate(rows)]
    assert wsjf(jobs) == wsjf(larger)
