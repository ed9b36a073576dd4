"""Exact numbers: what callers send becomes fractions, answers become decimals, no-numbers are refused."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import TypeAlias

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

Number: TypeAlias = int | float | Decimal | Fraction
_RATIO = Context(prec=28, rounding=ROUND_HALF_EVEN)
_LARGEST_EXPONENT = 40  # refuses Decimal("1e1000000"), whose fraction would fill the memory
_MOST_DIGITS = 60  # as it refuses a Decimal of a million digits


def decimal(number: Fraction) -> Decimal:
    """The number as a Decimal of 28 significant digits, half to even."""
    return _RATIO.divide(Decimal(number.numerator), Decimal(number.denominator))


def exact(number: Number, pointer: str) -> Fraction:
    """The number as a fraction; a float counts as the shortest decimal that prints it (0.1 is one tenth).

    Raises `Invalid` for NaN, infinities, what is no number, and magnitudes beyond 10^±40.
    """
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal | Real):
        raise refused("not_a_number", Text("{number!r} is not a number", number=number), pointer)
    if isinstance(number, Integral):
        number = int(number)
    elif not isinstance(number, Decimal | Fraction):
        number = Decimal(repr(float(number)))  # numpy's floats print otherwise
    if isinstance(number, Decimal) and not _moderate(number):
        raise refused(
            "not_a_number", Text("{number} is not a number that can be computed with", number=number), pointer
        )
    if abs(number) > 10**_LARGEST_EXPONENT:
        raise refused(
            "number_too_large",
            Text("the number is beyond 10^{largest_exponent}", largest_exponent=_LARGEST_EXPONENT),
            pointer,
        )
    return Fraction(number)


def share_of_hundred(percent: Number, pointer: str) -> Fraction:
    """A percentage from 0 to 100 as a share from 0 to 1."""
    value = exact(percent, pointer)
    if not 0 <= value <= 100:
        raise refused(
            "percent_out_of_range", Text("{percent} is not between 0 and 100", percent=percent), pointer
        )
    return value / 100


def refused(code: str, detail: str, pointer: str) -> Invalid:
    """The refusal of one value, named by its place in the input (RFC 6901)."""
    detail = Text(detail)
    whole = Text("{pointer}: {detail}", pointer=pointer, detail=detail) if pointer else detail
    return Invalid(whole, Fault(code=code, detail=detail, pointer=pointer), code=code)


def _moderate(number: Decimal) -> bool:
    if not number.is_finite():
        return False
    return abs(number.adjusted()) <= _LARGEST_EXPONENT and len(number.as_tuple().digits) <= _MOST_DIGITS
