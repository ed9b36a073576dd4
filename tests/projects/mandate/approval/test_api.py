"""Approvals over REST: only who is asked answers, or who was asked in their place."""

import pytest

from tests.projects.mandate.circulating import APPROVALS, Round, refusal

THREE = ("ada", "ben", "cleo")


@pytest.mark.rule("projects.approval.1")
async def test_only_the_person_who_is_asked_answers(table: Round) -> None:
    await table.gather(*THREE, "dan")
    path = await table.circulated(2, THREE)
    for verb, body in (("grant", {}), ("refuse", {}), ("delegate", {"to": "dan"})):
        assert refusal(await table.answer(path, "ada", verb, by="ben", **body)) == (403, "not_for_you")
    approval = await table.approval_of(path, "ada")
    for subject, moves in (("ada", ["grant", "refuse", "delegate"]), ("ben", [])):
        answer = await table.people[subject].get(approval, params={"expand": "allowed_moves"})
        assert answer.json()["allowed_moves"] == moves
    refused = await table.office.act(approval, "grant")
    assert refusal(refused) == (403, "not_for_you"), "a director decides for nobody"


async def test_who_sees_only_does_not_answer(table: Round) -> None:
    await table.gather(*THREE)
    await table.gather("eve", role="viewer")
    path = await table.circulated(1, ("eve", "ada"))
    assert refusal(await table.answer(path, "eve", "grant")) == (403, "scope_missing")


@pytest.mark.rule("projects.approval.1", "projects.approval.2")
async def test_whoever_is_asked_instead_decides_in_the_place_of_who_was_asked_first(table: Round) -> None:
    await table.gather(*THREE, "dan")
    path = await table.circulated(2, THREE)
    paper = await table.answered(path, "ada", "delegate", to="dan", reason="On leave.")
    assert paper["state"] == "circulated"
    first, second = [(await table.read(await table.approval_of(path, subject))) for subject in ("ada", "dan")]
    assert (first["state"], first["delegated_to_id"]) == ("delegated", table.ids["dan"])
    assert (second["state"], second["on_behalf_of_id"]) == ("requested", table.ids["ada"])
    assert refusal(await table.answer(path, "ada", "grant")) == (409, "illegal_move")
    await table.answered(path, "dan", "grant")
    assert (await table.answered(path, "ben", "grant"))["state"] == "approved"


@pytest.mark.rule("projects.approval.1")
async def test_an_approval_is_handed_neither_to_an_author_nor_back_nor_to_who_is_asked_already(
    table: Round,
) -> None:
    await table.gather(*THREE, "dan", "eli")
    path = await table.circulated(2, THREE)
    assert refusal(await table.answer(path, "ada", "delegate", to="author")) == (409, "delegated_to_author")
    assert refusal(await table.answer(path, "ada", "delegate", to="ada")) == (409, "delegated_back")
    assert refusal(await table.answer(path, "ada", "delegate", to="ben")) == (409, "asked_already")
    await table.answered(path, "ada", "delegate", to="dan")
    assert refusal(await table.answer(path, "dan", "delegate", to="ada")) == (409, "delegated_back")
    await table.answered(path, "dan", "delegate", to="eli")
    for back in ("ada", "dan"):
        assert refusal(await table.answer(path, "eli", "delegate", to=back)) == (409, "delegated_back")
    await table.answered(path, "eli", "grant")
    assert (await table.answered(path, "ben", "grant"))["state"] == "approved"


async def test_a_condition_that_nobody_sees_to_is_refused(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.circulated(2, THREE)
    condition = {"text": "Read first.", "due_on": "2027-03-31"}
    assert (await table.answer(path, "ada", "grant", conditions=[condition])).status_code == 422
    nobody = condition | {"owner_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}
    answer = await table.answer(path, "ada", "grant", conditions=[nobody])
    assert answer.json()["errors"][0]["pointer"] == "/conditions/0/owner_id"


async def test_who_is_asked_and_only_belongs_to_the_project_decides_all_the_same(table: Round) -> None:
    """The decision and the actions that follow need no right of theirs elsewhere."""
    await table.gather("ada")
    table.ids["zoe"] = await table.office.person("Zoe", "zoe")
    await table.office.member("member", "project", table.project, person_id=table.ids["zoe"])
    await table.portolan.settled()
    table.people["zoe"] = table.office.caller("zoe")
    path = await table.circulated(1, ("zoe", "ada"))
    condition = {"text": "Read first.", "owner_id": table.ids["ada"], "due_on": "2027-03-31"}
    paper = await table.answered(path, "zoe", "grant", conditions=[condition])
    assert [one["kind"] for one in paper["outcome_refs"]] == ["decision", "action"]


async def test_who_brings_history_tells_what_others_answered(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.circulated(1, THREE)
    table.people["importer"] = table.portolan("service")
    assert (await table.answered(path, "ada", "grant", by="importer"))["state"] == "approved"


async def test_approvals_are_listed_by_who_is_asked_and_by_their_paper(table: Round) -> None:
    await table.gather(*THREE)
    path = await table.circulated(2, THREE)
    await table.circulated(1, ("ada", "ben"))
    [one] = await table.items(APPROVALS, approver_id=table.ids["cleo"], state="requested")
    assert one["paper_id"] == path.rpartition("/")[2]
    assert len(await table.items(APPROVALS, approver_id=table.ids["ada"])) == 2
