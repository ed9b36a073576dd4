"""What an import has written and not noted, because it was killed between the two: looked for where it worked last."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from services.imports.former_states import Histories
from services.imports.server import Server
from shared.contracts.forms import entry_by_key

AT_ONCE = 8
"""Histories that are read side by side."""
MARGIN = timedelta(minutes=5)
"""Services may disagree about the time by so much."""

Entry = dict[str, Any]


async def unrecorded(
    server: Server, record: dict[str, Any], recorded: Collection[str], histories: Histories
) -> list[Entry]:
    """The versions that the import made of records that none of its entries names, the newest first.

    Asked are the records that were written since the last entry was noted, and of each the history. They have no place among
    the entries.
    """
    since = datetime.fromisoformat(record["touched_at"]) - MARGIN
    entries: list[Entry] = []
    for register in record["registers"]:
        if (entry := entry_by_key().get(register)) is None:
            continue
        collection = entry.path.strip("/")
        query = [("updated_at[gte]", since.isoformat().replace("+00:00", "Z"))]
        async for page in server.pages(entry.path, query):
            ids = [one["id"] for one in page if one["id"] not in recorded]
            for some in (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)):
                for versions in await asyncio.gather(*(_made_of(id, collection, histories) for id in some)):
                    entries += versions
    return entries


async def _made_of(id: str, collection: str, histories: Histories) -> list[Entry]:
    marks = await histories.marks(collection, id)
    return [
        {
            "collection": collection,
            "id": id,
            "version": version,
            "change": "created" if version == 1 else "changed",
        }
        for version, one in marks.items()
        if one["correlation_id"] == histories.import_mark
    ]
