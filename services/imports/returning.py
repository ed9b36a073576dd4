"""What an import that was taken back had made: archived now, it comes back where the same source brings it again.

What somebody has archived by themselves stays archived.
"""

from collections.abc import AsyncIterator
from typing import Any

from services.imports.recording import IMPORTS
from services.imports.server import Server

_REVERTED = [("state", "reverted"), ("state", "partly_reverted")]


async def was_reverted(server: Server, source: str) -> bool:
    """Whether an import of this source was taken back, of those that the caller sees."""
    async for _ in _reverted(server, source):
        return True
    return False


async def undone_ids(server: Server, source: str) -> set[str]:
    """The records of which such an import was undone."""
    ids: set[str] = set()
    async for one in _reverted(server, source):
        async for entries in server.pages(f"{IMPORTS}/{one['id']}/entries", [("outcome", "undone")]):
            ids |= {entry["id"] for entry in entries}
    return ids


async def _reverted(server: Server, source: str) -> AsyncIterator[dict[str, Any]]:
    async for page in server.pages(IMPORTS, [("source", source), *_REVERTED]):
        for one in page:
            yield one
