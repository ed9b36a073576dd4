"""What is beyond its tolerance, how far and for how long, as of any day, and what waits for a decision."""

from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.projects.control.conftest import CHANGES, EXCEPTIONS, Steering
from tests.reporting.web.conftest import visiting
from tests.support.given import chf

DASHBOARD, DUE = "/reporting/v1/exceptions", "/reporting/v1/decisions-due"


@pytest.fixture
async def steering(portolan: Portolan) -> Steering:
    steering = Steering(portolan)
    await steering.begin()
    await steering.bind()
    return steering


async def test_the_open_ones_are_counted_by_axis_with_how_far_they_are_beyond(steering: Steering) -> None:
    await steering.expect("1210.00")
    await steering.finish("2027-07-15")
    await steering.threaten(4, 4)
    answer = await steering.read(DASHBOARD)
    assert {one["axis"]: (one["exceptions"], one["oldest_days"]) for one in answer["axes"]} == {
        "time": (1, 0), "cost": (1, 0), "risk": (1, 0),
        "quality": (0, None), "scope": (0, None), "benefit": (0, None),
    }  # fmt: skip
    beyond = {
        one["axis"]: (one["beyond_days"], one["beyond_cost"], one["beyond_pct"], one["beyond_score"])
        for one in answer["items"]
    }
    assert beyond == {
        "time": (5, None, None, None),  # 15 July, tolerated until the 10th
        "cost": (None, chf("110.00"), "10.00", None),  # 1210 of 1100
        "risk": (None, None, None, 4),  # 16 of 12
    }
    past = await steering.read(DASHBOARD, as_of="2020-01-01")
    assert (past["items"], [one["exceptions"] for one in past["axes"]]) == ([], [0] * 6)


async def test_what_is_closed_or_has_lapsed_is_counted_apart(steering: Steering) -> None:
    await steering.expect("1210.00")
    one = await steering.assessed((await steering.exceptions())[0])
    await steering.by("sara", EXCEPTIONS, one, "decide", decision="Go on")
    await steering.move(EXCEPTIONS, one, "close")
    await steering.finish("2027-07-15")
    await steering.finish("2027-07-01")
    answer = await steering.read(DASHBOARD, project_id=steering.erp["id"])
    assert (answer["items"], answer["ended"]) == ([], {"closed": 1, "lapsed": 1})


async def test_what_stands_prepared_waits_for_who_decides_it(steering: Steering) -> None:
    change = await steering.change("Small", impact={"time_days": 3})
    await steering.expect("1210.00")
    assert (await steering.read(DUE))["counts"]["exception"] == 0
    one = await steering.assessed((await steering.exceptions())[0])
    answer = await steering.read(DUE)
    assert [(line["kind"], line["id"], line["decided_by"]) for line in answer["items"]] == [
        ("change", change["id"], "manager"),
        ("exception", one["id"], "sponsor"),
    ]
    await steering.by("max", CHANGES, change, "approve")
    await steering.by("sara", EXCEPTIONS, one, "decide", decision="Go on")
    assert (await steering.read(DUE))["items"] == []


async def page_of(portolan: Portolan, path: str, language: str = "en") -> str:
    async with visiting(portolan) as client:
        await client.get(await portolan.running.login_link())
        client.headers["Accept-Language"] = language
        answer: httpx.Response = await client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


async def test_the_pages_show_both_and_the_sheet_has_them_in_its_tab(steering: Steering) -> None:
    change = await steering.change("A second interface")
    await steering.expect("1210.00")
    await steering.assessed((await steering.exceptions())[0])
    await steering.portolan.settled()
    sheet = f"/project/{steering.erp['id']}"
    for path in ("/control", sheet):
        page = await page_of(steering.portolan, path)
        assert all(text in page for text in ("A second interface", "110", f"/changes/{change['id']}")), path
    tabs = ("summary", "plan", "control", "staff", "finances", "events")
    page = await page_of(steering.portolan, sheet)
    assert all(f'href="#{tab}"' in page and f'<div class="tab" id="{tab}">' in page for tab in tabs)
    assert "Décisions à prendre" in await page_of(steering.portolan, "/control", "fr")


async def test_home_of_who_decides_says_what_waits(steering: Steering) -> None:
    await steering.change("Small", impact={"time_days": 3})
    large: dict[str, Any] = await steering.change("Large", impact={"time_days": 30})
    await steering.portolan.settled()
    listed = (await steering.callers["max"].get(f"/{CHANGES}", params={"expand": "allowed_moves"})).json()
    moves = {one["title"]: "approve" in one["allowed_moves"] for one in listed["items"]}
    assert moves == {"Small": True, "Large": False}
    listed = (await steering.callers["sara"].get(f"/{CHANGES}", params={"expand": "allowed_moves"})).json()
    moves = {one["title"]: "approve" in one["allowed_moves"] for one in listed["items"]}
    assert moves == {"Small": True, "Large": True}
    assert large["authority"] == "sponsor"
