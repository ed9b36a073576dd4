"""The JSON Schemas of the published language: one of each aggregate's state, and one of the `data` of each event.

An event's schema refers to the state's, so that a member is described once. A schema is made in two forms. The closed
form says what a producer writes: the declared members and nothing else. The open form is for consumers, which accept
members and values that they do not know; `opened` makes it from the closed one.
"""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from shared.contracts.catalogue import CATALOGUE, EVENT_TYPES
from shared.contracts.language import STATE_LIMIT, AggregateType, Fact

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PATH = "/schemas/"
"""Where each service serves schemas, by the name of their file."""


class WithoutMemberTitles(GenerateJsonSchema):
    """Pydantic titles each member with its own name; generators of clients make classes of such titles."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def float_schema(self, schema: Any) -> dict[str, Any]:
        """A bound that is a whole number is written as one: openapi-generator takes `1e15` for a shape of its own."""
        numbers = super().float_schema(schema)
        return {
            word: int(value) if isinstance(value, float) and value.is_integer() else value
            for word, value in numbers.items()
        }


def state_name(entry: AggregateType) -> str:
    """`projects.project.v1.json`"""
    return f"{entry.service}.{entry.name}.v1.json"


def event_name(event_type: str) -> str:
    """`projects.project.approved.v1.json`"""
    return f"{event_type.removeprefix('portolan.')}.json"


def state_schema(entry: AggregateType) -> Schema:
    """The closed schema of an aggregate's public state."""
    _, definitions = models_json_schema(
        [(entry.shape, "serialization")], schema_generator=WithoutMemberTitles
    )
    others = definitions["$defs"]
    own = others.pop(entry.shape.__name__)
    return _document(state_name(entry), own, others)


def event_schema(event_type: str) -> Schema:
    """The closed schema of the `data` of an event."""
    entry, fact = EVENT_TYPES[event_type]
    _, definitions = models_json_schema([(fact, "serialization")], schema_generator=WithoutMemberTitles)
    others = definitions["$defs"]
    details = others.pop(fact.__name__)
    own = {
        "title": event_type,
        "description": _summary(entry, fact),
        "type": "object",
        "additionalProperties": False,
        "required": ["version", "effective_at", "state", "changed", "fact"],
        "properties": {
            "version": {
                "description": "The version of the aggregate that this commit made; versions are contiguous.",
                "type": "integer",
                "minimum": 1,
            },
            "effective_at": {
                "description": "When it became true.",
                "type": "string",
                "format": "date-time",
            },
            "state": {"$ref": state_name(entry)},
            "changed": {
                "description": "The members of the state that differ from the version before.",
                "type": "array",
                "items": {"type": "string"},
            },
            "fact": details,
        },
    }
    return _document(event_name(event_type), own, others)


def _document(name: str, own: Schema, definitions: Schema) -> Schema:
    return {"$schema": DIALECT, "$id": PATH + name, **own} | ({"$defs": definitions} if definitions else {})


def _summary(entry: AggregateType, fact: type[Fact]) -> str:
    first = (fact.__doc__ or "").strip().split("\n")[0]
    return f"{first} The state is the whole {entry.noun}, at most {STATE_LIMIT // 1024} KiB."


def schemas_of(entry: AggregateType) -> dict[str, Schema]:
    """File name -> closed schema, of the aggregate's state and events."""
    events = {event_name(t): event_schema(t) for t in map(entry.event_type, entry.facts)}
    return {state_name(entry): state_schema(entry)} | events


def all_schemas() -> dict[str, Schema]:
    """File name -> closed schema, of the whole catalogue."""
    return {name: schema for entry in CATALOGUE.values() for name, schema in schemas_of(entry).items()}


def opened(schema: Any) -> Any:
    """The open form: members that are not declared are accepted, and the values of an enumeration may grow."""
    if isinstance(schema, list):
        return [opened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    open_form = {word: _opened_word(word, value) for word, value in schema.items()}
    if open_form.get("additionalProperties") is False:
        del open_form["additionalProperties"]
    if "enum" in open_form:
        open_form["x-extensible-enum"] = open_form.pop("enum")
    return open_form


def _opened_word(word: str, value: Any) -> Any:
    """What stands under `properties` and `$defs` has names of members, which may be words of JSON Schema too."""
    if word in ("properties", "$defs"):
        return {name: opened(member) for name, member in value.items()}
    return value if word in ("default", "examples", "const", "enum", "required") else opened(value)


def to_text(schema: Schema) -> str:
    """As the files are written: what fits on a line stands on one."""
    return _text(schema, "") + "\n"


def _text(value: Any, indent: str, width: int = 100) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= width or not isinstance(value, dict | list) or not value:
        return line
    inner = indent + " "
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(k)}: {_text(v, inner, width)}" for k, v in value.items()]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _text(v, inner, width) for v in value) + f"\n{indent}]"
