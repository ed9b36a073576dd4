"""Mandates over REST: what is read is signed, and what is signed binds."""

from hashlib import sha256

import pytest

from shared.base.canonical import canonical
from tests.projects.mandate.conftest import MANDATES, Leading
from tests.support.given import PROJECTS, Desk, chf

PLAN = [{"milestone": "Design", "due_on": "2026-05-29"}, {"milestone": "Go-live", "due_on": "2027-03-31"}]


@pytest.mark.rule("projects.mandate.1")
async def test_what_is_to_be_signed_is_read_with_its_hash_before_the_first_signature(
    leading: Leading,
) -> None:
    await leading.lead()
    mandate = await leading.in_review(scope_in="All of finance")
    path = leading.url(MANDATES, mandate["id"])
    content = await leading.client.get(f"{path}/content")
    assert content.status_code == 200, content.text
    assert sha256(content.content).hexdigest() == mandate["content_hash"]
    read = content.json()
    assert canonical(read) == content.content
    assert (read["scope_in"], read["budget"]) == ("All of finance", chf("50000.00"))
    assert "signatures" not in read


@pytest.mark.rule("projects.mandate.1")
async def test_each_signatory_signs_once_and_the_last_signature_signs_it(leading: Leading) -> None:
    await leading.lead()
    mandate = await leading.in_review()
    first = await leading.sign(mandate, "sara")
    assert (first.status_code, first.json()["state"]) == (200, "in_review")
    again = await leading.sign(mandate, "sara")
    assert (again.status_code, again.json()["code"]) == (409, "already_signed")
    stranger = await leading.sign(mandate, "otto")
    assert (stranger.status_code, stranger.json()["code"]) == (403, "not_a_signatory")
    last = await leading.sign(mandate, "max")
    assert (last.status_code, last.json()["state"]) == (200, "signed")
    assert [one["signatory_id"] for one in last.json()["signatures"]] == [
        leading.persons["sara"],
        leading.persons["max"],
    ]
    assert last.json()["content_hash"] == mandate["content_hash"]
    verified = await leading.client.get(f"{leading.url(MANDATES, mandate['id'])}/verify")
    assert verified.json()["sha256"] == mandate["content_hash"]
    assert await leading.facts("mandate") == [
        "created", "submitted", "signature_given", "signature_given", "signed",
    ]  # fmt: skip


@pytest.mark.rule("projects.mandate.1")
async def test_another_hash_is_refused_naming_the_one_that_stands(leading: Leading) -> None:
    await leading.lead()
    mandate = await leading.in_review()
    refused = await leading.sign(mandate, "sara", hash="0" * 64)
    assert (refused.status_code, refused.json()["code"]) == (409, "content_changed")
    assert refused.json()["content_hash"] == mandate["content_hash"]


@pytest.mark.rule("projects.mandate.1")
async def test_an_edit_in_review_voids_the_signatures_that_were_given(leading: Leading) -> None:
    await leading.lead()
    mandate = await leading.in_review()
    assert (await leading.sign(mandate, "sara")).status_code == 200
    edited = await leading.revise(MANDATES, mandate, budget=chf("60000.00"))
    assert edited.status_code == 200, edited.text
    assert edited.json()["signatures"] == []
    assert edited.json()["content_hash"] != mandate["content_hash"]
    assert edited.headers["etag"] == f'"{edited.json()["version"]}"'
    refused = await leading.sign(mandate, "max", hash=mandate["content_hash"])
    assert refused.json()["code"] == "content_changed"
    assert (await leading.sign(mandate, "max")).json()["state"] == "in_review", "the sponsor signs again"
    assert (await leading.sign(mandate, "sara")).json()["state"] == "signed"
    assert "signatures_voided" in await leading.facts("mandate")


@pytest.mark.rule("projects.mandate.1")
async def test_a_return_voids_them_as_well(leading: Leading) -> None:
    await leading.lead()
    mandate = await leading.in_review()
    await leading.sign(mandate, "max")
    returned = await leading.act(MANDATES, mandate, "return", reason="The scope is too wide.")
    assert (returned.json()["state"], returned.json()["signatures"]) == ("draft", [])
    assert returned.json()["content_hash"] is None
    assert (await leading.facts("mandate"))[-2:] == ["returned", "signatures_voided"]


@pytest.mark.rule("projects.mandate.1")
async def test_a_deputy_signs_for_whom_they_stand_in(leading: Leading) -> None:
    await leading.lead()
    mandate = await leading.in_review()
    answer = await leading.sign(mandate, "dina")
    assert answer.status_code == 200, answer.text
    [signature] = answer.json()["signatures"]
    assert (signature["person_id"], signature["signatory_id"]) == (
        leading.persons["dina"],
        leading.persons["sara"],
    )
    assert (await leading.sign(mandate, "sara")).json()["code"] == "already_signed"


@pytest.mark.rule("projects.mandate.1")
async def test_sponsor_and_manager_have_to_sign(leading: Leading) -> None:
    await leading.lead()
    sponsor, manager = leading.signatories()
    for signatories in ([], [sponsor], [manager], [sponsor | {"role": "user"}, manager]):
        mandate = await leading.mandate(signatories=signatories)
        refused = await leading.act(MANDATES, mandate, "submit")
        assert (refused.status_code, refused.json()["code"]) == (422, "mandate_incomplete"), signatories
    twice = await leading.create(
        MANDATES, project_id=leading.erp["id"], kind="initiation", title="ERP",
        signatories=[sponsor, sponsor | {"role": "manager"}],
    )  # fmt: skip
    assert (twice.status_code, twice.json()["code"]) == (422, "bad_mandate")


@pytest.mark.rule("projects.mandate.2")
async def test_the_signed_one_binds_until_its_next_edition_is_signed(leading: Leading) -> None:
    await leading.lead()
    first = await leading.signed("execution", plan=PLAN, budget=chf("900000.00"))
    edited = await leading.revise(MANDATES, first, budget=chf("1.00"))
    assert (edited.status_code, edited.json()["code"]) == (409, "bound")
    beside = await leading.create(MANDATES, project_id=leading.erp["id"], kind="execution", title="Another")
    assert (beside.status_code, beside.json()["code"]) == (409, "next_edition_needed")
    created = await leading.act(MANDATES, first, "editions")
    assert (created.status_code, created.json()["edition"]) == (201, 2)
    second = created.json()
    assert second["signatures"] == []
    assert (await leading.revise(MANDATES, second, budget=chf("950000.00"))).status_code == 200
    await leading.move(MANDATES, second, "submit")
    await leading.sign(second, "sara")
    assert (await leading.stands(first))["state"] == "signed"
    assert (await leading.project_now())["planned_cost"] == chf("900000.00")
    await leading.sign(second, "max")
    assert ((await leading.stands(first))["state"], (await leading.stands(second))["state"]) == (
        "superseded",
        "signed",
    )
    project = await leading.project_now()
    assert (project["stage"], project["planned_cost"]) == ("approved", chf("950000.00"))


@pytest.mark.rule("projects.mandate.3")
@pytest.mark.rule("projects.project.1")
async def test_a_signed_initiation_mandate_opens_budget_and_register_and_bounds_what_is_spent(
    leading: Leading,
) -> None:
    """Of 50,000.00 first 49,999.99 are spent: 0.01 is left, 0.02 is too much."""
    await leading.lead()
    desk = Desk(leading.portolan)
    assert (await desk.post(leading.erp, "1.00")).json()["code"] == "no_budget"
    await leading.signed("initiation")
    assert (await leading.project_now())["stage"] == "initiating"
    assert (await desk.the("finance/v1/budgets"))["open"] is True
    assert [one["open"] for one in await desk.registers()] == [True]
    assert (await desk.post(leading.erp, "49999.99")).status_code == 201
    refused = await desk.post(leading.erp, "0.02")
    assert (refused.status_code, refused.json()["code"]) == (409, "initiation_budget_spent")
    assert refused.json()["left"] == chf("0.01")
    assert (await desk.post(leading.erp, "0.01")).status_code == 201
    await leading.signed("execution", plan=PLAN, budget=chf("900000.00"))
    assert (await desk.post(leading.erp, "1000.00")).status_code == 201, "the initiation is over"
    assert await leading.facts("project") == ["created", "revised", "revised", "initiated", "approved"]


@pytest.mark.rule("projects.mandate.4")
async def test_a_signed_execution_mandate_approves_the_project_with_dates_and_cost(leading: Leading) -> None:
    await leading.lead()
    initiation = await leading.signed("initiation")
    await leading.signed("execution", plan=PLAN, budget=chf("900000.00"))
    project = await leading.project_now()
    assert (project["stage"], project["planned_cost"]) == ("approved", chf("900000.00"))
    assert (project["planned_start_on"], project["planned_finish_on"]) == ("2026-05-29", "2027-03-31")
    assert (await leading.stands(initiation))["state"] == "closed"
    late = await leading.mandate("initiation")
    refused = await leading.act(MANDATES, late, "submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "initiation_over")


@pytest.mark.rule("projects.mandate.5")
async def test_where_mandates_are_asked_for_a_project_starts_from_a_signed_one_only(leading: Leading) -> None:
    await leading.make("projects/v1/organisations", name="Office", profile="end_user", mandates="always")
    await leading.lead()
    approved = await leading.revise(
        PROJECTS, leading.erp, planned_start_on="2026-01-01", planned_finish_on="2026-12-31"
    )
    assert approved.status_code == 200
    director = leading.office.caller("dirk", "director")
    leading.client, own = director, leading.client
    await leading.move(PROJECTS, leading.erp, "approve")
    leading.client = own
    refused = await leading.act(PROJECTS, leading.erp, "activate")
    assert (refused.status_code, refused.json()["code"]) == (409, "mandate_needed")
    await leading.signed("execution", budget=chf("900000.00"))
    assert (await leading.act(PROJECTS, leading.erp, "activate")).json()["stage"] == "active"


@pytest.mark.rule("projects.mandate.5")
async def test_what_is_imported_starts_without_a_mandate(leading: Leading) -> None:
    await leading.make("projects/v1/organisations", name="Office", profile="end_user", mandates="always")
    planned = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
    imported = await leading.put(PROJECTS, "P-1", name="Old", stage="approved", **planned)
    assert (await leading.act(PROJECTS, imported, "activate")).status_code == 200


@pytest.mark.rule("projects.mandate.5")
async def test_revoking_a_signed_mandate_holds_the_project_until_another_is_signed(leading: Leading) -> None:
    await leading.lead()
    initiation = await leading.signed("initiation")
    revoked = await leading.act(MANDATES, initiation, "revoke", reason="Other priorities")
    assert revoked.json()["state"] == "revoked", revoked.text
    assert (await leading.project_now())["stage"] == "on_hold"
    await leading.signed("initiation")
    assert (await leading.project_now())["stage"] == "initiating"
    execution = await leading.signed("execution", plan=PLAN)
    assert (await leading.act(PROJECTS, leading.erp, "activate")).json()["stage"] == "active"
    await leading.act(MANDATES, execution, "revoke")
    assert (await leading.project_now())["stage"] == "on_hold"


@pytest.mark.rule("projects.project_role.1")
async def test_nothing_is_signed_while_a_required_role_is_not_held(leading: Leading) -> None:
    mandate = await leading.in_review()
    refused = await leading.sign(mandate, "sara")
    assert (refused.status_code, refused.json()["code"]) == (409, "roles_missing")
    assert refused.json()["roles"] == ["sponsor", "manager"]
    await leading.role("sponsor", "otto")
    await leading.role("manager", "max")
    refused = await leading.sign(mandate, "max")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_the_holder")


@pytest.mark.rule("projects.objective.2")
async def test_an_objective_of_a_signed_mandate_is_reworded_by_its_next_edition(leading: Leading) -> None:
    await leading.lead()
    objectives = "projects/v1/objectives"
    objective = await leading.make(objectives, project_id=leading.erp["id"], statement="Less paper")
    mandate = await leading.signed("initiation", objectives=[objective["id"]])
    refused = await leading.revise(objectives, objective, statement="More paper")
    assert (refused.status_code, refused.json()["code"]) == (409, "objective_is_mandated")
    reworded = await leading.make(objectives, project_id=leading.erp["id"], statement="No paper")
    edition = (await leading.act(MANDATES, mandate, "editions")).json()
    revised = await leading.revise(MANDATES, edition, objectives=[reworded["id"]])
    assert revised.status_code == 200, revised.text
    content = await leading.client.get(f"{leading.url(MANDATES, mandate['id'])}/content")
    assert [one["statement"] for one in content.json()["objectives"]] == ["Less paper"], "as it was signed"


@pytest.mark.rule("projects.mandate.1")
async def test_a_signature_is_offered_to_those_only_from_whom_it_is_awaited(leading: Leading) -> None:
    await leading.lead()
    mandate = await leading.in_review()
    query = {"expand": "allowed_moves"}

    async def offered() -> list[str]:
        path = leading.url(MANDATES, mandate["id"])
        answers = {who: (await one.get(path, params=query)).json() for who, one in leading.callers.items()}
        return [who for who, answer in answers.items() if "sign" in answer["allowed_moves"]]

    assert await offered() == ["sara", "max", "dina"]
    await leading.sign(mandate, "dina")
    assert await offered() == ["max"]


@pytest.mark.rule("projects.mandate.1")
async def test_what_was_to_be_signed_before_an_edit_is_still_read_by_its_hash(leading: Leading) -> None:
    mandate = await leading.in_review()
    assert (await leading.revise(MANDATES, mandate, budget=chf("60000.00"))).status_code == 200
    path = f"{leading.url(MANDATES, mandate['id'])}/content"
    before = await leading.client.get(path, params={"sha256": mandate["content_hash"]})
    assert sha256(before.content).hexdigest() == mandate["content_hash"]
    assert (before.json()["budget"], (await leading.client.get(path)).json()["budget"]) == (
        chf("50000.00"),
        chf("60000.00"),
    )
    unknown = await leading.client.get(path, params={"sha256": "0" * 64})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_frozen")
