"""The published language: every event and state has a schema, and the generated papers tell of them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import referencing

from services import asyncapi
from services.contracts import documents, events_page, settings_page
from services.embedded import SERVICES
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.releases import FILES
from shared.contracts.schema import all_schemas, event_schema
from shared.runtime.app import create_app
from tests.conftest import Portolan

SCHEMAS = all_schemas()


def test_the_schema_files_are_what_is_declared() -> None:
    assert FILES.faults() == []
    strays = set(FILES.folder.rglob("*.json")) - {*FILES.releases.glob("*"), *FILES.drafts.glob("*")}
    assert not strays, "delete them: schemas stand in `draft/` and `released/`"


def test_the_generated_papers_are_up_to_date() -> None:
    stale = [
        path.name for path, content in documents().items() if not path.exists() or path.read_text() != content
    ]
    assert not stale, f"{stale}: run `make contracts`"


def test_no_text_of_the_event_page_is_cut() -> None:
    """A row holds the first paragraph of the fact's docstring, however many lines that has."""
    rows = re.findall(r"^\| `portolan[^|]+\| ([^|]+) \|", events_page(), re.MULTILINE)
    assert rows
    assert [text for text in rows if not text.endswith((".", "!"))] == []


def test_a_setting_without_a_default_shows_none() -> None:
    assert "``" not in settings_page()


def test_the_asyncapi_document_stands_by_itself() -> None:
    """Its readers resolve every reference, and there is nothing behind an address of ours to fetch."""
    description = asyncapi.document()
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(description)))
    assert len(references) > len(description["channels"])
    for reference in references:
        result = description
        for step in reference.removeprefix("#/").split("/"):
            result = result[step]


def members_without_description(schema: Any) -> Iterator[str]:
    """The names of members that nothing is said of, in the schema and in what it defines."""
    parts = [schema, *schema.get("$defs", {}).values()]
    for part in parts:
        for name, member in part.get("properties", {}).items():
            if "description" not in member and name not in ("state", "fact"):
                yield f"{part.get('title')}.{name}"


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_member_is_described(name: str) -> None:
    undescribed = list(members_without_description(SCHEMAS[name]))
    assert undescribed == [], "write a text under each member of the shape"


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_every_member_and_parameter_of_the_interface_is_described(service: Any) -> None:
    document = create_app(service).openapi()
    for name, schema in document["components"]["schemas"].items():
        assert list(members_without_description(schema | {"title": name})) == []
        assert not any("title" in member for member in schema.get("properties", {}).values()), name
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            undescribed = [p["name"] for p in operation["parameters"] if not p.get("description")]
            assert undescribed == [], f"{method} {path}"


async def test_published_events_are_what_the_asyncapi_document_tells(portolan: Portolan) -> None:
    document = asyncapi.document()
    response = await portolan().post("/projects/v1/projects", json={"name": "ERP"})
    traced = {"traceparent": f"00-{'4b' * 16}-{'0f' * 8}-01", "tracestate": "vendor=1"}
    match = {"If-Match": '"1"', **traced}
    await portolan().patch(
        response.headers["location"],
        json={"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"},
        headers=match | {"Content-Type": "application/merge-patch+json"},
    )
    await portolan().post(f"{response.headers['location']}/approve", json={}, headers={"If-Match": '"2"'})
    await portolan.settled()
    by_key = {message["name"]: message for message in document["components"]["messages"].values()}
    members: set[str] = set()
    for service in ("projects", "finance", "risk"):
        for event in (await portolan().get(f"/{service}/v1/events")).json()["items"]:
            payload = by_key[event["type"]]["payload"] | {"components": document["components"]}
            jsonschema.Draft202012Validator(payload).validate(event)
            members |= event.keys()
    assert members | {"importedby"} == document["components"]["schemas"]["Envelope"]["properties"].keys()


async def test_a_page_of_the_feed_is_what_its_operation_tells(portolan: Portolan) -> None:
    """Down to the members of each event: a typed client reads them."""
    await portolan().post("/projects/v1/projects", json={"name": "ERP"})
    document = (await portolan().get("/projects/openapi.json")).json()
    answer = document["paths"]["/projects/v1/events"]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    page = (await portolan().get("/projects/v1/events")).json()
    jsonschema.validate(page, schema)
    assert page["items"][0].keys() <= schema["properties"]["items"]["items"]["properties"].keys()


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_every_tag_and_every_conditional_read_is_told(service: Any) -> None:
    document = create_app(service).openapi()
    assert all(tag["description"] for tag in document["tags"])
    for path, operations in document["paths"].items():
        reported = operations.get("get", {"responses": {}})
        if (
            "ETag" in reported["responses"].get("200", {}).get("headers", {})
            and reported.get("security") != []
        ):
            assert "If-None-Match" in [parameter["name"] for parameter in reported["parameters"]], path


def test_the_asyncapi_document_has_valid_examples() -> None:
    document = asyncapi.document()
    for message in document["components"]["messages"].values():
        [example] = message["examples"]
        payload = message["payload"] | {"components": document["components"]}
        jsonschema.Draft202012Validator(payload).validate(example["payload"])
        jsonschema.validate(example["headers"], document["components"]["messageTraits"]["event"]["headers"])


async def test_published_events_are_valid_by_their_schemas(portolan: Portolan) -> None:
    response = await portolan("service").put(
        "/projects/v1/projects/by-ref/test/1",
        json={
            "name": "ERP",
            "stage": "active",
            "planned_start_on": "2026-01-01",
            "planned_cost": {"amount": "12.50", "currency": "CHF"},
        },
    )
    assert response.status_code == 201
    await portolan.settled()
    closed = referencing.Registry().with_contents((s["$id"], s) for s in SCHEMAS.values())
    for service in {e.service for e in CATALOGUE.values()} & portolan.running.services.keys():
        for event in (await portolan().get(f"/{service}/v1/events")).json()["items"]:
            schema = event_schema(event["type"])
            jsonschema.Draft202012Validator(schema, registry=closed).validate(event["data"])
