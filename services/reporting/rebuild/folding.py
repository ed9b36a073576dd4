"""Contributions, figures and sums of portfolios from a history that is whole, some projects at a time, by the live folds."""

from collections.abc import Sequence
from typing import Any

import msgspec

from services.reporting.figures import measures
from services.reporting.figures import projection as figures
from services.reporting.figures.rows import Rewritten
from services.reporting.history.projection import Version
from services.reporting.service import SERVICE
from services.reporting.totals import projection as totals
from services.reporting.totals.limits import PORTFOLIO
from shared.base.clock import to_wire
from shared.base.settings import Settings
from shared.contracts.envelope import Change, Envelope
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.bus.embedded import marks_of
from shared.store import Store
from shared.store.outbox import Origin

PROJECTS = 100
"""Projects whose states are held at once."""
PORTFOLIOS = 500
"""Versions of portfolios that are held at once."""
ORIGIN = Origin("", "system", "system:rebuild", "rebuild")
NOTHING = msgspec.Raw(b"{}")

NEXT_PORTFOLIOS = """
SELECT aggregate_id, version, aggregate_type, project_id, effective_at, state FROM history
WHERE aggregate_type = ? AND (aggregate_id, version) > (?, ?) ORDER BY aggregate_id, version LIMIT ?
"""
NEXT_PROJECTS = """
SELECT DISTINCT project_id FROM history WHERE project_id > ? ORDER BY project_id LIMIT ?
"""
MEASURED = """
SELECT aggregate_id, version, project_id, recorded_at, fact FROM history
WHERE type = ? AND project_id IN ({marks}) ORDER BY aggregate_id, version
"""
"""By the projects alone: an index of types would read what was measured of all projects for each page of some."""


async def fold_history(store: Store, settings: Settings) -> None:
    """Fill what is kept of projects and portfolios; newest states are not there yet, so nothing counts as folded before."""
    await _fold_portfolios(store, settings)
    await _fold_projects(store, settings)


async def _fold_portfolios(store: Store, settings: Settings) -> None:
    """Their thresholds: by these the projects are judged then."""
    reached = ("", 0)
    while rows := await store.fetch(NEXT_PORTFOLIOS, (PORTFOLIO, *reached, PORTFOLIOS)):
        work = Work(store, SERVICE.mirrors, ORIGIN, settings=settings)
        versions = [Version(*row) for row in rows]
        await totals.fold(work, versions, Rewritten(), await _fences(work))
        await work.commit()
        reached = (versions[-1].aggregate_id, versions[-1].version)


async def _fold_projects(store: Store, settings: Settings) -> None:
    reached = ""
    while ids := [row[0] for row in await store.fetch(NEXT_PROJECTS, (reached, PROJECTS))]:
        work = Work(store, SERVICE.mirrors, ORIGIN, settings=settings)
        fences = await _fences(work)
        added = measures.fold(work, await _measured(store, ids), {})
        rewritten = await figures.fold_whole(work, ids, added)
        await totals.fold(work, [], rewritten, fences)
        await work.commit()
        reached = ids[-1]


async def _fences(work: Work) -> totals.Fences:
    """Nobody else folds here."""
    return totals.Fences(await totals.clock_of(work))


async def _measured(store: Store, project_ids: Sequence[str]) -> list[Record]:
    rows = await store.fetch(
        MEASURED.format(marks=marks_of(project_ids)),
        (measures.MEASURED, *project_ids),
    )
    return [_record(row) for row in rows]


def _record(row: Sequence[Any]) -> Record:
    """The event as the fold reads it: its subject and version, its project, when it was recorded and what it added."""
    aggregate_id, version, project_id, recorded_at, fact = row
    change = Change(version, "", NOTHING, [], msgspec.Raw(fact.encode()))
    event = Envelope(
        id="", source="", type=measures.MEASURED, subject=aggregate_id, time="", recordedat=to_wire(recorded_at),
        partitionkey=project_id, sequence="", previoussequence="", authid="", data=change,
    )  # fmt: skip
    return Record("", 0, 0, 0, 0, 0, b"", event)
