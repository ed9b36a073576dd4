"""Editions, by the first aggregate that has them: what binds is never edited, its next edition takes its place."""

from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.support.given import Arranger

MODELS = "projects/v1/scoring-models"
CRITERIA = [{"name": "Safety", "weight": 3}, {"name": "Profit", "weight": 2}, {"name": "Cost", "weight": 1}]


@pytest.fixture
def director(everywhere: Portolan) -> Arranger:
    return Arranger(everywhere)


async def active(director: Arranger, **members: Any) -> dict[str, Any]:
    draft = await director.make(MODELS, **({"name": "Value 2026", "criteria": CRITERIA} | members))
    return await director.move(MODELS, draft, "activate")


async def next_edition(director: Arranger, of: dict[str, Any]) -> dict[str, Any]:
    edition = await director.client.post(f"/{MODELS}/{of['id']}/editions")
    assert edition.status_code == 201, edition.text
    assert edition.headers["Location"] == f"/{MODELS}/{edition.json()['id']}"
    return dict(edition.json())


async def facts_of(director: Arranger, id: str) -> list[tuple[str, int]]:
    events = (await director.read("/projects/v1/events", limit=200))["items"]
    mine = [e for e in events if e["data"]["state"]["id"] == id]
    return [(e["type"].split(".")[-2], e["data"]["state"]["version"]) for e in mine]


async def test_the_next_edition_has_the_same_content_and_binds_in_place_of_the_first(
    director: Arranger,
) -> None:
    first = await active(director)
    assert (first["edition"], first["supersedes_id"], first["state"]) == (1, None, "active")
    second = await next_edition(director, first)
    assert (second["edition"], second["supersedes_id"], second["state"]) == (2, first["id"], "draft")
    assert (second["name"], second["criteria"]) == (first["name"], first["criteria"])
    assert (await director.read(f"{MODELS}/{first['id']}"))["state"] == "active", "it binds until then"
    revised = await director.revise(MODELS, second, name="Value 2027")
    assert revised.status_code == 200, revised.text
    await director.move(MODELS, revised.json(), "activate")
    old = await director.read(f"{MODELS}/{first['id']}")
    assert (old["state"], old["name"], old["version"]) == ("superseded", "Value 2026", 3)
    assert await facts_of(director, first["id"]) == [("created", 1), ("activated", 2), ("superseded", 3)]
    [event] = [
        e
        for e in (await director.read("/projects/v1/events", limit=200))["items"]
        if "superseded" in e["type"]
    ]
    assert event["data"]["fact"] == {"by_id": second["id"]}


async def test_what_binds_or_has_bound_is_never_edited(director: Arranger) -> None:
    first = await active(director)
    refused = await director.revise(MODELS, first, name="Another")
    assert (refused.status_code, refused.json()["code"]) == (409, "bound")
    unchanged = await director.revise(MODELS, first, name=first["name"])
    assert unchanged.status_code == 200, "what changes nothing edits nothing"
    archived = await director.archive(MODELS, first)
    assert (archived.status_code, archived.json()["code"]) == (409, "binding")
    retired = await director.move(MODELS, first, "retire")
    refused = await director.revise(MODELS, retired, name="Another")
    assert (refused.status_code, refused.json()["code"]) == (409, "bound")


async def test_what_binds_is_not_edited_by_its_external_key_either(director: Arranger) -> None:
    model = await director.put(MODELS, "M-1", "", name="Brought", criteria=CRITERIA)
    await director.move(MODELS, model, "activate")
    url = f"/{MODELS}/by-ref/x/M-1"
    service = director.portolan("service")
    assert (await service.put(url, json={"name": "Brought", "criteria": CRITERIA})).status_code == 200
    refused = await service.put(url, json={"name": "Changed", "criteria": CRITERIA})
    assert (refused.status_code, refused.json()["code"]) == (409, "bound")
    second = await next_edition(director, model)
    assert second["external_ref"] is None, "the key stays with the edition that it came with"


async def test_there_is_one_open_next_edition(director: Arranger) -> None:
    first = await active(director)
    second = await next_edition(director, first)
    again = await director.client.post(f"/{MODELS}/{first['id']}/editions")
    assert (again.status_code, again.json()["code"]) == (409, "next_edition_open")
    assert (await director.archive(MODELS, second)).status_code == 204
    third = await next_edition(director, first)
    assert third["edition"] == 2
    restored = await director.client.post(f"/{MODELS}/{second['id']}/restore", headers={"If-Match": '"2"'})
    assert (restored.status_code, restored.json()["code"]) == (409, "next_edition_open")


@pytest.mark.parametrize("moves", [(), ("activate", "retire")])
async def test_only_what_binds_has_a_next_edition(director: Arranger, moves: tuple[str, ...]) -> None:
    model = await director.make(MODELS, name="Value", criteria=CRITERIA)
    await director.move(MODELS, model, *moves)
    refused = await director.client.post(f"/{MODELS}/{model['id']}/editions")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_binding")


async def test_an_edition_whose_predecessor_was_retired_meanwhile_supersedes_nothing(
    director: Arranger,
) -> None:
    first = await active(director)
    second = await next_edition(director, first)
    await director.move(MODELS, first, "retire")
    await director.move(MODELS, second, "activate")
    assert (await director.read(f"{MODELS}/{first['id']}"))["state"] == "retired"


async def test_a_request_gives_neither_edition_nor_predecessor(director: Arranger) -> None:
    for member in ({"edition": 7}, {"supersedes_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}):
        refused = await director.create(MODELS, name="Value", **member)
        assert refused.status_code == 422, refused.text


async def test_who_reads_makes_no_edition(director: Arranger) -> None:
    first = await active(director)
    refused = await director.portolan("viewer").post(f"/{MODELS}/{first['id']}/editions")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


async def test_the_next_edition_is_decided_by_another_than_who_made_it(director: Arranger) -> None:
    first = await active(director)
    second = await next_edition(director, first)
    director.client.auth = httpx.Auth()
    refused = await director.act(MODELS, second, "activate")
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
