"""The plan curve and the figures of a project, against hand-computed examples and the valuation engine."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.earned_value import measure
from services.finance.engines.valuation.techniques import PercentComplete
from services.finance.engines.valuation.work_packages import WorkPackage
from services.finance.performance import rules
from services.finance.performance.rules import Remembered, Span
from shared.base.clock import to_day
from shared.base.money import Money
from shared.contracts.finance import Performance

NEW_YEAR = date(2026, 1, 1)


def package(
    budget: int | None, start: date, days: int, percent: int = 0, currency: str = "CHF"
) -> Remembered:
    finish = start + timedelta(days=days - 1)
    return Remembered(
        1, budget, currency if budget is not None else None, to_day(start), to_day(finish), percent
    )


def measured(*packages: Remembered, actual: int = 0) -> Performance:
    at, zero = datetime(2026, 1, 1, tzinfo=UTC), Money.of(0, "CHF")
    performance = Performance(
        id=uuid4(), version=1, created_at=at, updated_at=at, project_id=uuid4(), currency="CHF",
        at_completion=zero, earned=zero, actual=zero,
    )  # fmt: skip
    rules.remeasure(performance, {str(i): p for i, p in enumerate(packages)}, "CHF", actual, "a test")
    return performance


def test_a_project_half_over_budget_and_behind() -> None:
    """BAC 500,000; half of the plan due, 40 % done, 290,000 spent: the second example of METHODS."""
    performance = measured(package(50_000_000, NEW_YEAR, 100, percent=40), actual=29_000_000)
    figures = rules.earned_value(performance, NEW_YEAR + timedelta(days=49))
    assert (figures.pv, figures.ev, figures.ac) == (25_000_000, 20_000_000, 29_000_000)
    assert (figures.sv, figures.cv, figures.spi) == (-5_000_000, -9_000_000, Decimal("0.8"))
    assert (figures.eac, figures.etc, figures.vac) == (72_500_000, 43_500_000, -22_500_000)
    assert round(figures.cpi or 0, 3) == Decimal("0.690")
    assert round(figures.tcpi_bac or 0, 3) == Decimal("1.429")


def test_nothing_is_planned_before_the_start_and_all_of_it_after_the_finish() -> None:
    performance = measured(package(1_000, NEW_YEAR, 10))
    days = (NEW_YEAR - timedelta(days=1), NEW_YEAR, NEW_YEAR + timedelta(days=9), date(2030, 1, 1))
    assert [rules.planned_value(performance, day) for day in days] == [0, 100, 1_000, 1_000]


def test_work_without_dates_leaves_only_the_planned_value_unknown() -> None:
    performance = measured(Remembered(1, 1_000, "CHF", None, None, 50), package(1_000, NEW_YEAR, 10))
    figures = rules.earned_value(performance, NEW_YEAR)
    assert (figures.bac, figures.ev, figures.pv, figures.spi) == (2_000, 500, None, None)
    assert figures.reasons["spi"] == "a work package with a budget has no planned dates"


def test_work_in_a_currency_without_a_rate_is_said_and_not_added_up() -> None:
    performance = measured(package(1_000, NEW_YEAR, 10), package(1_000, NEW_YEAR, 10, currency="EUR"))
    assert performance.reasons["bac"] == "work is budgeted in EUR, and there is no rate to CHF"
    assert rules.earned_value(performance, NEW_YEAR).ev is None


def test_costs_alone_are_no_measure_of_work() -> None:
    performance = measured(package(None, NEW_YEAR, 10), actual=500)
    assert performance.actual == Money.of(500, "CHF")
    assert rules.earned_value(performance, NEW_YEAR).reasons["cpi"] == "no work package with a budget"


def test_a_plan_of_many_turns_is_thinned_and_keeps_its_ends() -> None:
    spans = tuple(
        Span(NEW_YEAR + timedelta(days=3 * i), NEW_YEAR + timedelta(days=3 * i + 1), 10) for i in range(500)
    )
    curve = rules.cumulative_plan(spans)
    assert len(curve) == rules.MOST_POINTS
    assert (curve[0], curve[-1]) == ((NEW_YEAR - timedelta(days=1), 0), (spans[-1].finish, 5_000))


packages = st.builds(
    package,
    st.integers(0, 10**12),
    st.dates(date(2020, 1, 1), date(2020, 6, 1)),
    st.integers(1, 200),
    st.integers(0, 100),
)


@given(st.lists(packages, min_size=1, max_size=6), st.dates(date(2019, 12, 1), date(2021, 2, 1)))
def test_the_curve_says_of_any_day_what_the_engine_computes(held: list[Remembered], day: date) -> None:
    """To a minor unit and a half for each package, by which the engine rounds it and the curve its ends."""
    performance = measured(*held, actual=1)
    exact = measure(
        [
            WorkPackage(
                str(i), p.budget or 0, date(1970, 1, 1) + timedelta(days=p.starts_on or 0),
                date(1970, 1, 1) + timedelta(days=p.finishes_on or 0), PercentComplete(p.percent),
            )
            for i, p in enumerate(held)
        ],
        1,
        day,
    )  # fmt: skip
    figures = rules.earned_value(performance, day)
    assert (figures.bac, figures.ev) == (exact.bac, exact.ev)
    assert abs((figures.pv or 0) - (exact.pv or 0)) <= 1.5 * len(held)


@given(st.lists(packages, min_size=1, max_size=6))
def test_the_plan_only_rises_and_ends_at_the_budget(held: list[Remembered]) -> None:
    performance = measured(*held)
    values = [point.value.minor for point in performance.plan]
    assert values == sorted(values)
    assert (
        sum(p.budget or 0 for p in held) == (values[-1] if values else 0) == performance.at_completion.minor
    )
