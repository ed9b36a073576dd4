"""The figures of a day are what the sources say of that day, in whatever order they were told."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from services.cli.stores import sources
from services.finance.control.performance.audit import wrong_projects
from services.reporting.replay import replaying, verified
from tests.conftest import Portolan
from tests.finance.control.performance.histories import DAYS, FIRST, History, minor, put
from tests.support.given import Desk, chf

PLAN = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-04-10"}


async def a_project(portolan: Portolan, on: str = "2026-01-05", stage: str = "active") -> dict[str, Any]:
    body = {"name": "Old", "stage": stage, "planned_cost": chf("1000.00")}
    project = await put(portolan, "projects/v1/projects/by-ref/x/1", on, **body)
    await portolan.settled()
    return project


async def test_an_invoice_that_comes_late_counts_from_its_day(desk_everywhere: Desk) -> None:
    desk, portolan = desk_everywhere, desk_everywhere.portolan
    project = await a_project(portolan)
    work = {"project_id": project["id"], "wbs": "1", "name": "Build", "budget": chf("1000.00"), **PLAN}
    await put(portolan, "projects/v1/work-packages/by-ref/x/1", "2026-01-10", **work)
    for key, on, amount in (("1", "2026-08-31", "100"), ("2", "2026-10-31", "50"), ("3", "2026-09-15", "7")):
        spent = {"project_id": project["id"], "posted_on": on, "amount": chf(f"{amount}.00")}
        await put(portolan, f"finance/v1/actual-costs/by-ref/x/{key}", on, **spent)
    for day, amount in (
        ("2026-08-30", "0"), ("2026-08-31", "100"), ("2026-09-14", "100"), ("2026-09-15", "107"),
        ("2026-09-30", "107"), ("2026-10-30", "107"), ("2026-10-31", "157"),
    ):  # fmt: skip
        expected = chf(f"{amount}.00")
        assert (await desk.earned_value(project, as_of=day))["ac"] == expected, day
        [item] = (await desk.read(f"/reporting/v1/projects?as_of={day}"))["items"]
        assert item["cost"]["actual"] == item["earned_value"]["ac"] == expected, day
        total = (await desk.read(f"/reporting/v1/portfolios?as_of={day}"))["total"]
        assert total["cost"]["actual"] == expected, day
        sheet = await desk.read(f"/reporting/v1/projects/{project['id']}?as_of={day}")
        assert sheet["cost"]["actual"] == expected, day
    assert (await desk.the("performances"))["actual"] == chf("157.00")


async def test_a_cost_counts_no_earlier_than_it_was_posted(desk: Desk) -> None:
    project = await a_project(desk.portolan)
    spent = {"project_id": project["id"], "posted_on": "2026-03-01", "amount": chf("9.00")}
    cost = await put(desk.portolan, "finance/v1/actual-costs/by-ref/x/1", "2026-02-01", **spent)
    reasons = (await desk.earned_value(project, as_of="2026-02-28"))["reasons"]
    assert reasons["ac"] == "nothing was measured by then"
    assert (await desk.earned_value(project, as_of="2026-03-01"))["ac"] == chf("9.00")
    headers = {"If-Match": '"1"', "Portolan-Effective-At": "2026-02-20"}
    gone = await desk.portolan("service").delete(f"/finance/v1/actual-costs/{cost['id']}", headers=headers)
    assert gone.status_code == 204, gone.text
    assert (await desk.earned_value(project, as_of="2026-03-01"))["ac"] == chf("0.00")


# What BAC follows


BASELINES = "projects/v1/baselines"
EARLIER, LATER = {"planned_finish_on": "2026-04-10"}, {"planned_finish_on": "2026-12-31"}


async def agreed(desk: Desk, project: dict[str, Any]) -> dict[str, Any]:
    proposed = await desk.make(BASELINES, project_id=project["id"], name="First")
    return await desk.move(BASELINES, proposed, "approve")


@pytest.mark.rule("finance.budget.1")
@pytest.mark.rule("finance.performance.2")
async def test_bac_follows_the_packages_until_a_baseline_is_approved_and_says_so(
    desk_everywhere: Desk,
) -> None:
    desk = desk_everywhere
    project = await desk.project("approve", planned="1000.00")
    package = await desk.package(project, "1", "1000.00", **PLAN)
    edited = (await desk.revise("projects/v1/work-packages", package, budget=chf("400.00"))).json()
    measures = await desk.earned_value(project)
    assert (measures["bac"], measures["bac_from"], measures["baseline_id"]) == (
        chf("400.00"), "packages", None,
    )  # fmt: skip
    assert not measures["plan_differs"]
    baseline = await agreed(desk, project)
    later = await desk.revise("projects/v1/work-packages", edited, **LATER)
    assert later.status_code == 200, later.text
    measures = await desk.earned_value(project)
    assert (measures["bac"], measures["bac_from"], measures["baseline_id"]) == (
        chf("400.00"), "baseline", baseline["id"],
    )  # fmt: skip
    # planned for 1 January to 10 April, which is over: all of it, whatever it is planned for by now
    assert (measures["pv"], measures["plan_differs"]) == (chf("400.00"), True)
    [item] = (await desk.read("/reporting/v1/projects"))["items"]
    value = item["earned_value"]
    assert (value["bac"], value["pv"], value["plan_differs"]) == (chf("400.00"), chf("400.00"), True)
    performance = await desk.the("performances")
    assert (performance["at_completion"], performance["differing"]) == (chf("400.00"), 1)
    assert (performance["bac_from"], performance["baseline_id"]) == ("baseline", baseline["id"])
    await desk.progress(later.json(), 50)
    assert (await desk.earned_value(project))["ev"] == chf("200.00")
    assert await desk.dead_letters() == 0
    await recomputed(desk.portolan)


async def test_a_plan_that_is_edited_back_differs_no_more(desk: Desk) -> None:
    project = await desk.project("approve")
    package = await desk.package(project, "1", "1000.00", **PLAN)
    await agreed(desk, project)
    edited = await desk.revise("projects/v1/work-packages", package, **LATER)
    assert (await desk.earned_value(project))["plan_differs"]
    await desk.revise("projects/v1/work-packages", edited.json(), **EARLIER)
    measures = await desk.earned_value(project)
    assert (measures["bac"], measures["bac_current"], measures["plan_differs"]) == (
        chf("1000.00"), chf("1000.00"), False,
    )  # fmt: skip


async def test_a_project_that_is_approved_without_a_baseline_follows_its_packages(desk: Desk) -> None:
    project = await desk.project("approve")
    package = await desk.package(project, "1", "100.00", **PLAN)
    await desk.package(project, "2", "50.00", **PLAN)
    edited = await desk.revise("projects/v1/work-packages", package, budget=chf("10.00"))
    assert (await desk.earned_value(project))["bac"] == chf("60.00")
    url = f"/projects/v1/work-packages/{package['id']}"
    etag = {"If-Match": edited.headers["etag"]}
    assert (await desk.client.delete(url, headers=etag)).status_code == 204
    assert (await desk.earned_value(project))["bac"] == chf("50.00")


async def test_a_baseline_told_late_measures_by_it_from_its_day(desk_everywhere: Desk) -> None:
    """Planned from 1 January to 10 April (100 days, 10 francs each); from 2 March on for the whole year.

    On 9 February 40 days have passed: 400 francs. The plan of 2 March would say 1000 x 40 / 365 = 109.59."""
    desk, portolan = desk_everywhere, desk_everywhere.portolan
    project = await a_project(portolan, "2026-01-05", "proposed")
    work = {"project_id": project["id"], "wbs": "1", "name": "Build", "budget": chf("1000.00"), **PLAN}
    path = "projects/v1/work-packages/by-ref/x/1"
    await put(portolan, path, "2026-01-10", **work)
    first = {"project_id": project["id"], "name": "First"}
    proposed = await put(portolan, "projects/v1/baselines/by-ref/x/1", "2026-01-20", **first)
    await put(portolan, path, "2026-03-02", **(work | LATER))
    await portolan.settled()
    assert (await desk.earned_value(project, as_of="2026-03-03"))["bac_from"] == "packages"
    headers = {"If-Match": f'"{proposed["version"]}"', "Portolan-Effective-At": "2026-02-01"}
    url = desk.url(BASELINES, proposed["id"], "approve")
    answer = await portolan("service").post(url, json={}, headers=headers)
    assert answer.status_code == 200, answer.text
    await portolan.settled()
    for day, source, differs in (
        ("2026-01-31", "packages", False),
        ("2026-02-09", "baseline", False),
        ("2026-03-02", "baseline", True),
    ):
        measures = await desk.earned_value(project, as_of=day)
        assert (measures["bac"], measures["bac_from"]) == (chf("1000.00"), source), day
        assert measures["plan_differs"] is differs, day
        [item] = (await desk.read(f"/reporting/v1/projects?as_of={day}"))["items"]
        assert item["earned_value"]["bac"] == chf("1000.00"), day
    assert (await desk.earned_value(project, as_of="2026-02-09"))["pv"] == chf("400.00")
    # 2 March is the 61st day
    assert (await desk.earned_value(project, as_of="2026-03-02"))["pv"] == chf("610.00")
    await recomputed(portolan)


# Random histories


@pytest.mark.parametrize("seed", range(4))
async def test_figures_equal_a_recomputation_from_all_versions_on_every_day(
    everywhere: Portolan, seed: int
) -> None:
    random = Random(seed)
    portfolios: list[str] = []
    for name in ("above", "below", "beside"):
        parent = {"parent_id": portfolios[0]} if name == "below" else {}
        path = f"projects/v1/portfolios/by-ref/h/{name}"
        portfolios.append((await put(everywhere, path, FIRST.isoformat(), name=name, **parent))["id"])
    histories = [History(everywhere, str(n), random, portfolios=portfolios) for n in range(4)]
    for history in histories:
        await history.begin()
    await everywhere.settled()
    for _ in range(60):
        await random.choice(histories).step()
        if random.random() < 0.3:
            await everywhere.settled()
    await everywhere.settled()
    client = everywhere("viewer")
    for offset in range(0, DAYS + 2, 3):
        day = FIRST + timedelta(days=offset)
        items = (await client.get(f"/reporting/v1/projects?as_of={day}&limit=200&archived=true")).json()[
            "items"
        ]
        await the_whole_is_the_sum_of_its_parts(client, day, histories, portfolios)
        by_key = {item["project"]["id"]: item for item in items}
        for history in histories:
            expected, item = history.expected(day), by_key[history.id]
            answer = await client.get(f"/finance/v1/projects/{history.id}/earned-value?as_of={day}")
            value, shown = answer.json(), item["earned_value"]
            assert (minor(value["ac"]) or 0) == (minor(item["cost"]["actual"]) or 0) == expected["ac"]
            assert item["archived"] == history.portfolio_on(day)[1]
            if not expected["packages"] or expected["foreign"]:
                for figure in ("bac", "pv", "ev", "bac_current"):
                    assert value[figure] is shown[figure] is None, (seed, day, figure)
                assert not expected["foreign"] or "there is no rate" in value["reasons"]["bac"]
                continue
            assert value["bac"]["currency"] == shown["bac"]["currency"] == expected["currency"]
            for figures in (value, shown):
                assert minor(figures["bac"]) == expected["bac"], (seed, day)
                assert minor(figures["ev"]) == expected["ev"]
                assert minor(figures["bac_current"]) == expected["current"]
                assert figures["plan_differs"] == expected["differs"]
                assert abs((minor(figures["pv"]) or 0) - expected["pv"]) <= 2
    await recomputed(everywhere)


async def the_whole_is_the_sum_of_its_parts(
    client: Any, day: Any, histories: list[History], portfolios: list[str]
) -> None:
    """Costs of archived projects count, wherever the project stood on the day; portfolios count what is below them."""
    overview = (await client.get(f"/reporting/v1/portfolios?as_of={day}")).json()
    above, below, beside = portfolios
    for items, among in (
        ([overview["total"]], {None, *portfolios}),
        *(
            (
                [i for i in overview["items"] if i["portfolio"]["id"] == id],
                {id, *([below] if id == above else [])},
            )
            for id in (above, below, beside)
        ),
    ):
        pieces = [h for h in histories if h.portfolio_on(day)[0] in among]
        spent = [h.expected(day)["ac"] for h in pieces]
        assert (minor(items[0]["cost"]["actual"]) or 0) == sum(spent), (day, among)
        archived = sum(h.portfolio_on(day)[1] for h in pieces)
        assert (items[0]["counts"]["projects"], items[0]["counts"]["archived"]) == (
            len(pieces) - archived,
            archived,
        )


async def recomputed(portolan: Portolan) -> None:
    """The sums of finance from its own versions, those of reporting from the outboxes."""
    services = portolan.running.services
    assert await wrong_projects(services["finance"].kernel.store, services["finance"].kernel.settings) == []
    store = services["reporting"].kernel.store
    async with replaying(portolan.running.settings, sources(services)) as replay:
        assert await verified(store, replay) == []


# What a fold reads


FOLDED = (
    "measured_",
    "known_",
    "FROM performance",
    "FROM budget",
    "FROM figures",
    "FROM history",
    "current_state",
)
"""What folds read; the relay and the inbox read more or less as their batches fall."""


class Counting:
    """Counts the rows that a store answers to folds."""

    def __init__(self, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows = 0
        fetch = store.fetch

        async def counted(text: str, params: Any = ()) -> Any:
            rows = await fetch(text, params)
            if any(part in text for part in FOLDED):
                self.rows += len(rows)
            return rows

        monkeypatch.setattr(store, "fetch", counted)


async def test_folds_of_a_progress_report_and_a_cost_do_not_read_what_else_there_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = desk.portolan.running.services
    projects = [await desk.project("approve") for _ in range(2)]
    packages = []
    for project, count in zip(projects, (2, 40), strict=True):
        for n in range(count):
            body = {"project_id": project["id"], "name": "Part", "budget": chf("100.00"), **PLAN}
            packages.append(await desk.make("projects/v1/work-packages", wbs=str(n + 1), **body))
            assert (await desk.post(project, "1.00")).status_code == 201
    await desk.portolan.settled()
    counts = []
    for name in ("finance", "reporting"):
        counts.append(Counting(services[name].kernel.store, monkeypatch))
    read: list[list[int]] = []
    for project, package in zip(projects, (packages[0], packages[-1]), strict=True):
        before = [c.rows for c in counts]
        await desk.progress(package, 50)
        assert (await desk.post(project, "5.00")).status_code == 201
        spent = {"project_id": project["id"], "posted_on": "2026-03-01", "amount": chf("3.00")}
        path = f"finance/v1/actual-costs/by-ref/x/{project['id']}"
        await put(desk.portolan, path, "2026-03-01", **spent)
        await desk.portolan.settled()
        read.append([c.rows - b for c, b in zip(counts, before, strict=True)])
    assert all(0 < rows < 40 for rows in (*read[0], *read[1])), "of the large one's 40 packages and 41 costs"
