"""Which rows of figures a batch of events makes new.

A row stands for a project and a day in the instance's time zone, and says what was so by the end of that day. Its
content depends on the states alone, not on the order or the batches they came in. A fold reads what it changes and
nothing beside it: of each version in the batch the one before, and of each project the rows since the first day that
changes, with what they rest on (`basis.py`). Only where nothing is stored of a project, or its newest forecast counts no
more, all its versions are read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.reporting.figures.changes import Changes, OnDay, changes_of
from services.reporting.figures.compute import FOR_EVER, Figures
from services.reporting.figures.measures import Added, Days, days_of_spans, days_of_sums
from services.reporting.figures.rows import Rewritten, Valid, counted_of
from services.reporting.figures.sources import RELEVANT, Project, read
from services.reporting.figures.walk import (
    Draft,
    NotEnough,
    Stored,
    drafts,
    needs_spans,
    replanned_from,
    rows,
)
from services.reporting.figures.writing import COLUMNS, Names, stage, stage_texts
from services.reporting.history.projection import CurrentVersion, Version
from shared.base.clock import from_micros, to_day
from shared.base.settings import Settings
from shared.domain.work import Work

_WIDTH = len(Figures.__dataclass_fields__)


def day_of(effective_at: int, settings: Settings) -> int:
    return to_day(from_micros(effective_at).astimezone(settings.zone).date())


@dataclass(slots=True)
class _Project:
    """What a fold knows of a project."""

    new: list[Version] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    stored: list[Stored] = field(default_factory=list)
    is_whole: bool = False
    """Whether the changes are all versions there are, and not only the new ones."""
    since: int = -FOR_EVER
    drafts: list[Draft] = field(default_factory=list)
    names: set[Names] = field(default_factory=set)


async def fold(
    work: Work,
    versions: Sequence[Version],
    measured: Mapping[str, Days],
    current: Mapping[str, CurrentVersion],
) -> Rewritten:
    """Stage the rows that the batch touches, by its states and by what finance measured anew; answers what they were
    and what they become. `current` is what is stored of the aggregates in the batch."""
    projects = _new_of_projects(work.settings, versions, measured, current)
    if not projects:
        return Rewritten()
    await _read_stored(work, projects)
    for project_id, project in list(projects.items()):
        if not project.stored:
            if any(v.aggregate_type == "project" for v in project.new):
                project.is_whole = True
            else:
                del projects[project_id]  # nothing is known of it yet: its first version will read the others
    _draft_new(projects)
    await _take_whole(work, {id: project for id, project in projects.items() if project.is_whole}, measured)
    return await _finish(work, projects)


async def fold_whole(work: Work, project_ids: Iterable[str], measured: Mapping[str, Days]) -> Rewritten:
    """Stage all rows of some projects from their history; nothing of them is stored."""
    projects = {id: _Project(is_whole=True) for id in project_ids}
    await _take_whole(work, projects, measured)
    return await _finish(work, projects)


def _new_of_projects(
    settings: Settings,
    versions: Sequence[Version],
    measured: Mapping[str, Days],
    current: Mapping[str, CurrentVersion],
) -> dict[str, _Project]:
    """What the batch brings of each project, without the versions that were folded before."""
    projects = {id: _Project() for id in measured}
    new: dict[str, list[OnDay]] = {}
    before = {}
    seen_versions: set[tuple[str, int]] = set()
    for version in versions:
        project_id, kind = version.project_id, version.aggregate_type
        if (
            project_id is None
            or kind not in RELEVANT
            or (version.aggregate_id, version.version) in seen_versions
        ):
            continue
        seen_versions.add((version.aggregate_id, version.version))
        project = projects.setdefault(project_id, _Project())
        day = day_of(version.effective_at, settings)
        if there := current.get(version.aggregate_id):
            if version.version <= there.version or day < day_of(there.effective_at, settings):
                project.is_whole = True  # all versions in their order tell what it means
            if there.state is not None:
                before[version.aggregate_id] = read(kind, there.state)
        project.new.append(version)
        source = read(kind, version.state)
        if isinstance(source, Project):
            project.names.add((source.code, source.name))
        new.setdefault(project_id, []).append(OnDay(version.aggregate_id, version.version, day, source))
    for id, project in projects.items():
        project.changes = changes_of(new.get(id, ()), before, measured.get(id, {}))
    changed = {id: project for id, project in projects.items() if project.changes.days}
    for project in changed.values():
        project.since = min(project.changes.days)
    return changed


async def _read_stored(work: Work, projects: Mapping[str, _Project]) -> None:
    """The newest row of each project; of those in which something counts from an earlier day, the rows since."""
    newest = await _stored_rows(work, f"project_id IN ({{marks}}) AND until_day = {FOR_EVER}", list(projects))
    late = {}
    for row in newest:
        project = projects[row.project_id]
        if row.from_day <= project.since:
            project.stored = [row]
        else:
            late[row.project_id] = project.since
    if not late:
        return
    first = min(late.values()) - 1
    for row in await _stored_rows(
        work, "project_id IN ({marks}) AND until_day >= ? ORDER BY project_id, from_day", list(late), first
    ):
        if row.until_day >= late[row.project_id] - 1:
            projects[row.project_id].stored.append(row)


async def _stored_rows(
    work: Work, condition: str, project_ids: Sequence[str], *params: int
) -> Iterable[Stored]:
    text = f"SELECT {', '.join(COLUMNS)} FROM figures WHERE {condition.format(marks=_marks(project_ids))}"
    fetched = await work.store.fetch(text, [*project_ids, *params])
    return (Stored(row[0], row[1], row[2], Figures(*row[3 : 3 + _WIDTH]), row[3 + _WIDTH]) for row in fetched)


def _draft_new(projects: Mapping[str, _Project]) -> None:
    """By what is stored and what is new; where that is not enough, by all versions."""
    for project in projects.values():
        if not project.is_whole:
            try:
                project.drafts = drafts(project.stored, project.changes, project.since, is_whole=False)
            except NotEnough:
                project.is_whole = True


async def _take_whole(work: Work, projects: Mapping[str, _Project], measured: Mapping[str, Days]) -> None:
    """By all versions, those of the batch included."""
    if not projects:
        return
    versions = await _history(work, sorted(projects))
    sums = await days_of_sums(work, sorted(projects))
    for id, project in projects.items():
        all_ = {(v.aggregate_id, v.version): v for v in (*versions.get(id, ()), *project.new)}
        on_days = [
            OnDay(v.aggregate_id, v.version, day_of(v.effective_at, work.settings), read(v.aggregate_type, v.state))
            for v in all_.values()
        ]  # fmt: skip
        project.names |= {(s.code, s.name) for *_, s in on_days if isinstance(s, Project)}
        project.changes = changes_of(on_days, {}, merged(sums.get(id, {}), measured.get(id, {})))
        project.drafts = drafts(project.stored, project.changes, project.since, is_whole=True)


async def _history(work: Work, project_ids: Sequence[str]) -> dict[str, list[Version]]:
    """All versions of some projects and of their children. The plus keeps SQLite from an index of all aggregates of
    these types."""
    rows = await work.store.fetch(
        "SELECT aggregate_id, version, aggregate_type, project_id, effective_at, state"
        f" FROM history WHERE project_id IN ({_marks(project_ids)})"
        f" AND aggregate_type || '' IN ({_marks(RELEVANT)})",
        [*project_ids, *RELEVANT],
    )
    versions: dict[str, list[Version]] = {}
    for row in rows:
        versions.setdefault(row[3], []).append(Version(*row))
    return versions


def merged(stored: Days, fresh: Days) -> Days:
    """What counts of a project day by day: what is stored with what is new."""
    for day, added in fresh.items():
        total = stored.setdefault(day, Added())
        for currency, sums in added.sums.items():
            total.add(currency, sums)
        for span, budget in added.spans.items():
            total.add_span(span, budget)
    return stored


async def _finish(work: Work, projects: Mapping[str, _Project]) -> Rewritten:
    """The plans of those that are planned otherwise, and the rows."""
    replanned = [
        id
        for id, project in projects.items()
        if any(needs_spans(draft, replanned_from(project.changes)) for draft in project.drafts)
    ]
    spans = await days_of_spans(work, replanned)
    rewritten, replacements = Rewritten(), []
    for id, project in projects.items():
        if not project.drafts:
            continue
        planned = merged(spans.get(id, {}), project.changes.measured)
        new_rows = rows(id, project.drafts, project.changes, planned)
        replacements.append((project.stored, new_rows))
        rewritten.before.extend(map(valid_of, project.stored))
        rewritten.after.extend(map(valid_of, new_rows))
        if project.stored and project.stored[0].from_day < new_rows[0].from_day:
            ended = rewritten.before[-len(project.stored)]
            rewritten.after.append(ended._replace(until_day=new_rows[0].from_day - 1))
    stage(work, replacements)
    stage_texts(
        work,
        (
            (id, names)
            for id, project in projects.items()
            for names in project.names
            if not any(names == (row.figures.code, row.figures.name) for row in project.stored)
        ),
    )
    return rewritten


def valid_of(row: Stored) -> Valid:
    return Valid(row.project_id, row.from_day, row.until_day, counted_of(row.figures))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
