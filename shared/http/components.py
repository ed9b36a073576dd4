"""The schemas of an OpenAPI document, as callers need them.

What a request may hold is closed and has no `default`: a client that fills in a default would change or delete
members. What an answer may hold is open, because members may be added. A shape that both hold is open, and closed where a
request refers to it.
"""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.contracts.schema import WithoutMemberTitles

Schema = dict[str, Any]

PLACE = "#/components/schemas/"


def schemas_of(models: Iterable[type[BaseModel]]) -> dict[str, Schema]:
    """The schemas of the models and of all they refer to, by name, in alphabetical order."""
    _, generated = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=PLACE + "{model}",
        schema_generator=WithoutMemberTitles,
    )
    schemas = generated.get("$defs", {})
    if twice := [name for name in schemas if "__" in name]:  # as pydantic tells apart what is named alike
        raise TypeError(f"two shapes have one name: {', '.join(sorted(twice))}")
    return dict(sorted(schemas.items()))


def separate(schemas: dict[str, Schema], operations: Iterable[dict[str, Any]]) -> None:
    """Make each schema what it must be for the requests and answers that use it."""
    operations = list(operations)
    requested = _reached(schemas, [o.get("requestBody") for o in operations])
    answered = _reached(schemas, [o["responses"] for o in operations])
    for name, schema in schemas.items():
        if name in requested:
            _without_defaults(schema)
        if name in answered:
            _open(schema)
        elif name in requested:
            _close_references(schema, requested & answered, schemas)


def references(schema: Any) -> Iterator[str]:
    """The names of the components that are referred to, some several times."""
    yield from (match[1] for match in re.finditer(rf"'\$ref': '{PLACE}([^']+)'", str(schema)))


def _reached(schemas: dict[str, Schema], roots: Iterable[Any]) -> set[str]:
    reached: set[str] = set()
    waiting = [name for root in roots for name in references(root)]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(references(schemas[name]))
    return reached


def _parts(schema: Any) -> Iterator[Schema]:
    """The schema and those that stand in it, without those it refers to."""
    if isinstance(schema, list):
        for item in schema:
            yield from _parts(item)
    elif isinstance(schema, dict):
        yield schema
        for word, value in schema.items():
            if word in ("properties", "$defs"):
                yield from _parts([*value.values()])
            elif word in ("items", "anyOf", "allOf", "oneOf", "additionalProperties"):
                yield from _parts(value)


def _without_defaults(schema: Schema) -> None:
    for part in _parts(schema):
        part.pop("default", None)


def _open(schema: Schema) -> None:
    for part in _parts(schema):
        if part.get("additionalProperties") is False:
            del part["additionalProperties"]


def _close_references(schema: Schema, shared: set[str], schemas: dict[str, Schema]) -> None:
    """`unevaluatedProperties` closes an open shape where it stands, with the shapes within it; an enumeration needs none."""
    for part in _parts(schema):
        name = str(part.get("$ref", "")).removeprefix(PLACE)
        if name in shared and "properties" in schemas[name]:
            part |= _closed(name, shared, schemas)


def _closed(name: str, shared: set[str], schemas: dict[str, Schema]) -> Schema:
    """What stands beside a reference to a shape so that it takes no other members, nor does any shape within it."""
    within = {
        member: deepcopy(of)
        for member, of in schemas[name]["properties"].items()
        if any(reference in shared and "properties" in schemas[reference] for reference in references(of))
    }
    for of in within.values():
        _without_defaults(of)
        _close_references(of, shared, schemas)
    return {"unevaluatedProperties": False} | ({"properties": within} if within else {})
