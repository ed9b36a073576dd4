"""What a record was before an import wrote it, and whether somebody else has written it since: read from its history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from services.imports.server import ImportFailed, Server
from shared.base.ids import is_canonical
from shared.contracts.forms import entry_at, model_of

FRAME = frozenset(("id", "version", "created_at", "updated_at", "archived_at", "erased_at"))
"""Members that say nothing of the content."""
MOST_VERSIONS = 50
"""Versions that a history answers by their numbers."""

COUNTED = {"projects/v1/projects": ("planned_cost", "forecast_cost")}
"""Members that go on counting in the sums of what the record is in when it is archived (ADR 0015)."""

State = dict[str, Any]


@dataclass(frozen=True)
class Former:
    """A record before and after the import."""

    version: int
    """The present one."""
    before: State | None
    """As it stood before the import; None where the import made it."""
    after: State
    """As the import left it."""
    now: State
    foreign: dict[str, Any] | None
    """The first version that somebody else has made since."""

    @property
    def is_to_be_archived(self) -> bool:
        """Whether it is live, and was not there or archived before."""
        was_live = self.before is not None and self.before["archived_at"] is None
        return not was_live and self.now["archived_at"] is None

    @property
    def is_to_be_restored(self) -> bool:
        """Whether the import archived it."""
        was_live = self.before is not None and self.before["archived_at"] is None
        return was_live and self.now["archived_at"] is not None


@dataclass
class Histories:
    """Histories of records, as far as they concern one import."""

    server: Server
    import_mark: str
    undo_mark: str

    async def former(self, collection: str, id: str, versions: Collection[int]) -> Former | None:
        """What became of a record in which the import made these versions; None where it is not there, or not seen."""
        marks = await self.marks(collection, id)
        if not marks:
            return None
        present = max(marks)
        ours = {v for v, one in marks.items() if one["correlation_id"] == self.import_mark} | set(versions)
        own = ours | {v for v, one in marks.items() if one["correlation_id"] == self.undo_mark}
        last = first = max(ours)
        while first - 1 in own:
            first -= 1
        since = sorted(v for v in marks if v > last and v not in own)
        states = await self.states(collection, id, {first - 1, last, present} - {0})
        foreign = marks[since[0]] if since else None
        return Former(present, states.get(first - 1), states[last], states[present], foreign)

    async def marks(self, collection: str, id: str) -> dict[int, dict[str, Any]]:
        """Version -> who made it, when, and what it belongs to."""
        marks: dict[int, dict[str, Any]] = {}
        try:
            async for page in self.server.pages(f"/{collection}/{id}/history"):
                marks |= {one["version"]: one for one in page}
        except ImportFailed as failed:
            if failed.status != 404:
                raise
        return marks

    async def states(self, collection: str, id: str, versions: Collection[int]) -> dict[int, State]:
        """Version -> the record at that version."""
        query = [("expand", "state"), *(("version", str(version)) for version in sorted(versions))]
        page = await self.server.get(f"/{collection}/{id}/history", query)
        return {one["version"]: one["state"] for one in page["items"]}

    async def standing(self, collection: str, ids: Sequence[str]) -> dict[str, State]:
        """Id -> the record as it stands, of those that are there and not archived."""
        pages = self.server.those_with(f"/{collection}", "id", ids)
        return {one["id"]: one async for page in pages for one in page}

    async def now(self, collection: str, id: str) -> State | None:
        """A record as it stands; None where it is not there, or not seen."""
        try:
            return await self.server.get(f"/{collection}/{id}")
        except ImportFailed as failed:
            if failed.status != 404:
                raise
            return None


def emptying_patch(collection: str, state: State) -> dict[str, Any]:
    """What must be emptied so that a record counts in no sum once it is archived; it may be nothing."""
    return {name: None for name in COUNTED.get(collection, ()) if state.get(name) is not None}


def ids_named(state: Any) -> set[str]:
    """All ids that stand in a record, its own too."""
    if isinstance(state, dict):
        return set().union(*map(ids_named, state.values()))
    if isinstance(state, list):
        return set().union(*map(ids_named, state))
    return {state} if isinstance(state, str) and is_canonical(state) else set()


def title_of(collection: str, state: State) -> str:
    service, _, name = collection.partition("/v1/")
    entry = entry_at(service, name)
    words = [str(state[member]) for member in (entry.title if entry else ()) if state.get(member) is not None]
    return " ".join(words) or str(state["id"])


def patch_between(collection: str, former: Former) -> tuple[dict[str, Any], dict[str, Any]]:
    """The merge patch that gives back what the import changed; and of members that no patch changes, what they were.

    What is by now as it was before is no part of either.
    """
    if (before := former.before) is None:
        return {}, {}
    service, _, name = collection.partition("/v1/")
    entry = entry_at(service, name)
    revised = (*model_of(entry).revises, "custom") if entry is not None else ()
    patch, others = {}, {}
    for member in sorted({*before, *former.after} - FRAME):
        was = before.get(member)
        if was == former.after.get(member) or was == former.now.get(member):
            continue
        if member in revised:
            patch[member] = merge_patch(former.now.get(member), was)
        else:
            others[member] = was
    return patch, others


def merge_patch(present: Any, target: Any) -> Any:
    """What a JSON merge patch (RFC 7396) must say of a member so that it becomes `target`."""
    if not isinstance(present, dict) or not isinstance(target, dict):
        return target
    patch = {name: None for name in present if name not in target}
    for name, value in target.items():
        if name not in present or present[name] != value:
            patch[name] = merge_patch(present.get(name), value)
    return patch
