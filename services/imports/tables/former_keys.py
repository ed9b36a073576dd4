"""The key by which rows of a source were known the last time: another one would bring every record in a second time."""

import httpx

from services.imports.recording import IMPORTS
from services.imports.tables.mapping import BadMapping
from services.imports.tables.mapping_files import from_toml

MOST_LOOKED_AT = 20
UNDONE = "reverted"


async def key_before(client: httpx.AsyncClient, source: str, register: str) -> tuple[str, ...]:
    """The key columns of the last import of this source into this register that still stands; none where the caller sees
    none. Raises httpx.HTTPError where the instance cannot be reached."""
    listed = await client.get(IMPORTS, params={"source": source, "limit": str(MOST_LOOKED_AT)})
    for one in listed.json()["items"] if listed.is_success else ():
        if register not in one["registers"] or one["state"] == UNDONE or not one["entries"]:
            continue
        answer = await client.get(f"{IMPORTS}/{one['id']}")
        try:
            mapping = from_toml(answer.json().get("mapping", "")) if answer.is_success else None
        except BadMapping:  # too long to be kept whole, or emptied with a person
            continue
        if mapping is not None and mapping.register == register and mapping.key:
            return mapping.key
    return ()
