"""Earned value over events: work packages and costs arrive, figures follow."""

from dataclasses import replace
from typing import Any

from services.reporting.dashboards.projects.view import NO_ONE_AMOUNT
from shared.base.money import TOO_LARGE
from shared.contracts.language import topics_of
from shared.messaging.bus.embedded import read_outbox
from shared.messaging.inbox import Inbox
from tests.support.given import Desk, chf, money

HUNDRED_DAYS = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-04-10"}


async def test_the_figures_of_a_hand_computed_example_follow_the_events(desk_everywhere: Desk) -> None:
    """METHODS: BAC 500,000; everything due, 40 % done, 290,000 spent in three periods."""
    desk = desk_everywhere
    project = await desk.project("approve", planned="500000.00")
    build = await desk.package(project, "1", "300000.00", **HUNDRED_DAYS)
    await desk.package(project, "2", "200000.00", **HUNDRED_DAYS)
    build = await desk.progress(build, 60)
    for amount in ("45000.00", "110000.00", "135000.00"):
        assert (await desk.post(project, amount)).status_code == 201
    figures = await desk.earned_value(project)
    assert (figures["bac"], figures["pv"]) == (chf("500000.00"), chf("500000.00"))
    assert (figures["ev"], figures["ac"]) == (chf("180000.00"), chf("290000.00"))
    assert (figures["sv"], figures["cv"]) == (chf("-320000.00"), chf("-110000.00"))
    assert (figures["spi"], figures["cpi"]) == ("0.3600", "0.6207")
    assert (figures["eac"], figures["etc"], figures["vac"]) == (
        chf("805555.56"),
        chf("515555.56"),
        chf("-305555.56"),
    )
    assert (figures["eac_at_budget"], figures["tcpi_bac"]) == (chf("610000.00"), "1.5238")
    assert figures["eac_bottom_up"] is None
    assert set(figures["reasons"]) == {"eac_bottom_up"}
    await desk.progress(build, 0)
    assert (await desk.earned_value(project))["reasons"]["eac"] == "nothing earned"


async def test_a_forecast_that_money_cannot_hold_is_null_with_the_reason(desk: Desk) -> None:
    project = await desk.project("approve")
    done = await desk.package(project, "1", "0.01", **HUNDRED_DAYS)
    await desk.package(project, "2", "9999999999999999.00", **HUNDRED_DAYS)
    await desk.progress(done, 100)
    assert (await desk.post(project, "9000000000000000.00")).status_code == 201
    figures = await desk.earned_value(project)
    assert (figures["bac"], figures["cpi"]) == (chf("9999999999999999.01"), "0.0000")
    assert figures["eac"] is figures["etc"] is figures["vac"] is None
    assert figures["reasons"]["eac"] == "the amount has more than 18 digits"


LARGE = "9000000000000000.00"
"""Two of it are more than money may hold, twenty more than a column."""


async def test_costs_that_add_up_to_more_than_money_can_hold_are_null_with_the_reason_until_they_do_not(
    desk_everywhere: Desk,
) -> None:
    desk = desk_everywhere
    project = await desk.project("approve")
    await desk.package(project, "1", "100.00", **HUNDRED_DAYS)
    posted = [(await desk.post(project, LARGE)).json() for _ in range(20)]
    figures = await desk.earned_value(project)
    assert (figures["bac"], figures["ac"], figures["cpi"]) == (chf("100.00"), None, None)
    assert figures["reasons"]["ac"] == figures["reasons"]["cpi"] == TOO_LARGE
    [item] = (await desk.read("/reporting/v1/projects"))["items"]
    assert (item["earned_value"]["ac"], item["earned_value"]["reasons"]["ac"]) == (None, NO_ONE_AMOUNT)
    for cost in posted[1:]:
        reversal = await desk.post(project, f"-{LARGE}", reverses_id=cost["id"])
        assert reversal.status_code == 201
    assert (await desk.earned_value(project))["ac"] == chf(LARGE)
    assert await desk.dead_letters() == 0


async def test_work_that_adds_up_to_more_than_money_can_hold_is_null_with_the_reason(
    desk_everywhere: Desk,
) -> None:
    desk = desk_everywhere
    project = await desk.project("approve")
    packages = [await desk.package(project, str(n), LARGE, **HUNDRED_DAYS) for n in range(1, 13)]
    assert (await desk.post(project, "10.00")).status_code == 201
    figures = await desk.earned_value(project)
    assert (figures["bac"], figures["pv"], figures["ac"]) == (None, None, chf("10.00"))
    assert figures["reasons"]["bac"] == figures["reasons"]["eac"] == TOO_LARGE
    for package in packages[1:]:
        url = f"/projects/v1/work-packages/{package['id']}"
        assert (await desk.client.delete(url, headers={"If-Match": '"1"'})).status_code == 204
    assert (await desk.earned_value(project))["bac"] == chf(LARGE)
    assert await desk.dead_letters() == 0


async def test_a_day_in_the_past_is_told_as_it_stood(desk: Desk) -> None:
    importer = desk.portolan("service")

    async def put(path: str, on: str, **body: Any) -> dict[str, Any]:
        answer = await importer.put(path, json=body, headers={"Portolan-Effective-At": on})
        assert answer.is_success, answer.text
        await desk.portolan.settled()
        return dict(answer.json())

    cost = chf("1000.00")
    project = await put(
        "/projects/v1/projects/by-ref/x/1", "2026-01-05", name="Old", stage="active", planned_cost=cost
    )
    work = {"project_id": project["id"], "wbs": "1", "name": "Build", "budget": cost, **HUNDRED_DAYS}
    await put("/projects/v1/work-packages/by-ref/x/1", "2026-01-10", **work)
    spent = {"project_id": project["id"], "posted_on": "2026-02-01", "amount": chf("300.00")}
    await put("/finance/v1/actual-costs/by-ref/x/1", "2026-02-01", **spent)
    before = await desk.earned_value(project, as_of="2026-01-20")
    assert (before["pv"], before["ac"], before["as_of"]) == (chf("200.00"), chf("0.00"), "2026-01-20")
    assert before["reasons"]["cpi"] == "no actual cost"
    assert (await desk.earned_value(project, as_of="2026-02-01"))["ac"] == chf("300.00")
    nothing = await desk.earned_value(project, as_of="2026-01-09")
    assert (nothing["pv"], nothing["reasons"]["pv"]) == (None, "nothing was measured by then")


async def test_what_is_delivered_twice_is_counted_once(desk: Desk) -> None:
    project = await desk.project("approve")
    package = await desk.package(project, "1", "100.00", **HUNDRED_DAYS)
    await desk.progress(package, 50)
    await desk.post(project, "30.00")
    facts = await desk.facts("performance")
    running = desk.portolan.running
    inbox = running.inboxes["finance"][0]
    again = Inbox(inbox.kernel, inbox.bus, replace(inbox.consumer, name="finance.again"))
    for source in ("projects", "finance"):
        await again.take(
            await read_outbox(running.services[source].kernel.store, topics_of(source), 0, 500, {})
        )
    assert await desk.facts("performance") == facts
    assert (await desk.earned_value(project))["ac"] == chf("30.00")


async def test_everything_in_one_batch_ends_in_the_same_figures(desk: Desk) -> None:
    """A consumer that starts late finds the whole life of a project in its first batch."""
    project = await desk.project("approve")
    for wbs in ("1", "2", "3"):
        await desk.progress(await desk.package(project, wbs, "100.00", **HUNDRED_DAYS), 50)
    before = await desk.earned_value(project)
    running = desk.portolan.running
    inbox = running.inboxes["finance"][0]
    for table in ("budget", "performance", "known_project", "known_work_package"):
        await inbox.kernel.store.run(f"DELETE FROM {table}")
    await inbox.kernel.store.run("DELETE FROM outbox")
    late = Inbox(inbox.kernel, inbox.bus, replace(inbox.consumer, name="finance.late"))
    await late.take(
        await read_outbox(running.services["projects"].kernel.store, topics_of("projects"), 0, 500, {})
    )
    assert await desk.earned_value(project) == before
    assert before["ev"] == chf("150.00")


async def test_a_project_measured_before_its_approval_takes_the_currency_of_its_budget(desk: Desk) -> None:
    project = await desk.project(planned="100.00")
    await desk.package(project, "1", "90.00", "EUR", **HUNDRED_DAYS)
    assert (await desk.earned_value(project))["bac"] == money("90.00", "EUR")
    await desk.move("projects/v1/projects", project, "approve")
    figures = await desk.earned_value(project)
    assert (figures["bac"], figures["ac"]) == (None, chf("0.00"))
    assert figures["reasons"]["bac"] == "work is budgeted in EUR, and there is no rate to CHF"


async def test_an_archived_work_package_counts_no_more(desk: Desk) -> None:
    project = await desk.project("approve")
    await desk.package(project, "1", "100.00", **HUNDRED_DAYS)
    gone = await desk.package(project, "2", "50.00", **HUNDRED_DAYS)
    headers = {"If-Match": '"1"'}
    assert (
        await desk.client.delete(f"/projects/v1/work-packages/{gone['id']}", headers=headers)
    ).status_code == 204
    assert (await desk.earned_value(project))["bac"] == chf("100.00")


async def test_a_project_whose_only_work_is_archived_before_its_approval_stays_measurable(desk: Desk) -> None:
    project = await desk.project()
    only = await desk.package(project, "1", "90.00", "EUR", **HUNDRED_DAYS)
    url = f"/projects/v1/work-packages/{only['id']}"
    assert (await desk.client.delete(url, headers={"If-Match": '"1"'})).status_code == 204
    figures = await desk.earned_value(project)
    assert (figures["bac"], figures["reasons"]["bac"]) == (None, "no work package with a budget")
    await desk.package(project, "2", "50.00", "USD", **HUNDRED_DAYS)
    assert (await desk.earned_value(project))["bac"] == money("50.00", "USD")


async def test_a_project_without_work_has_its_figures_null_with_the_reason(desk: Desk) -> None:
    figures = await desk.earned_value(await desk.project("approve"))
    assert figures["bac"] is None
    assert figures["reasons"]["bac"] == "nothing was measured by then"


async def test_of_a_project_nobody_heard_of_there_is_no_earned_value(desk: Desk) -> None:
    for id in ("01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", "no-id"):
        assert (await desk.client.get(f"/finance/v1/projects/{id}/earned-value")).status_code == 404


async def test_a_day_that_is_none_is_refused(desk: Desk) -> None:
    project = await desk.project("approve")
    url = f"/finance/v1/projects/{project['id']}/earned-value?as_of=2026-02-30"
    assert (await desk.client.get(url)).status_code == 400
