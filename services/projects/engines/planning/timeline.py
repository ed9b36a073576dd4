"""The two ways to count time: instants, which always run, and working time, which stands still at night.

Instants are whole seconds since `EPOCH`. Working time is whole seconds of work since an anchor
(negative before it). On one calendar, a start, a duration and a lag therefore simply add up. Between
two shifts working time stands still. One amount of work then belongs to a range of instants, from the
end of a shift (`finish_at`) to the start of the next (`start_at`). So a task ends on Friday evening,
and its successor starts on Monday morning.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from typing import NoReturn, Protocol

from services.projects.engines.planning.calendar import DayBook
from services.projects.engines.planning.working_time import DAY_S
from shared.base.errors import Invalid
from shared.base.texts import Text

EPOCH = datetime(2000, 1, 1)
_EPOCH_DAY = EPOCH.toordinal()
HORIZON_YEARS = 200


def instant(moment: datetime) -> int:
    """Seconds since `EPOCH`; fractions of a second are dropped."""
    since = moment - EPOCH
    return since.days * DAY_S + since.seconds


def moment(at: int) -> datetime:
    """The datetime of an instant."""
    return EPOCH + timedelta(seconds=at)


def midnight(day: date) -> int:
    """The instant at which `day` begins."""
    return instant(datetime.combine(day, time()))


class Timeline(Protocol):
    """Working time against instants."""

    def work_at(self, at: int) -> int:
        """Working time done by the instant `at`."""

    def finish_at(self, work: int) -> int:
        """The first instant by which `work` is done."""

    def start_at(self, work: int) -> int:
        """The last instant by which no more than `work` is done: work after it starts right there."""

    def start_by(self, at: int) -> int:
        """The most working time whose `start_at` is not after `at`: the inverse of `start_at`."""


class RoundTheClock:
    """Time without calendars: working time *is* the instant."""

    def work_at(self, at: int) -> int:
        return at

    finish_at = start_at = start_by = work_at


ROUND_THE_CLOCK = RoundTheClock()


class CalendarTimeline:
    """A calendar's shifts laid end to end, as far as they have been asked for."""

    def __init__(self, book: DayBook, anchor: int) -> None:
        self._book = book
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._done: list[int] = []  # working time at the end of each shift
        self._anchor_day = self._first_day = self._next_day = anchor // DAY_S + _EPOCH_DAY
        self._extend_forward()

    def work_at(self, at: int) -> int:
        self._reach(at)
        k = bisect_right(self._starts, at) - 1
        if k < 0:  # before the first shift known, within the days known
            return self._first_done() if self._done else 0
        return self._done[k] - max(self._ends[k] - at, 0)

    def finish_at(self, work: int) -> int:
        while not self._done or self._done[-1] < work:
            self._extend_forward() or self._refuse("after")
        while self._first_done() >= work and self._extend_backward():
            pass
        k = bisect_left(self._done, work)
        return self._within(k, work, "before")

    def start_at(self, work: int) -> int:
        while not self._done or self._first_done() > work:
            self._extend_backward() or self._refuse("before")
        while self._done[-1] <= work and self._extend_forward():
            pass
        k = min(bisect_right(self._done, work), len(self._done) - 1)
        return self._within(k, work, "after")

    def start_by(self, at: int) -> int:
        work = self.work_at(at)
        return work if self.start_at(work) <= at else work - 1

    def _within(self, k: int, work: int, where: str) -> int:
        """The instant in the k-th shift, its edges included, at which `work` is done."""
        at = self._ends[k] - (self._done[k] - work)
        if not self._starts[k] <= at <= self._ends[k]:
            self._refuse(where)
        return at

    def _first_done(self) -> int:
        """Working time at the beginning of the first shift known."""
        return self._done[0] - (self._ends[0] - self._starts[0])

    def _reach(self, at: int) -> None:
        day = at // DAY_S + _EPOCH_DAY
        while day >= self._next_day:
            self._extend_forward() or self._refuse("after")
        while day < self._first_day:
            self._extend_backward() or self._refuse("before")

    def _extend_forward(self) -> bool:
        """Lay out at least as many days again as are known; False at the horizon."""
        days_laid_out = self._next_day - self._anchor_day
        if days_laid_out > HORIZON_YEARS * 366:
            return False
        days = range(self._next_day, self._next_day + max(days_laid_out, 2 * 366))
        done = self._done[-1] if self._done else 0
        for start, end in self._shifts(days):
            done += end - start
            self._starts.append(start)
            self._ends.append(end)
            self._done.append(done)
        self._next_day = days.stop
        return True

    def _extend_backward(self) -> bool:
        days_laid_out = self._anchor_day - self._first_day
        if days_laid_out > HORIZON_YEARS * 366:
            return False
        days = range(self._first_day - max(days_laid_out, 366), self._first_day)
        done = self._first_done() if self._done else 0
        earlier = self._shifts(days)
        done_by: list[int] = []
        for start, end in reversed(earlier):
            done_by.append(done)
            done -= end - start
        self._starts[:0] = [start for start, _ in earlier]
        self._ends[:0] = [end for _, end in earlier]
        self._done[:0] = done_by[::-1]
        self._first_day = days.start
        return True

    def _shifts(self, days: range) -> list[tuple[int, int]]:
        """The shifts of a range of day ordinals, as instants; shifts that touch become one."""
        if days.start < 1 or days.stop > date.max.toordinal():
            self._refuse("within the years 1 to 9999 from")
        spans: list[tuple[int, int]] = []
        for ordinal in days:
            begin = (ordinal - _EPOCH_DAY) * DAY_S
            for shift in self._book.hours(date.fromordinal(ordinal)):
                start, end = begin + shift.start_s, begin + shift.end_s
                if spans and spans[-1][1] == start:
                    start = spans.pop()[0]
                spans.append((start, end))
        return spans

    def _refuse(self, where: str) -> NoReturn:
        anchor = date.fromordinal(self._anchor_day)
        raise Invalid(
            Text(
                "calendar {id} has too little working time {where} {anchor} (the schedule looks {horizon_years} years ahead and back)",
                id=self._book.calendar.id,
                where=where,
                anchor=anchor,
                horizon_years=HORIZON_YEARS,
            ),
            code="calendar_exhausted",
        )
