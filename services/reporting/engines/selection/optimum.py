"""The best selection there is, with its proof: a mixed-integer programme solved by HiGHS (Huangfu and Hall, 2018).

Every start of every candidate is a 0/1 variable, and every condition a row `a x <= b`. Rows are the limits, at
most one start of each candidate, and at least one of what is forced in. So are prerequisites (x_i - x_j <= 0) and
exclusions. The solver's tolerances are absolute: limits are scaled by their own size, and values to a million at most.
Where the solver gives up on that scale, it tries lower ones and another method. An answer does without what the
solver never gave: prices, a bound, a selection.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, eye_array, hstack

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text, joined

from .table import Column, Table, tolerance

Array = NDArray[np.float64]
Row = tuple[list[tuple[int, float]], float]
_REPAIRS = 8
_RANGE = 1e6  # between the greatest and the least coefficient that a limit is scaled to
_FEW = 200  # columns that are solved in a blink, whole


class _Core(NamedTuple):
    """How many columns a core leaves open, how precisely it is solved (of the gap), in what part of the time."""

    columns: int
    precision: float
    share: float


_CORES = (_Core(100, 0.2, 0.25), _Core(200, 1.0, 0.25))
"""More columns than there are usually limits to decide about, and twice that where many limits are scarce."""
_INFEASIBLE, _GAVE_UP = 2, 4
_SCALES = (20, 10, 0)  # powers of two that the greatest value is scaled to, in the order of trying
_LEAST_SECONDS = 0.01
_METHODS = ("highs", "highs-ipm")


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The linear relaxation's dual, in which projects could be divided.

    No selection exceeds `bound` (weak duality). `prices` are the worth of one unit more of each row's
    right-hand side. `reduced` is how much more each column would have to be worth to be taken: at most 0
    where it is. Both are None where the solver gave no dual: the bound is then all that could be gained.
    """

    bound: float
    prices: Array | None
    reduced: Array | None


@dataclass(frozen=True, slots=True)
class Optimum:
    """The chosen columns (None: none found in time); the value none can exceed."""

    columns: list[Column] | None
    bound: float

    @property
    def value(self) -> float:
        return math.fsum(column.value for column in self.columns) if self.columns is not None else -math.inf

    def reaches(self, gap: float) -> bool:
        return self.columns is not None and self.bound - self.value <= gap * abs(self.value)


class Programme:
    """The mixed-integer programme of a table: the rows of its limits come first, in their order.

    Refuses, once made, what is forced in and does not fit.
    """

    def __init__(self, table: Table, seconds: float) -> None:
        self._table, self._seconds = table, seconds
        self._values = np.array([column.value for column in table.columns])
        largest = math.frexp(np.abs(self._values).max())[1]
        self._units = [math.ldexp(1.0, largest - scale) for scale in _SCALES]
        out = table.portfolio.forced_out
        self._allowed = np.array([float(c.candidate.key not in out) for c in table.columns])
        self._scales = _scales(table)
        rows = [*_limits(table, self._scales), *_rules(table)]
        self._rows = _sparse([entries for entries, _ in rows], len(table.columns))
        self._most = np.array([most for _, most in rows])
        self.relaxation = self._relaxed()

    def optimum(self, gap: float) -> Optimum:
        """First the cores, whose answers the relaxation's bound may prove; else all, less what the best answer
        rules out.

        A core (Balas and Zemel, 1980) leaves open only the columns with the smallest reduced costs. Where a
        reduced cost exceeds what an answer is short of the bound, no better answer differs from the
        relaxation in that column.
        """
        ends = monotonic() + self._seconds
        best = Optimum(None, self.relaxation.bound)
        for core in _CORES:
            if best.reaches(gap) or (edge := self._edge(core.columns)) is None:
                break
            solution = self._solved(edge, core.precision * gap, core.share * self._seconds)
            best = Optimum(max(best, solution, key=lambda each: each.value).columns, best.bound)
        if best.reaches(gap):
            return best
        seconds = max(ends - monotonic(), _LEAST_SECONDS)
        whole = self._solved(best.bound - best.value, gap, seconds)
        bound = min(best.bound, max(whole.bound, best.value))
        return self._fewest(Optimum(max(best, whole, key=lambda each: each.value).columns, bound))

    def _edge(self, columns: int) -> float | None:
        """The reduced cost beyond which a core of so many columns ends; None where there is no such core."""
        reduced = self.relaxation.reduced
        if reduced is None or len(reduced) <= 2 * columns:
            return None
        return float(np.partition(np.abs(reduced), columns)[columns])

    def _fewest(self, optimum: Optimum) -> Optimum:
        """Of equally valuable selections one with the fewest projects, where that is quickly found."""
        if optimum.columns is None or len(self._values) > _FEW:
            return optimum
        scale = abs(optimum.value) or self._units[0]
        fewer = milp(
            np.ones_like(self._values),
            integrality=np.ones_like(self._values),
            bounds=Bounds(0, self._allowed),
            constraints=[
                LinearConstraint(self._rows, -np.inf, self._most),
                LinearConstraint(self._values / scale, optimum.value / scale, np.inf),
            ],
            options={"time_limit": self._seconds / 4},
        )
        columns = self._columns(fewer.x) if fewer.x is not None else optimum.columns
        same = Optimum(columns, optimum.bound)
        equal = same.value >= optimum.value - 1e-12 * scale and not self._table.exceeded(columns)
        return same if equal and len(columns) < len(optimum.columns) else optimum

    def _columns(self, x: Array) -> list[Column]:
        return [column for column, share in zip(self._table.columns, x, strict=True) if share > 0.5]

    def limit_prices(self) -> list[float] | None:
        """The worth of one unit more of each limit; None where the solver gave no prices."""
        limits = len(self._scales)
        if self.relaxation.prices is None:
            return None
        worth = self.relaxation.prices[:limits]
        noise = 1e-9 * np.abs(self._values).max()
        return [float(price) for price in np.where(worth > noise, worth, 0.0) / self._scales]

    def _relaxed(self) -> Relaxation:
        """The relaxation on the first scale and by the first method on which the solver does not give up."""
        bounds = np.stack([np.zeros_like(self._allowed), self._allowed], axis=1)
        for unit, method in product(self._units, _METHODS):
            worth = -self._values / unit
            solved = linprog(worth, A_ub=self._rows, b_ub=self._most, bounds=bounds, method=method)
            if solved.status == _INFEASIBLE:
                self._refuse_infeasible()
            if solved.success and solved.ineqlin.marginals is not None:
                self._units = [each for each in self._units if each >= unit]
                return self._priced(np.maximum(-solved.ineqlin.marginals, 0.0) * unit)
        return Relaxation(math.fsum(np.maximum(self._values, 0.0) * self._allowed), None, None)

    def _priced(self, prices: Array) -> Relaxation:
        reduced = self._rows.T @ prices - self._values
        bound = float(self._most @ prices + np.maximum(-reduced, 0.0) @ self._allowed)
        return Relaxation(bound, prices, reduced)

    def _solved(self, edge: float, gap: float, seconds: float) -> Optimum:
        """Solves with the columns beyond the `edge` of reduced cost as the relaxation has them.

        Where the solver's rounding overdraws a limit, it solves again with that limit tighter.
        """
        least, greatest = np.zeros_like(self._allowed), self._allowed
        if (reduced := self.relaxation.reduced) is not None:
            least = np.where(reduced < -edge, self._allowed, 0.0)
            greatest = np.where(reduced > edge, 0.0, self._allowed)
        most, bound = self._most.copy(), math.inf
        for _ in range(_REPAIRS):
            solution, unit = self._programmed(Bounds(least, greatest), most, gap, seconds)
            if solution.status == _INFEASIBLE and edge == bound == math.inf:
                self._refuse_infeasible()
            if bound == math.inf and solution.mip_dual_bound is not None:
                bound = -float(solution.mip_dual_bound) * unit
            if solution.x is None:
                break
            columns = self._columns(solution.x)
            exceeded = self._table.exceeded(columns)
            if not exceeded:
                return Optimum(columns, bound)
            for row, excess in exceeded.items():
                most[row] -= 2 * excess / self._scales[row]
        return Optimum(None, bound)

    def _programmed(self, bounds: Bounds, most: Array, gap: float, seconds: float) -> tuple[Any, float]:
        """The solver's answer and the unit its values are in; on a lower scale where it gave up."""
        ends = monotonic() + seconds
        for unit in self._units:
            solution = milp(
                -self._values / unit,
                integrality=np.ones_like(self._values),
                bounds=bounds,
                constraints=LinearConstraint(self._rows, -np.inf, most),
                options={"mip_rel_gap": gap, "time_limit": max(ends - monotonic(), _LEAST_SECONDS)},
            )
            if solution.status != _GAVE_UP or solution.x is not None or monotonic() > ends:
                break
        return solution, unit

    def _refuse_infeasible(self) -> None:
        """Finds the least that the limits would have to be raised by, in shares of each, and names it."""
        columns, limits = len(self._values), len(self._scales)
        relief = eye_array(len(self._most), limits, format="csr")
        solution = milp(
            np.concatenate([np.zeros(columns), np.ones(limits)]),
            integrality=np.concatenate([np.ones(columns), np.zeros(limits)]),
            bounds=Bounds(0, np.concatenate([self._allowed, np.full(limits, np.inf)])),
            constraints=LinearConstraint(hstack([self._rows, -relief], format="csr"), -np.inf, self._most),
            options={"time_limit": self._seconds},
        )
        missing = solution.x[columns:] * self._scales if solution.x is not None else np.zeros(limits)
        faults = [
            Fault(
                "infeasible",
                Text("{limit} is short by {short:,.6g}", limit=str(limit), short=short),
                _pointer(self._table, row),
            )
            for row, (limit, short) in enumerate(zip(self._table.limits, missing, strict=True))
            if short > tolerance(limit.limit)
        ]
        details = (
            joined((fault.detail for fault in faults), "; ")
            if faults
            else Text("the limits contradict each other")
        )
        raise Invalid(
            Text("what is forced in does not fit: {details}", details=details), *faults, code="infeasible"
        )


def _scales(table: Table) -> Array:
    """What each limit is divided by: itself, or what keeps the amounts under it in range where it is next to
    none."""
    largest = [0.0] * len(table.limits)
    for column in table.columns:
        for row, amount in column.takes:
            largest[row] = max(largest[row], abs(amount))
    sizes = (max(limit.limit, most / _RANGE) for limit, most in zip(table.limits, largest, strict=True))
    return np.array([size or 1.0 for size in sizes])


def _limits(table: Table, scales: Array) -> Iterator[Row]:
    taking: list[list[tuple[int, float]]] = [[] for _ in table.limits]
    for x, column in enumerate(table.columns):
        for row, amount in column.takes:
            taking[row].append((x, amount / float(scales[row])))
    for entries, limit, scale in zip(taking, table.limits, scales, strict=True):
        yield entries, limit.limit / float(scale)


def _rules(table: Table) -> Iterator[Row]:
    portfolio = table.portfolio
    starts: dict[str, list[int]] = {candidate.key: [] for candidate in portfolio.candidates}
    for x, column in enumerate(table.columns):
        starts[column.candidate.key].append(x)

    def each(key: str, factor: float) -> list[tuple[int, float]]:
        return [(x, factor) for x in starts[key]]

    for candidate in portfolio.candidates:
        if len(candidate.starts) > 1:
            yield each(candidate.key, 1.0), 1.0
        for prerequisite in candidate.requires:
            yield each(candidate.key, 1.0) + each(prerequisite, -1.0), 0.0
    for key in sorted(portfolio.forced_in):
        yield each(key, -1.0), -1.0
    for exclusion in portfolio.exclusions:
        yield [entry for key in exclusion.keys for entry in each(key, 1.0)], float(exclusion.at_most)


def _sparse(rows: list[list[tuple[int, float]]], columns: int) -> Any:
    ends = np.cumsum([0, *map(len, rows)])
    entries = [entry for row in rows for entry in row]
    where = np.array([x for x, _ in entries], dtype=np.int32)
    amounts = np.array([amount for _, amount in entries], dtype=np.float64)
    return csr_array((amounts, where, ends.astype(np.int32)), shape=(len(rows), columns))


def _pointer(table: Table, row: int) -> str:
    budgets = len(table.portfolio.budgets)
    return f"/budgets/{row}" if row < budgets else f"/capacities/{row - budgets}"
