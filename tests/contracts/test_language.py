"""The published language: every event and state has a schema, and the generated papers tell of them."""

import json
import re

import jsonschema
import referencing

from services.contracts import asyncapi, documents
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.releases import FILES
from shared.contracts.schema import all_schemas, event_schema
from tests.conftest import Portolan


def test_the_schema_files_are_what_is_declared() -> None:
    assert FILES.faults() == []
    strays = set(FILES.folder.rglob("*.json")) - {*FILES.releases.glob("*"), *FILES.drafts.glob("*")}
    assert not strays, "delete them: schemas stand in `draft/` and `released/`"


def test_the_generated_papers_are_up_to_date() -> None:
    stale = [
        path.name for path, content in documents().items() if not path.exists() or path.read_text() != content
    ]
    assert not stale, f"{stale}: run `make contracts`"


def test_the_asyncapi_document_stands_by_itself() -> None:
    """Its readers resolve every reference, and there is nothing behind an address of ours to fetch."""
    told = asyncapi()
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(told)))
    assert len(references) > len(told["channels"])
    for reference in references:
        found = told
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


async def test_published_events_are_valid_by_their_schemas(portolan: Portolan) -> None:
    made = await portolan("service").put(
        "/projects/v1/projects/by-ref/test/1",
        json={
            "name": "ERP",
            "stage": "active",
            "planned_start_on": "2026-01-01",
            "planned_cost": {"amount": "12.50", "currency": "CHF"},
        },
    )
    assert made.status_code == 201
    await portolan.settled()
    closed = referencing.Registry().with_contents((s["$id"], s) for s in all_schemas().values())
    for service in {e.service for e in CATALOGUE.values()} & portolan.running.services.keys():
        for event in (await portolan().get(f"/{service}/v1/events")).json()["items"]:
            schema = event_schema(event["type"])
            jsonschema.Draft202012Validator(schema, registry=closed).validate(event["data"])
