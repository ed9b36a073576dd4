"""Which rows of figures a batch of events makes new.

A row stands for a project and a day in the instance's time zone, and says what was so by the end of that day. Its
content depends on the states alone, not on the order or the batches they came in: a backdated event makes the rows
of its day and of every later day of change again, from the history.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from services.reporting.figures.compute import FOR_EVER, Figures, days_of, figures
from services.reporting.history.projection import Version
from shared.base.clock import from_micros, to_day
from shared.base.settings import Settings
from shared.base.text import search_text, sort_key
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


async def fold(work: Work, versions: Sequence[Version]) -> None:
    """Stage the rows that the batch touches."""
    settings = work.settings
    brought: dict[str, list[Kept]] = {}
    for version in versions:
        if version.project_id is not None:
            kept = Kept(version, day_of(version.effective_at, settings), json.loads(version.state))
            brought.setdefault(version.project_id, []).append(kept)
    if not brought:
        return
    days = await _days_of_change(work, list(brought))
    appended = {p for p, kept in brought.items() if p in days and _first(kept) >= max(days[p])}
    rows: list[tuple[Any, ...]] = []
    closed: list[tuple[Any, ...]] = []
    known = await _read(work, "current_state", sorted(appended), settings)
    known |= await _read(work, "history", sorted(brought.keys() - appended), settings)
    for project_id, fresh in brought.items():
        since = _first(fresh) if project_id in days else -FOR_EVER
        made, before = _rows(project_id, known.get(project_id, []) + fresh, since, days.get(project_id, []))
        rows.extend(made)
        closed.extend(before)
    if closed:
        work.also(CLOSE, closed)
    if rows:
        work.also(UPSERT, rows)


def _first(kept: Iterable[Kept]) -> int:
    return min(k.day for k in kept)


def _rows(
    project_id: str, kept: list[Kept], since: int, stored: list[int]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """(rows from day `since` on, the row before them with its new end)."""
    changing = {day for k in kept for day in days_of(k.version.aggregate_type, k.state, k.day)}
    affected = sorted(day for day in changing | set(stored) if day >= since)
    made: list[tuple[Any, ...]] = []
    for i, day in enumerate(affected):
        computed = at_day(kept, day)
        if computed is not None:
            until = affected[i + 1] - 1 if i + 1 < len(affected) else FOR_EVER
            made.append((project_id, day, until, *astuple(computed), *_texts(computed)))
    earlier = [d for d in stored if d < since]
    if earlier and made:
        return made, [(made[0][1] - 1, project_id, max(earlier))]
    return made, []


def _texts(f: Figures) -> tuple[str | None, ...]:
    return sort_key(f.code), sort_key(f.name), search_text((f.code, f.name))


def at_day(kept: Iterable[Kept], day: int) -> Figures | None:
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
    return figures(project, states, day) if project else None


async def _days_of_change(work: Work, project_ids: list[str]) -> dict[str, list[int]]:
    rows = await work.store.fetch(
        f"SELECT project_id, from_day FROM figures WHERE project_id IN ({_marks(project_ids)})",
        project_ids,
    )
    days: dict[str, list[int]] = {}
    for project_id, day in rows:
        days.setdefault(project_id, []).append(day)
    return days


async def _read(work: Work, table: str, project_ids: list[str], settings: Settings) -> dict[str, list[Kept]]:
    """What is kept of each project: the newest versions suffice where the batch only adds at the end."""
    found: dict[str, list[Kept]] = {}
    if not project_ids:
        return found
    rows = await work.store.fetch(
        "SELECT aggregate_id, version, aggregate_type, project_id, effective_at, state"
        f" FROM {table} WHERE project_id IN ({_marks(project_ids)})",
        project_ids,
    )
    for row in rows:
        found.setdefault(row[3], []).append(_kept(row, settings))
    return found


def _kept(row: Sequence[Any], settings: Settings) -> Kept:
    version = Version(*row)
    return Kept(version, day_of(version.effective_at, settings), json.loads(version.state))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
