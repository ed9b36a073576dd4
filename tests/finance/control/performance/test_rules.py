"""The plan curve and the figures of a project, against hand-computed examples and the valuation engine."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.control.performance import rules
from services.finance.control.performance.rules import Basis, Change, PackageVersion, Plan
from services.finance.engines.valuation.earned_value import EarnedValue, measure
from services.finance.engines.valuation.techniques import PercentComplete
from services.finance.engines.valuation.work_packages import WorkPackage
from shared.base.clock import from_day, to_day
from shared.base.money import Money
from shared.contracts.finance.control import Performance
from shared.domain.measured import MOST_POINTS, NOTHING, Measured, Sums, curve, measured

NEW_YEAR = date(2026, 1, 1)
APPROVED_AT = 1_000
BEFORE_BASELINES = Basis(APPROVED_AT, None)
"""The approval of a project before there were baselines."""


def version(
    plan: Plan | None, percent: int = 0, *, at: int = 0, number: int = 1, gone: bool = False
) -> PackageVersion:
    return PackageVersion(number, at, plan, percent, gone)


def plan(budget: int, start: date, days: int, currency: str = "CHF") -> Plan:
    return Plan(budget, currency, to_day(start), to_day(start) + days - 1)


def package(
    budget: int | None, start: date, days: int, percent: int = 0, currency: str = "CHF"
) -> PackageVersion:
    return version(None if budget is None else plan(budget, start, days, currency), percent)


class Work:
    """Packages and costs, summed up."""

    def __init__(self, *packages: PackageVersion, actual: int = 0) -> None:
        changes = [rules.change(None, rules.judged(p, None, None), 0) for p in packages]
        if actual:
            changes.append(rules.spent(actual, "CHF", 0))
        sums: dict[str, Any] = {}
        self.spans: dict[tuple[int, int], int] = {}
        for created in changes:
            for currency, added in created.sums.items():
                sums[currency] = sums.get(currency, NOTHING).plus(added)
            for (currency, first, last), budget in created.spans.items():
                if currency == "CHF":
                    self.spans[first, last] = self.spans.get((first, last), 0) + budget
        measures = measured(sums, "CHF")
        self.measured: Measured = measures or Measured("CHF", NOTHING, {})

    def at(self, day: date) -> EarnedValue:
        return rules.earned_value(self.measured, self.spans, day)

    def performance_now(self) -> Performance:
        at, zero = datetime(2026, 1, 1, tzinfo=UTC), Money.of(0, "CHF")
        performance = Performance(
            id=uuid4(), version=1, created_at=at, updated_at=at, project_id=uuid4(), currency="CHF",
            at_completion=zero, earned=zero, actual=zero, current_at_completion=zero,
        )  # fmt: skip
        rules.remeasure(performance, self.measured, self.spans, "a test", ())
        return performance


def test_a_project_half_over_budget_and_behind() -> None:
    """BAC 500,000; half of the plan due, 40 % done, 290,000 spent: the second example of METHODS."""
    work = Work(package(50_000_000, NEW_YEAR, 100, percent=40), actual=29_000_000)
    figures = work.at(NEW_YEAR + timedelta(days=49))
    assert (figures.pv, figures.ev, figures.ac) == (25_000_000, 20_000_000, 29_000_000)
    assert (figures.sv, figures.cv, figures.spi) == (-5_000_000, -9_000_000, Decimal("0.8"))
    assert (figures.eac, figures.etc, figures.vac) == (72_500_000, 43_500_000, -22_500_000)
    assert round(figures.cpi or 0, 3) == Decimal("0.690")
    assert round(figures.tcpi_bac or 0, 3) == Decimal("1.429")


def test_nothing_is_planned_before_the_start_and_all_of_it_after_the_finish() -> None:
    work = Work(package(1_000, NEW_YEAR, 10))
    days = (NEW_YEAR - timedelta(days=1), NEW_YEAR, NEW_YEAR + timedelta(days=9), date(2030, 1, 1))
    assert [work.at(day).pv for day in days] == [0, 100, 1_000, 1_000]


def test_work_without_dates_leaves_only_the_planned_value_unknown() -> None:
    figures = Work(version(Plan(1_000, "CHF", None, None), 50), package(1_000, NEW_YEAR, 10)).at(NEW_YEAR)
    assert (figures.bac, figures.ev, figures.pv, figures.spi) == (2_000, 500, None, None)
    assert figures.reasons["spi"] == "a work package with a budget has no planned dates"


def test_work_in_a_currency_without_a_rate_is_said_and_not_added_up() -> None:
    work = Work(package(1_000, NEW_YEAR, 10), package(1_000, NEW_YEAR, 10, currency="EUR"))
    assert work.performance_now().reasons["bac"] == "work is budgeted in EUR, and there is no rate to CHF"
    assert work.at(NEW_YEAR).ev is None


def test_costs_alone_are_no_measure_of_work() -> None:
    work = Work(package(None, NEW_YEAR, 10), actual=500)
    assert work.performance_now().actual == Money.of(500, "CHF")
    assert work.at(NEW_YEAR).reasons["cpi"] == "no work package with a budget"


def test_a_plan_of_many_turns_is_thinned_and_keeps_its_ends() -> None:
    spans = {(3 * i, 3 * i + 1): 10 for i in range(500)}
    points = curve(spans)
    assert len(points) == MOST_POINTS
    assert (points[0], points[-1]) == ((-1, 0), (3 * 499 + 1, 5_000))


def test_a_plan_that_is_taken_back_leaves_no_turn() -> None:
    assert curve({(0, 9): 100, (3, 5): 0}) == [(-1, 0), (9, 100)]


def judged(*versions: PackageVersion, bases: Sequence[Basis] = (BEFORE_BASELINES,)) -> PackageVersion:
    """The last version as it stood when it was told."""
    return rules.as_told(rules.walk(None, versions, bases))[versions[-1].version]


FIRST, SECOND, THIRD = (plan(budget, NEW_YEAR, 10) for budget in (1_000, 400, 700))


@pytest.mark.parametrize(
    ("versions", "approved", "added"),
    [
        ([(FIRST, 500)], FIRST, False),
        ([(FIRST, 500), (SECOND, 1_000)], SECOND, False),
        ([(FIRST, 500), (SECOND, 1_001)], FIRST, False),
        ([(None, 500), (SECOND, 1_001), (THIRD, 1_002)], SECOND, True),
        ([(FIRST, 500), (None, 900), (THIRD, 1_002)], THIRD, True),
        ([(SECOND, 2_000), (THIRD, 3_000)], SECOND, True),
    ],
)
def test_before_there_were_baselines_a_package_is_measured_by_its_plan_at_the_approval_or_its_first_after(
    versions: list[tuple[Plan | None, int]], approved: Plan, added: bool
) -> None:
    last = judged(*(version(p, at=at, number=n) for n, (p, at) in enumerate(versions, 1)))
    assert (last.approved, last.added) == (approved, added)


def test_before_a_baseline_a_package_is_measured_by_its_current_plan() -> None:
    versions = version(FIRST), version(SECOND, number=2, at=2_000)
    assert judged(*versions, bases=()).approved == SECOND


@pytest.mark.parametrize(("planned_at", "counted"), [(500, 1_000), (2_000, 0)])
def test_archiving_takes_away_only_what_was_added_after_the_approval(planned_at: int, counted: int) -> None:
    first = judged(version(FIRST, 50, at=planned_at))
    gone = rules.judged(version(FIRST, 50, at=3_000, number=2, gone=True), first, BEFORE_BASELINES)
    whole = rules.change(None, gone, 0).sums.get("CHF", NOTHING)
    assert (whole.bac, whole.ev, whole.current) == (counted, counted // 2, 0)


def test_progress_changes_what_is_earned_and_nothing_else() -> None:
    before = judged(version(FIRST, 10, at=500))
    created = rules.change(
        before, rules.judged(version(FIRST, 60, at=2_000, number=2), before, BEFORE_BASELINES), 7
    )
    assert (created.counts_from, created.spans) == (7, {})
    assert created.sums == {"CHF": Sums(ev=500)}
    assert not rules.change(before, before, 7)


BASELINES = (Basis(1_000, "first"), Basis(2_000, "second"))


@pytest.mark.rule("finance.performance.2")
@pytest.mark.parametrize(
    ("states", "between", "afterwards"),
    [
        ([(FIRST, 500)], 1_000, 1_000),
        ([(FIRST, 500), (SECOND, 1_000)], 400, 400),
        ([(FIRST, 500), (SECOND, 1_001)], 1_000, 400),
        ([(FIRST, 500), (SECOND, 2_001)], 1_000, 1_000),
        ([(FIRST, 500), (None, 1_001), (THIRD, 2_001)], 1_000, 0),
        ([(SECOND, 1_001)], 0, 400),
        ([(SECOND, 2_001)], 0, 0),
    ],
)
def test_bac_moves_only_with_the_next_baseline(
    states: list[tuple[Plan | None, int]], between: int, afterwards: int
) -> None:
    """The first at 1,000, the second at 2,000: of each the plan of its moment counts, and nothing that comes later."""
    versions = [version(p, at=at, number=n) for n, (p, at) in enumerate(states, 1)]
    changes = rules.changes([], rules.walk(None, versions, BASELINES), lambda at: at)
    assert [summed(changes, at).bac for at in (1_999, 3_000)] == [between, afterwards]
    live = states[-1][0]
    now = summed(changes)
    assert (now.current, now.differing) == (live.budget if live else 0, int(afterwards != now.current))


def summed(changes: Iterable[Change], until: int = 10_000) -> Sums:
    total = NOTHING
    for change in changes:
        if change.counts_from <= until:
            total = total.plus(change.sums.get("CHF", NOTHING))
    return total


plans = st.none() | st.integers(0, 900).map(lambda budget: plan(budget, NEW_YEAR, 10))
tellings = st.lists(st.tuples(plans, st.integers(0, 100), st.booleans()), min_size=1, max_size=6)


@given(tellings, st.lists(st.integers(0, 8), max_size=3, unique=True), st.randoms(use_true_random=False))
def test_in_whatever_order_versions_and_baselines_are_told_the_sums_of_each_day_are_the_same(
    states: list[tuple[Plan | None, int, bool]], baselines: list[int], random: Random
) -> None:
    """Versions come in their order, as the events of a package do; a baseline may be told before or after any of them."""
    versions = [
        version(p, percent, at=at, number=at + 1, gone=gone) for at, (p, percent, gone) in enumerate(states)
    ]
    bases = [Basis(at, f"at {at}") for at in sorted(baselines)]
    whole = rules.changes([], rules.walk(None, versions, bases), lambda at: at)
    walked: list[PackageVersion] = []
    agreed: list[Basis] = []
    waiting, late = list(versions), list(bases)
    random.shuffle(late)
    pieces: list[Change] = []
    while waiting or late:
        old = rules.walk(None, walked, agreed)
        if waiting and (not late or random.random() < 0.6):
            start = walked[-1] if walked else None
            one = waiting.pop(0)
            steps = rules.walk(start, [one], agreed)
            pieces += rules.changes(rules.walk(start, [], agreed), steps, lambda at: at)
            walked.append(rules.as_told(steps)[one.version])
        else:
            agreed = sorted([*agreed, late.pop()])
            new = rules.walk(None, walked, agreed)
            pieces += rules.changes(old, new, lambda at: at)
            walked = [rules.as_told(new)[one.version] for one in walked]
    for day in range(10):
        assert summed(pieces, day) == summed(whole, day), day


packages = st.builds(
    package,
    st.integers(0, 10**12),
    st.dates(date(2020, 1, 1), date(2020, 6, 1)),
    st.integers(1, 200),
    st.integers(0, 100),
)


@given(st.lists(packages, min_size=1, max_size=6), st.dates(date(2019, 12, 1), date(2021, 2, 1)))
def test_the_curve_says_of_any_day_what_the_engine_computes(
    versioned: list[PackageVersion], day: date
) -> None:
    """To a minor unit and a half for each package, by which the engine rounds it and the curve its ends."""
    exact = measure(
        [
            WorkPackage(
                str(i), p.plan.budget, from_day(p.plan.starts_on or 0), from_day(p.plan.finishes_on or 0),
                PercentComplete(p.percent),
            )
            for i, p in enumerate(versioned)
            if p.plan
        ],
        1,
        day,
    )  # fmt: skip
    figures = Work(*versioned, actual=1).at(day)
    assert (figures.bac, figures.ev) == (exact.bac, exact.ev)
    assert abs((figures.pv or 0) - (exact.pv or 0)) <= 1.5 * len(versioned)


@given(st.lists(packages, min_size=1, max_size=6))
def test_the_plan_only_rises_and_ends_at_the_budget(versioned: list[PackageVersion]) -> None:
    performance = Work(*versioned).performance_now()
    values = [point.value.minor for point in performance.plan]
    assert values == sorted(values)
    assert (
        sum(p.plan.budget for p in versioned if p.plan)
        == (values[-1] if values else 0)
        == performance.at_completion.minor
    )
