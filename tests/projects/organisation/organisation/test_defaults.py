"""Default values of the organisation: what is created without a member gets it, in every service."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.support.given import PERSONS, PORTFOLIOS, PROJECTS, Arranger

ORGANISATIONS = "/projects/v1/organisations"
VENDORS = "/finance/v1/vendors"
HOSPITAL = {"name": "Kantonsspital", "profile": "end_user"}


async def organised(portolan: Portolan, **defaults: str) -> dict[str, Any]:
    """The organisation, with default values by `service__aggregate__member`."""
    members = [{"member": m.replace("__", "."), "value": v} for m, v in defaults.items()]
    one = await Arranger(portolan).make(ORGANISATIONS, **HOSPITAL, defaults=members)
    await portolan.settled()
    return one


async def test_what_is_created_without_a_member_gets_the_default_value_in_every_service(
    everywhere: Portolan,
) -> None:
    director = Arranger(everywhere)
    portfolio = await director.make(PORTFOLIOS, name="IT")
    before = await director.make(PROJECTS, name="Before")
    one = await organised(
        everywhere,
        projects__project__phase="Initiation",
        projects__project__portfolio_id=portfolio["id"],
        projects__project__planned_cost="250000.00 CHF",
        projects__project__planned_start_on="2027-01-04",
        projects__project__confidential="yes",
        resources__person__employment="external",
        resources__person__weekly_hours="42",
        finance__vendor__country="CH",
    )
    project = await director.make(PROJECTS, name="Registry")
    expected = {
        "phase": "Initiation",
        "portfolio_id": portfolio["id"],
        "planned_cost": {"amount": "250000.00", "currency": "CHF"},
        "planned_start_on": "2027-01-04",
        "confidential": True,
    }
    assert {member: project[member] for member in expected} == expected
    assert (before["phase"], before["portfolio_id"]) == (None, None)
    person = await director.make(PERSONS, name="Ada")
    assert (person["employment"], person["weekly_hours"]) == ("external", 42)
    assert (await director.make(VENDORS, name="Muster"))["country"] == "CH"
    await director.revise(ORGANISATIONS, one, defaults=[])
    await everywhere.settled()
    assert (await director.make(PROJECTS, name="After"))["phase"] is None
    assert (await director.make(VENDORS, name="Muster & Co"))["country"] is None


async def test_what_a_request_says_stays_and_null_is_left_empty(portolan: Portolan) -> None:
    director = Arranger(portolan)
    await organised(portolan, projects__project__phase="Initiation")
    assert (await director.make(PROJECTS, name="One", phase="Concept"))["phase"] == "Concept"
    assert (await director.make(PROJECTS, name="Two", phase=None))["phase"] is None


async def test_a_required_member_with_a_default_value_may_be_left_out(portolan: Portolan) -> None:
    client = portolan()
    project = await Arranger(portolan).make(PROJECTS, name="Registry")
    await organised(portolan, risk__risk__project_id=project["id"])
    risk = await client.post("/risk/v1/risks", json={"title": "Fire"})
    assert (risk.status_code, risk.json()["project_id"]) == (201, project["id"])
    refused = await client.post("/risk/v1/risks", json={"title": "Fire", "project_id": None})
    assert refused.status_code == 422, "null is said, and a risk needs a project"


async def test_a_batch_fills_in_what_it_creates_and_a_put_says_everything(portolan: Portolan) -> None:
    client = portolan()
    await organised(portolan, projects__project__phase="Initiation")
    ref = {"source": "jira", "id": "7"}
    items = [{"name": "One"}, {"name": "Two", "external_ref": ref}, "no object"]
    batch = await client.post(
        f"/{PROJECTS}/batch", json={"items": items}, headers={"Idempotency-Key": "defaults"}
    )
    results = batch.json()["items"]
    assert [item["status"] for item in results] == [201, 201, 422]
    assert [item["resource"]["phase"] for item in results[:2]] == ["Initiation", None]
    again = await client.put(f"/{PROJECTS}/by-ref/jira/7", json={"name": "Two"})
    assert (again.status_code, again.json()["version"]) == (200, 1), "the same for ever"
    created = await client.put(f"/{PROJECTS}/by-ref/jira/8", json={"name": "Three"})
    assert (created.status_code, created.json()["phase"]) == (201, None)


async def test_a_unit_given_by_name_is_not_the_default_one(portolan: Portolan) -> None:
    director = Arranger(portolan)
    unit = await director.make("/resources/v1/org-units", name="IT")
    await organised(portolan, resources__person__unit_id=unit["id"])
    assert (await director.make(PERSONS, name="Ada"))["unit_id"] == unit["id"]
    assert (await director.make(PERSONS, name="Bob", org_unit="HR"))["unit_id"] != unit["id"]


@pytest.mark.parametrize(
    ("member", "value", "code", "pointer"),
    [
        ("projects.unicorn.horn", "1", "unknown_member", "/defaults/0/member"),
        ("projects.project.id", "1", "unknown_member", "/defaults/0/member"),
        ("projects.project.code", "P-1", "not_defaultable", "/defaults/0/member"),
        ("projects.project.stage", "active", "not_defaultable", "/defaults/0/member"),
        ("resources.person.skills", "Java", "not_defaultable", "/defaults/0/member"),
        ("finance.budget.currency", "CHF", "not_defaultable", "/defaults/0/member"),
        ("resources.identity.issuer", "https://x", "not_defaultable", "/defaults/0/member"),
        ("resources.person.employment", "borrowed", "bad_default", "/defaults/0/value"),
        ("resources.person.weekly_hours", "forty", "bad_default", "/defaults/0/value"),
        ("projects.project.planned_start_on", "monday", "bad_default", "/defaults/0/value"),
        ("projects.project.portfolio_id", "IT", "bad_default", "/defaults/0/value"),
        ("projects.project.planned_cost", "12", "bad_default", "/defaults/0/value"),
        ("projects.project.confidential", "maybe", "bad_default", "/defaults/0/value"),
    ],
)
async def test_a_default_value_that_no_request_could_give_is_refused(
    portolan: Portolan, member: str, value: str, code: str, pointer: str
) -> None:
    refused = await portolan().post(
        ORGANISATIONS, json=HOSPITAL | {"defaults": [{"member": member, "value": value}]}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_organisation")
    assert [(fault["code"], fault["pointer"]) for fault in refused.json()["errors"]] == [(code, pointer)]
