"""From a probability to the value that is not exceeded with it: many distributions of one family at once.

Each function takes m distributions and an (m, n) array of probabilities within 0 < u < 1, and returns the
(m, n) values. Only operations with the same result on every machine are used (see `portable`).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import portable
from .distributions import Constant, Discrete, LogNormal, Normal, Pert, Triangular, Uniform

Array = NDArray[np.float64]
_ROWS_AT_ONCE = 16  # so that what is computed with stays in the processor's cache
_CELLS = 512
_GAUSS = 0.7745966692414834  # the outer nodes of three-point Gauss-Legendre quadrature on -1..1


def quantiles(family: type, many: Sequence[Any], u: Array) -> Array:
    """The values of `many` distributions, all of the class `family`, at the probabilities `u`."""
    values = np.empty_like(u)
    for first in range(0, len(many), _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        values[rows] = _FAMILIES[family](many[rows], u[rows])
    return values


def _column(values: Iterable[float]) -> Array:
    return np.array([*values], dtype=np.float64)[:, np.newaxis]


def _constant(many: Sequence[Constant], u: Array) -> Array:
    return np.broadcast_to(_column(d.value for d in many), u.shape)


def _uniform(many: Sequence[Uniform], u: Array) -> Array:
    values = u * _column(d.high - d.low for d in many)
    values += _column(d.low for d in many)
    return values


def _triangular(many: Sequence[Triangular], u: Array) -> Array:
    """low + sqrt(u span left) up to the mode, then high - sqrt((1 - u) span right): each part stops there."""
    low = _column(d.low for d in many)
    left, right = _column(d.likely - d.low for d in many), _column(d.high - d.likely for d in many)
    span = left + right
    at_mode = left / span
    rising = np.minimum(u, at_mode)
    rising *= span * left
    falling = np.maximum(u, at_mode)
    np.subtract(1, falling, out=falling)
    falling *= span * right
    values = np.sqrt(rising, out=rising)
    values -= np.sqrt(falling, out=falling)
    values += low + right
    return values


def _pert(many: Sequence[Pert], u: Array) -> Array:
    values = np.empty_like(u)
    for d, probabilities, out in zip(many, u, values, strict=True):
        out[:] = d.low + (d.high - d.low) * _beta(*d.shape, probabilities)
    return values


def _normal(many: Sequence[Normal], u: Array) -> Array:
    return _column(d.mean for d in many) + _column(d.sd for d in many) * portable.normal_quantile(u)


def _lognormal(many: Sequence[LogNormal], u: Array) -> Array:
    spread = np.sqrt(_column(d.log_variance for d in many))
    return _column(d.mean for d in many) * portable.exp(spread * portable.normal_quantile(u) - spread**2 / 2)


def _discrete(many: Sequence[Discrete], u: Array) -> Array:
    values = np.empty_like(u)
    for d, probabilities, out in zip(many, u, values, strict=True):
        pairs = sorted(zip(d.values, d.probabilities, strict=True))
        steps = np.cumsum([p for _, p in pairs])[:-1]
        out[:] = np.array([v for v, _ in pairs])[np.searchsorted(steps, probabilities)]
    return values


_FAMILIES: dict[type, Callable[[Sequence[Any], Array], Array]] = {
    Constant: _constant,
    Uniform: _uniform,
    Triangular: _triangular,
    Pert: _pert,
    Normal: _normal,
    LogNormal: _lognormal,
    Discrete: _discrete,
}


def _beta(alpha: float, beta: float, u: Array) -> Array:
    """The beta quantile on 0..1 from a table, taking the density as linear between two nodes."""
    reached, density = _beta_table(alpha, beta)
    nodes = _nodes()
    cell = np.searchsorted(reached, u, side="right") - 1
    share = (u - reached[cell]) / (reached[cell + 1] - reached[cell])
    left, right = density[cell], density[cell + 1]
    share *= (left + right) / (left + np.sqrt(left * left + (right * right - left * left) * share))
    return np.asarray(nodes[cell] + share * (nodes[cell + 1] - nodes[cell]))


@lru_cache(maxsize=1)
def _nodes() -> Array:
    """Points of 0..1 that crowd at both ends, where a quantile is steep."""
    t = np.arange(_CELLS + 1) / _CELLS
    return np.asarray(t * t * (3 - 2 * t))


@lru_cache(maxsize=1024)
def _beta_table(alpha: float, beta: float) -> tuple[Array, Array]:
    """Distribution function (three-point Gauss-Legendre quadrature in each cell) and density at the nodes."""
    nodes = _nodes()
    half = np.diff(nodes) / 2
    middle = nodes[:-1] + half
    mass = 8 * _beta_density(alpha, beta, middle)
    for offset in (-_GAUSS, _GAUSS):
        mass += 5 * _beta_density(alpha, beta, middle + half * offset)
    reached = np.concatenate([[0.0], np.cumsum(mass * half)])
    return np.asarray(reached / reached[-1]), _beta_density(alpha, beta, nodes)


def _beta_density(alpha: float, beta: float, x: Array) -> Array:
    """The density over that at the mode, so that nothing overflows."""
    peak = np.array([(alpha - 1) / (alpha + beta - 2)]) if alpha + beta > 2 else np.array([0.5])
    return portable.exp(np.maximum(_log_beta(alpha, beta, x) - _log_beta(alpha, beta, peak), -600.0))


def _log_beta(alpha: float, beta: float, x: Array) -> Array:
    tiny = 1e-300  # keeps 0 x log 0 at the ends at 0
    left, right = np.maximum(x, tiny), np.maximum(1 - x, tiny)
    return (alpha - 1) * portable.log(left) + (beta - 1) * portable.log(right)
