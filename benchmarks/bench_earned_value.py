"""Earned value of 100,000 work packages rolled up to 2,000 projects and a portfolio, beside a plain loop."""

from datetime import date

import numpy as np

from benchmarks.figure import Figure, seconds
from services.finance.engines.valuation.columns import WHOLE, PackageColumns, measured_columns

ROWS, PROJECTS, AS_OF = 100_000, 2_000, date(2026, 7, 1)


def figures() -> list[Figure]:
    packages = _packages()
    rows = list(zip(*(getattr(packages, name).tolist() for name in PackageColumns.__slots__), strict=True))
    ours = measured_columns(packages, PROJECTS, AS_OF)
    theirs = _plain_loop(rows)
    assert [ours.bac.tolist(), ours.pv.tolist(), ours.ev.tolist(), ours.ac.tolist()] == theirs
    fast = seconds(lambda: measured_columns(packages, PROJECTS, AS_OF).portfolio(), 21)
    slow = seconds(lambda: _plain_loop(rows), 5)
    note = (
        f"a plain Python loop over the same rows took {slow * 1e3:.0f} ms; both start from integers in memory"
    )
    return [
        Figure("evm_100k_rows", fast * 1e3, "ms", 10, note=note),
        Figure("evm_100k_rows_over_loop", fast / slow, "ratio", 0.2),
    ]


def _packages() -> PackageColumns:
    draw = np.random.default_rng(20260701)
    start = draw.integers(date(2025, 1, 1).toordinal(), date(2026, 12, 31).toordinal(), ROWS)
    return PackageColumns(
        project=draw.integers(0, PROJECTS, ROWS),
        budget=draw.integers(1_000_00, 500_000_00, ROWS),
        planned_start=start,
        planned_finish=start + draw.integers(0, 400, ROWS),
        percent_complete=draw.integers(0, WHOLE + 1, ROWS),
        actual_cost=draw.integers(0, 500_000_00, ROWS),
    )


def _plain_loop(rows: list[tuple[int, ...]]) -> list[list[int]]:
    """What one would write first: the same conventions, one row after the other."""
    today = AS_OF.toordinal()
    bac, pv, ev, ac = ([0] * PROJECTS for _ in range(4))
    for project, budget, start, finish, percent, actual in rows:
        days = finish - start + 1
        bac[project] += budget
        pv[project] += _half_even(budget * min(max(today - start + 1, 0), days), days)
        ev[project] += _half_even(budget * percent, WHOLE)
        ac[project] += actual
    return [bac, pv, ev, ac]


def _half_even(amount: int, parts: int) -> int:
    floor, rest = divmod(amount, parts)
    return floor + (2 * rest > parts or (2 * rest == parts and floor % 2 == 1))
