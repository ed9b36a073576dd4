"""Orientations over REST: adopted, in force on a day, and followed by another."""

from typing import Any

import pytest

from tests.projects.intake.asking import refusal
from tests.support.given import House

ORIENTATIONS = "orientations"


async def adopted(house: House, **members: Any) -> dict[str, Any]:
    body = {"kind": "technological", "statement": "New services run there."} | members
    draft = await house.make(ORIENTATIONS, **body)
    answer = await house.act(ORIENTATIONS, draft, "adopt")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def in_force(house: House, on: str) -> list[str]:
    answer = await house.client.get("/projects/v1/orientations-in-force", params={"on": on})
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.json()["items"]]


@pytest.mark.rule("projects.orientation.1")
async def test_one_that_takes_the_place_of_another_ends_it_the_day_before(house_everywhere: House) -> None:
    house = house_everywhere
    first = await adopted(house, title="Own data centre", in_force_from="2024-01-01")
    second = await adopted(house, title="Cloud first", in_force_from="2026-07-01", supersedes_id=first["id"])
    ended = await house.shown(ORIENTATIONS, first)
    assert (ended["state"], ended["in_force_until"]) == ("retired", "2026-06-30")
    assert second["in_force_until"] is None
    days = ("2023-12-31", "2024-01-01", "2026-06-30", "2026-07-01")
    assert [await in_force(house, day) for day in days] == [
        [],
        ["Own data centre"],
        ["Own data centre"],
        ["Cloud first"],
    ]


@pytest.mark.rule("projects.orientation.1")
async def test_it_takes_the_place_only_of_one_of_its_kind_that_began_before(house: House) -> None:
    first = await adopted(house, title="Own data centre", in_force_from="2026-01-01")
    for members in ({"kind": "strategic", "in_force_from": "2026-07-01"}, {"in_force_from": "2026-01-01"}):
        body = {"kind": "technological", "title": "Other", "statement": "Otherwise."} | members
        draft = await house.make(ORIENTATIONS, **body, supersedes_id=first["id"])
        refused = await house.act(ORIENTATIONS, draft, "adopt")
        assert refusal(refused) == (409, "not_superseded")
    assert (await house.shown(ORIENTATIONS, first))["state"] == "in_force"


async def test_what_was_adopted_is_not_reworded(house: House) -> None:
    orientation = await adopted(house, title="Cloud first")
    refused = await house.revise(ORIENTATIONS, orientation, statement="Or not.")
    assert refusal(refused) == (409, "adopted_stays")
