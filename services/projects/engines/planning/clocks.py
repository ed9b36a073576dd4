"""The timelines of all calendars of the plans scheduled together."""

from collections.abc import Sequence

from services.projects.engines.planning.calendar import DayBook, day_books
from services.projects.engines.planning.plan import Calendar, Plan
from services.projects.engines.planning.timeline import (
    ROUND_THE_CLOCK,
    CalendarTimeline,
    Timeline,
    instant,
)


class Clocks:
    """One timeline per calendar and base chain, shared by plans whose calendars are the same."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._anchor = min((instant(plan.start) for plan in plans), default=0)
        self._laid_out: dict[tuple[Calendar, ...], Timeline] = {}
        self._of: dict[tuple[str, str | None], Timeline] = {}
        for plan in plans:
            self._add(plan)

    def of(self, plan: Plan, calendar: str | None = None) -> Timeline:
        """The timeline of a calendar of the plan, by default of the plan's own."""
        return self._of[plan.id, plan.calendar if calendar is None else calendar]

    def _add(self, plan: Plan) -> None:
        self._of[plan.id, None] = ROUND_THE_CLOCK
        calendars = {calendar.id: calendar for calendar in plan.calendars}
        books = day_books(calendars)
        for key, book in books.items():
            self._of[plan.id, key] = self._timeline(chain(calendars, key), book)

    def _timeline(self, definition: tuple[Calendar, ...], book: DayBook) -> Timeline:
        try:
            if definition not in self._laid_out:
                self._laid_out[definition] = CalendarTimeline(book, self._anchor)
            return self._laid_out[definition]
        except TypeError:  # a calendar of lists instead of tuples has no hash: its timeline is its own
            return CalendarTimeline(book, self._anchor)


def chain(calendars: dict[str, Calendar], key: str) -> tuple[Calendar, ...]:
    """A calendar, its base, the base's base and so on."""
    own = calendars[key]
    return (own,) if own.base is None else (own, *chain(calendars, own.base))
