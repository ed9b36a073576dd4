"""Whoever names a person names one who is there; what named somebody before goes on."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.embedded import SERVICES
from shared.contracts.language import entry_of
from tests.conftest import Portolan

PROJECTS = "/projects/v1/projects"
PERSONS = "/resources/v1/persons"
NAMING = [
    ("/projects/v1/portfolios", "owner_id", {"name": "Applications"}),
    ("/projects/v1/programmes", "manager_id", {"name": "One record"}),
    (PROJECTS, "manager_id", {"name": "ERP"}),
    (PROJECTS, "sponsor_id", {"name": "ERP"}),
    ("/projects/v1/work-packages", "owner_id", {"name": "Build", "wbs": "1"}),
    ("/risk/v1/risks", "owner_id", {"title": "The vendor fails"}),
]
HEAD = ("/resources/v1/org-units", "head_id", {"name": "Applications"})
naming = pytest.mark.parametrize(("collection", "member", "body"), NAMING)


async def create(client: httpx.AsyncClient, url: str, **members: Any) -> dict[str, Any]:
    answer = await client.post(url, json=members)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def change(client: httpx.AsyncClient, url: str, one: dict[str, Any], **patch: Any) -> httpx.Response:
    headers = {"If-Match": f'"{one["version"]}"', "Content-Type": "application/merge-patch+json"}
    return await client.patch(f"{url}/{one['id']}", json=patch, headers=headers)


async def archive(client: httpx.AsyncClient, url: str, one: dict[str, Any]) -> None:
    gone = await client.delete(f"{url}/{one['id']}", headers={"If-Match": f'"{one["version"]}"'})
    assert gone.is_success, gone.text


async def placed(client: httpx.AsyncClient, collection: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body, in a project where it belongs to one."""
    if collection.endswith(("work-packages", "risks")):
        return body | {"project_id": (await create(client, PROJECTS, name="New ERP"))["id"]}
    return body


@naming
async def test_somebody_who_is_unknown_is_refused_for_now(
    portolan: Portolan, collection: str, member: str, body: dict[str, Any]
) -> None:
    client = portolan()
    body = await placed(client, collection, body)
    refused = await client.post(collection, json=body | {member: str(uuid4())})
    assert (refused.status_code, refused.json()["code"]) == (409, "reference_not_yet_known")
    assert refused.headers["retry-after"] == "1"
    assert [e["pointer"] for e in refused.json()["errors"]] == [f"/{member}"]


@naming
async def test_somebody_who_is_archived_is_named_by_nothing_new(
    portolan: Portolan, collection: str, member: str, body: dict[str, Any]
) -> None:
    client = portolan()
    body = await placed(client, collection, body)
    person = await create(client, PERSONS, name="Ada Keller")
    old = await create(client, collection, **body, **{member: person["id"]})
    await archive(client, PERSONS, person)
    await portolan.settled()
    other = body | ({"wbs": "2"} if "wbs" in body else {})
    refused = await client.post(collection, json=other | {member: person["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "archived")
    assert [e["pointer"] for e in refused.json()["errors"]] == [f"/{member}"]
    label = "title" if "title" in body else "name"
    changed = await change(client, collection, old, **{label: "Another name"})
    assert (changed.status_code, changed.json()[member]) == (200, person["id"])
    without = await change(client, collection, changed.json(), **{member: None})
    assert without.status_code == 200
    again = await change(client, collection, without.json(), **{member: person["id"]})
    assert (again.status_code, again.json()["code"]) == (409, "archived")


@pytest.mark.parametrize(("collection", "member", "body"), [*NAMING, HEAD])
async def test_what_names_a_person_is_listed_by_that(
    everywhere: Portolan, collection: str, member: str, body: dict[str, Any]
) -> None:
    client = everywhere()
    ada, max_ = [await create(client, PERSONS, name=name) for name in ("Ada Keller", "Max Frei")]
    body = await placed(client, collection, body)
    other = body | ({"wbs": "2"} if "wbs" in body else {})
    named_one = await create(client, collection, **body, **{member: ada["id"]})
    await create(client, collection, **other, **{member: max_["id"]})
    listed = await client.get(f"{collection}?{member}={ada['id']}")
    assert [one["id"] for one in listed.json()["items"]] == [named_one["id"]]
    changed = await change(client, collection, named_one, **{member: max_["id"]})
    assert changed.status_code == 200, changed.text
    assert (await client.get(f"{collection}?{member}={ada['id']}")).json()["items"] == []
    assert len((await client.get(f"{collection}?{member}={max_['id']}")).json()["items"]) == 2


def test_every_member_that_names_a_person_is_a_filter() -> None:
    """What names somebody is asked for before they are erased."""
    for service in SERVICES:
        for register in service.registers:
            members = entry_of(register.shape).members
            naming_members = {member for member, kind in members.references.items() if kind == "person"}
            assert naming_members <= register.filters.columns.keys(), register.name


async def test_a_put_and_an_item_of_a_batch_name_nobody_who_is_archived(portolan: Portolan) -> None:
    client = portolan("service")
    gone_person = await create(client, PERSONS, name="Ada Keller")
    url = f"{PROJECTS}/by-ref/erp/1"
    assert (await client.put(url, json={"name": "ERP"})).status_code == 201
    await archive(client, PERSONS, gone_person)
    await portolan.settled()
    body = {"name": "ERP", "sponsor_id": gone_person["id"]}
    for key in ("1", "2"):
        refused = await client.put(f"{PROJECTS}/by-ref/erp/{key}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "archived")
    items = [{"name": "Other"}, body, body | {"external_ref": {"source": "erp", "id": "1"}}]
    answer = await client.post(f"{PROJECTS}/batch", json={"items": items}, headers={"Idempotency-Key": "b"})
    assert [one["status"] for one in answer.json()["items"]] == [201, 409, 409]


async def test_what_an_erased_person_managed_is_restored(everywhere: Portolan) -> None:
    """Somebody who was erased never comes back; their project does."""
    client = everywhere()
    person = await create(client, PERSONS, name="Ada Keller")
    project = await create(client, PROJECTS, name="ERP", manager_id=person["id"])
    await archive(client, PROJECTS, project)
    erased = await client.post(
        f"{PERSONS}/{person['id']}/erase", json={}, headers={"If-Match": f'"{person["version"]}"'}
    )
    assert erased.status_code == 200, erased.text
    await everywhere.settled()
    back = await client.post(
        f"{PROJECTS}/{project['id']}/restore", headers={"If-Match": f'"{project["version"] + 1}"'}
    )
    assert (back.status_code, back.json()["manager_id"]) == (200, person["id"])
    store = everywhere.running.services["projects"].kernel.store
    rows = await store.fetch("SELECT archived, erased FROM known_person WHERE id = ?", (person["id"],))
    assert [tuple(row) for row in rows] == [(1, 1)]


async def test_a_batch_names_persons_made_just_before_it(everywhere: Portolan) -> None:
    client = everywhere("service")
    person = await create(client, PERSONS, name="Ada Keller")
    items = [
        {"name": f"Engine {n}", "manager_id": person["id"], "external_ref": {"source": "erp", "id": str(n)}}
        for n in range(20)
    ]
    answer = await client.post(f"{PROJECTS}/batch", json={"items": items}, headers={"Idempotency-Key": "b"})
    assert answer.status_code in (200, 207), answer.text
    assert {one["status"] for one in answer.json()["items"]} == {201}
