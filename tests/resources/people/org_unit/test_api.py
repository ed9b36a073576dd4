"""Units of the organisation over REST, and the names that persons give in place of their ids."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.conftest import Portolan

UNITS, PERSONS = "/resources/v1/org-units", "/resources/v1/persons"
PATCH = {"content-type": "application/merge-patch+json"}


class Company:
    """What the tests arrange with; every call asserts that it was granted."""

    def __init__(self, portolan: Portolan) -> None:
        self.portolan = portolan
        self.client: httpx.AsyncClient = portolan("manager")

    async def make(self, collection: str, **members: Any) -> dict[str, Any]:
        answer = await self.client.post(collection, json=members)
        assert answer.status_code == 201, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def patch(self, collection: str, one: dict[str, Any], **members: Any) -> httpx.Response:
        match = {"if-match": f'"{one["version"]}"'}
        return await self.client.patch(f"{collection}/{one['id']}", json=members, headers=PATCH | match)

    async def archive(self, one: dict[str, Any]) -> httpx.Response:
        return await self.client.delete(f"{UNITS}/{one['id']}", headers={"if-match": f'"{one["version"]}"'})

    async def names(self) -> list[str]:
        return [unit["name"] for unit in (await self.client.get(f"{UNITS}?sort=name")).json()["items"]]


@pytest.fixture
def company(portolan: Portolan) -> Company:
    return Company(portolan)


@pytest.fixture
def company_everywhere(everywhere: Portolan) -> Company:
    """Once on SQLite, once on PostgreSQL."""
    return Company(everywhere)


async def test_a_unit_has_a_place_a_head_and_a_cost_centre(company_everywhere: Company) -> None:
    company = company_everywhere
    head = await company.make(PERSONS, name="Beat Zürcher")
    top = await company.make(UNITS, name="Informatics", code="INF", cost_centre="4100")
    unit = await company.make(UNITS, name="Project office", parent_id=top["id"], head_id=head["id"])
    under = (await company.client.get(f"{UNITS}?parent_id={top['id']}")).json()["items"]
    assert [one["id"] for one in under] == [unit["id"]]
    assert (await company.client.get(f"{UNITS}?q=inf")).json()["items"] == [top]


@pytest.mark.rule("resources.org_unit.1")
async def test_no_unit_stands_under_itself(company_everywhere: Company) -> None:
    company = company_everywhere
    top = await company.make(UNITS, name="Informatics")
    middle = await company.make(UNITS, name="Operations", parent_id=top["id"])
    low = await company.make(UNITS, name="Service desk", parent_id=middle["id"])
    for above in (low, middle, top):
        refused = await company.patch(UNITS, top, parent_id=above["id"])
        [fault] = refused.json()["errors"]
        assert (refused.status_code, fault["code"], fault["pointer"]) == (422, "cycle", "/parent_id")
        assert top["id"] in refused.json()["detail"]
    assert (await company.patch(UNITS, low, parent_id=top["id"])).status_code == 200


async def test_two_moves_at_once_do_not_close_a_circle(company_everywhere: Company) -> None:
    company = company_everywhere
    one, other = [await company.make(UNITS, name=name) for name in ("Left", "Right")]
    answers = await asyncio.gather(
        company.patch(UNITS, one, parent_id=other["id"]), company.patch(UNITS, other, parent_id=one["id"])
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]


async def test_a_hierarchy_has_thirty_levels(company: Company) -> None:
    above = await company.make(UNITS, name="1")
    for level in range(2, 31):
        above = await company.make(UNITS, name=str(level), parent_id=above["id"])
    refused = await company.client.post(UNITS, json={"name": "31", "parent_id": above["id"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "too_deep")


async def test_no_two_live_units_have_one_code_and_an_archived_one_frees_it(
    company_everywhere: Company,
) -> None:
    company = company_everywhere
    unit = await company.make(UNITS, name="Informatics", code="INF")
    refused = await company.client.post(UNITS, json={"name": "Information", "code": "INF"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, "/code")
    assert (await company.archive(unit)).status_code == 204
    await company.make(UNITS, name="Information", code="INF")


async def test_a_unit_with_units_or_persons_is_not_archived(company_everywhere: Company) -> None:
    company = company_everywhere
    top = await company.make(UNITS, name="Informatics")
    low = await company.make(UNITS, name="Operations", parent_id=top["id"])
    person = await company.make(PERSONS, name="Ada", unit_id=low["id"])
    for unit, needed in ((top, low), (low, person)):
        refused = await company.archive(unit)
        assert (refused.status_code, refused.json()["code"]) == (409, "has_dependents")
        assert [one["id"] for one in refused.json()["dependents"]] == [needed["id"]]
    assert (await company.patch(PERSONS, person, unit_id=None)).status_code == 200
    assert (await company.archive(low)).status_code == 204
    refused = await company.client.post(PERSONS, json={"name": "Bo", "unit_id": low["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "archived")


@pytest.mark.parametrize("member", ["parent_id", "head_id"])
async def test_what_a_unit_names_must_be_there(company: Company, member: str) -> None:
    refused = await company.client.post(
        UNITS, json={"name": "Lost", member: "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}
    )
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{member}")


async def test_a_unit_is_found_by_its_name_whatever_the_case_and_the_accents(
    company_everywhere: Company,
) -> None:
    company = company_everywhere
    unit = await company.make(UNITS, name="Équipe Réseau")
    for written in ("Équipe Réseau", "equipe reseau", "ÉQUIPE  RÉSEAU", "E\u0301quipe Re\u0301seau"):
        person = await company.make(PERSONS, name="Ada", org_unit=written)
        assert person["unit_id"] == unit["id"], written
        assert "org_unit" not in person
    assert await company.names() == ["Équipe Réseau"]


async def test_a_unit_that_nobody_made_is_made_by_its_name_and_told(company: Company) -> None:
    person = await company.make(PERSONS, name="Ada", org_unit=" Analytical Engines ")
    assert await company.names() == ["Analytical Engines"]
    moved = await company.patch(PERSONS, person, org_unit="Difference Engines")
    assert moved.json()["unit_id"] != person["unit_id"]
    away = await company.patch(PERSONS, moved.json(), org_unit=None)
    assert (away.status_code, away.json()["unit_id"]) == (200, None)
    events = (await company.portolan().get("/resources/v1/events")).json()["items"]
    assert [e["type"] for e in events if e["subject"] == person["unit_id"]] == [
        "portolan.resources.org_unit.created.v1"
    ]


async def test_of_two_who_name_a_new_unit_at_once_one_makes_it_and_the_other_finds_it(
    company_everywhere: Company,
) -> None:
    company = company_everywhere
    bodies = [{"name": f"P{n}", "org_unit": ("new unit", "NEW UNIT")[n % 2]} for n in range(6)]
    answers = await asyncio.gather(*(company.client.post(PERSONS, json=body) for body in bodies))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["unit_id"] for answer in answers}) == 1
    assert len(await company.names()) == 1


async def test_a_batch_names_units_that_its_own_items_make_and_those_of_a_refused_item_are_not_made(
    company_everywhere: Company,
) -> None:
    company = company_everywhere
    items = [
        {"name": "Bad", "org_unit": "Never", "vendor_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"},
        {"name": "A", "org_unit": "Never"},
        {"name": "B", "org_unit": "Ever"},
        {"name": "C", "org_unit": "ever"},
    ]
    answer = await company.client.post(
        f"{PERSONS}/batch", json={"items": items}, headers={"Idempotency-Key": "b"}
    )
    results = answer.json()["items"]
    assert [result["status"] for result in results] == [422, 201, 201, 201]
    units = [result["resource"]["unit_id"] for result in results[1:]]
    assert (units[1] == units[2], units[0] == units[1]) == (True, False)
    assert await company.names() == ["Ever", "Never"]


async def test_a_put_that_names_the_same_unit_changes_nothing(company: Company) -> None:
    client, url = company.portolan("service"), f"{PERSONS}/by-ref/hr/4711"
    body = {"name": "Ada", "org_unit": "Engines"}
    assert (await client.put(url, json=body)).status_code == 201
    again = await client.put(url, json=body | {"org_unit": "ENGINES"})
    assert (again.status_code, again.json()["version"]) == (200, 1)
    moved = await client.put(url, json=body | {"org_unit": "Mills"})
    assert (moved.json()["version"], await company.names()) == (2, ["Engines", "Mills"])
    without = await client.put(url, json={"name": "Ada"})
    assert without.json()["unit_id"] is None


async def test_a_name_that_several_units_have_is_refused_with_their_ids(company: Company) -> None:
    units = [await company.make(UNITS, name="Secretariat") for _ in range(2)]
    refused = await company.client.post(PERSONS, json={"name": "Ada", "org_unit": "secretariat"})
    assert (refused.status_code, refused.json()["code"]) == (409, "ambiguous_name")
    assert refused.json()["candidates"] == sorted(unit["id"] for unit in units)
    person = await company.make(PERSONS, name="Ada", unit_id=units[1]["id"])
    same = await company.patch(PERSONS, person, org_unit="Secretariat", location="Bern")
    assert (same.status_code, same.json()["unit_id"]) == (200, units[1]["id"])


async def test_a_unit_that_is_written_exactly_so_goes_before_those_that_read_alike(company: Company) -> None:
    cote, coast = [await company.make(UNITS, name=name) for name in ("Cote", "Côte")]
    person = await company.make(PERSONS, name="Ada", org_unit="Côte")
    assert person["unit_id"] == coast["id"]
    moved = await company.patch(PERSONS, person, org_unit="Cote")
    assert moved.json()["unit_id"] == cote["id"]
    alike = await company.patch(PERSONS, moved.json(), org_unit="COTE", location="Bern")
    assert (alike.status_code, alike.json()["unit_id"]) == (200, cote["id"])
    refused = await company.client.post(PERSONS, json={"name": "Grace", "org_unit": "COTE"})
    assert (refused.status_code, refused.json()["code"]) == (409, "ambiguous_name")
    assert refused.json()["candidates"] == sorted([cote["id"], coast["id"]])


async def test_a_name_and_an_id_at_once_are_refused(company: Company) -> None:
    unit = await company.make(UNITS, name="Engines")
    body = {"name": "Ada", "unit_id": unit["id"], "org_unit": "Engines"}
    refused = await company.client.post(PERSONS, json=body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/org_unit")


async def test_a_trial_makes_no_unit(company: Company) -> None:
    body = {"name": "Ada", "org_unit": "Engines"}
    assert (await company.client.post(f"{PERSONS}?validate_only=true", json=body)).status_code == 200
    assert await company.names() == []
