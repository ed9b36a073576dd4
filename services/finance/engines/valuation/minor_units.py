"""Amounts as integers of the currency's minor unit: 1234.50 CHF is 123450.

Everything between input and answer is a `Fraction`, so no figure depends on the order of its sums. An answer
is rounded once, half to even, to whole minor units.
"""

from fractions import Fraction

from shared.base.exact import refused
from shared.base.texts import Text

LARGEST_MINOR = 10**18 - 1
"""What a single amount may be, as on the wire: it leaves a 64-bit column room for sums."""


def minor(amount: Fraction) -> int:
    """The amount in whole minor units, half to even."""
    return round(amount)


def whole_minor(amount: int, pointer: str, *, negative: bool = True) -> int:
    """The amount itself; `Invalid` where it is no integer, too large, or below zero where it may not be."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise refused(
            "not_minor_units", Text("{amount!r} is not a whole number of minor units", amount=amount), pointer
        )
    if abs(amount) > LARGEST_MINOR:
        raise refused("amount_too_large", "the amount has more than 18 digits", pointer)
    if amount < 0 and not negative:
        raise refused("negative_amount", Text("{amount} is below zero", amount=amount), pointer)
    return amount
