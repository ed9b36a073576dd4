"""Uniform random numbers that depend on the seed and on the name of what is drawn, and on nothing else.

Each variable has a generator of its own (PCG64 DXSM, O'Neill, 2014), seeded with a hash of seed and name.
Adding an activity changes no other activity's draws: two scenarios with one seed differ only by what differs in
them. Drawing in portions changes nothing. numpy promises the bits of its generators (NEP 19),
but not the numbers of its distributions: therefore only the bits are used.
"""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from .model import Variable

Array = NDArray[np.float64]


class Streams:
    """One stream per variable; each call of `draw` goes on where the last one ended."""

    def __init__(self, seed: int, variables: Iterable[Variable]) -> None:
        self._generators = [np.random.PCG64DXSM(_hashed(seed, variable)) for variable in variables]

    def draw(self, runs: int) -> Array:
        """The next `runs` numbers of every variable, strictly between 0 and 1: shape (variables, runs)."""
        u = np.empty((len(self._generators), runs))
        for generator, row in zip(self._generators, u, strict=True):
            row[:] = generator.random_raw(runs) >> np.uint64(12)
        u += 0.5
        u *= 2.0**-52
        return u


def _hashed(seed: int, variable: Variable) -> int:
    name = repr((seed, variable.kind, variable.key, variable.activity))
    return int.from_bytes(blake2b(name.encode(), digest_size=16).digest(), "big")
