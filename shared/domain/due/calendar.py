"""The almanac of a service in one process: the zone of the instance, and the working days of the organisation.

The service that owns organisation and calendars reads its own tables; every other one keeps a copy of their states in the
table `almanac`, filled by its consumer. What is based on one another is read only where something needs working days.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from hashlib import blake2b
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec

from shared.base.settings import Settings
from shared.contracts.language import Aggregate, entry_of
from shared.contracts.projects.organisation import Organisation
from shared.contracts.projects.structure import Calendar
from shared.domain.calendars import WorkingTime, calendar_of
from shared.domain.due.days import Almanac, IsWorked, office_week, worked_by
from shared.domain.organisation import note_change
from shared.store import Store

SHAPES: tuple[type[Aggregate], ...] = (Organisation, Calendar)
DEEPEST = 20
"""The most calendars that are based on one another; more are not followed."""
KEEP = """
INSERT INTO almanac (id, kind, version, document) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, document = excluded.document
WHERE excluded.version > almanac.version
"""


@dataclass
class WorkedDays:
    """Which days are worked, as this process knows it, and a mark that is another where that changes."""

    mark: str = "office week"
    is_worked: IsWorked = field(default=office_week)


_WORKED: "WeakKeyDictionary[Store, WorkedDays]" = WeakKeyDictionary()


def worked_days_in(store: Store) -> WorkedDays:
    return _WORKED.setdefault(store, WorkedDays())


def almanac_of(store: Store, zone: tzinfo) -> Almanac:
    return Almanac(zone, worked_days_in(store).is_worked)


async def look(store: Store, settings: Settings, mirrors: Iterable[type[Aggregate]]) -> None:
    """Know the working days as the database has them."""
    documents = await _chain(store, owns=Organisation in set(mirrors))
    text = "\n".join([*documents, *(day.isoformat() for day in settings.holidays)])
    mark = blake2b(text.encode(), digest_size=8).hexdigest() if text else WorkedDays.mark
    worked_days = worked_days_in(store)
    if mark != worked_days.mark:
        chain = [calendar_of(msgspec.json.decode(one)) for one in documents]
        worked_days.is_worked = worked_by(WorkingTime(chain), settings.holidays)
        worked_days.mark = mark


async def _chain(store: Store, owns: bool) -> list[str]:
    """The documents of the organisation's calendar and of those that it is based on, the nearest first."""
    organisations = "organisation WHERE archived = 0" if owns else "almanac WHERE kind = 'organisation'"
    found_rows = await store.fetch(f"SELECT document FROM {organisations} ORDER BY id LIMIT 1")
    following = msgspec.json.decode(found_rows[0][0])["calendar_id"] if found_rows else None
    chain = list[str]()
    while following is not None and len(chain) < DEEPEST:
        table = "calendar" if owns else "almanac"
        found_rows = await store.fetch(f"SELECT document FROM {table} WHERE id = ?", (following,))
        if not found_rows:
            break
        chain.append(found_rows[0][0])
        following = msgspec.json.decode(chain[-1])["based_on_id"]
    return chain


@dataclass(frozen=True, eq=False)
class AlmanacCopy:
    """The states of organisation and calendars in a service that does not own them (`shared.domain.copies.Copy`)."""

    shape: type[Aggregate]

    @property
    def service(self) -> str:
        return entry_of(self.shape).service

    @property
    def declaration(self) -> str:
        return f"almanac_{entry_of(self.shape).name}(1)"

    async def foresee(self, work: Any, ids: Iterable[UUID]) -> None:
        """Nothing is read to keep a state."""

    async def remember(self, work: Any, one: Any) -> bool:
        """Keep the state; an older version changes nothing, and to everybody else each event is news."""
        state = one.model_dump_json()
        work.add_statement(KEEP, [(str(one.id), entry_of(self.shape).name, one.version, state)])
        if self.shape is Organisation:
            note_change(work)
        return True


COPIES = tuple(AlmanacCopy(shape) for shape in SHAPES)
