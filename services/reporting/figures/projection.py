"""Which rows of figures a batch of events makes new.

A row stands for a project and a day in the instance's time zone, and says what was so by the end of that day. Its
content depends on the states alone, not on the order or the batches they came in: a backdated event makes the rows
of its day and of every later day of change again, from the history.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from services.reporting.figures.compute import FOR_EVER, Figures, days_of, figures, plan_of
from services.reporting.figures.measures import Added, Days, Span, by_day, spans_before, sums_before
from services.reporting.figures.rows import COLUMNS as COUNTED_COLUMNS
from services.reporting.figures.rows import Rewritten, Valid, counted_of, valid_of, valid_rows
from services.reporting.history.projection import Version
from shared.base.clock import from_micros, to_day
from shared.base.settings import Settings
from shared.base.text import search_text, sort_key
from shared.domain.measured import NOTHING, Measured, Sums, measured
from shared.domain.work import Work

_TEXTS = ("code_sort", "name_sort", "search_text")
"""The forms in which the names of a project are sorted and found."""
_COLUMNS = ("project_id", "from_day", "until_day", *(f.name for f in fields(Figures)), *_TEXTS)
_values = attrgetter(*(f.name for f in fields(Figures)))
_REPLACED = ", ".join(f"{c} = excluded.{c}" for c in _COLUMNS[2:])

UPSERT = (
    f"INSERT INTO figures ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
    f" ON CONFLICT (project_id, from_day) DO UPDATE SET {_REPLACED}"
)
CLOSE = "UPDATE figures SET until_day = ? WHERE project_id = ? AND from_day = ?"


@dataclass(frozen=True, slots=True)
class VersionOnDay:
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
    """The newest stored row of a project."""

    valid: Valid
    plan: str | None

    @property
    def currency(self) -> str | None:
        return self.valid.counted.earned_currency


async def fold(work: Work, versions: Sequence[Version], measured_: dict[str, Days]) -> Rewritten:
    """Stage the rows that the batch touches, by its states and by what finance measured anew; answers what they were
    and what they become."""
    settings, rewritten = work.settings, Rewritten()
    new_versions: dict[str, list[VersionOnDay]] = {project_id: [] for project_id in measured_}
    for version in versions:
        if version.project_id is not None and version.aggregate_type in RELEVANT:
            on_day = VersionOnDay(version, day_of(version.effective_at, settings), json.loads(version.state))
            new_versions.setdefault(version.project_id, []).append(on_day)
    if not new_versions:
        return rewritten
    last = await _newest(work, list(new_versions))
    since = {p: _first(on_day, measured_.get(p, {})) for p, on_day in new_versions.items()}
    appended = {p for p in new_versions if p in last and since[p] >= last[p].valid.from_day}
    stored = {p: [last[p].valid] for p in appended}
    stored |= await _stored(work, {p: since[p] for p in last.keys() - appended})
    versions_of_project = await _read(work, "current_state", sorted(appended), settings)
    versions_of_project |= await _read(work, "history", sorted(new_versions.keys() - appended), settings)
    courses = await _courses(work, appended, new_versions.keys() - appended, measured_, last)
    rows: list[tuple[Any, ...]] = []
    closed: list[tuple[Any, ...]] = []
    for project_id, fresh in new_versions.items():
        start = since[project_id] if project_id in stored else -FOR_EVER
        states = versions_of_project.get(project_id, []) + fresh
        before = stored.get(project_id, [])
        after = _rows(project_id, states, courses[project_id], start, [row.from_day for row in before])
        if after:
            rewritten.before.extend(before)
            rewritten.after.extend(
                Valid(project_id, day, until, counted_of(computed)) for day, until, computed in after
            )
            rows.extend(
                (project_id, day, until, *_values(computed), *_texts(computed))
                for day, until, computed in after
            )
            if before and before[0].from_day < start:
                ended = before[0]._replace(until_day=after[0][0] - 1)
                rewritten.after.append(ended)
                closed.append((ended.until_day, project_id, ended.from_day))
    if closed:
        work.add_statement(CLOSE, closed)
    if rows:
        work.add_statement(UPSERT, rows)
    return rewritten


def _first(versions: Iterable[VersionOnDay], measured_: Days) -> int:
    return min([*(k.day for k in versions), *measured_], default=FOR_EVER)


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
        base = measured(self._sums, budget_currency)
        if base is None or "pv" in base.reasons:
            return base, None
        if self._last is not None and self._last.currency == base.currency and self._last.plan is not None:
            return base, self._last.plan
        if self._plan is None or self._plan[0] != base.currency:
            own = {
                (first, last): budget
                for (of, first, last), budget in self._spans.items()
                if of == base.currency
            }
            self._plan = base.currency, plan_of(own)
        return base, self._plan[1]

    def _take(self, added: Added) -> None:
        for currency, sums in added.sums.items():
            self._sums[currency] = self._sums.get(currency, NOTHING).plus(sums)
        for span, budget in added.spans.items():
            self._spans[span] = self._spans.get(span, 0) + budget
            self._plan = None


async def _courses(
    work: Work, appended: set[str], others: Iterable[str], added_days: dict[str, Days], last: dict[str, Last]
) -> dict[str, Course]:
    """Where the batch only adds at the end, the sums of all before suffice, and the plan of the row before where nothing
    makes it another; else everything is read day by day."""
    sums = await sums_before(work, sorted(appended))
    replanned = {
        p for p in appended if last[p].plan is None or _replans(sums.get(p, {}), added_days.get(p, {}))
    }
    spans = await spans_before(work, sorted(replanned))
    days = await by_day(work, sorted(others))
    courses: dict[str, Course] = {}
    for project_id in appended:
        whole = {-FOR_EVER: Added(sums.get(project_id, {}), spans.get(project_id, {}))}
        before = None if project_id in replanned else last[project_id]
        courses[project_id] = Course(_merged(whole, added_days.get(project_id, {})), before)
    for project_id in others:
        courses[project_id] = Course(_merged(days.get(project_id, {}), added_days.get(project_id, {})))
    return courses


def _replans(sums: dict[str, Sums], added_days: Days) -> bool:
    """Whether something is planned otherwise, or the currency that is measured in may be another."""
    currencies = {*sums, *(currency for added in added_days.values() for currency in added.sums)}
    return len(currencies) > 1 or any(added.spans for added in added_days.values())


def _merged(stored: Days, fresh: Days) -> Days:
    for day, added in fresh.items():
        total = stored.setdefault(day, Added())
        for currency, sums in added.sums.items():
            total.add(currency, sums)
        for span, budget in added.spans.items():
            total.add_span(span, budget)
    return stored


def _rows(
    project_id: str, versions: list[VersionOnDay], course: Course, since: int, stored: list[int]
) -> list[tuple[int, int, Figures]]:
    """(first day, last day, figures) of the rows from day `since` on."""
    changing = {
        day for k in versions for day in days_of(k.version.aggregate_type, k.state, k.day)
    } | course.days
    affected = sorted(day for day in changing | set(stored) if day >= since and day > -FOR_EVER)
    figures_rows: list[tuple[int, int, Figures]] = []
    for i, day in enumerate(affected):
        computed = at_day(versions, day, course)
        if computed is not None:
            until = affected[i + 1] - 1 if i + 1 < len(affected) else FOR_EVER
            figures_rows.append((day, until, computed))
    return figures_rows


def _texts(f: Figures) -> tuple[str | None, ...]:
    return sort_key(f.code), sort_key(f.name), search_text((f.code, f.name))


def at_day(versions: Iterable[VersionOnDay], day: int, course: Course) -> Figures | None:
    """The figures of one project by the end of a day; None before the project's own first version."""
    newest: dict[str, VersionOnDay] = {}
    for k in versions:
        latest = newest.get(k.version.aggregate_id)
        if k.day <= day and (latest is None or k.version.version > latest.version.version):
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


async def _newest(work: Work, project_ids: list[str]) -> dict[str, Last]:
    """The newest stored row of each project that has one."""
    rows = await work.store.fetch(
        f"SELECT {', '.join(COUNTED_COLUMNS)}, plan FROM figures"
        f" WHERE project_id IN ({_marks(project_ids)}) AND until_day = {FOR_EVER}",
        project_ids,
    )
    return {row[0]: Last(valid_of(row[:-1]), row[-1]) for row in rows}


async def _stored(work: Work, since: dict[str, int]) -> dict[str, list[Valid]]:
    """The rows of some projects that are valid on a day or later, and the row that ends just before, by their days."""
    rows_of_project: dict[str, list[Valid]] = {project_id: [] for project_id in since}
    if not since:
        return rows_of_project
    rows = await valid_rows(
        work.store,
        f"project_id IN ({_marks(list(since))}) AND until_day >= ? ORDER BY project_id, from_day",
        [*since, min(since.values()) - 1],
    )
    for row in rows:
        if row.until_day >= since[row.project_id] - 1:
            rows_of_project[row.project_id].append(row)
    return rows_of_project


async def _read(
    work: Work, table: str, project_ids: list[str], settings: Settings
) -> dict[str, list[VersionOnDay]]:
    """What is kept of each project: the newest versions suffice where the batch only adds at the end."""
    versions_of_project: dict[str, list[VersionOnDay]] = {}
    if not project_ids:
        return versions_of_project
    rows = await work.store.fetch(
        "SELECT aggregate_id, version, aggregate_type, project_id, effective_at, state"
        f" FROM {table} WHERE project_id IN ({_marks(project_ids)}) AND aggregate_type IN ({_marks(RELEVANT)})",
        [*project_ids, *RELEVANT],
    )
    for row in rows:
        versions_of_project.setdefault(row[3], []).append(_version_on_day(row, settings))
    return versions_of_project


def _version_on_day(row: Sequence[Any], settings: Settings) -> VersionOnDay:
    version = Version(*row)
    return VersionOnDay(version, day_of(version.effective_at, settings), json.loads(version.state))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
