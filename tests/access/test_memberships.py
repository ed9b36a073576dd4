"""What a membership allows: its role, there and below, from the grant to the revocation."""

from typing import Any

import httpx
import pytest

from shared.http.auth.issuers import LOCAL
from tests.access.conftest import Office
from tests.conftest import Portolan


def ids(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {item["id"] for item in answer.json()["items"]}


async def test_a_participant_sees_what_a_membership_shows_and_nothing_else(everywhere: Portolan) -> None:
    office = Office(everywhere)
    visible, other = await office.project("Seen"), await office.project("Other")
    package = await office.make("/projects/v1/work-packages", project_id=visible["id"], wbs="1", name="Build")
    hidden = await office.make("/projects/v1/work-packages", project_id=other["id"], wbs="1", name="Hide")
    anna = await office.participant("anna", "viewer", "project", visible["id"])
    assert ids(await anna.get("/projects/v1/projects")) == {visible["id"]}
    assert ids(await anna.get("/projects/v1/work-packages")) == {package["id"]}
    assert (await anna.get(f"/projects/v1/projects/{visible['id']}")).status_code == 200
    for path in (f"projects/{other['id']}", f"work-packages/{hidden['id']}"):
        assert (await anna.get(f"/projects/v1/{path}")).status_code == 404
    events = (await anna.get("/projects/v1/events")).json()["items"]
    assert {event["subject"] for event in events} >= {visible["id"], package["id"]}
    assert not {event["subject"] for event in events} & {other["id"], hidden["id"]}


async def test_who_has_no_membership_may_not_even_ask(portolan: Portolan) -> None:
    office = Office(portolan)
    await office.project("Other")
    assert (await office.caller("nobody").get("/projects/v1/projects")).status_code == 403


async def test_a_membership_of_a_portfolio_holds_below_it(everywhere: Portolan) -> None:
    office = Office(everywhere)
    top = await office.make("/projects/v1/portfolios", name="IT")
    below = await office.make("/projects/v1/portfolios", name="Networks", parent_id=top["id"])
    programme = await office.make("/projects/v1/programmes", name="Renewal", portfolio_id=below["id"])
    own = {
        (await office.project(f"P{i}", **where))["id"]
        for i, where in enumerate(
            ({"portfolio_id": top["id"]}, {"portfolio_id": below["id"]}, {"programme_id": programme["id"]})
        )
    }
    await office.project("Elsewhere")
    anna = await office.participant("anna", "viewer", "portfolio", top["id"])
    assert ids(await anna.get("/projects/v1/projects")) == own
    later = await office.project("Later", portfolio_id=below["id"])
    assert ids(await anna.get("/projects/v1/projects")) == {*own, later["id"]}


CLAIMS: dict[str, dict[str, Any]] = {
    "person_id": {},
    "group": {"groups": ["other", "anna"]},
    "service_account": {"client_id": "anna"},
}
"""Kind of principal -> what a token of `anna` says beside its subject."""


@pytest.mark.parametrize("principal", CLAIMS)
async def test_a_membership_counts_for_each_kind_of_principal(everywhere: Portolan, principal: str) -> None:
    """The same name as another kind of principal gives nothing."""
    office = Office(everywhere)
    project = await office.project("Seen")
    holder = await office.person("Anna", "anna") if principal == "person_id" else "anna"
    path = await office.member("member", "project", project["id"], **{principal: holder})
    await everywhere.settled()
    risk = {"project_id": project["id"], "title": "It becomes known"}
    for kind, claims in CLAIMS.items():
        client = office.caller("anna", **claims)
        if principal not in (kind, "person_id"):  # a login is a person's, whatever else its token says
            assert (await client.get("/projects/v1/projects")).status_code == 403, kind
            continue
        assert ids(await client.get("/projects/v1/projects")) == {project["id"]}, kind
        assert (await client.post("/risk/v1/risks", json=risk)).status_code == 201, kind
        me = (await client.get("/projects/v1/me")).json()
        assert [one["scope_id"] for one in me["memberships"]] == [project["id"]], kind
    assert (await office.act(path, "revoke")).status_code == 200
    await everywhere.settled()
    client = office.caller("anna", **CLAIMS[principal])
    for service in ("projects", "risk", "finance", "resources", "reporting"):
        assert (await client.get(f"/{service}/v1/events")).status_code == 403, service


@pytest.mark.rule("projects.membership.2")
async def test_a_revoked_membership_shows_nothing_at_once(everywhere: Portolan) -> None:
    office = Office(everywhere)
    project = await office.project("Seen")
    path = await office.member(
        "viewer", "project", project["id"], person_id=await office.person("Anna", "anna")
    )
    await everywhere.settled()
    anna = office.caller("anna")
    assert ids(await anna.get("/projects/v1/projects")) == {project["id"]}
    assert (await office.act(path, "revoke")).status_code == 200
    assert (await anna.get("/projects/v1/projects")).status_code == 403


async def test_a_membership_counts_on_its_days_only(portolan: Portolan) -> None:
    office = Office(portolan)
    project, person = await office.project("Seen"), await office.person("Anna", "anna")
    members = {
        "principal": {"person_id": person},
        "role": "viewer",
        "scope": "project",
        "scope_id": project["id"],
    }
    for days in ({"ends_on": "2020-01-01"}, {"starts_on": "2199-01-01"}):
        created = await office.make("/projects/v1/memberships", **members, **days)
        assert (await office.act(f"/projects/v1/memberships/{created['id']}", "grant")).status_code == 200
    await portolan.settled()
    assert (await office.caller("anna").get("/projects/v1/projects")).status_code == 403


async def test_a_membership_allows_what_its_role_allows_there_only(portolan: Portolan) -> None:
    office = Office(portolan)
    own, other = await office.project("Own"), await office.project("Other")
    anna = await office.participant("anna", "manager", "project", own["id"])
    package = {"project_id": own["id"], "wbs": "1", "name": "Build"}
    assert (await anna.post("/projects/v1/work-packages", json=package)).status_code == 201
    elsewhere = await anna.post("/projects/v1/work-packages", json=package | {"project_id": other["id"]})
    assert elsewhere.status_code == 422
    assert (await office.patch(f"/projects/v1/projects/{own['id']}", anna, name="Mine")).status_code == 200
    assert (await office.patch(f"/projects/v1/projects/{other['id']}", anna, name="Mine")).status_code == 404
    assert (await anna.post("/projects/v1/projects", json={"name": "New"})).status_code == 403


async def test_a_viewer_of_the_instance_writes_where_a_membership_allows_it(portolan: Portolan) -> None:
    office = Office(portolan)
    own, other = await office.project("Own"), await office.project("Other")
    await office.member("manager", "project", own["id"], person_id=await office.person("Anna", "anna"))
    await portolan.settled()
    anna = office.caller("anna", "viewer")
    assert ids(await anna.get("/projects/v1/projects")) == {own["id"], other["id"]}
    assert (await office.patch(f"/projects/v1/projects/{own['id']}", anna, name="Mine")).status_code == 200
    refused = await office.patch(f"/projects/v1/projects/{other['id']}", anna, name="Mine")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


@pytest.mark.rule("projects.membership.1")
async def test_nobody_grants_above_their_own_role(portolan: Portolan) -> None:
    office = Office(portolan)
    project = await office.project("Own")
    person = await office.person("Ben", "ben")
    await office.member("director", "project", project["id"], person_id=await office.person("Cleo", "cleo"))
    anna = await office.participant("anna", "manager", "project", project["id"])
    body = {"principal": {"person_id": person}, "scope": "project", "scope_id": project["id"]}
    created = await anna.post("/projects/v1/memberships", json=body | {"role": "viewer"})
    assert created.status_code == 201
    path = f"/projects/v1/memberships/{created.json()['id']}"
    assert (await office.act(path, "grant", anna)).status_code == 403
    cleo = office.caller("cleo")
    assert (await office.act(path, "grant", cleo)).status_code == 200


@pytest.mark.rule("projects.membership.1")
async def test_the_last_director_of_a_part_stays(everywhere: Portolan) -> None:
    office = Office(everywhere)
    portfolio = await office.make("/projects/v1/portfolios", name="IT")
    project = await office.project("Own", portfolio_id=portfolio["id"])
    first, second, above = [
        await office.member("director", scope, id, person_id=await office.person(name))
        for name, scope, id in (
            ("Anna", "project", project["id"]),
            ("Ben", "project", project["id"]),
            ("Cleo", "portfolio", portfolio["id"]),
        )
    ]
    assert (await office.act(above, "revoke")).json()["code"] == "last_director"
    assert (await office.act(first, "revoke")).status_code == 200
    assert (await office.act(second, "revoke")).status_code == 200, "the director above stays"
    assert (await office.act(above, "revoke")).status_code == 409


@pytest.mark.rule("resources.identity.1")
async def test_a_login_is_of_one_person_and_goes_with_that_person(everywhere: Portolan) -> None:
    office = Office(everywhere)
    project, anna = await office.project("Seen"), await office.person("Anna", "anna")
    other = {"person_id": await office.person("Ben"), "issuer": LOCAL, "subject": "anna"}
    refused = await office.director.post("/resources/v1/identities", json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate")
    await office.member("viewer", "project", project["id"], person_id=anna)
    await everywhere.settled()
    assert ids(await office.caller("anna").get("/projects/v1/projects")) == {project["id"]}
    [login] = (await office.director.get("/resources/v1/identities")).json()["items"]
    assert (await office.act(f"/resources/v1/persons/{anna}", "erase")).status_code == 200
    await everywhere.settled()
    answer = await office.director.get(f"/resources/v1/identities/{login['id']}")
    assert answer.status_code == 404 or "anna" not in answer.text
    assert (await office.caller("anna").get("/projects/v1/projects")).status_code == 403
