"""The JSON Schemas of events: made from the shapes, released as files, and only ever added to.

A producer's events are closed (what is declared and nothing else); a consumer must accept members it does not know.
So two schemas are one file: the released file is the closed one, `opened` drops the closing.
"""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.language import STATE_LIMIT, AggregateType, Fact

FOLDER = Path(__file__).parent / "schemas"

Schema = dict[str, Any]


def released_name(event_type: str) -> str:
    return f"{event_type.removeprefix('portolan.')}.json"


def schema_of(event_type: str) -> Schema:
    """The closed schema of the `data` of an event."""
    entry, fact = EVENT_TYPES[event_type]
    refs, defs = models_json_schema([(entry.shape, "serialization"), (fact, "serialization")])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"/schemas/{released_name(event_type)}",
        "title": event_type,
        "description": _said(entry, fact),
        "type": "object",
        "additionalProperties": False,
        "required": ["version", "effective_at", "state", "changed", "fact"],
        "properties": {
            "version": {"type": "integer", "minimum": 1},
            "effective_at": {"type": "string", "format": "date-time"},
            "state": refs[entry.shape, "serialization"],
            "changed": {"type": "array", "items": {"type": "string"}},
            "fact": refs[fact, "serialization"],
        },
        "$defs": defs.get("$defs", {}),
    }


def _said(entry: AggregateType, fact: type[Fact]) -> str:
    first = (fact.__doc__ or "").strip().split("\n")[0]
    return (
        f"{first} The state is the whole {entry.name.replace('_', ' ')}, at most {STATE_LIMIT // 1024} KiB."
    )


def all_schemas() -> dict[str, Schema]:
    """File name -> schema, of every event there is."""
    return {released_name(kind): schema_of(kind) for kind in sorted(EVENT_TYPES)}


def released() -> dict[str, Schema]:
    return {path.name: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def text_of(name: str) -> bytes | None:
    """The released file of this name, as it is; None where there is none."""
    path = next((path for path in FOLDER.glob("*.json") if path.name == name), None)
    return path.read_bytes() if path else None


def breaks(old: Schema, new: Schema) -> list[str]:
    """What in `new` would surprise a consumer of `old`: removed, retyped, newly required or no longer promised."""
    return _breaks(old, new, old.get("$defs", {}), new.get("$defs", {}), "")


def _breaks(old: Any, new: Any, old_defs: Schema, new_defs: Schema, at: str) -> list[str]:
    old, new = _resolved(old, old_defs), _resolved(new, new_defs)
    found = [
        f"{at or '/'}: {word} changed"
        for word in ("type", "format", "pattern", "const")
        if _differs(old, new, word)
    ]
    found += [f"{at}: value {v!r} is gone" for v in old.get("enum", []) if v not in new.get("enum", [v])]
    found += [
        f"{at}: {m} is no longer promised"
        for m in old.get("required", [])
        if m not in new.get("required", [])
    ]
    for name, member in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            found.append(f"{at}/{name}: removed")
        else:
            found += _breaks(member, new["properties"][name], old_defs, new_defs, f"{at}/{name}")
    if "items" in old:
        found += _breaks(old["items"], new.get("items", {}), old_defs, new_defs, f"{at}/items")
    choices = new.get("anyOf", [])
    for i, choice in enumerate(old.get("anyOf", [])):
        if not any(not _breaks(choice, c, old_defs, new_defs, at) for c in choices):
            found.append(f"{at}: choice {i} is gone")
    if len(choices) > len(old.get("anyOf", choices)):
        found.append(f"{at}: may now be something else")
    return found


def _differs(old: Schema, new: Schema, word: str) -> bool:
    return bool(old.get(word) != new.get(word))


def _resolved(schema: Any, defs: Schema) -> Schema:
    while isinstance(schema, dict) and "$ref" in schema:
        schema = defs[schema["$ref"].rsplit("/", 1)[-1]]
    return schema if isinstance(schema, dict) else {}


def unreleased() -> list[str]:
    """What keeps the declared language from being the released one: `make contracts` adds what is an addition."""
    said = []
    known, declared = released(), all_schemas()
    for name, schema in declared.items():
        if name not in known:
            said.append(f"{name} is not released: run `make contracts`")
        elif found := breaks(known[name], schema):
            said.append(f"{name} is not an addition, so add a v2: {'; '.join(found)}")
        elif known[name] != schema:
            said.append(f"{name} was added to: run `make contracts`")
    return said + [f"{name} is gone; consumers may still read it" for name in known if name not in declared]


def release() -> list[str]:
    """Write what is new or added to; answers what refuses to be released."""
    FOLDER.mkdir(exist_ok=True)
    known, refused = released(), []
    for name, schema in all_schemas().items():
        if name in known and (found := breaks(known[name], schema)):
            refused.append(f"{name} is not an addition, so add a v2: {'; '.join(found)}")
        else:
            (FOLDER / name).write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n")
    return refused
