"""Correlation that moves no mean: a Gaussian copula over the uniform numbers, before they become values.

Each variable keeps its own distribution, whatever the correlation, since only the *order* in which its
values meet those of the others changes. A linear coefficient becomes a normal one, by the Hermite series of the
two quantile functions. It gives the covariance asked for (Cario and Nelson, 1997, "NORTA"). A rank coefficient r
becomes 2 sin(pi r / 6) (Pearson, 1907). Where ties take part (risk events, discrete values), it is the linear one of
the ranks, each tie at the middle of its ranks. The converted matrix may no longer be positive semi-definite. Then
all its coefficients are shrunk by the least common factor that makes it so, and the factor is reported.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

from . import portable
from .distributions import Discrete, Distribution, Uniform
from .model import Model, Variable
from .quantiles import quantiles

Array = NDArray[np.float64]
_TOLERANCE = 1e-9
_HERMITE_TERMS = 24
_SHRINKAGES = 2**20
"""The steps that coefficients are shrunk in, from none of them to all."""


@dataclass(frozen=True, slots=True)
class Copula:
    """The rows of the draws that move together, what couples them, and how far that had to be shrunk."""

    rows: list[int]
    factor: Array
    shrinkage: float

    def couple(self, u: Array) -> None:
        """Correlates the rows of the independent uniform numbers `u` in place."""
        z = portable.normal_quantile(u[self.rows])
        coupled = np.zeros_like(z)
        for column, normal in zip(self.factor.T, z, strict=True):
            coupled += column[:, np.newaxis] * normal  # column by column: the same sum on every machine
        u[self.rows] = np.clip(portable.normal_cdf(coupled), 2.0**-53, 1 - 2.0**-53)


def copula(index: int, model: Model, distributions: Mapping[Variable, Distribution]) -> Copula:
    """The model's correlation number `index`, of those of its variables that are drawn at all, as rows of
    `drawn`.

    Refuses a matrix that is not positive semi-definite.
    """
    correlation = model.correlations[index]
    matrix = np.array(correlation.matrix, dtype=np.float64)
    _refuse_impossible(matrix, f"/correlations/{index}/matrix")
    row = {variable: k for k, variable in enumerate(distributions)}
    drawn_places = [k for k, variable in enumerate(correlation.variables) if variable in distributions]
    drawn_places.sort(key=lambda k: correlation.variables[k])  # how the model lists them changes no figure
    variables = [correlation.variables[k] for k in drawn_places]
    stated = matrix[np.ix_(drawn_places, drawn_places)]
    if correlation.measure == "rank":
        normal = _rank_to_normal(stated, [distributions[variable] for variable in variables])
    else:
        normal = _linear_to_normal(stated, [distributions[variable] for variable in variables])
    np.fill_diagonal(normal, 1.0)
    factor, shrinkage = _shrunk(normal)
    return Copula([row[variable] for variable in variables], factor, shrinkage)


def _refuse_impossible(matrix: Array, pointer: str) -> None:
    if factored(matrix) is None:
        detail = Text("the matrix is not positive semi-definite: no quantities can be correlated so")
        raise Invalid(
            Text("{pointer}: {detail}", pointer=pointer, detail=detail),
            Fault("not_a_correlation", detail, pointer),
            code="not_a_correlation",
        )


def factored(matrix: Array) -> Array | None:
    """F with F F' = a positive semi-definite matrix; None if it is not one (pivoted Cholesky, Higham, 1990).

    Written out in exact operations because LAPACK's last bit depends on the processor. What is left of the matrix
    shrinks by the pivot's row and column at each step. Its diagonal only falls, so below zero is too low for good.
    """
    size = len(matrix)
    rest, factor, order = matrix.copy(), np.zeros_like(matrix), np.arange(size)
    diagonal = np.diagonal(matrix).copy()  # in the order of the matrix: of equals the first is the pivot
    for k in range(size):
        largest = int(np.argmax(diagonal))
        if diagonal[largest] <= _TOLERANCE:
            break
        swapped = [int(np.flatnonzero(order == largest)[0]), k]
        for each in (rest, rest.T, factor, order):
            each[swapped[::-1]] = each[swapped]
        column = rest[k:, k] / math.sqrt(diagonal[largest])
        factor[k:, k] = column
        block = rest[k + 1 :, k + 1 :]
        block -= column[1:, np.newaxis] * column[1:]
        diagonal[largest] = -np.inf
        diagonal[order[k + 1 :]] = np.diagonal(block)
        if np.diagonal(block).min(initial=0.0) < -10 * _TOLERANCE:
            return None
    else:
        k = size
    if np.any(np.abs(rest[k:, k:]) > 10 * _TOLERANCE):
        return None
    unordered = np.empty_like(factor)
    unordered[order] = factor
    return unordered


def _shrunk(normal: Array) -> tuple[Array, float]:
    """The factor of the matrix, and by what its coefficients had to be multiplied for there to be one.

    The least eigenvalue says nearly where that is. Both steps beside it are tried, and the last that can be factored
    counts, so the answer is the same on every machine.
    """
    if (whole := factored(normal)) is not None:
        return whole, 1.0
    identity = np.eye(len(normal))

    def factor_at(step: int) -> Array | None:
        return factored(identity + step / _SHRINKAGES * (normal - identity))

    step = min(int(_SHRINKAGES / (1 - np.linalg.eigvalsh(normal)[0])), _SHRINKAGES - 1)
    factor = factor_at(step)
    while factor is None:
        step -= 1
        factor = factor_at(step)
    while (more := factor_at(step + 1)) is not None:
        factor, step = more, step + 1
    return factor, step / _SHRINKAGES


def _rank_to_normal(stated: Array, distributions: Sequence[Distribution]) -> Array:
    normal = 2 * portable.sin(stated * (math.pi / 6))
    tied = [k for k, d in enumerate(distributions) if isinstance(d, Discrete)]
    if tied:
        of_ranks = _linear_to_normal(stated, [_ranks(d) for d in distributions])
        normal[tied], normal[:, tied] = of_ranks[tied], of_ranks[:, tied]
    return normal


def _ranks(distribution: Distribution) -> Distribution:
    """How the ranks of its values are distributed, as shares of all."""
    if not isinstance(distribution, Discrete):
        return Uniform(0.0, 1.0)
    mass: dict[float, float] = {}
    for value, p in sorted(zip(distribution.values, distribution.probabilities, strict=True)):
        mass[value] = mass.get(value, 0.0) + p
    upto = accumulate(mass.values())
    middles = (top - p / 2 for top, p in zip(upto, mass.values(), strict=True))
    return Discrete(tuple(middles), tuple(mass.values()))


def _linear_to_normal(stated: Array, distributions: Sequence[Distribution]) -> Array:
    series = np.array([_hermite_series(_hashable(d)) for d in distributions]).reshape(
        len(stated), _HERMITE_TERMS
    )
    normal = np.eye(len(series))
    for i in range(len(series)):
        normal[i, :i] = normal[:i, i] = _normal_for(stated[i, :i], series[i] * series[:i])
    return normal


def _normal_for(linear: Array, terms: Array) -> Array:
    """The normal correlations that give these linear ones, or the nearest that each two shapes can reach.

    The linear correlation is a power series in the normal one, with a row of `terms` from the first power on.
    """
    low, high = np.full_like(linear, -1.0), np.full_like(linear, 1.0)
    for _ in range(50):
        middle = (low + high) / 2
        reached = np.zeros_like(middle)
        for term in terms.T[::-1]:
            reached = (reached + term) * middle
        below = reached <= linear
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return low


def _hashable(distribution: Distribution) -> Distribution:
    if isinstance(distribution, Discrete):  # its values may have come in lists
        return Discrete(tuple(distribution.values), tuple(distribution.probabilities))
    return distribution


@lru_cache(maxsize=1024)
def _hermite_series(distribution: Distribution) -> tuple[float, ...]:
    """(X - mean) / sd as a series in normalised Hermite polynomials of its normal score, from 1 on."""
    steps = 4001
    z = np.linspace(-8.5, 8.5, steps)
    weight = portable.exp(-z * z / 2) * ((z[1] - z[0]) / math.sqrt(2 * math.pi))
    u = np.clip(portable.normal_cdf(z), 2.0**-53, 1 - 2.0**-53)
    value = quantiles(type(distribution), [distribution], u[np.newaxis])[0]
    value = (value - distribution.mean) / math.sqrt(distribution.variance)
    before, polynomial = np.zeros(steps), np.ones(steps)
    series = []
    for k in range(1, _HERMITE_TERMS + 1):
        before, polynomial = polynomial, (z * polynomial - math.sqrt(k - 1) * before) / math.sqrt(k)
        series.append(math.fsum(value * polynomial * weight))
    return tuple(series)
