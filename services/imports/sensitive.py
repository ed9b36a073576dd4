"""Sensitive fields of the organisation that an import may have written: their former values stand in no history."""

from collections.abc import Mapping
from typing import Any

from services.imports.server import Server
from services.imports.tables.mapping import BadMapping
from services.imports.tables.mapping_files import from_toml
from shared.contracts.forms import entry_at

CUSTOM = "custom."


async def sensitive_members(server: Server, record: Mapping[str, Any], collection: str) -> tuple[str, ...]:
    """The sensitive fields of a collection (`projects/v1/projects`) that the mapping of an import fills, by their labels."""
    service, _, name = collection.partition("/v1/")
    entry = entry_at(service, name)
    names = _filled(str(record.get("mapping", "")), entry.key) if entry is not None else set()
    if not names or entry is None:
        return ()
    sensitive = []
    async for page in server.pages("/projects/v1/field-definitions", [("aggregate", entry.key)]):
        sensitive += [one["name"] for one in page if one["sensitive"] and one["name"] in names]
    return tuple(sorted(sensitive))


def _filled(text: str, register: str) -> set[str]:
    """The own fields that a mapping of a register fills; none where it cannot be read."""
    try:
        mapping = from_toml(text) if text else None
    except BadMapping:
        return set()
    if mapping is None or mapping.register != register:
        return set()
    members = [*(column.member for column in mapping.columns), *mapping.constants]
    return {member.removeprefix(CUSTOM) for member in members if member.startswith(CUSTOM)}
