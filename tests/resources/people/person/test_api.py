"""Persons over REST."""

from typing import Any

import pytest

from tests.conftest import Portolan


async def test_a_person_is_created_read_revised_and_archived(portolan: Portolan) -> None:
    client = portolan("manager")
    response = await client.post(
        "/resources/v1/persons",
        json={"name": "Grace Hopper", "employment": "external", "skills": [{"name": "COBOL", "level": 5}]},
    )
    assert response.status_code == 201
    url = response.headers["location"]
    patch = {"content-type": "application/merge-patch+json", "if-match": response.headers["etag"]}
    revised = await client.patch(url, json={"weekly_hours": 32.5, "location": "Arlington"}, headers=patch)
    assert (revised.json()["weekly_hours"], revised.json()["skills"]) == (
        32.5,
        [{"name": "COBOL", "level": 5}],
    )
    gone = await client.delete(url, headers={"if-match": revised.headers["etag"]})
    assert gone.status_code == 204
    listed = (await client.get("/resources/v1/persons?q=hopper")).json()["items"]
    assert listed == []
    assert (await client.get(url)).json()["archived_at"] is not None


async def test_persons_are_found_by_unit_and_employment(portolan: Portolan) -> None:
    client = portolan()
    unit = (await client.post("/resources/v1/org-units", json={"name": "IT"})).json()["id"]
    for name, named, employment in (
        ("A", "IT", "internal"),
        ("B", "IT", "external"),
        ("C", "HR", "internal"),
    ):
        await client.post(
            "/resources/v1/persons", json={"name": name, "org_unit": named, "employment": employment}
        )
    items = (await client.get(f"/resources/v1/persons?unit_id={unit}&employment=internal")).json()["items"]
    assert [p["name"] for p in items] == ["A"]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"skills": [{"name": "SQL", "level": 1}, {"name": "sql", "level": 2}]}, "/skills/1/name"),
        ({"vendor_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}, "/vendor_id"),
        ({"weekly_hours": 169}, "/weekly_hours"),
        ({"skills": [{"name": "SQL", "level": 6}]}, "/skills/0/level"),
        ({"email": "nobody"}, "/email"),
    ],
)
async def test_a_person_that_cannot_be_is_refused_with_the_pointer(
    portolan: Portolan, members: dict[str, Any], pointer: str
) -> None:
    refused = await portolan().post("/resources/v1/persons", json={"name": "Ada", **members})
    assert refused.status_code == 422
    assert [e["pointer"] for e in refused.json()["errors"]] == [pointer]


async def test_a_person_is_put_by_its_key_and_an_unchanged_one_publishes_nothing(portolan: Portolan) -> None:
    client = portolan("service")
    url, body = "/resources/v1/persons/by-ref/hr/4711", {"name": "Ada Lovelace", "role": "Analyst"}
    assert (await client.put(url, json=body)).status_code == 201
    again = await client.put(url, json=body)
    assert (again.status_code, again.json()["version"]) == (200, 1)
    changed = await client.put(url, json=body | {"role": "Programmer"})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)


async def test_a_member_sees_persons_and_writes_none(portolan: Portolan) -> None:
    assert (await portolan("member").get("/resources/v1/persons")).status_code == 200
    refused = await portolan("member").post("/resources/v1/persons", json={"name": "Ada"})
    assert (refused.status_code, refused.json()["needs"]) == (403, "resources.write")


async def test_a_person_with_running_or_coming_bookings_is_not_archived(everywhere: Portolan) -> None:
    client = everywhere()
    project = (await client.post("/projects/v1/projects", json={"name": "ERP"})).json()
    await everywhere.settled()
    person = (await client.post("/resources/v1/persons", json={"name": "Ada"})).json()
    collected = []
    for starts_on, ends_on in (
        ("2026-01-01", "2026-02-28"),
        ("2026-01-01", "2027-12-31"),
        ("2029-01-01", "2029-03-31"),
    ):
        body = {"person_id": person["id"], "project_id": project["id"], "percent": 30}
        answer = await client.post(
            "/resources/v1/allocations", json=body | {"starts_on": starts_on, "ends_on": ends_on}
        )
        assert answer.status_code == 201, answer.text
        collected.append(answer.json())
    url, match = f"/resources/v1/persons/{person['id']}", {"If-Match": '"1"'}
    refused = await client.delete(url, headers=match)
    assert (refused.status_code, refused.json()["code"]) == (409, "has_dependents")
    needed = sorted(one["id"] for one in collected[1:])
    assert sorted(one["id"] for one in refused.json()["dependents"]) == needed
    for one in collected[1:]:
        released = await client.post(f"/resources/v1/allocations/{one['id']}/release", headers=match)
        assert released.status_code == 200, released.text
    today = (await client.get(f"/resources/v1/allocations/{collected[1]['id']}")).json()["ends_on"]
    assert today < "2027-12-31"
    assert (await client.delete(url, headers=match)).status_code == 204
    back = await client.post(f"{url}/restore", headers={"If-Match": '"2"'})
    assert back.status_code == 200
