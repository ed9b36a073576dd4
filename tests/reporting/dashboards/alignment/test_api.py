"""Alignment over REST and as a page: what serves which objective, with how much money, as of any day."""

from typing import Any

import httpx
import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.projects.intake.asking import Desk
from tests.support.given import PROJECTS, Story, chf

OBJECTIVES = "projects/v1/strategic-objectives"
YEARS = {"from_year": 2026, "until_year": 2030}


async def objective(story: Story, title: str, **members: Any) -> str:
    """One in force."""
    created = await story.make(OBJECTIVES, title=title, **(YEARS | members))
    await story.move(OBJECTIVES, created["id"], "adopt")
    return str(created["id"])


def serves(**levels: str) -> list[dict[str, str]]:
    return [{"objective_id": id, "contribution": level} for id, level in levels.items()]


async def aligned(story: Story, **query: str) -> dict[str, Any]:
    answer = await story.read("reporting/v1/alignment", **query)
    return answer | {"lines": {one["title"]: one for one in answer["items"]}}


@pytest.mark.rule("projects.strategic_objective.2")
async def test_money_goes_to_the_objectives_by_how_much_a_project_contributes(portolan: Portolan) -> None:
    story = Story(portolan)
    safe = await objective(story, "Safe")
    quick = await objective(story, "Quick", parent_id=safe)
    await objective(story, "Green")
    await story.make(OBJECTIVES, title="Only a draft", **YEARS)
    cost = {"planned_cost": chf("1000.00")}
    await story.project(name="Both", **cost, objectives=serves(**{safe: "strong", quick: "low"}))
    await story.project(name="Quick alone", **cost, objectives=serves(**{quick: "extreme"}))
    idle = await story.project(name="None", planned_cost=chf("400.00"), objectives=serves(**{quick: "none"}))
    ended = await story.project(name="Ended", **cost, objectives=serves(**{safe: "low"}))
    await story.move(PROJECTS, ended["id"], "discontinue")
    answer = await aligned(story)
    lines = answer["lines"]
    # 1,000.00 by 3 : 1 is 750.00 and 250.00; what serves Quick serves Safe: 750.00 + 250.00 + 1,000.00
    assert (lines["Safe"]["planned"], lines["Safe"]["planned_in_all"]) == (chf("750.00"), chf("2000.00"))
    assert (lines["Quick"]["planned"], lines["Quick"]["depth"]) == (chf("1250.00"), 1)
    assert (lines["Safe"]["projects"], lines["Safe"]["projects_in_all"]) == (1, 2)
    assert [one["title"] for one in lines["Quick"]["served_by"]] == ["Quick alone", "Both"]
    assert [one["title"] for one in answer["unserved"]] == ["Green"]
    assert [one["id"] for one in answer["serving_none"]] == [idle["id"]]
    assert answer["coverage"] == {
        "projects": 3, "projects_serving": 2, "planned": chf("2400.00"), "serving": chf("2000.00"),
        "serving_none": chf("400.00"), "reasons": {},
    }  # fmt: skip
    past = await aligned(story, as_of="2020-01-01")
    assert (past["items"], past["serving_none"], past["coverage"]["projects"]) == ([], [], 0)


async def test_open_requests_serve_an_objective_and_what_they_became_does_in_their_place(
    portolan: Portolan,
) -> None:
    story, desk = Story(portolan), Desk(portolan)
    safe = await objective(story, "Safe")
    request = await desk.request(
        "approved", unit_id=await desk.unit(), objectives=serves(**{safe: "moderate"})
    )
    line = (await aligned(story))["lines"]["Safe"]
    assert (line["requests"], line["requested"], line["projects"]) == (1, chf("100000.00"), 0)
    assert (await desk.act(request, "convert")).status_code == 200
    line = (await aligned(story))["lines"]["Safe"]
    assert (line["requests"], line["projects"], line["planned"]) == (0, 1, chf("100000.00"))


async def test_what_a_caller_does_not_see_is_in_no_sum(portolan: Portolan) -> None:
    story, office = Story(portolan), Office(portolan)
    safe = await objective(story, "Safe")
    cost = {"planned_cost": chf("1000.00"), "objectives": serves(**{safe: "low"})}
    await story.project(name="Open", **cost)
    await story.project(name="Secret", **cost, confidential=True)
    await portolan.settled()
    visible = (await office.caller("vera", "viewer").get("/reporting/v1/alignment")).json()
    assert (visible["items"][0]["planned"], visible["coverage"]["projects"]) == (chf("1000.00"), 1)
    assert (await aligned(story))["lines"]["Safe"]["planned"] == chf("2000.00")


@pytest.mark.parametrize(
    ("language", "heading", "level"),
    [
        ("en", "Projects that serve no objective", "low"),
        ("fr", "Projets qui ne servent aucun objectif", "faible"),
    ],
)
async def test_the_page_shows_it_in_both_languages(
    portolan: Portolan, language: str, heading: str, level: str
) -> None:
    story = Story(portolan)
    safe = await objective(story, "Safe")
    await objective(story, "Green")
    await story.project(name="ERP", planned_cost=chf("1000.00"), objectives=serves(**{safe: "low"}))
    await story.project(name="Idle")
    await portolan.settled()
    browser = httpx.AsyncClient(
        transport=httpx.ASGITransport(portolan.app),
        base_url="http://127.0.0.1:8000",
        headers={"Accept": "text/html", "Accept-Language": language},
    )
    async with browser:
        assert (await browser.get(await portolan.running.login_link())).status_code == 303
        page = (await browser.get("/alignment")).text
    assert all(text in page for text in (heading, "Safe", "Green", "ERP", "Idle", f"<small>{level}, "))
