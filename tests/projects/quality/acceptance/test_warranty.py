"""The warranty that a final acceptance starts, and its end, which is told 60 days before."""

from pathlib import Path

import pytest

from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan
from tests.projects.quality.delivering import Delivery, code_of, reserved
from tests.support.turning import all_told, day, turn

ENDING = "portolan.projects.acceptance.warranty_ending.v1"


@pytest.mark.rule("projects.acceptance.3")
async def test_only_a_final_acceptance_starts_a_warranty(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    for verdict, members in (
        ("accepted", {"kind": "preliminary", "warranty_until": "2028-06-01"}),
        ("rejected", {"warranty_until": "2028-06-01"}),
        ("accepted", {"warranty_until": "2026-05-31"}),
    ):
        refused = await delivery.judge(deliverable, verdict, **members)
        assert code_of(refused) == (422, "bad_protocol")
        assert [one["pointer"] for one in refused.json()["errors"]] == ["/warranty_until"]


@pytest.mark.rule("projects.acceptance.3")
async def test_the_end_of_a_warranty_is_told_once_60_days_before(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, test_clock=True)
    async with running_portolan(settings) as portolan:
        delivery = await Delivery.begin(portolan)
        accepted = await delivery.judged(
            await delivery.in_review(),
            "accepted",
            accepted_on=str(day(0, settings)),
            warranty_until=str(day(100, settings)),
        )
        soon = await delivery.judged(
            await delivery.in_review(),
            "accepted_with_reservations",
            accepted_on=str(day(0, settings)),
            warranty_until=str(day(30, settings)),
            reservations=[one | {"due_on": str(day(20, settings))} for one in reserved("minor")],
        )
        for days, expected in ((0, [soon]), (38, [soon]), (41, [soon, accepted]), (90, [soon, accepted])):
            turn(settings, days=days)
            await all_told(portolan)
            events = (await delivery.read("projects/v1/events", type=ENDING))["items"]
            assert [event["subject"] for event in events] == [one["id"] for one in expected]
            turn(settings, days=-days)
