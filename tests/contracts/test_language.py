"""The published language: every event has a released schema, and changes are additions."""

import copy
import json
import re
from typing import Any

import jsonschema
import pytest

from services.contracts import asyncapi, documents
from shared.contracts import releases
from shared.contracts.catalogue import CATALOGUE
from tests.conftest import Portolan


def test_what_is_declared_is_what_is_released() -> None:
    assert releases.unreleased() == []


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


@pytest.fixture
def schema() -> dict[str, Any]:
    return copy.deepcopy(releases.released()["projects.project.approved.v1.json"])


def test_an_added_optional_member_is_no_break(schema: dict[str, Any]) -> None:
    added = copy.deepcopy(schema)
    added["$defs"]["Project"]["properties"]["colour"] = {"type": "string"}
    assert releases.breaks(schema, added) == []


@pytest.mark.parametrize("change", ["remove", "retype", "unpromise"])
def test_what_would_surprise_a_consumer_is_a_break(schema: dict[str, Any], change: str) -> None:
    changed = copy.deepcopy(schema)
    project = changed["$defs"]["Project"]
    if change == "remove":
        del project["properties"]["name"]
    elif change == "retype":
        project["properties"]["version"]["type"] = "string"
    else:
        project["required"].remove("version")
    assert releases.breaks(schema, changed)


async def test_published_events_are_valid_by_their_released_schema(portolan: Portolan) -> None:
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
    known = releases.released()
    for service in {e.service for e in CATALOGUE.values()} & portolan.running.services.keys():
        for event in (await portolan().get(f"/{service}/v1/events")).json()["items"]:
            jsonschema.Draft202012Validator(known[releases.released_name(event["type"])]).validate(
                event["data"]
            )
            assert json.dumps(event)
