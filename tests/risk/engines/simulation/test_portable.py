"""The elementary functions made of exact operations, against an independent library."""

import numpy as np
import pytest
from scipy import special

from services.risk.engines.simulation import portable


def test_the_logarithm() -> None:
    x = np.geomspace(1e-300, 1e300, 20_001)
    assert portable.log(x) == pytest.approx(np.log(x), rel=1e-15, abs=1e-15)


def test_the_exponential() -> None:
    x = np.linspace(-690, 690, 20_001)
    assert portable.exp(x) == pytest.approx(np.exp(x), rel=1e-15)


def test_the_sine() -> None:
    x = np.linspace(-1, 1, 2001)
    assert portable.sin(x) == pytest.approx(np.sin(x), abs=4e-16)


def test_the_normal_quantile() -> None:
    u = np.concatenate([np.geomspace(1e-16, 0.5, 5001), 1 - np.geomspace(1e-15, 0.5, 5001)])
    assert portable.normal_quantile(u) == pytest.approx(special.ndtri(u), rel=3e-15, abs=1e-15)


def test_the_normal_distribution_function() -> None:
    z = np.linspace(-8.3, 8.3, 10_001)
    assert portable.normal_cdf(z) == pytest.approx(special.ndtr(z), rel=1e-8, abs=1e-15)
