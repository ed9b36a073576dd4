"""`make contracts`: writes the schemas of events, and what is generated under docs/.

`make release-contracts ARGS="projects.project projects.work_package"` releases the drafts of these aggregates: from then
on their schemas are only added to.
"""

import json
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

from services import problem_types
from services.embedded import SERVICES
from shared.base.settings import Settings
from shared.base.version import VERSION
from shared.contracts.catalogue import entries
from shared.contracts.language import PARTITIONS, AggregateType, is_compacted
from shared.contracts.releases import FILES, aggregates_named
from shared.contracts.schema import Schema, event_schema, opened, state_name, state_schema
from shared.http.meanings import LIST
from shared.messaging.bus.topics import settings_of
from shared.runtime.app import create_app

DOCS = Path(__file__).parents[1] / "docs"


def documents() -> dict[Path, str]:
    """Path -> content of everything that is generated, but for the schemas."""
    made = {DOCS / "openapi" / f"{s.name}.json": _json(create_app(s).openapi()) for s in SERVICES}
    return made | {
        LIST: problem_types.text(),
        DOCS / "asyncapi.json": _json(asyncapi()),
        DOCS / "events.md": events_page(),
        DOCS / "settings.md": settings_page(),
    }


def _json(told: Any) -> str:
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0: a channel per topic, a message per fact."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for entry in entries():
        schemas[entry.shape.__name__] = _component(opened(state_schema(entry)), schemas)
        channel = channels.setdefault(_id(entry.topic), _channel(entry.topic))
        for fact in entry.facts:
            kind = entry.event_type(fact)
            channel["messages"][_id(kind)] = {"$ref": f"#/components/messages/{_id(kind)}"}
            messages[_id(kind)] = _message(kind, schemas)
    for name in channels:
        operations[f"send_{name}"] = {"action": "send", "channel": {"$ref": f"#/channels/{name}"}}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Portolan events",
            "version": VERSION,
            "description": f"CloudEvents 1.0, structured JSON, {PARTITIONS} partitions a topic, keyed by project.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def _channel(topic: str) -> dict[str, Any]:
    """A topic; where it is compacted, that is told, and what a message without a value means."""
    told: dict[str, Any] = {"address": topic, "messages": {}}
    if is_compacted(topic):
        told["description"] = (
            "A message without a value is a tombstone: of its key nothing is told any more. It follows the event that"
            " says so, and names it in its headers."
        )
        settings = {n: int(v) for n, v in settings_of(topic).items() if n == "delete.retention.ms"}
        told["bindings"] = {"kafka": {"topicConfiguration": {"cleanup.policy": ["compact"], **settings}}}
    return told


def _id(name: str) -> str:
    return name.removeprefix("portolan.").replace(".", "_")


def _component(document: Schema, schemas: dict[str, Any]) -> Schema:
    """The schema as a component: what it defines is added to `schemas`, and its references lead there."""
    names = {state_name(entry): entry.shape.__name__ for entry in entries()}
    text = re.sub(
        r'"\$ref": "(#/\$defs/)?([^"]+)"', partial(_component_reference, names), json.dumps(document)
    )
    schema: Schema = json.loads(text)
    for name, shape in schema.pop("$defs", {}).items():
        assert schemas.setdefault(name, shape) == shape, f"two shapes are named {name}"
    return {word: value for word, value in schema.items() if word not in ("$schema", "$id")}


def _component_reference(names: dict[str, str], reference: re.Match[str]) -> str:
    return f'"$ref": "#/components/schemas/{names.get(reference[2], reference[2])}"'


def _message(kind: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """The message of an event; the shapes that its schema defines are added to `schemas`."""
    schema = _component(opened(event_schema(kind)), schemas)
    return {
        "name": kind,
        "summary": schema["description"],
        "contentType": "application/cloudevents+json",
        "headers": {
            "type": "object",
            "properties": {n: {"type": "string"} for n in ("ce_id", "ce_type", "ce_subject")},
        },
        "payload": {
            "type": "object",
            "required": ["specversion", "id", "source", "type", "subject", "sequence", "data"],
            "properties": {
                "specversion": {"const": "1.0"},
                "type": {"const": kind},
                "data": {word: schema[word] for word in ("type", "required", "properties")},
            },
        },
    }


def events_page() -> str:
    lines = [
        "# The events",
        "",
        "Generated by `make contracts` from `shared/contracts`. Every commit of an aggregate publishes exactly one of these,",
        "with the whole public state, the names of the members that changed, and the fact's own details.",
    ]
    for service in dict.fromkeys(e.service for e in entries()):
        lines += ["", f"## {service}"]
        for entry in (e for e in entries() if e.service == service):
            lines += ["", f"### {entry.name}", "", _first_line(entry.shape), "", *_table(entry)]
    return "\n".join(lines) + "\n"


def _first_line(of: type) -> str:
    return (of.__doc__ or "").strip().split("\n")[0]


def _table(entry: AggregateType) -> list[str]:
    key = "its id" if entry.key == "id" else "its project (its own id where it has none)"
    kept = ", compacted: `erased` is followed by a tombstone" if is_compacted(entry.topic) else ""
    rows = [
        f"Topic `{entry.topic}`, keyed by {key}{kept}.",
        "",
        "| event | when | details |",
        "|---|---|---|",
    ]
    for name, fact in entry.facts.items():
        details = ", ".join(f"`{m}`" for m in fact.model_fields) or "none"
        rows.append(f"| `{entry.event_type(name)}` | {_first_line(fact)} | {details} |")
    return rows


def settings_page() -> str:
    lines = [
        "# The settings",
        "",
        "Generated by `make contracts` from `shared/base/settings.py`: environment variables, each with a default that runs",
        "embedded.",
        "",
        "| variable | default | what |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = f"`{default}`" if default not in ("", None, [], {}) else ""
        lines.append(f"| `PORTOLAN_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Writes everything; with `release <aggregate> …` it releases these first."""
    given = sys.argv[1:]
    if given[:1] == ["release"]:
        release(given[1:])
    refused = FILES.write()
    for path, content in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    if refused:
        sys.exit("\n".join(refused))


def release(names: list[str]) -> None:
    try:
        aggregates = aggregates_named(names)
    except ValueError as error:
        sys.exit(f"there is no aggregate {error}")
    if not aggregates:
        sys.exit('say which: make release-contracts ARGS="projects.project projects.work_package"')
    if refused := FILES.write():
        sys.exit("\n".join(refused))
    for name in FILES.release(aggregates):
        print(f"released {name}")


if __name__ == "__main__":
    main()
