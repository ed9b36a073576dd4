"""All positive real roots of a polynomial with integer coefficients: isolated exactly, then bisected.

Method: Descartes' rule of signs bounds the roots in an interval. An interval that may hold several is halved
until each holds one (Collins and Akritas, "Polynomial real root isolation using Descartes' rule of signs",
1976). All arithmetic is on integers, so no root is missed; where the polynomial comes within 2^-72 of
touching zero, that counts as a root.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise

_ROOT_BITS = 80
"""A root is bisected to 2^-80 of its own size."""
_CLUSTER_BITS = 72
"""Roots closer than 2^-72 count as one: a double root is never separated."""
_MOST_WORK = 10**11
"""Bit operations spent on telling roots apart: about two seconds, which only hundreds of periods can need."""


class Inseparable(ArithmeticError):
    """The roots could not be told apart within reasonable work."""


def positive_roots(coefficients: Sequence[int]) -> list[Fraction]:
    """The distinct roots above zero, ascending; `coefficients` start with the constant term.

    Raises `Inseparable` for roots that would take minutes to separate. The zero polynomial has no root here.
    """
    polynomial = _stripped(coefficients)
    below = _roots_below_one(polynomial)
    at_one = [Fraction(1)] if polynomial and not sum(polynomial) else []
    above = [1 / root for root in reversed(_roots_below_one(polynomial[::-1]))]
    return below + at_one + above


def sign_changes(values: Sequence[int]) -> int:
    """How often the sign changes along the values, zeros left out: a bound on the positive roots."""
    signs = [value > 0 for value in values if value]
    return sum(a != b for a, b in pairwise(signs))


def _stripped(coefficients: Sequence[int]) -> list[int]:
    """Without the zeros at either end: they are roots at zero, or none."""
    used = [i for i, c in enumerate(coefficients) if c]
    return list(coefficients[used[0] : used[-1] + 1]) if used else []


def _roots_below_one(polynomial: list[int]) -> list[Fraction]:
    """The roots between 0 and 1, ends excluded, ascending."""
    roots: list[Fraction] = []
    # Each piece is the polynomial stretched so that the interval (number / 2^depth, (number + 1) / 2^depth)
    # becomes (0, 1).
    pieces = [(polynomial, 0, 0)]
    work = 0
    while pieces:
        piece, number, depth = pieces.pop()
        work += len(piece) ** 2 * (64 + depth * len(piece))
        if work > _MOST_WORK:
            raise Inseparable(f"{len(polynomial)} coefficients")
        changes = sign_changes(_shifted(piece[::-1]))
        if changes == 1:
            roots.append(_bisected(polynomial, number, depth, piece[0] > 0))
        elif changes and depth >= _CLUSTER_BITS:
            roots.append(Fraction(2 * number + 1, 2 << depth))
        elif changes:
            degree = len(piece) - 1
            left = [c << (degree - i) for i, c in enumerate(piece)]
            right = _shifted(left)
            if not right[0]:
                roots.append(Fraction(2 * number + 1, 2 << depth))
                right = _stripped(right)
            pieces += [(right, 2 * number + 1, depth + 1), (left, 2 * number, depth + 1)]
    return sorted(roots)


def _shifted(polynomial: list[int]) -> list[int]:
    """p(x + 1), by repeated running sums (Horner's scheme)."""
    falling = polynomial[::-1]
    for length in range(len(falling), 1, -1):
        falling[:length] = accumulate(falling[:length])
    return falling[::-1]


def _bisected(polynomial: list[int], number: int, depth: int, positive_below: bool) -> Fraction:
    """The only root in (number / 2^depth, (number + 1) / 2^depth), below which the sign is known."""
    while number.bit_length() < _ROOT_BITS:
        number, depth = 2 * number + 1, depth + 1
        value = _scaled(polynomial, number, depth)
        if not value:
            return Fraction(number, 1 << depth)
        if (value > 0) != positive_below:
            number -= 1
    return Fraction(2 * number + 1, 2 << depth)


def _scaled(polynomial: list[int], number: int, depth: int) -> int:
    """The polynomial at number / 2^depth, times a positive number."""
    value = 0
    for power, coefficient in enumerate(reversed(polynomial)):
        value = value * number + (coefficient << (depth * power))
    return value
