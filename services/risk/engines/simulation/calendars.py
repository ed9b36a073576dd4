"""Working time and calendar time, and the way from one to the other, for many moments at once.

A moment is the calendar time since the start of the model, working time what was worked since then, both in
ticks. A day that is worked to its end ends before midnight: what finishes with Friday finishes on Friday, and
what starts then starts on Monday.
"""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

from .model import Calendar
from .ticks import DAY, ticks

Array = NDArray[np.float64]
HORIZON_DAYS = 200 * 366


class WorkingTime:
    """One calendar laid out from the first day of the model over two centuries."""

    def __init__(self, name: str, calendar: Calendar, start: date) -> None:
        self._name = name
        self._share = np.resize(np.roll(calendar.week, -start.weekday()), HORIZON_DAYS).astype(np.float64)
        for day, share in calendar.exceptions.items():
            if 0 <= (day - start).days < HORIZON_DAYS:
                self._share[(day - start).days] = share
        self._before = np.concatenate([[0.0], np.cumsum(ticks(self._share.copy()))])

    def worked(self, moments: Array) -> Array:
        """The working time up to each moment."""
        self._within(moments, HORIZON_DAYS * DAY)
        day = np.minimum((moments / DAY).astype(np.int64), HORIZON_DAYS - 1)
        return np.asarray(self._before[day] + np.rint((moments - day * DAY) * self._share[day]))

    def opening(self, working: Array) -> Array:
        """When work goes on after this much working time: on the next worked day, if a day is over."""
        self._within(working, float(self._before[-1]), full=True)
        day = np.searchsorted(self._before, working, side="right") - 1
        return self._moment(day, working)

    def closing(self, working: Array) -> Array:
        """When this much working time is done: the end of a day, rather than the start of the next."""
        self._within(working, float(self._before[-1]), full=True)
        day = np.searchsorted(self._before, working, side="left") - 1
        return np.where(working <= 0, 0.0, self._moment(np.maximum(day, 0), working))

    def _moment(self, day: NDArray[np.intp], working: Array) -> Array:
        share = self._share[day]
        today = (working - self._before[day]) / np.where(share > 0, share, 1.0)
        return np.asarray(day * DAY + np.rint(today))

    def _within(self, amounts: Array, limit: float, *, full: bool = False) -> None:
        if amounts.size and (amounts.max() > limit or (full and amounts.max() == limit)):
            raise Invalid(
                Text(
                    "on calendar {name!r} an activity ends after {horizon_days} years",
                    name=self._name,
                    horizon_days=HORIZON_DAYS // 366,
                ),
                Fault(code="beyond_horizon", detail="too long", pointer=f"/calendars/{self._name}"),
                code="beyond_horizon",
            )


def day_of(start: date, days: float) -> date:
    """The day on which what ends so many days after the start ends: the one that is over then, not the next."""
    return start + timedelta(days=max(int(np.ceil(days)) - 1, 0))


def days_until_over(start: date, day: date) -> float:
    """How many days after the start the `day` is over."""
    return float((day - start).days + 1)
