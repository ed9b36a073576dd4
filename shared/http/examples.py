"""Realistic examples for the document: a schema that shows none of its own is shown by its members."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

MEMBERS: dict[str, Any] = {
    "actual_start_on": "2026-01-19",
    "cause": "The vendor ends support in December.",
    "changed": ["forecast_finish_on"],
    "comment": "On track; the data migration is the critical path.",
    "cost_type": "Licences",
    "description": "Replaces the core network of both data centres, one site after the other.",
    "effect": "Operation without security patches.",
    "email": "mara.keller@example.org",
    "ends_on": "2026-11-27",
    "event": "The replacement is not accepted in time.",
    "fiscal_year": 2026,
    "forecast_finish_on": "2026-12-18",
    "forecast_start_on": "2026-01-19",
    "hours": 120,
    "month": "2026-06",
    "name": "Renewal of the data centre network",
    "next": "pS0fZ3Jl1kVb2cXqWyIyMDI2LTA2LTAxIiwgIjAxOTc4ZjJlIl0",
    "number": "C-2026-017",
    "org_unit": "Infrastructure",
    "percent": 60,
    "percent_complete": 40,
    "phase": "Implementation",
    "planned_finish_on": "2026-11-27",
    "planned_start_on": "2026-01-12",
    "reason": "Agreed by the steering committee of 1 June.",
    "role": "Network engineer",
    "starts_on": "2026-01-12",
    "title": "End of support before acceptance",
    "who": "mara.keller@example.org",
}
"""What a member of this name holds, wherever it stands."""

LEFT_OUT = frozenset(
    (
        "actual_finish_on",
        "allowed_moves",
        "archived_at",
        "parent_id",
        "problem",
        "programme_id",
        "reverses_id",
        "vendor_id",
    )
)
"""Members that most resources do not have; shown only where they are required."""

_PLAIN: dict[str, Any] = {"string": "text", "integer": 1, "number": 1, "boolean": True, "null": None}


def complete(schemas: dict[str, Schema]) -> None:
    """Give every object schema without an example the one that its members make."""
    for schema in schemas.values():
        if "properties" in schema and "examples" not in schema:
            schema["examples"] = [of(schema, schemas)]


def of(schema: Schema, schemas: dict[str, Schema], name: str = "") -> Any:
    """An example of a schema that is the member `name` of another."""
    if "$ref" in schema:
        return of(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, name)
    if "anyOf" in schema:
        return of(next(s for s in schema["anyOf"] if s.get("type") != "null"), schemas, name)
    if "properties" in schema:
        return _object(schema, schemas)
    if name in MEMBERS and _fits(MEMBERS[name], schema):
        return MEMBERS[name]
    for source in ("examples", "enum"):
        if source in schema:
            return schema[source][0]
    return _plain(schema, schemas)


def of_shape(shape: type[BaseModel]) -> Any:
    """An example of what a shape holds."""
    schema = shape.model_json_schema(ref_template="#/$defs/{model}")
    return of(schema, schema.get("$defs", {}))


def _object(schema: Schema, schemas: dict[str, Schema]) -> Any:
    if "examples" in schema:
        return schema["examples"][0]
    required = schema.get("required", ())
    shown: Iterable[str] = (m for m in schema["properties"] if m in required or m not in LEFT_OUT)
    return {member: of(schema["properties"][member], schemas, member) for member in shown}


def _fits(value: Any, schema: Schema) -> bool:
    kinds = {"string": str, "integer": int, "number": int | float, "array": list}
    if isinstance(value, list) and schema.get("items", {}).get("type") != "string":
        return False
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return False
    return "enum" not in schema and isinstance(value, kinds.get(schema.get("type", ""), ()))


def _plain(schema: Schema, schemas: dict[str, Schema]) -> Any:
    match schema.get("type"):
        case "array":
            return [of(schema["items"], schemas)] if "items" in schema else []
        case "object" | None:
            return {}
        case "integer" | "number":
            return max(schema.get("minimum", 1), schema.get("default", 1))
        case "string" if "pattern" in schema:  # a code that a request may leave out
            return "PRJ-0042"
        case kind:
            return schema.get("default", _PLAIN[kind])
