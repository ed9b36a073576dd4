"""A batch of facts is added up and measured once for each project, and each day."""

from dataclasses import replace
from typing import Any

from services.finance.control.performance.rules import by_day, spent
from shared.contracts.language import topics_of
from shared.messaging.bus.embedded import read_outbox
from shared.messaging.inbox import Inbox
from tests.support.given import Desk, chf

TABLES = (
    "performance",
    "known_cost",
    "measured_package",
    "measured_sum",
    "measured_span",
)


async def test_many_costs_of_a_batch_are_one_measurement_that_tells_them_all(desk: Desk) -> None:
    project = await desk.project("approve")
    assert await desk.facts("performance") == []
    await _post(desk, project, *(f"{n}.00" for n in range(1, 21)))
    [fact] = await desk.facts("performance")
    assert fact == "measured"
    assert (await desk.earned_value(project))["ac"] == chf("210.00")


async def test_costs_that_take_each_other_back_within_a_batch_add_nothing(desk: Desk) -> None:
    project = await desk.project("approve")
    first = (await desk.post(project, "7.00")).json()
    await desk.portolan.settled()
    await _post(desk, project, "50.00", "-7.00", reverses={1: first["id"]})
    assert (await desk.earned_value(project))["ac"] == chf("50.00")


async def test_a_day_of_which_a_batch_tells_is_told_as_it_stood(desk: Desk) -> None:
    """A consumer that comes late finds the costs of three days in one batch: each day answers as before."""
    importer = desk.portolan("service")
    headers = {"Portolan-Effective-At": "2026-01-05"}
    body: dict[str, Any] = {"name": "Old", "stage": "active", "planned_cost": chf("1000.00")}
    project = (await importer.put("/projects/v1/projects/by-ref/x/1", json=body, headers=headers)).json()
    await desk.portolan.settled()
    days = ("2026-02-01", "2026-02-10", "2026-02-20")
    for n, day in enumerate((*days, days[-1])):
        cost = {"project_id": project["id"], "posted_on": day, "amount": chf("100.00")}
        put = await importer.put(
            f"/finance/v1/actual-costs/by-ref/x/{n}", json=cost, headers={"Portolan-Effective-At": day}
        )
        assert put.status_code == 201, put.text
    before = [(await desk.earned_value(project, as_of=day))["ac"] for day in days]
    assert before == [chf("100.00"), chf("200.00"), chf("400.00")]
    running = desk.portolan.running
    inbox = running.inboxes["finance"][1]
    for table in TABLES:
        await inbox.kernel.store.run(f"DELETE FROM {table}")
    await inbox.kernel.store.run("DELETE FROM outbox WHERE aggregate_type = 'performance'")
    late = Inbox(inbox.kernel, inbox.bus, replace(inbox.consumer, name="finance.late"))
    for source in ("projects", "finance"):
        store = running.services[source].kernel.store
        await late.take(await read_outbox(store, topics_of(source), 0, 500, {}))
    assert len(await desk.facts("performance")) == len(days)
    assert [(await desk.earned_value(project, as_of=day))["ac"] for day in days] == before


def test_changes_of_one_day_become_one_and_those_that_cancel_out_none() -> None:
    changes = [spent(5, "CHF", 1), spent(7, "EUR", 1), spent(2, "CHF", 2), spent(-2, "CHF", 2)]
    [one] = by_day(changes)
    assert one.counts_from == 1
    assert {currency: sums.ac for currency, sums in one.sums.items()} == {"CHF": 5, "EUR": 7}
    assert [c.sums["CHF"].ac for c in changes if "CHF" in c.sums] == [5, 2, -2]


async def _post(
    desk: Desk, project: dict[str, Any], *amounts: str, reverses: dict[int, str] | None = None
) -> None:
    items = [
        {"project_id": project["id"], "posted_on": "2026-03-31", "amount": chf(amount)}
        | ({"reverses_id": (reverses or {})[n]} if n in (reverses or {}) else {})
        for n, amount in enumerate(amounts)
    ]
    answer = await desk.client.post(
        "/finance/v1/actual-costs/batch", json={"items": items}, headers={"Idempotency-Key": f"k{len(items)}"}
    )
    assert [item["status"] for item in answer.json()["items"]] == [201] * len(items), answer.text
    await desk.portolan.settled()
