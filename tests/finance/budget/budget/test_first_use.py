"""The budget of an imported project is opened on first use, and is then as if it had been opened with the import."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from services.cli.stores import sources
from services.reporting.replay import replaying, verified
from shared.contracts.language import topics_of
from shared.messaging.bus.embedded import read_outbox
from shared.messaging.inbox import Inbox
from tests.support.given import CONTRACTS, COSTS, FORECASTS, LINES, PACKAGES, PROJECTS, Desk, Thing, money

BUDGETS = "finance/v1/budgets"
USES: dict[str, dict[str, Any]] = {
    COSTS: {"posted_on": "2026-03-31", "amount": money("10.00", "USD")},
    LINES: {"fiscal_year": 2026, "nature": "opex", "amount": money("10.00", "USD")},
    FORECASTS: {"forecast_on": "2026-03-31", "at_completion": money("10.00", "USD")},
    CONTRACTS: {"number": "C-1", "title": "Licences"},
    PACKAGES: {"wbs": "1", "name": "Build"},
}


async def imported(desk: Desk, key: str = "1", stage: str = "active") -> dict[str, Any]:
    plan = money("100.00", "USD")
    project = await desk.put(PROJECTS, key, "2020-01-01", name=f"Old {key}", stage=stage, planned_cost=plan)
    await desk.portolan.settled()
    return project


async def cost(desk: Desk, project: Thing, amount: str = "10.00", currency: str = "USD") -> int:
    """The status of the answer."""
    body = {"posted_on": "2026-03-31", "amount": money(amount, currency)}
    return (await desk.create(COSTS, project_id=desk.id_of(project), **body)).status_code


async def test_an_import_alone_opens_no_budget(desk: Desk) -> None:
    await imported(desk)
    assert await desk.facts("budget") == []
    assert (await desk.read(BUDGETS))["items"] == []


@pytest.mark.parametrize("collection", USES)
async def test_the_first_record_of_an_imported_project_opens_its_budget(
    desk_everywhere: Desk, collection: str
) -> None:
    desk = desk_everywhere
    project = await imported(desk)
    await desk.make(collection, project_id=project["id"], **USES[collection])
    budget = await desk.the("budgets")
    assert (budget["project_id"], budget["currency"], budget["open"]) == (project["id"], "USD", True)
    [event] = [
        e for e in (await desk.read("finance/v1/events"))["items"] if e["type"].endswith("budget.opened.v1")
    ]
    assert event["data"]["effective_at"].startswith("2020-01-01")


async def test_an_approval_after_an_import_opens_the_budget_at_once(desk: Desk) -> None:
    project = await desk.put(
        PROJECTS, "1", name="Old", planned_start_on="2026-01-01", planned_finish_on="2026-12-31"
    )
    await desk.move(PROJECTS, project, "approve")
    assert await desk.facts("budget") == ["opened"]


async def test_a_record_of_a_proposal_opens_the_budget_when_an_import_brings_its_approval(
    desk_everywhere: Desk,
) -> None:
    desk = desk_everywhere
    project = await imported(desk, stage="proposed")
    await desk.make(LINES, project_id=project["id"], **USES[LINES])
    assert await desk.facts("budget") == []
    await desk.put(PROJECTS, "1", "2020-02-01", name="Old 1", stage="active")
    assert await desk.facts("budget") == ["opened"]


# Costs are checked against the budget that they open


async def test_the_first_cost_is_in_the_currency_of_the_budget_that_it_opens(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await imported(desk)
    assert await cost(desk, project, currency="CHF") == 422
    assert await desk.facts("budget") == []
    assert await cost(desk, project) == 201
    assert await desk.facts("budget") == ["opened"]


async def test_an_imported_project_that_has_ended_takes_no_first_cost(desk: Desk) -> None:
    project = await imported(desk, stage="closed")
    assert await cost(desk, project) == 409
    assert await desk.facts("budget") == []


async def test_an_imported_proposal_has_no_budget_to_charge(desk: Desk) -> None:
    project = await imported(desk, stage="proposed")
    body = {"posted_on": "2026-03-31", "amount": money("1.00", "USD")}
    answer = await desk.create(COSTS, project_id=project["id"], **body)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_budget")


async def test_first_costs_at_once_open_one_budget(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await imported(desk)
    assert await asyncio.gather(*(cost(desk, project) for _ in range(6))) == [201] * 6
    assert await desk.facts("budget") == ["opened"]
    assert (await desk.earned_value(project))["ac"] == money("60.00", "USD")


async def test_a_refused_first_cost_takes_no_other_item_of_its_batch_with_it(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await imported(desk)
    await desk.put(COSTS, "A", project_id=(await imported(desk, "2"))["id"], **USES[COSTS])
    duplicate_key = {"external_ref": {"source": "x", "id": "A"}}
    items = [{"project_id": project["id"], **USES[COSTS], **more} for more in (duplicate_key, {}, {})]
    items.append({**items[1], "amount": money("1.00", "CHF")})
    answer = await desk.client.post(
        f"/{COSTS}/batch", json={"items": items}, headers={"Idempotency-Key": "k"}
    )
    assert [item["status"] for item in answer.json()["items"]][1:] == [201, 201, 422]
    assert answer.json()["items"][0]["status"] in (409, 422)
    assert await desk.facts("budget") == ["opened", "opened"]


async def test_a_cost_that_comes_just_before_another_plan_keeps_the_currency_of_the_budget(
    desk_everywhere: Desk,
) -> None:
    """Nobody has opened the budget yet when the plan changes; the cost was checked against the plan before."""
    desk = desk_everywhere
    project = await imported(desk)
    inbox = desk.portolan.running.inboxes["finance"][0]
    async with inbox._turn:
        assert await cost(desk, project) == 201
        plan = money("90.00", "EUR")
        await desk.put(PROJECTS, "1", "2021-01-01", name="Old 1", stage="active", planned_cost=plan)
    budget = await desk.the("budgets")
    assert (budget["currency"], budget["planned"]) == ("USD", money("90.00", "EUR"))
    assert budget["currency_reason"] is not None


async def test_a_cost_is_decided_again_where_the_project_ends_meanwhile(
    desk_everywhere: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard of the steps: a cost that relied on the open project is not committed after its end."""
    desk = desk_everywhere
    project = await imported(desk)
    store = desk.portolan.running.services["finance"].kernel.store
    commit = store.commit
    ends = [desk.put(PROJECTS, "1", "2021-01-01", name="Old 1", stage="closed")]

    async def commit_after_the_end(unit: Any) -> None:
        if ends and any(e.aggregate_type == "actual_cost" for part in unit.parts for e in part.events):
            await ends.pop()
            await desk.portolan.settled()
        await commit(unit)

    monkeypatch.setattr(store, "commit", commit_after_the_end)
    assert await cost(desk, project) == 409
    assert await desk.facts("budget") == []


async def test_two_replicas_that_hear_of_the_first_use_open_one_budget(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await imported(desk)
    running = desk.portolan.running
    inbox = running.inboxes["finance"][0]
    others = [
        Inbox(inbox.kernel, inbox.bus, replace(inbox.consumer, name=f"finance.{name}")) for name in "ab"
    ]
    async with inbox._turn:
        await cost(desk, project)
        records = await read_outbox(
            running.services["finance"].kernel.store, topics_of("finance"), 0, 500, {}
        )
        for replica in others:
            await replica._load()
        await asyncio.gather(*(replica._take_until_committed(records) for replica in others))
    assert await desk.facts("budget") == ["opened"]


# As if it had been opened with the import

HISTORY = (
    ("2020-01-01", "active", money("100.00", "EUR")),
    ("2021-01-01", "active", money("100.00", "USD")),
    ("2022-01-01", "closed", money("100.00", "USD")),
    ("2023-01-01", "active", money("120.00", "USD")),
)
DAYS = ("2020-06-01", "2021-06-01", "2022-06-01", "2023-06-01", "2026-11-01")


async def lived(desk: Desk, key: str, used_at_once: bool) -> dict[str, Any]:
    """A project with a history of imports; its budget is opened with the first or after the last of them."""
    for day, stage, plan in HISTORY:
        project = await desk.put(PROJECTS, key, day, name="Old", code=key, stage=stage, planned_cost=plan)
        await desk.portolan.settled()
        if used_at_once:
            contract = {"number": f"C-{key}", "title": "Licences", "project_id": project["id"]}
            await desk.put(CONTRACTS, key, "2020-01-01", **contract)
            await desk.portolan.settled()
    for n, (day, currency) in enumerate((("2021-03-01", "USD"), ("2020-02-01", "EUR")), 1):
        plan_of_work = {"planned_start_on": "2020-01-01", "planned_finish_on": "2024-12-31"}
        package = {
            "project_id": project["id"],
            "wbs": str(n),
            "name": "Build",
            "budget": money("50.00", currency),
        }
        await desk.put(PACKAGES, f"{key}.{n}", day, **package, **plan_of_work)
    body = {"project_id": project["id"], "posted_on": "2023-04-01", "amount": money("7.00", "USD")}
    await desk.put(COSTS, key, "2023-04-01", **body)
    await desk.portolan.settled()
    return project


async def test_figures_are_the_same_whenever_the_budget_was_opened(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    figures: list[list[Any]] = []
    for key, used_at_once in (("EARLY", True), ("LATE", False)):
        project = await lived(desk, key, used_at_once)
        budget = (await desk.read(BUDGETS, project_id=project["id"]))["items"][0]
        answers: list[Any] = [
            {m: budget[m] for m in ("version", "currency", "planned", "open", "currency_reason")}
        ]
        for day in DAYS:
            answers.append({**await desk.earned_value(project, as_of=day), "project_id": ""})
            sheet = await desk.read(f"reporting/v1/projects/{project['id']}", as_of=day)
            answers.append({m: sheet[m] for m in ("cost", "earned_value")})
        events = (await desk.read("finance/v1/events", limit=200))["items"]
        answers += [(e["type"], e["data"]["effective_at"]) for e in events if e["subject"] == budget["id"]]
        figures.append(answers)
    assert figures[0] == figures[1]
    assert len(figures[0]) == 1 + 2 * len(DAYS) + 5
    running = desk.portolan.running
    async with replaying(running.settings, sources(running.services)) as replay:
        assert await verified(running.services["reporting"].kernel.store, replay) == []


async def test_figures_of_an_imported_project_are_those_of_one_that_was_approved_here(desk: Desk) -> None:
    figures: list[Any] = []
    plan = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
    for key, stage in (("MADE", None), ("IMPORTED", "active")):
        body = {"name": "Old", "code": key, "planned_cost": money("100.00", "EUR"), **plan}
        project = await desk.put(PROJECTS, key, **(body | ({"stage": stage} if stage else {})))
        if stage is None:
            project = await desk.move(PROJECTS, project, "approve", "activate")
        await desk.portolan.settled()
        assert len((await desk.read(BUDGETS, project_id=project["id"]))["items"]) == (stage is None)
        await desk.package(project, "1", "80.00", "USD", **plan)
        assert await cost(desk, project, "30.00", "EUR") == 201
        measures = await desk.earned_value(project)
        sheet = await desk.read(f"reporting/v1/projects/{project['id']}")
        answers = {m: sheet[m] for m in ("cost", "earned_value")}
        figures.append(({**measures, "project_id": ""}, answers))
    assert figures[0] == figures[1]
    assert figures[0][0]["ac"] == money("30.00", "EUR")
