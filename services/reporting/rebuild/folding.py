"""Contributions and figures from a history that is whole, some projects at a time, by the folds of the live projection."""

from collections.abc import Sequence
from typing import Any

import msgspec

from services.reporting.figures import measures
from services.reporting.figures import projection as figures
from services.reporting.service import SERVICE
from shared.base.clock import to_wire
from shared.base.settings import Settings
from shared.contracts.envelope import Change, Envelope
from shared.contracts.finance.control import Performance
from shared.contracts.language import entry_of
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.bus.embedded import marks_of
from shared.store import Store
from shared.store.outbox import Origin

PROJECTS = 100
"""Projects whose states are held at once."""
ORIGIN = Origin("", "system", "system:rebuild", "rebuild")
NOTHING = msgspec.Raw(b"{}")

NEXT_PROJECTS = """
SELECT DISTINCT project_id FROM history WHERE project_id > ? ORDER BY project_id LIMIT ?
"""
MEASURED = """
SELECT aggregate_id, version, project_id, recorded_at, fact FROM history
WHERE type = ? AND aggregate_type = ? AND project_id IN ({marks}) ORDER BY aggregate_id, version
"""


async def fold_projects(store: Store, settings: Settings) -> None:
    """Fill what is kept of each project; the newest states are not there yet, so nothing counts as folded before."""
    reached = ""
    while ids := [row[0] for row in await store.fetch(NEXT_PROJECTS, (reached, PROJECTS))]:
        work = Work(store, SERVICE.mirrors, ORIGIN, settings=settings)
        brought = await measures.fold(work, await _measured(store, ids))
        await figures.fold(work, [], {id: brought.get(id, {}) for id in ids})
        await work.commit()
        reached = ids[-1]


async def _measured(store: Store, project_ids: Sequence[str]) -> list[Record]:
    rows = await store.fetch(
        MEASURED.format(marks=marks_of(project_ids)),
        (measures.MEASURED, entry_of(Performance).name, *project_ids),
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
