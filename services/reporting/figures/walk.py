"""Day by day from what is stored of a project and what is new of it to its rows of figures; a pure function.

A row begins on each day of change. What it rests on is what the stored row of its day rests on, and what is new until
then: a fact that is told late is added to all later rows. Where nothing is stored, all versions are new.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import add
from typing import NamedTuple

from services.reporting.figures.basis import Basis, Newest, add_child, basis_of, newest_of, text_of
from services.reporting.figures.changes import Changes
from services.reporting.figures.compute import (
    FOR_EVER,
    Figures,
    Own,
    day_or_none,
    figures,
    own_in,
    own_of,
    plan_of,
)
from services.reporting.figures.measures import Days, Span
from services.reporting.figures.sources import Forecast, Project, read_or_none
from shared.domain.measured import Measured, Sums, measured

Lines = dict[str, tuple[int, int]]


class NotEnough(Exception):
    """The newest forecast counts no more: which one is the newest now, only all versions tell."""


class Stored(NamedTuple):
    """A row of figures as it is stored; both days are included."""

    project_id: str
    from_day: int
    until_day: int
    figures: Figures
    basis: str


class Draft(NamedTuple):
    """A row but for its plan."""

    from_day: int
    until_day: int
    own: Own
    basis: Basis
    measure: Measured | None
    before: Stored | None

    @property
    def has_plan(self) -> bool:
        return self.measure is not None and "pv" not in self.measure.reasons


def drafts(stored: Sequence[Stored], changes: Changes, since: int, is_whole: bool) -> list[Draft]:
    """The rows from day `since` on. Where the changes are the whole history, the stored rows tell their days only.

    Raises NotEnough.
    """
    days = changes.days | {row.from_day for row in stored}
    affected = sorted(day for day in days if day >= since)
    new, bases = _New(changes), list(reversed(() if is_whole else stored))
    new_drafts: list[Draft] = []
    before: Stored | None = None
    basis, own = Basis(), None
    for i, day in enumerate(affected):
        while bases and bases[-1].from_day <= day:
            before = bases.pop()
            basis, own = basis_of(before.basis), Own(*own_in(before.figures))
        new.take_until(day)
        if new.project is not None:
            own = own_of(new.project)
        if own is None:
            continue
        until = affected[i + 1] - 1 if i + 1 < len(affected) else FOR_EVER
        whole = new.added_to(basis, day)
        sums = {currency: Sums(*amounts) for currency, amounts in whole.sums.items()}
        measure = measured(sums, min(whole.budgets, default=None))
        new_drafts.append(Draft(day, until, own, whole, measure, before))
    return new_drafts


class _New:
    """What is new of a project until a day."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._waiting = changes.in_order()
        self._basis = Basis()
        self._forecasts: dict[str, Forecast] = {}
        self.project: Project | None = None

    def take_until(self, day: int) -> None:
        while self._waiting and self._waiting[-1] <= day:
            self._take(self._waiting.pop())

    def _take(self, day: int) -> None:
        changes, basis = self._changes, self._basis
        self.project = changes.projects.get(day, self.project)
        for forecast in changes.forecasts.get(day, ()):
            self._forecasts[forecast.id] = forecast
        for child, sign in changes.children.get(day, ()):
            add_child(basis, child, sign)
        if added := changes.measured.get(day):
            for currency, sums in added.sums.items():
                basis.sums[currency] = _plus(basis.sums.get(currency), sums.amounts)

    def added_to(self, base: Basis, day: int) -> Basis:
        own, new = self.project, self._basis
        return Basis(
            planned=base.planned if own is None else read_or_none(own.planned_cost),
            forecast=base.forecast if own is None else read_or_none(own.forecast_cost),
            actual_start=base.actual_start if own is None else day_or_none(own.actual_start_on),
            actual_finish=base.actual_finish if own is None else day_or_none(own.actual_finish_on),
            newest=_newest(base.newest, self._forecasts, day),
            budgets=_counts(base.budgets, new.budgets),
            lines=_lines(base.lines, new.lines),
            scores=_counts(base.scores, new.scores),
            occurred=base.occurred + new.occurred,
            sums=base.sums
            if not new.sums
            else base.sums | {c: _plus(base.sums.get(c), more) for c, more in new.sums.items()},
        )


def _plus(there: tuple[int, ...] | None, more: tuple[int, ...]) -> tuple[int, ...]:
    return more if there is None else tuple(map(add, there, more))


def _counts(base: dict[str, int], new: dict[str, int]) -> dict[str, int]:
    if not new:
        return base
    return {key: n for key in base.keys() | new.keys() if (n := base.get(key, 0) + new.get(key, 0))}


def _lines(base: Lines, new: Lines) -> Lines:
    if not new:
        return base
    both = {c: _plus(base.get(c), new.get(c, (0, 0))) for c in base.keys() | new.keys()}
    return {currency: (count, minor) for currency, (count, minor) in both.items() if count}


def _newest(base: Newest | None, new: Mapping[str, Forecast], day: int) -> Newest | None:
    """Of the stored one and the new versions that count by the end of the day."""
    if not new:
        return base
    those = (newest_of(f) for f in new.values() if f.archived_at is None and f.counts_from <= day)
    best = max(those, key=lambda f: f.order, default=None)
    if base is None:
        return best
    if best is not None and best.order >= base.order:
        return best
    if base.id in new:
        raise NotEnough
    return base


def replanned_from(changes: Changes) -> int:
    """The first day from which something is planned otherwise."""
    return min((day for day, added in changes.measured.items() if added.spans), default=FOR_EVER + 1)


def needs_spans(draft: Draft, replanned: int) -> bool:
    """Whether the plan is another one than that of the stored row."""
    return draft.has_plan and _same_plan(draft, replanned) is None


def _same_plan(draft: Draft, replanned: int) -> str | None:
    before, measure = draft.before, draft.measure
    if before is None or measure is None or draft.from_day >= replanned:
        return None
    return before.figures.plan if before.figures.earned_currency == measure.currency else None


def rows(project_id: str, new_drafts: Iterable[Draft], changes: Changes, planned: Days) -> list[Stored]:
    """The drafts with their plans: those of the stored rows, or of what is planned day by day (`planned`)."""
    course, replanned = _Course(planned), replanned_from(changes)
    finished = []
    for draft in new_drafts:
        plan = None
        if draft.has_plan and draft.measure is not None:
            plan = _same_plan(draft, replanned) or course.at(draft.from_day, draft.measure.currency)
        computed = figures(draft.own, draft.basis, draft.from_day, draft.measure, plan)
        finished.append(Stored(project_id, draft.from_day, draft.until_day, computed, text_of(draft.basis)))
    return finished


class _Course:
    """The plan day by day, of days in ascending order."""

    def __init__(self, planned: Days) -> None:
        self._waiting = sorted(planned.items(), key=lambda of: of[0], reverse=True)
        self._spans: dict[Span, int] = {}
        self._texts: dict[str, str] = {}

    def at(self, day: int, currency: str) -> str:
        """The curve by the end of the day."""
        while self._waiting and self._waiting[-1][0] <= day:
            for span, budget in self._waiting.pop()[1].spans.items():
                self._spans[span] = self._spans.get(span, 0) + budget
                self._texts.clear()
        if currency not in self._texts:
            own = {
                (first, last): budget for (of, first, last), budget in self._spans.items() if of == currency
            }
            self._texts[currency] = plan_of(own)
        return self._texts[currency]
