"""An import that was interrupted: the same one begun again goes on with its record, so that one id takes all of it back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.imports.former_states import Histories
from services.imports.server import Server
from services.imports.unrecorded import Entry, unrecorded
from shared.contracts.forms import entry_by_key

IMPORTS = "/reporting/v1/imports"
STATES = [("state", "running"), ("state", "stopped")]
ROWS = ("created", "changed")


@dataclass
class Earlier:
    """What an import had made before it was interrupted."""

    record: dict[str, Any]
    """As it was left."""
    import_mark: str
    """The X-Request-ID of all that it writes."""
    versions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(collection, what was done) -> how many versions."""

    def count(self, entry: Entry) -> None:
        self.versions[entry["collection"], entry["change"]] += 1

    def added_to(self, counts: Mapping[str, int]) -> dict[str, int]:
        """The counts as if it had not been interrupted: what was there already had been made by it."""
        entry = entry_by_key().get(self.record["registers"][-1])
        collection = "" if entry is None else entry.path.strip("/")
        whole = dict(counts)
        for what in ROWS:
            whole[what] = counts.get(what, 0) + sum(
                n for (_, done), n in self.versions.items() if done == what
            )
        rows = sum(self.versions[collection, what] for what in ROWS)
        whole["unchanged"] = max(0, counts.get("unchanged", 0) - rows)
        return whole


async def interrupted(server: Server, about: Mapping[str, Any]) -> dict[str, Any] | None:
    """The newest record of the same file, read in the same way, that has not come to its end and was not taken back."""
    if not about.get("file_hash"):
        return None
    me = (await server.get("/reporting/v1/me"))["subject"]
    async for page in server.pages(IMPORTS, [("source", about["source"]), *STATES]):
        for one in page:
            is_same = one["requested_by"] == me and one.get("file_hash") == about["file_hash"]
            is_same = is_same and one["registers"][-1] == about["registers"][-1]
            if not is_same or one["undone"] or one["remaining"]:
                continue
            record = await server.get(f"{IMPORTS}/{one['id']}")
            if record["mapping"] == about.get("mapping", ""):
                return record
    return None


async def earlier_part(server: Server, record: dict[str, Any], import_mark: str) -> Earlier:
    """What the import had made, as far as it is noted."""
    earlier = Earlier(record, import_mark)
    async for page in server.pages(f"{IMPORTS}/{record['id']}/entries"):
        for entry in page:
            earlier.count(entry)
    return earlier


async def not_noted(server: Server, earlier: Earlier) -> list[Entry]:
    """What the import had made and nobody has noted: it was killed between the two, or its last request came late."""
    noted_ids = set[str]()
    async for page in server.pages(f"{IMPORTS}/{earlier.record['id']}/entries"):
        noted_ids |= {entry["id"] for entry in page}
    entries = await unrecorded(server, earlier.record, noted_ids, Histories(server, earlier.import_mark, ""))
    for entry in entries:
        earlier.count(entry)
    return entries
