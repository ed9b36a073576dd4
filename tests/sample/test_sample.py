"""The sample portfolio: told without a refusal, seen on the dashboards as its chapters say, and only once."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from sample.chapters import chapters
from sample.money import LINES, amounts_by_year
from sample.telling import Move, Ref
from sample.work import LEAVES, WHOLES
from services.cli.sample import Teller, load_sample
from tests.conftest import Portolan
from tests.support.days import today

TODAY = today()
CHAPTERS = chapters(TODAY)


async def everything(portolan: Portolan, path: str) -> list[dict[str, Any]]:
    client, items, following = portolan(), [], path
    while following:
        answer = await client.get(following)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        following = answer.links.get("next", {}).get("url", "")
    return items


async def loaded(portolan: Portolan) -> Portolan:
    assert await load_sample(portolan.running) == []
    await portolan.settled()
    return portolan


async def test_it_loads_without_a_refusal_and_the_dashboards_show_what_each_chapter_says(
    portolan: Portolan,
) -> None:
    await loaded(portolan)
    for chapter in CHAPTERS:
        on = TODAY - timedelta(days=chapter.days_ago)
        shown = await everything(portolan, f"/reporting/v1/projects?as_of={on}&limit=100")
        health = {i["project"]["external_ref"]["id"]: i["health"]["overall"] for i in shown}
        assert {key: colour for key, colour in health.items() if colour != "green"} == chapter.health, (
            chapter.title
        )
        assert health.keys() == told_until(chapter.days_ago, "projects/v1/projects"), chapter.title


def told_until(days_ago: int, collection: str) -> set[str]:
    return {
        put.what.key
        for chapter in CHAPTERS
        if chapter.days_ago >= days_ago
        for put in chapter.puts
        if put.what.collection == collection
    }


async def test_every_resource_told_is_there_once(portolan: Portolan) -> None:
    await loaded(portolan)
    collections = {put.what.collection for chapter in CHAPTERS for put in chapter.puts}
    for collection in collections:
        items = await everything(portolan, f"/{collection}?limit=200")
        there = [i["external_ref"]["id"] for i in items if i["external_ref"]]  # others follow from decisions
        assert sorted(there) == sorted(told_until(0, collection)), collection


async def test_before_the_first_chapter_there_was_nothing(portolan: Portolan) -> None:
    await loaded(portolan)
    before = TODAY - timedelta(days=CHAPTERS[0].days_ago + 1)
    assert await everything(portolan, f"/reporting/v1/projects?as_of={before}") == []


async def test_every_service_and_every_dashboard_has_something_of_it(portolan: Portolan) -> None:
    await loaded(portolan)
    client = portolan()
    stages = {p["stage"] for p in await everything(portolan, "/projects/v1/projects?limit=100")}
    assert stages == {"proposed", "approved", "active", "on_hold", "closing", "closed", "discontinued"}
    risks = {r["state"] for r in await everything(portolan, "/risk/v1/risks?limit=100")}
    assert risks == {"identified", "assessed", "monitored", "occurred", "closed"}
    lines = {line["state"] for line in await everything(portolan, "/finance/v1/budget-lines?limit=200")}
    another_year = any(year > TODAY.year for _, year, _ in amounts_by_year(TODAY))
    assert lines == ({"draft", "submitted", "approved"} if another_year else {"approved"})
    assert {p["employment"] for p in await everything(portolan, "/resources/v1/persons")} == {
        "internal",
        "external",
    }
    years = [y["fiscal_year"] for y in (await client.get("/reporting/v1/budget")).json()["items"]]
    assert years == sorted({year for _, year, _ in amounts_by_year(TODAY)})
    people = (await client.get("/reporting/v1/load")).json()["items"]
    overloaded = {p["person"]["name"] for p in people if any(m["overloaded"] for m in p["months"])}
    assert "Jonas Wyss" in overloaded
    exposure = (await client.get("/reporting/v1/risk-exposure")).json()
    assert exposure["matrix"][2][3] > 0
    assert len(exposure["worst"]) > 1
    assert exposure["ratings"]
    names = {
        p["portfolio"]["name"]: p["portfolio"]["parent_id"]
        for p in (await client.get("/reporting/v1/portfolios")).json()["items"]
    }
    assert len(names) == 3
    assert [name for name, parent in names.items() if parent] == ["Patient journey"]


async def test_mandates_stand_in_different_states(portolan: Portolan) -> None:
    await loaded(portolan)
    mandates = await everything(portolan, "/projects/v1/mandates?limit=100")
    states = {one["external_ref"]["id"]: (one["state"], len(one["signatures"])) for one in mandates}
    assert states == {
        "erp": ("signed", 2),
        "portal": ("in_review", 1),
        "datacentre": ("in_review", 0),
        "decisions": ("draft", 0),
    }


async def test_gates_exceptions_changes_and_baselines_stand_in_different_states(portolan: Portolan) -> None:
    await loaded(portolan)
    gates = await everything(portolan, "/projects/v1/gates?limit=200")
    assert {"passed", "ready", "planned"} <= {one["state"] for one in gates}
    [exception] = await everything(portolan, "/projects/v1/exceptions")
    assert (exception["axis"], exception["state"]) == ("cost", "decided")
    changes = await everything(portolan, "/projects/v1/changes")
    assert {one["external_ref"]["id"]: (one["state"], one["authority"]) for one in changes} == {
        "epr-rehearsal": ("approved", "sponsor"),
        "erp-catalogue": ("approved", "manager"),
        "erp-pharmacies": ("assessed", "sponsor"),
    }
    baselines = await everything(portolan, "/projects/v1/baselines")
    assert {one["name"]: (one["state"], one["budget"]["amount"]) for one in baselines} == {
        "As tendered": ("superseded", "6800000.00"),
        "With a second rehearsal": ("approved", "6940000.00"),
    }


async def test_a_plan_waits_for_another_and_each_run_says_what_moved(portolan: Portolan) -> None:
    await loaded(portolan)
    across = [
        one
        for one in await everything(portolan, "/projects/v1/dependencies?limit=100")
        if one["from_project_id"]
    ]
    assert [one["external_ref"]["id"] for one in across] == ["epr-laboratory>portal-findings"]
    runs = await everything(portolan, "/projects/v1/schedules?limit=100")
    assert len({one["data_date"] for one in runs}) == 3
    assert any(one["moved_count"] for one in runs)
    assert all(one["critical_count"] for one in runs)


async def test_loading_it_again_changes_nothing_and_publishes_nothing(portolan: Portolan) -> None:
    await loaded(portolan)
    before = await everything(portolan, "/reporting/v1/activity?limit=200")
    assert await load_sample(portolan.running) is None
    await portolan.settled()
    assert await everything(portolan, "/reporting/v1/activity?limit=200") == before


@pytest.mark.parametrize("path", ["projects/v1/portfolios", "resources/v1/persons", "finance/v1/vendors"])
async def test_an_instance_that_holds_anything_is_left_alone(portolan: Portolan, path: str) -> None:
    assert (await portolan().post(f"/{path}", json={"name": "Ours"})).status_code == 201
    assert await load_sample(portolan.running) is None
    assert await everything(portolan, "/projects/v1/projects") == []


async def test_a_move_that_is_refused_is_reported(portolan: Portolan) -> None:
    teller = Teller(portolan("service"), {})
    await teller.tell(CHAPTERS[0])
    telephony = Ref("projects/v1/projects", "telephony")
    await teller.tell(type(CHAPTERS[0])(0, "Too early", [], [Move(telephony, "resume")]))
    [finding] = teller.findings.items
    assert (finding.file, finding.key, finding.done) == ("Too early", "telephony", "not moved")
    assert "resume" in finding.reason


def leaves_by_project() -> Iterable[tuple[str, int]]:
    return ((key, sum(leaf.budget for leaf in leaves)) for key, leaves in LEAVES.items())


async def test_the_work_of_a_project_is_budgeted_at_what_the_project_is_planned_to_cost(
    portolan: Portolan,
) -> None:
    await loaded(portolan)
    shown = await everything(portolan, "/reporting/v1/projects?limit=100")
    planned = {i["project"]["external_ref"]["id"]: i["cost"]["planned"]["amount"] for i in shown}
    assert {key: f"{budget}.00" for key, budget in leaves_by_project()}.items() <= planned.items()


def test_budget_lines_add_up_to_what_the_project_is_planned_to_cost() -> None:
    budgets = dict(leaves_by_project())
    assert {key: sum(amounts) for key, *amounts in LINES} == {key: budgets[key] for key, *_ in LINES}


@pytest.mark.parametrize("today", [date(2026, 1, 1) + timedelta(days=days) for days in range(0, 366, 5)])
def test_budget_lines_lie_within_the_plan_of_their_project(today: date) -> None:
    reported = chapters(today)
    planned = {p.what.key: p.body for c in reported for p in c.puts
               if p.what.collection == "projects/v1/projects" and "planned_start_on" in p.body}  # fmt: skip
    lines = {
        p.what: p.body for c in reported for p in c.puts if p.what.collection == "finance/v1/budget-lines"
    }
    for line in lines.values():
        body = planned[line["project_id"].key]
        assert body["planned_start_on"][:4] <= str(line["fiscal_year"]) <= body["planned_finish_on"][:4]
    moved = {m.what for c in reported for m in c.moves if m.what.collection == "finance/v1/budget-lines"}
    assert moved <= lines.keys()
    for key, *amounts in LINES:
        pieces = sum(int(float(b["amount"]["amount"])) for b in lines.values() if b["project_id"].key == key)
        assert pieces == sum(amounts)


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2027, 1, 1), date(2026, 12, 31)])
def test_it_can_be_told_on_any_day(today: date) -> None:
    reported = chapters(today)
    assert [c.days_ago for c in reported] == sorted((c.days_ago for c in reported), reverse=True)
    codes = [(put.what.key, put.body["wbs"]) for c in reported for put in c.puts if "wbs" in put.body]
    assert all(re.fullmatch(r"[1-9](\.[1-9])?", wbs) and key.endswith(f"-{wbs}") for key, wbs in codes)
    assert {key for key, _ in codes} >= {f"{key}-{wbs}" for key, parts in WHOLES.items() for wbs in parts}
