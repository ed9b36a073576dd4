"""Which rows of figures a batch of events makes new.

A row stands for a project and a day in the instance's time zone, and says what was so by the end of that day. Its
content depends on the states alone, not on the order or the batches they came in: a backdated event makes the rows
of its day and of every later day of change again, from the history.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from services.reporting.figures.compute import FOR_EVER, Figures, days_of, figures, plan_of
from services.reporting.figures.measures import Added, Days, Span, by_day, spans_before, sums_before
from services.reporting.history.projection import Version
from shared.base.clock import from_micros, to_day
from shared.base.settings import Settings
from shared.base.text import search_text, sort_key
from shared.domain.measured import NOTHING, Measured, Sums, measured
from shared.domain.work import Work

_TEXTS = ("code_sort", "name_sort", "search_text")
"""The forms in which the names of a project are sorted and found."""
_COLUMNS = ("project_id", "from_day", "until_day", *(f.name for f in fields(Figures)), *_TEXTS)
_WRITTEN = ", ".join(f"{c} = excluded.{c}" for c in _COLUMNS[2:])

UPSERT = (
    f"INSERT INTO figures ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
    f" ON CONFLICT (project_id, from_day) DO UPDATE SET {_WRITTEN}"
)
CLOSE = "UPDATE figures SET until_day = ? WHERE project_id = ? AND from_day = ?"


@dataclass(frozen=True, slots=True)
class Kept:
    """A version with the day it counts from."""

    version: Version
    day: int
    state: dict[str, Any]


def day_of(effective_at: int, settings: Settings) -> int:
    return to_day(from_micros(effective_at).astimezone(settings.zone).date())


RELEVANT = ("project", "budget", "budget_line", "forecast", "risk")
"""Whose states the figures are made of; what packages and costs come to, finance measures."""


@dataclass(frozen=True, slots=True)
class Last:
    """Of the newest stored row of a project."""

    day: int
    currency: str | None
    plan: str | None


async def fold(work: Work, versions: Sequence[Version], measured_: dict[str, Days]) -> None:
    """Stage the rows that the batch touches: its states, and what finance measured anew."""
    settings = work.settings
    brought: dict[str, list[Kept]] = {project_id: [] for project_id in measured_}
    for version in versions:
        if version.project_id is not None and version.aggregate_type in RELEVANT:
            kept = Kept(version, day_of(version.effective_at, settings), json.loads(version.state))
            brought.setdefault(version.project_id, []).append(kept)
    if not brought:
        return
    days, last = await _days_of_change(work, list(brought))
    since = {p: _first(kept, measured_.get(p, {})) for p, kept in brought.items()}
    appended = {p for p in brought if p in days and since[p] >= max(days[p])}
    known = await _read(work, "current_state", sorted(appended), settings)
    known |= await _read(work, "history", sorted(brought.keys() - appended), settings)
    courses = await _courses(work, appended, brought.keys() - appended, measured_, last)
    rows: list[tuple[Any, ...]] = []
    closed: list[tuple[Any, ...]] = []
    for project_id, fresh in brought.items():
        start = since[project_id] if project_id in days else -FOR_EVER
        states = known.get(project_id, []) + fresh
        made, before = _rows(project_id, states, courses[project_id], start, days.get(project_id, []))
        rows.extend(made)
        closed.extend(before)
    if closed:
        work.also(CLOSE, closed)
    if rows:
        work.also(UPSERT, rows)


def _first(kept: Iterable[Kept], measured_: Days) -> int:
    return min([*(k.day for k in kept), *measured_], default=FOR_EVER)


class Course:
    """The sums of one project day by day: those of the days asked for, in ascending order."""

    def __init__(self, days: Days, plan: Last | None = None) -> None:
        self._waiting = sorted(days.items(), reverse=True)
        self._last = plan
        """The row before, whose plan still holds while nothing is planned otherwise."""
        self.days = set(days)
        self._sums: dict[str, Sums] = {}
        self._spans: dict[Span, int] = {}
        self._plan: tuple[str, str] | None = None

    def at(self, day: int, budget_currency: str | None) -> tuple[Measured | None, str | None]:
        """(what is measured by the end of the day, its plan as a curve)."""
        while self._waiting and self._waiting[-1][0] <= day:
            self._take(self._waiting.pop()[1])
        found = measured(self._sums, budget_currency)
        if found is None or "pv" in found.reasons:
            return found, None
        if self._last is not None and self._last.currency == found.currency and self._last.plan is not None:
            return found, self._last.plan
        if self._plan is None or self._plan[0] != found.currency:
            own = {
                (first, last): budget
                for (of, first, last), budget in self._spans.items()
                if of == found.currency
            }
            self._plan = found.currency, plan_of(own)
        return found, self._plan[1]

    def _take(self, added: Added) -> None:
        for currency, sums in added.sums.items():
            self._sums[currency] = self._sums.get(currency, NOTHING).plus(sums)
        for span, budget in added.spans.items():
            self._spans[span] = self._spans.get(span, 0) + budget
            self._plan = None


async def _courses(
    work: Work, appended: set[str], others: Iterable[str], brought: dict[str, Days], last: dict[str, Last]
) -> dict[str, Course]:
    """Where the batch only adds at the end, the sums of all before suffice, and the plan of the row before where nothing
    makes it another; else everything is read day by day."""
    sums = await sums_before(work, sorted(appended))
    replanned = {p for p in appended if last[p].plan is None or _replans(sums.get(p, {}), brought.get(p, {}))}
    spans = await spans_before(work, sorted(replanned))
    days = await by_day(work, sorted(others))
    courses: dict[str, Course] = {}
    for project_id in appended:
        whole = {-FOR_EVER: Added(sums.get(project_id, {}), spans.get(project_id, {}))}
        before = None if project_id in replanned else last[project_id]
        courses[project_id] = Course(_merged(whole, brought.get(project_id, {})), before)
    for project_id in others:
        courses[project_id] = Course(_merged(days.get(project_id, {}), brought.get(project_id, {})))
    return courses


def _replans(sums: dict[str, Sums], brought: Days) -> bool:
    """Whether something is planned otherwise, or the currency that is measured in may be another."""
    currencies = {*sums, *(currency for added in brought.values() for currency in added.sums)}
    return len(currencies) > 1 or any(added.spans for added in brought.values())


def _merged(stored: Days, fresh: Days) -> Days:
    for day, added in fresh.items():
        held = stored.setdefault(day, Added())
        for currency, sums in added.sums.items():
            held.add(currency, sums)
        for span, budget in added.spans.items():
            held.add_span(span, budget)
    return stored


def _rows(
    project_id: str, kept: list[Kept], course: Course, since: int, stored: list[int]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """(rows from day `since` on, the row before them with its new end)."""
    changing = {day for k in kept for day in days_of(k.version.aggregate_type, k.state, k.day)} | course.days
    affected = sorted(day for day in changing | set(stored) if day >= since and day > -FOR_EVER)
    made: list[tuple[Any, ...]] = []
    for i, day in enumerate(affected):
        computed = at_day(kept, day, course)
        if computed is not None:
            until = affected[i + 1] - 1 if i + 1 < len(affected) else FOR_EVER
            made.append((project_id, day, until, *astuple(computed), *_texts(computed)))
    earlier = [d for d in stored if d < since]
    if earlier and made:
        return made, [(made[0][1] - 1, project_id, max(earlier))]
    return made, []


def _texts(f: Figures) -> tuple[str | None, ...]:
    return sort_key(f.code), sort_key(f.name), search_text((f.code, f.name))


def at_day(kept: Iterable[Kept], day: int, course: Course) -> Figures | None:
    """The figures of one project by the end of a day; None before the project's own first version."""
    newest: dict[str, Kept] = {}
    for k in kept:
        held = newest.get(k.version.aggregate_id)
        if k.day <= day and (held is None or k.version.version > held.version.version):
            newest[k.version.aggregate_id] = k
    project: dict[str, Any] | None = None
    states: dict[str, list[dict[str, Any]]] = {}
    for k in newest.values():
        if k.version.aggregate_type == "project":
            project = k.state
        elif k.state["archived_at"] is None:
            states.setdefault(k.version.aggregate_type, []).append(k.state)
    budget = next(iter(states.get("budget", ())), None)
    measure, plan = course.at(day, budget["currency"] if budget else None)
    return figures(project, states, day, measure, plan) if project else None


async def _days_of_change(work: Work, project_ids: list[str]) -> tuple[dict[str, list[int]], dict[str, Last]]:
    """The days of the stored rows, and what the newest of them holds."""
    marks = _marks(project_ids)
    rows = await work.store.fetch(
        f"SELECT project_id, from_day FROM figures WHERE project_id IN ({marks})", project_ids
    )
    days: dict[str, list[int]] = {}
    for project_id, day in rows:
        days.setdefault(project_id, []).append(day)
    newest = await work.store.fetch(
        "SELECT project_id, from_day, earned_currency, plan FROM figures"
        f" WHERE until_day = {FOR_EVER} AND project_id IN ({marks})",
        project_ids,
    )
    return days, {row[0]: Last(*row[1:]) for row in newest}


async def _read(work: Work, table: str, project_ids: list[str], settings: Settings) -> dict[str, list[Kept]]:
    """What is kept of each project: the newest versions suffice where the batch only adds at the end."""
    found: dict[str, list[Kept]] = {}
    if not project_ids:
        return found
    rows = await work.store.fetch(
        "SELECT aggregate_id, version, aggregate_type, project_id, effective_at, state"
        f" FROM {table} WHERE project_id IN ({_marks(project_ids)}) AND aggregate_type IN ({_marks(RELEVANT)})",
        [*project_ids, *RELEVANT],
    )
    for row in rows:
        found.setdefault(row[3], []).append(_kept(row, settings))
    return found


def _kept(row: Sequence[Any], settings: Settings) -> Kept:
    version = Version(*row)
    return Kept(version, day_of(version.effective_at, settings), json.loads(version.state))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
