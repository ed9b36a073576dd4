"""A request that stands too long in a state is told, once, as the organisation says."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan
from tests.projects.intake.asking import Desk
from tests.support.turning import all_told, turn


@pytest.fixture
async def turned(tmp_path: Path) -> AsyncIterator[tuple[Settings, Portolan]]:
    settings = Settings(data=tmp_path, test_clock=True)
    async with running_portolan(settings) as portolan:
        yield settings, portolan


async def overdue(desk: Desk) -> list[str]:
    """What was told, by address, oldest first."""
    query = {"type": "portolan.projects.request.overdue.v1"}
    events = await desk.read("/projects/v1/events", **query)
    return [f"/projects/v1/requests/{one['subject']}" for one in events["items"]]


async def test_without_a_word_of_the_organisation_a_submitted_request_is_overdue_after_14_days(
    turned: tuple[Settings, Portolan],
) -> None:
    settings, portolan = turned
    desk = Desk(portolan)
    unit = await desk.unit()
    waits, moves = [await desk.request("submitted", unit_id=unit) for _ in range(2)]
    draft = await desk.request("draft", unit_id=unit)
    turn(settings, days=13)
    await all_told(portolan)
    assert await overdue(desk) == []
    assert (await desk.act(moves, "screen", "manager")).status_code == 200
    turn(settings, days=15)
    await all_told(portolan)
    assert await overdue(desk) == [waits]
    turn(settings, days=400)
    await all_told(portolan)
    assert await overdue(desk) == [waits, moves]
    assert (await desk.read(draft))["version"] == 1


async def test_a_limit_of_the_organisation_counts_for_what_stands_already(
    turned: tuple[Settings, Portolan],
) -> None:
    settings, portolan = turned
    desk = Desk(portolan)
    waits = await desk.request("submitted")
    limits = [{"name": "request_submitted", "days": 3}]
    await desk.house.make("organisations", name="Tresa", profile="end_user", limits=limits)
    turn(settings, days=4)
    await all_told(portolan)
    assert await overdue(desk) == [waits]


@pytest.mark.parametrize(
    ("limit", "code", "pointer"),
    [
        ({"name": "request_submitted"}, "required", "/limits/0/days"),
        ({"name": "approve_request"}, "required", "/limits/0/amount"),
        ({"name": "approve_request", "days": 3}, "required", "/limits/0/amount"),
        ({"name": "request_eaten", "days": 3}, "unknown_limit", "/limits/0/name"),
    ],
)
async def test_a_limit_is_an_amount_or_days(
    desk: Desk, limit: dict[str, object], code: str, pointer: str
) -> None:
    refused = await desk.house.create("organisations", name="Tresa", profile="end_user", limits=[limit])
    fault = refused.json()["errors"][0]
    assert (refused.status_code, fault["code"], fault["pointer"]) == (422, code, pointer)
