"""Budgets follow the life of their projects."""

from dataclasses import replace
from pathlib import Path

import pytest

from shared.base.settings import Settings
from shared.contracts.language import topics_of
from shared.messaging.bus.embedded import read_outbox
from shared.messaging.inbox import Inbox
from tests.conftest import running_portolan
from tests.support.given import LINES, PROJECTS, Desk, chf, money


async def test_an_approval_opens_the_budget_and_the_end_closes_it(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await desk.project("approve", planned="1250000.00")
    budget = await desk.the("budgets")
    assert (budget["project_id"], budget["currency"], budget["open"]) == (project["id"], "CHF", True)
    assert budget["planned"] == chf("1250000.00")
    for verb in ("activate", "start-closing", "close"):
        project = await desk.move("projects/v1/projects", project, verb)
    assert (await desk.the("budgets"))["open"] is False
    assert await desk.facts("budget") == ["opened", "closed"]


async def test_a_proposal_has_no_budget_even_when_it_is_discontinued(desk: Desk) -> None:
    await desk.project()
    await desk.project("discontinue")
    assert (await desk.read("/finance/v1/budgets"))["items"] == []


@pytest.mark.parametrize(
    ("stage", "expected_facts"),
    [
        ("proposed", []),
        ("initiating", ["opened"]),
        ("approved", ["opened"]),
        ("active", ["opened"]),
        ("on_hold", ["opened"]),
        ("closing", ["opened"]),
        ("closed", ["opened", "closed"]),
    ],
)
async def test_an_import_at_a_stage_is_taken_as_the_moves_that_lead_there(
    desk: Desk, stage: str, expected_facts: list[str]
) -> None:
    """On first use; until then nothing is published of the budget."""
    project = await desk.put(PROJECTS, "1", name="Old", stage=stage, planned_cost=money("5.00", "USD"))
    assert await desk.facts("budget") == []
    await desk.put(LINES, "1", project_id=project["id"], fiscal_year=2026, amount=money("5.00", "USD"))
    assert await desk.facts("budget") == expected_facts


async def test_the_plan_of_the_budget_follows_the_project(desk: Desk) -> None:
    project = await desk.project("approve")
    assert (await desk.revise("projects/v1/projects", project, planned_cost=chf("120.00"))).status_code == 200
    assert (await desk.the("budgets"))["planned"] == chf("120.00")
    assert await desk.facts("budget") == ["opened", "revised"]


async def test_without_a_planned_cost_the_budget_is_in_the_currency_the_instance_reports_in(
    tmp_path: Path,
) -> None:
    async with running_portolan(Settings(data=tmp_path, reporting_currency="USD")) as portolan:
        desk = Desk(portolan)
        await desk.project("approve", planned=None)
        budget = await desk.the("budgets")
    assert (budget["currency"], budget["planned"]) == ("USD", None)


async def test_an_approval_delivered_twice_opens_one_budget(desk: Desk) -> None:
    await desk.project("approve")
    running = desk.portolan.running
    records = await read_outbox(running.services["projects"].kernel.store, topics_of("projects"), 0, 500, {})
    inbox = running.inboxes["finance"][0]
    await inbox.take(records)
    forgetful = Inbox(inbox.kernel, inbox.bus, replace(inbox.consumer, name="finance.again"))
    await forgetful.take(records)
    assert await desk.facts("budget") == ["opened"]


async def test_budgets_are_only_read(desk: Desk) -> None:
    answer = await desk.client.post("/finance/v1/budgets", json={})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


async def test_the_currency_of_a_budget_follows_the_plan_while_nothing_is_charged(
    desk_everywhere: Desk,
) -> None:
    desk = desk_everywhere
    project = await desk.project("approve", planned=None)
    await desk.package(project, "1", "100.00", currency="EUR")
    plan = {"amount": "100.00", "currency": "EUR"}
    assert (await desk.revise("projects/v1/projects", project, planned_cost=plan)).status_code == 200
    budget = await desk.the("budgets")
    assert (budget["currency"], budget["planned"], budget["currency_reason"]) == ("EUR", plan, None)
    assert (await desk.earned_value(project))["bac"] == plan
    assert (await desk.post(project, "10.00", "CHF")).status_code == 422
    assert (await desk.post(project, "10.00", "EUR")).status_code == 201
    assert (await desk.earned_value(project))["ac"] == {"amount": "10.00", "currency": "EUR"}


async def test_the_currency_of_a_charged_budget_stays_and_says_why(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await desk.project("approve", planned="100.00")
    cost = (await desk.post(project, "10.00")).json()
    await desk.client.delete(f"/finance/v1/actual-costs/{cost['id']}", headers={"If-Match": '"1"'})
    plan = {"amount": "90.00", "currency": "EUR"}
    await desk.revise("projects/v1/projects", project, planned_cost=plan)
    budget = await desk.the("budgets")
    assert (budget["currency"], budget["planned"]) == ("CHF", plan)
    assert budget["currency_reason"] == (
        "the plan is in EUR; the budget stays in CHF, in which costs are charged"
    )
    project = await desk.read(f"/projects/v1/projects/{project['id']}")
    await desk.revise("projects/v1/projects", project, planned_cost=chf("95.00"))
    assert (await desk.the("budgets"))["currency_reason"] is None


async def test_the_budget_follows_a_plan_that_an_import_corrects_after_the_end(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await desk.project(
        "approve", "activate", "start-closing", "close", planned="5.00", currency="USD"
    )
    plan = {"amount": "6.00", "currency": "EUR"}
    answer = await desk.portolan("service").patch(
        f"/projects/v1/projects/{project['id']}",
        json={"planned_cost": plan},
        headers={"If-Match": f'"{project["version"]}"', "Content-Type": "application/merge-patch+json"},
    )
    assert answer.status_code == 200, answer.text
    budget = await desk.the("budgets")
    assert (budget["planned"], budget["currency"], budget["open"]) == (plan, "EUR", False)
