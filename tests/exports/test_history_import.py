"""The route by which a service takes a history in: what it accepts, and what it refuses."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jsonschema
import pytest

from services import asyncapi
from shared.base.ids import new_id_text
from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.exports.conftest import passed_on
from tests.support.given import Arranger, chf

PROJECTS, IMPORT = "/projects/v1/projects", "/projects/v1/history-import"
CREATED = "portolan.projects.portfolio.created.v1"
AT = "2025-03-01T10:00:00.000000Z"


def version(number: int = 1, id: str = "", at: str = AT, /, **members: Any) -> dict[str, Any]:
    """A version of a portfolio of 2025."""
    id = id or new_id_text()
    state = {
        "id": id, "version": number, "created_at": AT, "updated_at": at, "archived_at": None, "external_ref": None,
        "custom": {}, "name": f"Portfolio {number}", **members,
    }  # fmt: skip
    kind = CREATED if number == 1 else CREATED.replace("created", "revised")
    return {
        "type": kind, "id": id, "version": number, "effective_at": at, "who": "mara", "who_type": "user", "fact": {},
        "changed": ["name"],
        "state": state,
    }  # fmt: skip


async def read_in(
    client: httpx.AsyncClient, *items: dict[str, Any], service: str = "projects"
) -> httpx.Response:
    headers = {"Idempotency-Key": uuid4().hex}
    return await client.post(
        f"/{service}/v1/history-import/batch", json={"items": list(items)}, headers=headers
    )


async def results(client: httpx.AsyncClient, *items: dict[str, Any]) -> list[Any]:
    """The status of each version, or the code of its refusal."""
    answer = await read_in(client, *items)
    assert answer.status_code == 207, answer.text
    return [one["problem"]["code"] if "problem" in one else one["status"] for one in answer.json()["items"]]


async def state(client: httpx.AsyncClient) -> str:
    return str((await client.get(IMPORT)).json()["state"])


async def end(client: httpx.AsyncClient, service: str = "projects") -> httpx.Response:
    path = f"/{service}/v1/history-import/end"
    return await client.post(path, json={}, headers={"Idempotency-Key": uuid4().hex})


async def test_versions_are_read_in_as_they_were(everywhere: Portolan) -> None:
    importer, id = everywhere("service"), new_id_text()
    later = "2025-06-01T00:00:00.000000Z"
    assert await results(importer, version(1, id), version(2, id, later)) == [201, 201]
    portfolio = (await importer.get(f"/projects/v1/portfolios/{id}")).json()
    assert (portfolio["version"], portfolio["created_at"], portfolio["updated_at"]) == (2, AT, later)
    versions = (await importer.get(f"/projects/v1/portfolios/{id}/history")).json()["items"]
    assert [(v["effective_at"], v["who"], v["imported_by"]) for v in versions] == [
        (later, "mara", "service"),
        (AT, "mara", "service"),
    ]


async def test_only_an_importer_reads_a_history_in(portolan: Portolan) -> None:
    for role in ("director", "manager", "viewer"):
        assert (await read_in(portolan(role), version())).status_code == 403, role
        assert (await end(portolan(role))).status_code == 403, role


async def test_a_store_in_use_takes_no_history(portolan: Portolan) -> None:
    importer = portolan("service")
    assert await state(importer) == "empty"
    await Arranger(portolan).make("projects/v1/portfolios", name="IT")
    assert await state(importer) == "in_use"
    answer = await read_in(importer, version())
    assert (answer.status_code, answer.json()["code"]) == (409, "not_empty")


async def test_a_history_ends_for_ever(everywhere: Portolan) -> None:
    importer = everywhere("service")
    assert await results(importer, version()) == [201]
    assert await state(importer) == "being_read"
    assert (await end(importer)).json() == {"state": "ended"}
    answer = await read_in(importer, version())
    assert (answer.status_code, answer.json()["code"]) == (409, "history_ended")


async def test_an_instance_without_a_history_can_say_so_too(portolan: Portolan) -> None:
    assert (await end(portolan("service"))).json() == {"state": "ended"}


async def test_what_is_there_already_changes_nothing_and_another_one_is_refused(portolan: Portolan) -> None:
    importer, one = portolan("service"), version()
    assert await results(importer, one) == [201]
    assert await results(importer, one) == [200]
    assert await results(importer, one | {"state": one["state"] | {"name": "Other"}}) == ["version_differs"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "portolan.projects.portfolio.exploded.v1"}, "unknown_fact"),
        ({"type": "portolan.risk.risk.created.v1"}, "unknown_fact"),
        ({"version": 2}, "invalid"),
        ({"id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}, "invalid"),
        ({"effective_at": "2999-01-01T00:00:00.000000Z"}, "invalid"),
        ({"fact": {"because": "of it"}}, "invalid"),
        ({"changed": ["colour"]}, "invalid"),
        ({"state": {}}, "invalid"),
        ({"who_type": "robot"}, "invalid"),
        ({"who": ""}, "invalid"),
    ],
)
async def test_what_is_no_version_is_refused(portolan: Portolan, changes: dict[str, Any], code: str) -> None:
    importer = portolan("service")
    assert await results(importer, version() | changes) == [code]
    assert await state(importer) == "empty"


async def test_history_is_written_oldest_first(portolan: Portolan) -> None:
    importer, id = portolan("service"), new_id_text()
    assert await results(importer, version(2, id)) == ["version_missing"]
    earlier = version(2, id, "2024-01-01T00:00:00.000000Z")
    assert await results(importer, version(1, id), earlier) == [201, "effective_at_decreases"]


async def test_what_follows_a_refused_version_is_refused_with_it(portolan: Portolan) -> None:
    importer, id, other = portolan("service"), new_id_text(), new_id_text()
    refused = version(1, id, name="")
    assert await results(importer, refused, version(2, id), version(1, other)) == [
        "invalid",
        "version_missing",
        201,
    ]


async def test_what_is_read_in_is_published_as_the_papers_tell(portolan: Portolan) -> None:
    importer = portolan("service")
    await read_in(importer, version())
    document = asyncapi.document()
    [event] = (await importer.get("/projects/v1/events")).json()["items"]
    [message] = [m for m in document["components"]["messages"].values() if m["name"] == event["type"]]
    payload = message["payload"] | {"components": document["components"]}
    jsonschema.Draft202012Validator(payload).validate(event)
    assert event["importedby"] == "service"


async def test_nobody_decides_here_what_they_submitted_elsewhere(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    """A budget line that waited for its approval still waits for somebody else."""
    office = Office(portolan)
    project = await office.project("ERP")
    await office.act(f"{PROJECTS}/{project['id']}", "approve", by=office.caller("boss", "director"))
    await portolan.settled()
    anna = office.caller("anna", "director")
    members = {"project_id": project["id"], "fiscal_year": 2026, "nature": "opex", "amount": chf("100.00")}
    answer = await anna.post(
        "/finance/v1/budget-lines", json=members, headers={"Idempotency-Key": uuid4().hex}
    )
    path = f"/finance/v1/budget-lines/{answer.json()['id']}"
    assert (await office.act(path, "submit", by=anna)).status_code == 200
    await passed_on(portolan, empty, folder)
    there = Office(empty)
    refused = await there.act(path, "approve", by=there.caller("anna", "director"))
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    assert (await there.act(path, "approve", by=there.caller("bea", "director"))).status_code == 200


async def test_a_history_is_no_way_around_rights(portolan: Portolan) -> None:
    """Who may import, and hardly anything else, makes nobody director and writes no key to the instance."""
    local = portolan.tokens.local
    assert local is not None
    scopes = "projects.import projects.write projects.decide projects.read resources.import resources.write resources.read"
    narrow = portolan.anonymous()
    narrow.headers["Authorization"] = f"Bearer {local.issue('importer', 'service', 'portolan', scope=scopes)}"
    id = new_id_text()
    granted = version(
        1, id, principal={"person_id": new_id_text()}, role="director", scope="project", scope_id=new_id_text(),
        state="granted", starts_on=None, ends_on=None,
    )  # fmt: skip
    del granted["state"]["name"]
    granted |= {"type": "portolan.projects.membership.created.v1", "changed": ["role"]}
    assert await results(narrow, granted) == ["above_own_role"]
    assert await results(portolan("service"), granted) == [201]
    token = version() | {"type": "portolan.resources.personal_token.created.v1"}
    for client in (narrow, portolan("service")):
        answer = await read_in(client, token, service="resources")
        assert answer.json()["items"][0]["problem"]["code"] == "unknown_fact"
