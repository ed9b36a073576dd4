"""Time in whole ticks, so that sums of durations are exact and a day that is over is over to the last bit.

Three activities of 2/3 of a day are two days, and ten of 0.7 are seven. In days of floating point they would
end a trifle later, which is a day later on a calendar, and over a weekend three.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DAY = 864_000_000.0
"""Ticks a day, a tenth of a millisecond each: thirds, 27ths, 1024ths and six decimals of a day are whole."""


def ticks(days: Array) -> Array:
    """The days as whole ticks, in place; what is not whole is rounded."""
    days *= DAY
    return np.rint(days, out=days)
