"""Papers over REST: circulated, recalled, decided, recorded."""

import hashlib
import json

import pytest

from tests.projects.mandate.circulating import ACTIONS, APPROVALS, DECISIONS, PAPERS, Round, refusal

THREE = ("ada", "ben", "cleo")


async def states(table: Round, path: str) -> list[str]:
    return [one["state"] for one in await table.approvals(path)]


@pytest.mark.rule("projects.decision_paper.1")
async def test_a_paper_is_circulated_with_two_options_at_least(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.paper(2, THREE, options=[{"name": "Buy"}])
    assert refusal(await table.act(path, "circulate")) == (422, "too_few_options")


async def test_a_paper_is_not_circulated_without_a_recommendation_and_without_who_decides(
    table: Round,
) -> None:
    await table.gather(*THREE)
    path = await table.paper(2, THREE, recommendation="", approvers=None)
    answer = await table.act(path, "circulate")
    assert refusal(answer) == (422, "paper_incomplete")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/recommendation", "/approvers"]


@pytest.mark.rule("projects.decision_paper.1")
async def test_what_is_circulated_is_frozen_and_its_hash_is_that_of_its_bytes(table: Round) -> None:
    await table.gather(*THREE)
    evidence = [{"title": "Cost of the old system", "text": "CHF 120,000.00 a year (finance, 30 June)"}]
    path = await table.circulated(2, THREE, evidence=evidence, due_on="2027-01-29")
    paper = await table.read(path)
    content = await table.office.director.get(f"{path}/content")
    assert content.headers["etag"] == f'"{paper["content_hash"]}"'
    assert hashlib.sha256(content.content).hexdigest() == paper["content_hash"]
    assert (await table.read(f"{path}/verify"))["intact"] is True
    frozen = json.loads(content.content)
    assert (frozen["title"], frozen["round"], frozen["due_on"]) == ("Which ERP?", 1, "2027-01-29")
    assert frozen["evidence"] == [evidence[0] | {"document_id": None}]
    assert frozen["about"]["project"]["id"] == table.project
    answer = await table.office.patch(path, title="Another one")
    assert refusal(answer) == (409, "paper_not_draft")


async def test_a_document_is_frozen_as_evidence_in_the_version_that_it_has(table: Round) -> None:
    await table.gather(*THREE)
    director = table.office.director

    async def version(text: bytes) -> str:
        raw = {"Content-Type": "application/octet-stream"}
        sent = await director.post("/projects/v1/files?name=offer.txt", content=text, headers=raw)
        return str(sent.json()["sha256"])

    subject = {"kind": "project", "id": table.project}
    document = await table.office.make("/projects/v1/documents", subject=subject, title="Offer")
    where = f"/projects/v1/documents/{document['id']}"
    path = await table.paper(2, THREE, evidence=[{"title": "Offer", "document_id": document["id"]}])
    assert refusal(await table.act(path, "circulate")) == (422, "no_version")
    first = await version(b"1,000 francs")
    tag = (await director.get(where)).headers["etag"]
    await director.post(f"{where}/add-version", json={"sha256": first}, headers={"If-Match": tag})
    await table.done(path, "circulate")
    tag = (await director.get(where)).headers["etag"]
    second = await version(b"2,000 francs")
    await director.post(f"{where}/add-version", json={"sha256": second}, headers={"If-Match": tag})
    [evidence] = (await table.read(f"{path}/content"))["evidence"]
    assert evidence["version"] == {"number": 1, "sha256": first, "name": "offer.txt"}


async def test_each_approver_is_asked_once_with_the_day_of_the_paper(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.circulated(2, THREE, due_on="2027-01-29")
    approvals = await table.approvals(path)
    assert {one["approver_id"] for one in approvals} == {table.ids[one] for one in THREE}
    assert {(one["state"], one["round"], one["due_on"], one["title"], one["project_id"]) for one in approvals} == {
        ("requested", 1, "2027-01-29", "Which ERP?", table.project)
    }  # fmt: skip
    twice = {"need": 1, "of": [table.ids["ada"], table.ids["ada"]]}
    answer = await table.people["author"].post(
        PAPERS, json={"title": "Twice", "question": "Twice?", "approvers": twice}
    )
    assert refusal(answer) == (422, "approver_twice")


@pytest.mark.rule("projects.approval.2")
async def test_a_recall_lapses_what_was_answered_and_the_next_circulation_is_a_new_round(
    table: Round,
) -> None:
    await table.gather(*THREE)
    path = await table.circulated(2, THREE)
    first = (await table.read(path))["content_hash"]
    await table.answered(path, "ada", "grant")
    recalled = await table.done(path, "recall")
    assert (recalled["state"], recalled["content_hash"]) == ("draft", None)
    assert await states(table, path) == ["lapsed", "lapsed", "lapsed"]
    old = await table.approval_of(path, "ben")
    assert (await table.office.patch(path, recommendation="Build it.")).status_code == 200
    again = await table.done(path, "circulate")
    assert (again["round"], again["content_hash"] == first) == (2, False)
    assert await states(table, path) == ["requested", "requested", "requested"]
    assert (await table.act(old, "grant", "ben")).status_code == 409, "of the round before"
    assert (await table.answered(path, "ada", "grant"))["state"] == "circulated", "the old grant is gone"
    assert (await table.answered(path, "ben", "grant"))["state"] == "approved"


@pytest.mark.rule("projects.decision_paper.2", "projects.decision.1")
async def test_a_decided_paper_enters_the_log_and_who_was_not_needed_is_asked_no_longer(
    table: Round,
) -> None:
    await table.gather(*THREE)
    path = await table.circulated(2, THREE)
    assert (await table.answered(path, "ada", "grant", comment="Cheaper."))["state"] == "circulated"
    paper = await table.answered(path, "cleo", "grant", reason="It is proven.")
    assert paper["state"] == "approved"
    assert sorted(await states(table, path)) == ["granted", "granted", "lapsed"]
    [ref] = paper["outcome_refs"]
    assert ref["kind"] == "decision"
    [decision] = await table.items(DECISIONS, project_id=table.project)
    assert (decision["id"], decision["title"], decision["state"]) == (ref["id"], "Which ERP?", "in_force")
    assert decision["text"] == "Approved: Buy it."
    assert decision["origin"] == {"kind": "decision_paper", "id": paper["id"]}
    assert set(decision["decided_by"]) == {table.ids["ada"], table.ids["cleo"]}
    assert decision["decided_on"] == paper["decided_on"]
    assert decision["rationale"] == "Cheaper.\n\nIt is proven."
    assert decision["alternatives"] == "Buy\nBuild"
    assert (await table.done(path, "execute"))["state"] == "executed"


@pytest.mark.rule("projects.decision_paper.2")
async def test_a_paper_is_refused_as_soon_as_enough_grants_are_out_of_reach(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.circulated(2, THREE)
    assert (await table.answered(path, "ada", "refuse", reason="Too dear."))["state"] == "circulated"
    paper = await table.answered(path, "ben", "refuse")
    assert paper["state"] == "refused"
    assert sorted(await states(table, path)) == ["lapsed", "refused", "refused"]
    [decision] = await table.items(DECISIONS, project_id=table.project)
    assert (decision["text"], decision["rationale"]) == ("Refused: Buy it.", "Too dear.")
    assert (await table.act(path, "execute")).status_code == 409


@pytest.mark.rule("projects.decision_paper.1", "projects.decision_paper.2")
async def test_conditions_of_grants_that_count_are_copied_and_become_actions(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.circulated(2, THREE)
    condition = {"text": "The archive is read first.", "owner_id": table.ids["ben"], "due_on": "2027-03-31"}
    other = condition | {"text": "Nobody asks for this."}
    await table.answered(path, "ada", "grant", conditions=[condition])
    await table.answered(path, "ben", "refuse")
    assert (await table.answer(path, "cleo", "refuse", conditions=[other])).status_code == 422, "a refusal"
    paper = await table.answered(path, "cleo", "grant")
    assert (paper["state"], paper["conditions"]) == ("approved_with_conditions", [condition])
    [action] = await table.items(ACTIONS, project_id=table.project)
    assert (action["title"], action["owner_id"], action["due_on"], action["first_due_on"]) == (
        "The archive is read first.", table.ids["ben"], "2027-03-31", "2027-03-31",
    )  # fmt: skip
    assert action["origin"] == {"kind": "decision_paper", "id": paper["id"]}
    assert {"kind": "action", "id": action["id"]} in paper["outcome_refs"]
    assert (await table.done(path, "execute"))["state"] == "executed"


@pytest.mark.rule("projects.decision_paper.2")
async def test_the_own_consent_of_an_author_is_refused_and_does_not_count(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.circulated(2, ("author", "ada", "ben"))
    assert refusal(await table.answer(path, "author", "grant")) == (403, "four_eyes")
    paper = await table.answered(path, "ada", "refuse")
    assert paper["state"] == "refused", "two of two were needed, without the author"


@pytest.mark.rule("projects.decision_paper.2")
async def test_an_author_with_a_second_login_is_recognised_as_one_person(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.circulated(1, ("author", "ada"))
    members = {"person_id": table.ids["author"], "issuer": "portolan", "subject": "other"}
    await table.office.make("/resources/v1/identities", **members)
    await table.portolan.settled()
    table.people["other"] = table.office.caller("other", "member")
    assert refusal(await table.answer(path, "author", "grant", by="other")) == (403, "four_eyes")


async def test_more_grants_than_are_asked_for_without_the_authors_are_out_of_reach(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.paper(3, ("author", "ada", "ben"))
    assert refusal(await table.act(path, "circulate")) == (422, "out_of_reach")


async def test_a_withdrawn_paper_asks_nobody_any_longer(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.circulated(2, THREE)
    approval = await table.approval_of(path, "ada")
    assert (await table.office.director.delete(path, headers={"If-Match": '"2"'})).status_code == 409
    assert (await table.done(path, "withdraw"))["state"] == "withdrawn"
    assert await states(table, path) == ["lapsed", "lapsed", "lapsed"]
    assert (await table.act(approval, "grant", "ada")).status_code == 409


async def test_a_paper_on_something_of_another_project_is_refused(table: Round) -> None:
    await table.gather(*THREE)
    other = await table.office.project("Other")
    milestone = {"project_id": other["id"], "name": "Go-live", "planned_on": "2027-05-03"}
    id = (await table.office.make("/projects/v1/milestones", **milestone))["id"]
    body = {"title": "Later?", "question": "Later?", "project_id": table.project}
    answer = await table.people["author"].post(
        PAPERS, json=body | {"subject": {"kind": "milestone", "id": id}}
    )
    assert refusal(answer) == (422, "of_another_project")
    answer = await table.people["author"].post(PAPERS, json=body | {"subject": {"kind": "nothing", "id": id}})
    assert answer.json()["errors"][0]["pointer"] == "/subject/id"


async def test_approvals_are_made_by_portolan_alone(table: Round) -> None:
    await table.gather(*THREE)
    answer = await table.office.director.post(APPROVALS, json={"title": "Mine"})
    assert answer.status_code in (404, 405)
