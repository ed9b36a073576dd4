"""Documents: their versions and reviews, what they are about, and who sees them; in every service."""

from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from shared.store import Unit
from shared.store.content import content_of, freeze, kept_frozen, wrong_contents
from tests.access.conftest import MERGE
from tests.common.conftest import SERVICES, Desk
from tests.conftest import Portolan


@pytest.mark.rule("projects.document.1")
@pytest.mark.parametrize("service", SERVICES)
async def test_a_document_goes_through_its_review(portolan: Portolan, service: str) -> None:
    desk = await Desk(portolan).furnish()
    document = await desk.document(service)
    path = f"/{service}/v1/documents/{document['id']}"
    assert document["project_id"] == desk.project_id
    assert (await desk.act(path, "review")).json()["code"] == "no_version"
    assert (await desk.add_version(service, document["id"], b"first")).status_code == 200
    assert (await desk.act(path, "review")).json()["state"] == "in_review"
    assert (await desk.add_version(service, document["id"], b"meanwhile")).json()["code"] == "illegal_move"
    assert (await desk.act(path, "return")).json()["state"] == "draft"
    await desk.act(path, "review")
    approved = await desk.act(path, "approve", desk.caller("lena", "director"))
    assert approved.status_code == 200, approved.text
    [version] = approved.json()["versions"]
    assert version["sha256"] == sha256(b"first").hexdigest()
    assert version["approved_on"] is not None


@pytest.mark.rule("projects.document.1")
async def test_an_approved_version_never_changes(everywhere: Portolan) -> None:
    desk = await Desk(everywhere).furnish()
    document = await desk.document("risk")
    path = f"/risk/v1/documents/{document['id']}"
    await desk.add_version("risk", document["id"], b"first")
    await desk.act(path, "review")
    approved = (await desk.act(path, "approve", desk.caller("lena", "director"))).json()["versions"][0]
    assert (await desk.patch(path, title="Another")).json()["code"] == "document_not_draft"
    later = (await desk.add_version("risk", document["id"], b"second")).json()
    assert (later["state"], later["versions"][0]) == ("draft", approved)
    assert later["versions"][1]["approved_on"] is None
    for number, content in ((1, b"first"), (2, b"second")):
        assert (await desk.director.get(f"{path}/versions/{number}/content")).content == content


async def test_nor_is_an_approved_document_revised_while_it_is_restored(portolan: Portolan) -> None:
    desk = await Desk(portolan).furnish()
    key, body = "/risk/v1/documents/by-ref/dms/D-1", {"subject": desk.subjects["risk"], "title": "Minutes"}
    document = (await desk.director.put(key, json=body)).json()
    path = f"/risk/v1/documents/{document['id']}"
    await desk.add_version("risk", document["id"], b"first")
    await desk.act(path, "review")
    await desk.act(path, "approve", desk.caller("lena", "director"))
    await desk.archived(path)
    refused = await desk.director.put(f"{key}?restore=true", json=body | {"title": "Another"})
    assert (refused.status_code, refused.json()["code"]) == (409, "document_not_draft")
    restored = await desk.director.put(f"{key}?restore=true", json=body)
    assert (restored.status_code, restored.json()["state"]) == (200, "approved")


async def test_a_version_says_who_added_it_and_when(portolan: Portolan) -> None:
    desk = await Desk(portolan).furnish()
    anna = await desk.person("Anna", "anna")
    await portolan.settled()
    document = await desk.document("finance")
    added = await desk.add_version("finance", document["id"], b"x", desk.caller("anna", "director"))
    [version] = added.json()["versions"]
    assert version["by"] == anna
    assert date.fromisoformat(version["on"])
    assert (version["name"], version["size"], version["media_type"]) == ("a.txt", 1, "text/plain")


@pytest.mark.parametrize("service", SERVICES)
async def test_only_an_open_aggregate_of_the_service_is_a_subject(portolan: Portolan, service: str) -> None:
    desk = await Desk(portolan).furnish()
    unknown = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
    path = f"/{service}/v1/documents"
    other = next(kind for name, one in desk.subjects.items() if name != service for kind in [one["kind"]])
    for subject, pointer in (
        ({"kind": desk.subjects[service]["kind"], "id": unknown}, "/subject/id"),
        ({"kind": other, "id": unknown}, "/subject/kind"),
        ({"kind": "document", "id": unknown}, "/subject/kind"),
        ({"kind": "person", "id": unknown}, "/subject/kind"),
        ({"kind": "identity", "id": unknown}, "/subject/kind"),
    ):
        answer = await desk.director.post(path, json={"subject": subject, "title": "x"})
        assert answer.status_code == 422, subject
        assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_document_stays_with_its_subject(portolan: Portolan) -> None:
    desk = await Desk(portolan).furnish()
    url = "/risk/v1/documents/by-ref/dms/1"
    other = await desk.make("/risk/v1/risks", project_id=desk.project_id, title="Another")
    body = {"subject": desk.subjects["risk"], "title": "Minutes"}
    assert (await portolan("service").put(url, json=body)).status_code == 201
    moved = await portolan("service").put(url, json=body | {"subject": {"kind": "risk", "id": other["id"]}})
    assert (moved.status_code, moved.json()["errors"][0]["pointer"]) == (422, "/subject")


async def test_what_is_archived_takes_no_new_document_and_no_new_version(portolan: Portolan) -> None:
    desk = await Desk(portolan).furnish()
    document = await desk.document("risk")
    await desk.archived(f"/risk/v1/risks/{desk.subjects['risk']['id']}")
    refused = await desk.director.post(
        "/risk/v1/documents", json={"subject": desk.subjects["risk"], "title": "Late"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "archived")
    late = await desk.add_version("risk", document["id"], b"late")
    assert (late.status_code, late.json()["code"]) == (409, "archived")
    assert (await desk.director.get(f"/risk/v1/documents/{document['id']}")).status_code == 200


@pytest.mark.parametrize("service", ["projects", "risk"])
async def test_nor_does_what_lies_in_an_archived_project(portolan: Portolan, service: str) -> None:
    desk = await Desk(portolan).furnish()
    document = await desk.document(service)
    project = f"/projects/v1/projects/{desk.project_id}"
    tag = (await desk.director.get(project)).headers["ETag"]
    removed = await desk.director.delete(project, headers={"If-Match": tag})
    assert removed.status_code == 204, removed.text
    await portolan.settled()
    late = await desk.add_version(service, document["id"], b"late")
    assert (late.status_code, late.json()["code"]) == (409, "archived")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_confidential_subject_hides_its_documents_and_comments(
    everywhere: Portolan, service: str
) -> None:
    desk = await Desk(everywhere).furnish()
    document, comment = await desk.document(service), await desk.comment(service)
    assert (await desk.add_version(service, document["id"], b"secret")).status_code == 200
    outsider = everywhere("manager")
    paths = [
        f"/{service}/v1/documents/{document['id']}",
        f"/{service}/v1/documents/{document['id']}/versions/1/content",
        f"/{service}/v1/documents/{document['id']}/versions/1/verify",
        f"/{service}/v1/comments/{comment['id']}",
    ]
    for path in paths:
        assert (await outsider.get(path)).status_code == 200, path
    await desk.hide("projects", desk.project_id)
    for path in paths:
        assert (await outsider.get(path)).status_code == 404, path
    for collection in ("documents", "comments", "events"):
        listed = (await outsider.get(f"/{service}/v1/{collection}")).text
        assert document["id"] not in listed
        assert comment["id"] not in listed
    body = {"subject": desk.subjects[service], "title": "x"}
    unknown = {
        "subject": desk.subjects[service] | {"id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"},
        "title": "x",
    }
    hidden, nothing = [await outsider.post(f"/{service}/v1/documents", json=each) for each in (body, unknown)]
    assert hidden.status_code == nothing.status_code == 422
    assert hidden.json()["code"] == nothing.json()["code"]


async def test_they_follow_their_subject_where_it_goes(everywhere: Portolan) -> None:
    """An assessment goes over to a confidential project: so do its documents, and the comments on them."""
    desk = await Desk(everywhere).furnish()
    members: dict[str, Any] = {"project_id": desk.project_id, "rated_on": "2026-11-02", "rating": 2}
    assessment = await desk.make("/risk/v1/assessments", **members)
    desk.subjects["risk"] = {"kind": "assessment", "id": assessment["id"]}
    document = await desk.document("risk")
    desk.subjects["of the document"] = {"kind": "document", "id": document["id"]}
    body = {"subject": desk.subjects["of the document"], "text": "Read it"}
    comment = await desk.make("/risk/v1/comments", **body)
    secret = await desk.project("Secret", confidential=True)
    await everywhere.settled()
    path = f"/risk/v1/assessments/{assessment['id']}"
    assert (await desk.patch(path, project_id=secret["id"])).status_code == 200
    for path in (f"documents/{document['id']}", f"comments/{comment['id']}"):
        assert (await everywhere("manager").get(f"/risk/v1/{path}")).status_code == 404, path
        assert (await desk.director.get(f"/risk/v1/{path}")).json()["project_id"] == secret["id"]


@pytest.mark.parametrize("service", SERVICES)
async def test_those_of_a_subject_are_listed_and_counted_by_an_index(
    portolan: Portolan, service: str
) -> None:
    desk = await Desk(portolan).furnish()
    for _ in range(3):
        await desk.document(service)
        await desk.comment(service)
    subject = desk.subjects[service]
    query = {"subject_kind": subject["kind"], "subject_id": subject["id"], "limit": "2"}
    store = portolan.running.services[service].kernel.store
    for collection in ("documents", "comments"):
        answer = await portolan("viewer").get(
            f"/{service}/v1/{collection}", params=query, headers={"Prefer": "return=total-count"}
        )
        assert (len(answer.json()["items"]), answer.json()["total"]) == (2, 3)
        by_project = await portolan("viewer").get(
            f"/{service}/v1/{collection}", params={"project_id": desk.project_id}
        )
        assert len(by_project.json()["items"]) == 3
        plan = await store.fetch(
            f"EXPLAIN QUERY PLAN SELECT COUNT(*) FROM {collection[:-1]} WHERE archived = 0 AND subject_id = ?",
            (subject["id"],),
        )
        assert "USING" in plan[0][3]
        assert "INDEX" in plan[0][3]


async def test_a_viewer_reads_and_writes_nothing(portolan: Portolan) -> None:
    desk = await Desk(portolan).furnish()
    for collection, member in (("documents", "title"), ("comments", "text")):
        body = {"subject": desk.subjects["risk"], member: "x"}
        assert (await portolan("viewer").post(f"/risk/v1/{collection}", json=body)).status_code == 403


@pytest.mark.parametrize("service", SERVICES)
async def test_a_member_adds_documents_and_comments(portolan: Portolan, service: str) -> None:
    """Contributing is enough everywhere, also where a member writes nothing; to approve is not theirs."""
    desk = await Desk(portolan).furnish()
    member, subject = desk.caller("mia", "member"), desk.subjects[service]
    created = await member.post(f"/{service}/v1/documents", json={"subject": subject, "title": "Minutes"})
    assert created.status_code == 201, created.text
    path = f"/{service}/v1/documents/{created.json()['id']}"
    assert (await desk.patch(path, member, title="Minutes of May")).status_code == 200
    added = await desk.add_version(service, created.json()["id"], b"first", member)
    assert added.json()["state"] == "draft", added.text
    for verb, state in (("review", "in_review"), ("return", "draft"), ("review", "in_review")):
        assert (await desk.act(path, verb, member)).json()["state"] == state
    assert (await desk.act(path, "approve", member)).json()["code"] == "scope_missing"
    assert (await member.get(f"{path}?expand=allowed_moves")).json()["allowed_moves"] == ["return"]
    comment = await member.post(f"/{service}/v1/comments", json={"subject": subject, "text": "Agreed"})
    assert comment.status_code == 201, comment.text


async def test_the_activity_names_them(portolan: Portolan) -> None:
    desk = await Desk(portolan).furnish()
    document = await desk.document("risk")
    await desk.add_version("risk", document["id"], b"x")
    comment = await desk.comment("risk")
    await portolan.settled()
    query = {"project_id": desk.project_id, "limit": "200"}
    items = (await desk.director.get("/reporting/v1/activity", params=query)).json()["items"]
    types = {item["type"] for item in items if item["aggregate_id"] in (document["id"], comment["id"])}
    assert types == {
        "portolan.risk.document.created.v1",
        "portolan.risk.document.version_added.v1",
        "portolan.risk.comment.created.v1",
    }


async def test_a_version_that_was_replaced_meanwhile_is_a_conflict(portolan: Portolan) -> None:
    desk = await Desk(portolan).furnish()
    path = f"/risk/v1/documents/{(await desk.document('risk'))['id']}"
    await desk.patch(path, title="Newer")
    stale = await desk.director.patch(path, json={"title": "x"}, headers=MERGE | {"If-Match": '"1"'})
    assert stale.status_code == 412


async def test_verify_reads_every_file(everywhere: Portolan) -> None:
    desk = await Desk(everywhere).furnish()
    document = await desk.document("risk")
    await desk.add_version("risk", document["id"], b"x" * 100_000)
    kernel = everywhere.running.services["risk"].kernel
    assert await wrong_contents(kernel.store) == (1, [])
    await kernel.store.run("UPDATE content_piece SET data = ? WHERE place = 1 RETURNING place", (b"y",))
    assert await wrong_contents(kernel.store) == (1, [sha256(b"x" * 100_000).hexdigest()])


async def test_files_of_what_is_erased_go_with_it(everywhere: Portolan) -> None:
    """Shown on a comment, which has none of its own today: what is erasable releases what it uses."""
    desk = await Desk(everywhere).furnish()
    anna = await desk.person("Anna", "anna")
    await everywhere.settled()
    body = {"subject": desk.subjects["resources"], "text": "See the photograph"}
    created = await desk.caller("anna", "director").post("/resources/v1/comments", json=body)
    store = everywhere.running.services["resources"].kernel.store
    frozen = freeze({"photograph": "of Anna"})
    unit = Unit()
    unit.parts[0].statements += kept_frozen(frozen, "comment", created.json()["id"])
    await store.commit(unit)
    assert (await desk.act(f"/resources/v1/persons/{anna}", "erase")).status_code == 200
    assert await content_of(store, frozen.sha256) is None
    assert await store.fetch("SELECT 1 FROM content_piece") == []
