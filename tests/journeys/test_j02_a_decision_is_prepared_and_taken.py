"""J2: a decision is prepared and taken: written with three options, circulated, recalled, decided by three of five, executed.

The steering committee joins with the committees.
"""

import hashlib
from typing import Any

import pytest

from tests.conftest import Portolan
from tests.projects.mandate.circulating import ACTIONS, APPROVALS, DECISIONS, PAPERS, Round, refusal
from tests.support.given import chf

FIVE = ("ada", "ben", "cleo", "dan", "writer")
"""Who is asked; the writer among them, whose own consent does not count."""
COSTS = "/finance/v1/actual-costs"


async def costs_of(table: Round) -> int:
    """What the old system has cost so far, in cents, as finance says."""
    await table.portolan.settled()
    costs = await table.items(COSTS, project_id=table.project)
    return sum(round(float(one["amount"]["amount"]) * 100) for one in costs)


async def book(table: Round, amount: str, on: str) -> None:
    members = {"project_id": table.project, "posted_on": on, "nature": "opex", "amount": chf(amount)}
    await table.office.make(COSTS, **members)


@pytest.mark.rule("projects.decision_paper.1", "projects.decision_paper.2", "projects.approval.1")
async def test_a_decision_is_prepared_and_taken(portolan: Portolan) -> None:
    table = Round(portolan)
    await table.gather("ada", "ben", "cleo", "dan", "eva")
    await table.gather("writer", role="manager")
    project = f"/projects/v1/projects/{table.project}"
    dates: dict[str, Any] = {
        "planned_start_on": "2026-01-05",
        "planned_finish_on": "2026-12-18",
        "planned_cost": chf("900000.00"),
    }
    assert (await table.office.patch(project, **dates)).status_code == 200
    assert (
        await table.office.act(project, "approve", table.office.caller("dirk", "director"))
    ).status_code == 200
    await table.portolan.settled()
    # two half-years of upkeep: 41,250.00 + 38,750.00 = 80,000.00
    await book(table, "41250.00", "2026-02-27")
    await book(table, "38750.00", "2026-07-31")
    assert await costs_of(table) == 8_000_000

    # written with three options and the figure of finance; with one option alone it is not circulated
    evidence = [{"title": "Upkeep of the old ERP", "text": "CHF 80,000.00 in 2026 (finance, 31 July)"}]
    options = [
        {"name": "Keep the old one", "cost": chf("80000.00"), "risks": "No support after 2027."},
        {"name": "Buy a product", "cost": chf("620000.00"), "benefit": "Supported for ten years."},
        {"name": "Build it", "cost": chf("870000.00"), "effort": "Six of our own people for two years."},
    ]
    path = await table.paper(
        3, FIVE, by="writer", title="Which ERP?", question="How do we replace the ERP?", options=options[:1],
        criteria=["Cost over five years", "Support"], recommendation="Buy a product.", evidence=evidence,
        due_on="2027-02-26",
    )  # fmt: skip
    assert refusal(await table.act(path, "circulate", "writer")) == (422, "too_few_options")
    assert (await table.office.patch(path, options=options)).status_code == 200
    first = await table.done(path, "circulate", "writer")
    assert (first["state"], first["round"], len(await table.approvals(path))) == ("circulated", 1, 5)

    # recalled once: what was granted lapses
    await table.answered(path, "ada", "grant")
    await table.answered(path, "ben", "grant")
    recalled = await table.done(path, "recall", "writer")
    assert (recalled["state"], recalled["content_hash"]) == ("draft", None)
    assert {one["state"] for one in await table.approvals(path)} == {"lapsed"}
    assert (
        await table.office.patch(path, recommendation="Buy a product, and keep the archive.")
    ).status_code == 200
    paper = await table.done(path, "circulate", "writer")
    assert (paper["round"], paper["content_hash"] == first["content_hash"]) == (2, False)
    assert [one["state"] for one in await table.approvals(path)] == ["requested"] * 5
    frozen = (await table.office.director.get(f"{path}/content")).content

    # a later cost in finance: 80,000.00 + 12,345.60 = 92,345.60; the content stays
    await book(table, "12345.60", "2026-10-30")
    assert await costs_of(table) == 9_234_560
    assert (await table.office.patch(project, planned_cost=chf("950000.00"))).status_code == 200
    content = await table.office.director.get(f"{path}/content")
    assert content.content == frozen
    assert hashlib.sha256(content.content).hexdigest() == paper["content_hash"]
    assert (await table.read(f"{path}/verify"))["intact"] is True
    assert content.json()["evidence"][0]["text"] == "CHF 80,000.00 in 2026 (finance, 31 July)"
    assert content.json()["about"]["project"]["planned_cost"] == chf("900000.00")
    assert (await table.read(project))["planned_cost"] == chf("950000.00")

    # the writer's own consent is refused, and is none of the four that count
    assert refusal(await table.answer(path, "writer", "grant")) == (403, "four_eyes")
    # one delegates, not to the writer, one refuses, three grant
    assert refusal(await table.answer(path, "dan", "delegate", to="writer")) == (409, "delegated_to_author")
    await table.answered(path, "dan", "delegate", to="eva", reason="On leave until March.")
    assert refusal(await table.answer(path, "eva", "delegate", to="dan")) == (409, "delegated_back")
    assert refusal(await table.answer(path, "eva", "grant", by="ada")) == (403, "not_for_you")
    await table.answered(path, "ben", "refuse", reason="Building is cheaper in the long run.")
    await table.answered(path, "ada", "grant", comment="Support decides.")
    condition = {"text": "The archive stays readable.", "owner_id": table.ids["cleo"], "due_on": "2027-06-30"}
    waiting = await table.answered(path, "cleo", "grant", conditions=[condition])
    assert waiting["state"] == "circulated", "two of three"
    decided = await table.answered(path, "eva", "grant")
    assert (decided["state"], decided["conditions"]) == ("approved_with_conditions", [condition])
    by_state = sorted(one["state"] for one in await table.approvals(path))
    assert by_state == ["delegated", "granted", "granted", "granted", "lapsed", "refused"]

    # recorded: from the log, from the project, and from the paper
    [decision] = await table.items(DECISIONS, project_id=table.project)
    assert decision["origin"] == {"kind": "decision_paper", "id": decided["id"]}
    assert set(decision["decided_by"]) == {table.ids[one] for one in ("ada", "cleo", "eva")}
    assert decision["text"] == "Approved with conditions: Buy a product, and keep the archive."
    assert decision["rationale"] == "Support decides."
    assert decision["alternatives"] == "Keep the old one\nBuy a product\nBuild it"
    [action] = await table.items(ACTIONS, project_id=table.project)
    assert (action["title"], action["owner_id"], action["due_on"]) == (
        "The archive stays readable.", table.ids["cleo"], "2027-06-30",
    )  # fmt: skip
    assert decided["outcome_refs"] == [
        {"kind": "decision", "id": decision["id"]},
        {"kind": "action", "id": action["id"]},
    ]
    [listed] = await table.items(PAPERS, project_id=table.project)
    assert listed["id"] == decided["id"]
    assert (await table.items(DECISIONS, q="Which ERP"))[0]["id"] == decision["id"]

    # executed, and told in the order in which it happened
    assert (await table.done(path, "execute", "writer"))["state"] == "executed"
    await table.portolan.settled()
    activities = await table.items("/reporting/v1/activity", aggregate_id=decided["id"], limit="50")
    assert [one["type"].split(".")[-2] for one in reversed(activities)] == [
        "created", "revised", "circulated", "recalled", "revised", "circulated", "decided", "executed",
    ]  # fmt: skip
    assert len(await table.items(APPROVALS, paper_id=decided["id"], limit="50")) == 11, (
        "5 lapsed, then 5 and 1"
    )
