"""Requests over REST: what they say at which stage, what of them stays, and who may do what."""

import pytest

from shared.http.auth.issuers import LOCAL
from tests.projects.intake.asking import NEED, OUTCOME, PROJECTS, RANGE, Desk, pointers, refusal
from tests.support.given import chf


@pytest.mark.rule("projects.request.2")
async def test_a_request_without_outcome_and_unit_is_not_submitted(desk: Desk) -> None:
    path = await desk.ask()
    refused = await desk.act(path, "submit", "anna")
    assert refusal(refused) == (422, "request_incomplete")
    assert pointers(refused) == ["/outcome", "/unit_id"]
    completed = await desk.patch(path, "anna", outcome=OUTCOME, unit_id=await desk.unit())
    assert completed.status_code == 200, completed.text
    assert (await desk.act(path, "submit", "anna")).json()["state"] == "submitted"


@pytest.mark.rule("projects.request.2")
async def test_a_request_is_qualified_with_its_costs_and_an_objective(desk: Desk) -> None:
    path = await desk.request("screening", objectives=[], cost_low=None, cost_high=None)
    refused = await desk.act(path, "qualify", "manager")
    assert refusal(refused) == (422, "qualification_incomplete")
    assert pointers(refused) == ["/cost_low", "/cost_high", "/objectives"]
    none = [{"objective_id": await desk.objective(), "contribution": "none"}]
    await desk.patch(path, **RANGE, objectives=none)
    assert pointers(await desk.act(path, "qualify", "manager")) == ["/objectives"]
    strong = [none[0] | {"contribution": "strong"}]
    assert (await desk.patch(path, objectives=strong)).status_code == 200
    assert (await desk.act(path, "qualify", "manager")).json()["state"] == "qualified"


@pytest.mark.rule("projects.request.2")
async def test_what_is_mandatory_needs_no_objective(desk: Desk) -> None:
    path = await desk.request("screening", objectives=[], category="mandatory")
    assert (await desk.act(path, "qualify", "manager")).json()["state"] == "qualified"


@pytest.mark.rule("projects.request.2")
@pytest.mark.parametrize(
    ("costs", "pointer"),
    [
        ({"cost_low": chf("2.00"), "cost_likely": chf("1.00")}, "/cost_likely"),
        ({"cost_low": chf("2.00"), "cost_high": chf("1.99")}, "/cost_high"),
        ({"cost_low": chf("1.00"), "cost_high": {"amount": "2.00", "currency": "EUR"}}, "/cost_high"),
        ({"cost_likely": chf("-1.00")}, "/cost_likely"),
    ],
)
async def test_costs_that_are_no_range_are_refused(
    desk: Desk, costs: dict[str, object], pointer: str
) -> None:
    body = {"title": "Scan invoices", "need": NEED} | costs
    refused = await desk.people["anna"].post("/projects/v1/requests", json=body)
    assert (refusal(refused), pointers(refused)) == ((422, "cost_range"), [pointer])


@pytest.mark.rule("projects.request.3")
async def test_what_was_submitted_stays_beside_what_was_adapted(desk: Desk) -> None:
    path = await desk.request("screening")
    refused = await desk.patch(path, need="Invoices are lost.", adapted="Scan those of vendors only.")
    assert (refusal(refused), pointers(refused)) == ((409, "submitted_stays"), ["/need"])
    adapted = (await desk.patch(path, adapted="Scan those of vendors only.")).json()
    assert (adapted["need"], adapted["adapted"]) == (NEED, "Scan those of vendors only.")


@pytest.mark.rule("projects.request.3")
async def test_a_returned_request_is_the_requesters_again_and_its_history_has_both(desk: Desk) -> None:
    path = await desk.request("screening")
    without = await desk.act(path, "return", "manager")
    assert (without.status_code, pointers(without)) == (422, ["/reason"])
    reason = "Which invoices?"
    assert (await desk.act(path, "return", "manager", reason=reason)).json()["state"] == "returned"
    assert (await desk.patch(path, "anna", need="Vendors' invoices are typed in.")).status_code == 200
    assert (await desk.act(path, "submit", "anna")).json()["state"] == "submitted"
    history = await desk.read(f"{path}/history", expand="state")
    submitted = [one["state"]["need"] for one in history["items"] if one["type"].endswith(".submitted.v1")]
    assert submitted == ["Vendors' invoices are typed in.", NEED]


async def test_what_was_decided_is_not_changed_any_more(desk: Desk) -> None:
    path = await desk.request("approved")
    assert refusal(await desk.patch(path, cost_likely=chf("90000.00"))) == (409, "request_decided")


async def test_what_is_qualified_keeps_what_it_was_qualified_with(desk: Desk) -> None:
    path = await desk.request("qualified")
    assert refusal(await desk.patch(path, objectives=[])) == (422, "qualification_incomplete")
    assert (await desk.patch(path, cost_likely=chf("90000.00"))).status_code == 200


async def test_a_deferred_request_is_screened_again(desk: Desk) -> None:
    path = await desk.request("approved")
    assert (await desk.act(path, "defer")).json()["state"] == "deferred"
    assert (await desk.act(path, "screen", "manager")).json()["state"] == "screening"


async def test_a_request_is_rejected_with_a_reason(desk: Desk) -> None:
    path = await desk.request("qualified")
    assert pointers(await desk.act(path, "reject")) == ["/reason"]
    assert (await desk.act(path, "reject", reason="Too dear for what it brings.")).json()[
        "state"
    ] == "rejected"


async def test_a_request_is_no_duplicate_of_itself(desk: Desk) -> None:
    path = await desk.ask()
    refused = await desk.patch(path, duplicate_of_id=path.rpartition("/")[2])
    assert refusal(refused) == (422, "duplicate_of_itself")


async def test_an_objective_is_named_once_and_not_once_it_is_retired(desk: Desk) -> None:
    one = {"objective_id": await desk.objective(), "contribution": "low"}
    path = await desk.ask(objectives=[one])
    twice = await desk.patch(path, "anna", objectives=[one, one])
    assert (refusal(twice), pointers(twice)) == (
        (422, "objective_named_twice"),
        ["/objectives/1/objective_id"],
    )
    retired = {"objective_id": await desk.objective("Nobody travels"), "contribution": "low"}
    await desk.act(f"/projects/v1/strategic-objectives/{retired['objective_id']}", "retire", "manager")
    refused = await desk.patch(path, "anna", objectives=[one, retired])
    assert refusal(refused) == (409, "objective_out_of_force")
    nothing = {"objective_id": path.rpartition("/")[2], "contribution": "low"}
    assert (await desk.patch(path, "anna", objectives=[nothing])).status_code == 422


@pytest.mark.rule("projects.request.1")
async def test_nobody_qualifies_or_approves_their_own(desk: Desk) -> None:
    desk.people |= {"mia": desk.caller("mia", "manager"), "dora": desk.caller("dora", "director")}
    path = await desk.request("draft")
    mias = await desk.ask("mia", **{k: v for k, v in (await desk.read(path)).items() if k in SAYS})
    await desk.act(mias, "submit", "mia")
    await desk.act(mias, "screen", "mia")
    assert refusal(await desk.act(mias, "qualify", "mia")) == (403, "four_eyes")
    assert "qualify" not in (await desk.read(mias, "mia", expand="allowed_moves"))["allowed_moves"]
    assert (await desk.act(mias, "qualify", "manager")).status_code == 200
    await desk.act(path, "submit", "dora")
    for verb in ("screen", "qualify"):
        assert (await desk.act(path, verb, "manager")).status_code == 200
    for verb, body in (("approve", {}), ("reject", {"reason": "No"}), ("defer", {})):
        assert refusal(await desk.act(path, verb, "dora", **body)) == (403, "four_eyes")
    assert (await desk.act(path, "approve")).json()["state"] == "approved"


SAYS = ("title", "need", "outcome", "unit_id", "objectives", *RANGE)


@pytest.mark.rule("projects.request.1")
async def test_only_who_decides_approves_defers_and_rejects(desk: Desk) -> None:
    path = await desk.request("qualified")
    for verb, body in (("approve", {}), ("reject", {"reason": "No"}), ("defer", {})):
        assert refusal(await desk.act(path, verb, "manager", **body)) == (403, "scope_missing")


@pytest.mark.rule("projects.request.1")
@pytest.mark.rule("projects.portfolio.1")
async def test_above_the_limit_of_its_portfolio_a_request_waits_for_a_resolution(desk: Desk) -> None:
    limits = [
        {"amount": chf("100000.00"), "decided_by": "Steering committee"},
        {"amount": chf("500000.00"), "decided_by": "Board"},
    ]
    above = await desk.house.make("portfolios", name="IT", limits=limits)
    portfolio = await desk.house.make("portfolios", name="Finance", parent_id=above["id"])
    placed = {"portfolio_id": portfolio["id"]}
    within = await desk.request("qualified", **placed)
    assert (await desk.act(within, "approve")).json()["state"] == "approved"
    cases = (("100000.01", "Steering committee"), ("500000.01", "Board"))
    for likely, decided_by in cases:
        path = await desk.request("qualified", **placed, cost_likely=chf(likely), cost_high=chf("900000.00"))
        refused = await desk.act(path, "approve")
        assert refusal(refused) == (409, "resolution_needed")
        assert refused.json()["decided_by"] == decided_by
        assert (await desk.read(path))["state"] == "qualified"


@pytest.mark.rule("projects.request.5")
async def test_converting_makes_the_project_in_the_same_commit(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    portfolio = await desk.house.make("portfolios", name="IT")
    path = await desk.request("approved", portfolio_id=portfolio["id"])
    request = await desk.read(path)
    converted = await desk.act(path, "convert", "manager", into="project")
    assert converted.status_code == 200, converted.text
    became = converted.json()["became"]
    project = await desk.read(f"{PROJECTS}/{became['id']}")
    assert became["kind"] == "project"
    assert project["stage"] == "proposed"
    assert project["name"] == request["title"]
    assert project["portfolio_id"] == portfolio["id"]
    assert project["unit_id"] == request["unit_id"]
    assert project["objectives"] == request["objectives"]
    assert project["planned_cost"] == chf("100000.00")
    events = (await desk.read("/projects/v1/events"))["items"]
    [fact] = [e["data"]["fact"] for e in events if e["type"] == "portolan.projects.request.converted.v1"]
    assert fact["became"] == became


@pytest.mark.rule("projects.request.5")
@pytest.mark.parametrize("into", ["sub_project", "change"])
async def test_a_request_becomes_a_project_of_its_own_so_far(desk: Desk, into: str) -> None:
    path = await desk.request("approved")
    refused = await desk.act(path, "convert", "manager", into=into)
    assert (refusal(refused), pointers(refused)) == ((422, "not_convertible"), ["/into"])
    assert (await desk.read(path))["state"] == "approved"


async def test_who_only_contributes_writes_their_own_drafts(desk: Desk) -> None:
    desk.people["ben"] = desk.caller("ben", "member")
    path = await desk.request("draft")
    assert refusal(await desk.patch(path, "ben", need="Mine")) == (403, "not_your_request")
    assert refusal(await desk.act(path, "submit", "ben")) == (403, "not_for_you")
    assert "submit" not in (await desk.read(path, "ben", expand="allowed_moves"))["allowed_moves"]
    moves = (await desk.read(path, "anna", expand="allowed_moves"))["allowed_moves"]
    assert sorted(moves) == ["submit", "withdraw"]
    assert (await desk.patch(path, "anna", urgency="high")).status_code == 200
    await desk.act(path, "submit", "anna")
    assert refusal(await desk.patch(path, "anna", adapted="As I like")) == (403, "not_your_request")
    assert (await desk.act(path, "withdraw", "anna")).json()["state"] == "withdrawn"


async def test_a_draft_gets_a_code_and_the_person_who_asks(desk: Desk) -> None:
    person = await desk.house.make("resources/v1/persons", name="Anna")
    identity = {"person_id": person["id"], "issuer": LOCAL, "subject": "anna"}
    await desk.house.make("resources/v1/identities", **identity)
    await desk.portolan.settled()
    draft = await desk.read(await desk.ask())
    assert draft["requester_id"] == person["id"]
    assert draft["code"].startswith("REQ-")
