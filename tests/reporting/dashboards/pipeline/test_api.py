"""The pipeline of requests: where they stand, for how long, and how many come through, as of any day."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan
from tests.projects.intake.asking import Desk
from tests.support.given import chf
from tests.support.turning import all_told, turn

PIPELINE = "/reporting/v1/pipeline"


async def pipeline(desk: Desk, **query: str) -> dict[str, Any]:
    await desk.portolan.settled()
    return await desk.read(PIPELINE, **query)


def by_state(answer: dict[str, Any], member: str, name: str) -> dict[str, Any]:
    return {one["state"]: one[name] for one in answer[member] if one[name]}


async def test_it_counts_what_stands_where_and_what_comes_through(portolan: Portolan) -> None:
    desk = Desk(portolan)
    unit = await desk.unit()
    for state in ("draft", "submitted", "qualified", "approved", "converted"):
        await desk.request(state, unit_id=unit)
    rejected = await desk.request("screening", unit_id=unit)
    assert (await desk.act(rejected, "reject", reason="No")).status_code == 200
    answer = await pipeline(desk)
    open_counts = {"draft": 1, "submitted": 1, "qualified": 1, "approved": 1}
    assert by_state(answer, "states", "requests") == open_counts
    assert by_state(answer, "states", "likely") == dict.fromkeys(open_counts, chf("100000.00"))
    assert answer["ended"] == {"rejected": 1, "withdrawn": 0, "converted": 1}
    # submitted: five of six; screening: four of those five; qualified: three of four; approved: two of three; one of two
    reached = [(one["state"], one["requests"], one["share_pct"]) for one in answer["funnel"]]
    assert reached == [
        ("submitted", 5, None),
        ("screening", 4, 80.0),
        ("qualified", 3, 75.0),
        ("approved", 2, 66.7),
        ("converted", 1, 50.0),
    ]
    past = await pipeline(desk, as_of="2020-01-01")
    assert (past["items"], by_state(past, "states", "requests")) == ([], {})
    assert [one["share_pct"] for one in past["funnel"]] == [None] * 5


async def test_its_ages_are_days_in_the_state(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, test_clock=True)
    async with running_portolan(settings) as portolan:
        desk = Desk(portolan)
        unit = await desk.unit()
        await desk.request("submitted", unit_id=unit, title="Old")
        turn(settings, days=9)
        await all_told(portolan)
        await desk.request("submitted", unit_id=unit, title="New")
        turn(settings, days=3)
        await all_told(portolan)
        answer = await pipeline(desk)
        assert [(one["title"], one["days"]) for one in answer["items"]] == [("Old", 12), ("New", 3)]
        [column] = [one for one in answer["states"] if one["state"] == "submitted"]
        assert (column["oldest_days"], column["median_days"]) == (12, 7.5)


@pytest.mark.parametrize(
    ("language", "word"), [("en", "How many come through"), ("fr", "Combien aboutissent")]
)
async def test_its_page_shows_the_same(portolan: Portolan, language: str, word: str) -> None:
    desk = Desk(portolan)
    await desk.request("submitted", title="Scan invoices")
    await portolan.settled()
    browser = httpx.AsyncClient(
        transport=httpx.ASGITransport(portolan.app),
        base_url="http://127.0.0.1:8000",
        headers={"Accept": "text/html", "Accept-Language": language},
    )
    async with browser:
        assert (await browser.get(await portolan.running.login_link())).status_code == 303
        page = await browser.get("/pipeline")
    assert (page.status_code, "Scan invoices" in page.text, word in page.text) == (200, True, True)
