"""Earned value of a whole portfolio at once: columns of work packages -> totals and indices per project.

The entry is `measured_columns`. It follows the same conventions as `earned_value`, to the minor unit: planned value
by inclusive calendar days, percent complete, half-even rounding per package. The library numpy is only needed here.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.finance.engines.valuation.earned_value import EarnedValue, Forecast, Totals, figures
from services.finance.engines.valuation.minor_units import LARGEST_MINOR
from shared.base.exact import refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

Integers: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
WHOLE = 10_000
"""Percent complete is counted in hundredths of a percent, so that 10,000 is all."""
MOST_PROJECTS = 1_000_000
_BLOCK = 8_192  # rows at a time: few enough for all their columns to stay in the processor's cache
_LATEST = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class PackageColumns:
    """One work package a row, all columns int64 and of one length.

    `project` numbers the project from 0. Amounts are minor units. Dates are proleptic ordinals as of
    `date.toordinal`. `percent_complete` is in hundredths of a percent, 0 to 10,000.
    """

    project: Integers
    budget: Integers
    planned_start: Integers
    planned_finish: Integers
    percent_complete: Integers
    actual_cost: Integers


@dataclass(frozen=True, slots=True)
class ProjectColumns:
    """The sums per project (minor units); indices and the forecast at CPI as floats, NaN where there is none.

    `project` and `portfolio` give the exact figures with the reasons for those that are missing.
    """

    bac: Integers
    pv: Integers
    ev: Integers
    ac: Integers
    spi: Floats
    cpi: Floats
    eac: Floats

    def project(self, number: int, forecast: Forecast = Forecast.AT_CPI) -> EarnedValue:
        amounts = (int(column[number]) for column in (self.bac, self.pv, self.ev, self.ac))
        return figures(Totals(*amounts), forecast)

    def portfolio(self, forecast: Forecast = Forecast.AT_CPI) -> EarnedValue:
        amounts = (int(column.sum()) for column in (self.bac, self.pv, self.ev, self.ac))
        return figures(Totals(*amounts), forecast)


def measured_columns(packages: PackageColumns, projects: int, as_of: date) -> ProjectColumns:
    """Earned value of `projects` projects at the end of `as_of`; a project without packages has zeros.

    Raises `Invalid` naming the column and its first row that is out of range, and for sums beyond 18 digits.
    """
    refuse_mistyped(as_of, date, "/as_of")
    _check(packages, projects)
    sums = np.zeros((4, projects), dtype=np.int64)
    for first in range(0, len(packages.project), _BLOCK):
        block = _rows(packages, slice(first, first + _BLOCK))
        for row, amounts in zip(sums, _measured(block, as_of), strict=True):
            np.add.at(row, block.project, amounts)
    bac, pv, ev, ac = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        spi = np.where(pv > 0, ev / pv, np.nan)
        cpi = np.where(ac > 0, ev / ac, np.nan)
        eac = np.where(cpi > 0, bac / cpi, np.nan)
    return ProjectColumns(bac, pv, ev, ac, spi, cpi, eac)


def _rows(packages: PackageColumns, rows: slice) -> PackageColumns:
    return PackageColumns(*(getattr(packages, column)[rows] for column in PackageColumns.__slots__))


def _measured(packages: PackageColumns, as_of: date) -> tuple[Integers, Integers, Integers, Integers]:
    """BAC, PV, EV and AC of each row."""
    days = packages.planned_finish - packages.planned_start + 1
    elapsed = np.clip(as_of.toordinal() - packages.planned_start + 1, 0, days)
    planned = _part(packages.budget, elapsed, days)
    earned = _part(packages.budget, packages.percent_complete, np.int64(WHOLE))
    return packages.budget, planned, earned, packages.actual_cost


def _part(amount: Integers, share: Integers, whole: Integers | np.int64) -> Integers:
    """amount x share / whole, half to even; where the product might leave 64 bits, whole parts go apart."""
    fits = int(amount.max(initial=0)) * int(share.max(initial=0)) < 2**62
    each = np.int64(0) if fits else amount // whole
    rest = (amount - each * whole) * share
    floor = rest // whole
    rest -= floor * whole
    floor += each * share
    rest *= 2
    rest += floor & 1  # a half goes up where the floor is odd
    floor += rest > whole
    return floor


def _check(packages: PackageColumns, projects: int) -> None:
    refuse_mistyped(packages, PackageColumns, "")
    refuse_mistyped(projects, int, "/projects")
    rows = packages.project.size
    if not 0 <= projects <= MOST_PROJECTS:
        raise refused(
            "too_many_projects",
            Text("0 to {most_projects:,} projects", most_projects=MOST_PROJECTS),
            "/projects",
        )
    bounds = {
        "project": (0, projects - 1),
        "budget": (0, LARGEST_MINOR),
        "planned_start": (1, _LATEST),
        "planned_finish": (packages.planned_start, _LATEST),
        "percent_complete": (0, WHOLE),
        "actual_cost": (-LARGEST_MINOR, LARGEST_MINOR),
    }
    for name, (low, high) in bounds.items():
        column = getattr(packages, name)
        if column.dtype != np.int64 or column.shape != (rows,):
            raise refused(
                "not_a_column",
                Text("{name} is not {rows} integers of 64 bits", name=name, rows=rows),
                f"/{name}",
            )
        wrong = (column < low) | (column > high)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise refused(
                "out_of_range",
                Text("{name} {column} of row {row} is out of range", name=name, column=column[row], row=row),
                f"/{name}/{row}",
            )
    for name in ("budget", "actual_cost"):
        if np.abs(getattr(packages, name)).sum(dtype=np.float64) > LARGEST_MINOR:
            raise refused(
                "amount_too_large", Text("the sum of {name} has more than 18 digits", name=name), f"/{name}"
            )
