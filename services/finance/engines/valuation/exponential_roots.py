"""All real zeros of a sum of exponentials, sum a_i e^(-x t_i): what internal rates on dates are made of.

Method: as many zeros as the amounts change sign, at most (Laguerre's form of Descartes' rule). Multiplied by
e^(x tau), with tau between two times at which the sign changes, the sum has a derivative with one change of sign
less. Between the zeros of that derivative the sum is monotone, so each change of its sign is one zero (Rolle).
Zeros are bisected in floats and then made precise by Newton's method in decimals.
"""

import math
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise

from services.finance.engines.valuation.positive_roots import Inseparable

_TOUCHES = 1e-12
"""A sum this much smaller than its terms, at a turning point, counts as touching zero."""
_MOST_TERMS = 4_000_000
"""Terms added up in one search: about two seconds, which only dozens of changes of sign can need."""
_FARTHEST = 1e7
_NEWTON_STEPS = 4
_PRECISE = Context(prec=50)


def roots(amounts: Sequence[int], times: Sequence[Fraction]) -> list[Decimal]:
    """The distinct zeros, ascending; `times` ascend, no amount is zero.

    Raises `Inseparable` where the search would take too long.
    """
    search = _Search([float(time) for time in times])
    zeros = search.zeros([float(amount) for amount in amounts])
    return [_precise(amounts, times, zero, touches) for zero, touches in zeros]


class _Search:
    """One search for zeros over the same times, with what it may still spend."""

    def __init__(self, times: Sequence[float]) -> None:
        self._times = times
        self._remaining_terms = _MOST_TERMS

    def zeros(self, amounts: Sequence[float]) -> list[tuple[float, bool]]:
        """The zeros, ascending, each with whether the sum only touches zero there."""
        change = next((i for i, (a, b) in enumerate(pairwise(amounts)) if (a > 0) != (b > 0)), None)
        if change is None:
            return []
        pivot = (self._times[change] + self._times[change + 1]) / 2
        slope = [amount * (pivot - time) for amount, time in zip(amounts, self._times, strict=True)]
        turns = [zero for zero, _ in self.zeros(_scaled(slope))]
        return sorted([*self._touching(amounts, turns), *self._crossing(amounts, turns)])

    def _touching(self, amounts: Sequence[float], turns: Sequence[float]) -> Iterator[tuple[float, bool]]:
        yield from ((turn, True) for turn in turns if not self._sign(amounts, turn))

    def _crossing(self, amounts: Sequence[float], turns: Sequence[float]) -> Iterator[tuple[float, bool]]:
        """A zero for each two neighbouring turns, infinities included, between which the sign changes."""
        signs = [
            math.copysign(1, amounts[-1]),
            *(self._sign(amounts, turn) for turn in turns),
            math.copysign(1, amounts[0]),
        ]
        places = [None, *turns, None]
        for (left, before), (right, after) in pairwise(zip(places, signs, strict=True)):
            if before * after < 0:
                near = right if left is None else left
                low = self._beyond(amounts, near or 0.0, -1, before) if left is None else left
                high = self._beyond(amounts, near or 0.0, 1, after) if right is None else right
                yield self._bisected(amounts, low, high, before), False

    def _beyond(self, amounts: Sequence[float], start: float, direction: int, sign: float) -> float:
        """A place beyond `start` where the sum has the sign it has at infinity."""
        step = 1.0
        while self._sign(amounts, start + direction * step) != sign:
            step *= 2
            if step > _FARTHEST:
                raise Inseparable("a zero lies too far away")
        return start + direction * step

    def _bisected(self, amounts: Sequence[float], low: float, high: float, sign_below: float) -> float:
        while low < (middle := (low + high) / 2) < high:
            if self._sign(amounts, middle, 0.0) == sign_below:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    def _sign(self, amounts: Sequence[float], x: float, touches: float = _TOUCHES) -> float:
        """The sign of the sum; 0 where it is smaller than `touches` of its terms."""
        self._remaining_terms -= len(amounts)
        if self._remaining_terms < 0:
            raise Inseparable(f"{len(amounts)} amounts")
        largest = max(-x * self._times[0], -x * self._times[-1])
        terms = [a * math.exp(-x * t - largest) for a, t in zip(amounts, self._times, strict=True)]
        total = math.fsum(terms)
        if abs(total) <= touches * math.fsum(map(abs, terms)):
            return 0.0
        return math.copysign(1, total)


def _scaled(amounts: Sequence[float]) -> list[float]:
    """The same, the largest 1 in size: products of many differences would leave the range of floats."""
    largest = max(map(abs, amounts))
    return [amount / largest for amount in amounts]


def _precise(amounts: Sequence[int], times: Sequence[Fraction], zero: float, touches: bool) -> Decimal:
    """The zero in decimals; one that only touches is as precise as the turning point it was found at."""
    x = Decimal(zero)
    for _ in range(0 if touches else _NEWTON_STEPS):
        value = slope = Decimal(0)
        for amount, time in zip(amounts, times, strict=True):
            t = _PRECISE.divide(Decimal(time.numerator), Decimal(time.denominator))
            term = _PRECISE.multiply(Decimal(amount), _PRECISE.exp(_PRECISE.multiply(-x, t)))
            value, slope = _PRECISE.add(value, term), _PRECISE.subtract(slope, _PRECISE.multiply(t, term))
        if not slope:
            break
        x = _PRECISE.subtract(x, _PRECISE.divide(value, slope))
    return x
