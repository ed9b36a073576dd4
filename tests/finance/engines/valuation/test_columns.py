"""The vectorised pass says what the plain one says, to the minor unit."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.columns import PackageColumns, measured_columns
from services.finance.engines.valuation.earned_value import measure
from services.finance.engines.valuation.techniques import PercentComplete
from services.finance.engines.valuation.work_packages import WorkPackage
from shared.base.errors import Invalid

ROWS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.one_of(st.integers(0, 10**9), st.integers(0, 10**16)),
        st.integers(0, 700),
        st.integers(0, 700),
        st.integers(0, 10_000),
        st.integers(0, 10**12),
    ),
    max_size=30,
)
EPOCH = date(2026, 1, 1)


def columns(rows: list[tuple[int, ...]]) -> PackageColumns:
    by_column = np.array(rows, dtype=np.int64).reshape(len(rows), 6).T
    project, budget, start, days, percent, actual = (np.ascontiguousarray(column) for column in by_column)
    return PackageColumns(
        project, budget, start + EPOCH.toordinal(), start + days + EPOCH.toordinal(), percent, actual
    )


@given(ROWS, st.integers(0, 1500))
def test_every_project_equals_the_plain_measurement(rows: list[tuple[int, ...]], elapsed: int) -> None:
    as_of = EPOCH + timedelta(elapsed)
    got = measured_columns(columns(rows), 5, as_of)
    for number in range(5):
        own = [row for row in rows if row[0] == number]
        packages = [
            WorkPackage(
                str(i),
                budget,
                EPOCH + timedelta(start),
                EPOCH + timedelta(start + days),
                PercentComplete(Decimal(percent) / 100),
            )
            for i, (_, budget, start, days, percent, _) in enumerate(own)
        ]
        plain = measure(packages, sum(row[5] for row in own), as_of)
        exact = got.project(number)
        assert (exact.bac, exact.pv, exact.ev, exact.ac) == (plain.bac, plain.pv, plain.ev, plain.ac)
        assert isnan(got.cpi[number]) == (plain.cpi is None)
        assert isnan(got.eac[number]) == (plain.eac is None)
        if plain.cpi is not None:
            assert got.cpi[number] == pytest.approx(float(plain.cpi))


@given(ROWS)
def test_the_portfolio_is_the_sum_of_its_projects(rows: list[tuple[int, ...]]) -> None:
    got = measured_columns(columns(rows), 5, date(2026, 12, 31))
    projects = [got.project(number) for number in range(5)]
    assert got.portfolio().ev == sum(project.ev or 0 for project in projects)
    assert got.portfolio().pv == sum(project.pv or 0 for project in projects)


def test_twenty_thousand_rows_are_twenty_thousand_times_one() -> None:
    rows = [(number % 3, 1000 + number, 0, 9, 3333, number) for number in range(20_000)]
    got = measured_columns(columns(rows), 3, EPOCH + timedelta(4))
    assert got.portfolio().ac == sum(range(20_000))
    assert got.portfolio().ev == sum(round(Fraction(row[1] * 3333, 10_000)) for row in rows)
    assert got.project(2).pv == sum(round(Fraction(row[1] * 5, 10)) for row in rows if row[0] == 2)


GOOD = columns([(0, 100, 0, 9, 5000, 40), (1, 100, 0, 9, 5000, 40)])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("project", 2),
        ("project", -1),
        ("budget", -1),
        ("planned_finish", EPOCH.toordinal() - 1),
        ("percent_complete", 10_001),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_row(column: str, value: int) -> None:
    wrong = getattr(GOOD, column).copy()
    wrong[1] = value
    with pytest.raises(Invalid) as refusal:
        measured_columns(replace(GOOD, **{column: wrong}), 2, EPOCH)
    assert refusal.value.faults[0].pointer == f"/{column}/1"


def test_columns_of_other_kinds_or_lengths_are_refused() -> None:
    with pytest.raises(Invalid, match="budget"):
        measured_columns(replace(GOOD, budget=GOOD.budget.astype(float)), 2, EPOCH)
    with pytest.raises(Invalid, match="actual_cost"):
        measured_columns(replace(GOOD, actual_cost=GOOD.actual_cost[:1]), 2, EPOCH)


@pytest.mark.parametrize("projects", [-1, 10**9])
def test_no_number_of_projects_exhausts_the_memory(projects: int) -> None:
    with pytest.raises(Invalid, match="projects"):
        measured_columns(GOOD, projects, EPOCH)


def test_a_sum_beyond_18_digits_is_refused_before_it_wraps_around() -> None:
    rows = [(0, 10**18 - 1, 0, 9, 10_000, 0)] * 12
    with pytest.raises(Invalid, match="sum of budget"):
        measured_columns(columns(rows), 1, EPOCH)


def test_importing_the_package_does_not_import_numpy() -> None:
    import subprocess
    import sys

    code = "import sys, services.finance.engines.valuation.rollup; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
