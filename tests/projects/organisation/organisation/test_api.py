"""The organisation over REST: one in each instance, changed by who may decide."""

import asyncio
from typing import Any

import httpx
import pytest

from services.projects.service import SERVICE as PROJECTS
from shared.runtime.app import create_app
from shared.runtime.running import opened
from tests.conftest import Portolan

ORGANISATIONS, CALENDARS = "/projects/v1/organisations", "/projects/v1/calendars"
HOSPITAL = {"name": "Kantonsspital", "profile": "end_user"}
PATCH = {"content-type": "application/merge-patch+json"}


async def found(client: httpx.AsyncClient, **members: Any) -> dict[str, Any]:
    answer = await client.post(ORGANISATIONS, json=HOSPITAL | members)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def patch(client: httpx.AsyncClient, one: dict[str, Any], **members: Any) -> httpx.Response:
    match = {"if-match": f'"{one["version"]}"'}
    return await client.patch(f"{ORGANISATIONS}/{one['id']}", json=members, headers=PATCH | match)


@pytest.mark.rule("projects.organisation.1")
async def test_an_instance_has_one_organisation(everywhere: Portolan) -> None:
    client = everywhere()
    one = await found(client)
    for ask in (
        client.post(ORGANISATIONS, json=HOSPITAL),
        client.put(f"{ORGANISATIONS}/by-ref/hr/1", json=HOSPITAL),
    ):
        refused = await ask
        assert (refused.status_code, refused.json()["code"]) == (409, "organisation_exists")
        assert refused.json()["organisation_id"] == one["id"]
    kept = await client.delete(f"{ORGANISATIONS}/{one['id']}", headers={"if-match": '"1"'})
    assert (kept.status_code, kept.json()["code"]) == (409, "organisation_stays")
    assert [shown["id"] for shown in (await client.get(ORGANISATIONS)).json()["items"]] == [one["id"]]


async def test_of_many_who_make_it_at_once_at_two_replicas_one_does(everywhere: Portolan) -> None:
    running, client = everywhere.running, everywhere()
    async with (
        opened(PROJECTS, running.settings, running.tokens) as one,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(one.app), base_url="http://again", headers=dict(client.headers)
        ) as again,
    ):
        asked = [c.post(ORGANISATIONS, json=HOSPITAL) for c in (client, again, client, again)]
        answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_a_batch_makes_one_organisation(portolan: Portolan) -> None:
    answer = await portolan().post(
        f"{ORGANISATIONS}/batch", json={"items": [HOSPITAL, HOSPITAL]}, headers={"Idempotency-Key": "b"}
    )
    assert [item["status"] for item in answer.json()["items"]] == [201, 409]


async def test_who_decides_changes_it_and_everybody_reads_it(portolan: Portolan) -> None:
    one = await found(portolan("director"))
    assert (one["four_eyes"], one["mandates"], one["public_procurement"]) == ("required", "by_method", "off")
    for role in ("manager", "member", "viewer"):
        refused = await patch(portolan(role), one, four_eyes="relaxed")
        assert (refused.status_code, refused.json()["needs"]) == (403, "projects.decide")
        assert (await portolan(role).post(ORGANISATIONS, json=HOSPITAL)).status_code == 403
        assert (await portolan(role).get(f"{ORGANISATIONS}/{one['id']}")).json() == one
    assert (await patch(portolan("director"), one, four_eyes="relaxed")).json()["four_eyes"] == "relaxed"


@pytest.mark.rule("projects.organisation.1")
async def test_another_profile_changes_no_shape(portolan: Portolan) -> None:
    client = portolan()
    one = await found(client, words=[{"term": "project", "label": "Vorhaben"}])
    project = (await client.post("/projects/v1/projects", json={"name": "ERP"})).json()
    before = create_app(PROJECTS).openapi()
    changed = await patch(client, one, profile="publisher", words=[{"term": "project", "label": "Release"}])
    assert (changed.status_code, changed.json().keys()) == (200, one.keys())
    assert (await client.get(f"/projects/v1/projects/{project['id']}")).json() == project
    assert create_app(PROJECTS).openapi() == before
    again = (await client.post("/projects/v1/projects", json={"name": "CRM"})).json()
    assert again.keys() == project.keys()


@pytest.mark.parametrize(
    ("members", "code", "pointer"),
    [
        ({"languages": ["fr", "fr"]}, "duplicate", "/languages/1"),
        ({"languages": []}, "too_short", "/languages"),
        ({"words": [{"term": "unicorn", "label": "X"}]}, "unknown_term", "/words/0/term"),
        ({"words": [{"term": "project.horn", "label": "X"}]}, "unknown_term", "/words/0/term"),
        ({"words": [{"term": "project", "label": x} for x in "AB"]}, "duplicate", "/words/1/term"),
        ({"defaults": [{"member": "projects.project.stages", "value": "X"}]}, "unknown_member", "/defaults/0/member"),
        ({"defaults": [{"member": "projects.work_package.state", "value": "X"}]}, "unknown_member", "/defaults/0/member"),
        ({"limits": [{"name": "approve_request", "amount": {"amount": "-0.01", "currency": "CHF"}}]}, "negative", "/limits/0/amount"),
        ({"retention": [{"kind": "resources.unicorn", "months": 12}]}, "unknown_kind", "/retention/0/kind"),
        ({"calendar_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}, "not_found", "/calendar_id"),
    ],
)  # fmt: skip
async def test_an_organisation_that_makes_no_sense_is_refused_with_the_pointer(
    portolan: Portolan, members: dict[str, Any], code: str, pointer: str
) -> None:
    refused = await portolan().post(ORGANISATIONS, json=HOSPITAL | members)
    assert refused.status_code == 422, refused.text
    assert [(fault["code"], fault["pointer"]) for fault in refused.json()["errors"]] == [(code, pointer)]


async def test_what_is_called_and_kept_otherwise_is_told_as_it_is(portolan: Portolan) -> None:
    members = {
        "languages": ["fr", "en"],
        "words": [{"term": "project.sponsor_id", "label": "Auftraggeber"}],
        "defaults": [{"member": "projects.project.phase", "value": "initialisation"}],
        "limits": [
            {"name": "approve_request", "amount": {"amount": "250000.00", "currency": "CHF"}, "days": None}
        ],
        "retention": [{"kind": "resources.person", "months": 120}],
        "mandates": "always",
        "public_procurement": "on",
    }
    one = await found(portolan(), **members)
    assert {member: one[member] for member in members} == members
    [event] = (await portolan().get("/projects/v1/events")).json()["items"]
    assert (event["type"], event["data"]["state"]) == ("portolan.projects.organisation.created.v1", one)


async def test_its_calendar_serves_all_projects_and_is_not_archived(everywhere: Portolan) -> None:
    client = everywhere()
    project = (await client.post("/projects/v1/projects", json={"name": "ERP"})).json()
    own = (await client.post(CALENDARS, json={"name": "Own", "project_id": project["id"]})).json()
    refused = await client.post(ORGANISATIONS, json=HOSPITAL | {"calendar_id": own["id"]})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "of_a_project")
    calendar = (await client.post(CALENDARS, json={"name": "Standard"})).json()
    await found(client, calendar_id=calendar["id"])
    kept = await client.delete(f"{CALENDARS}/{calendar['id']}", headers={"if-match": '"1"'})
    assert (kept.status_code, kept.json()["code"]) == (409, "has_dependents")
