"""Verdicts and reservations in any order: nothing is ever accepted with a critical defect open."""

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.quality.acceptance import rules
from shared.base.clock import now
from shared.base.errors import Conflict, Invalid
from shared.base.ids import new_id
from shared.contracts.projects.quality import Acceptance, DefectClass, Deliverable, LiftReservation, Verdict
from shared.domain.lifecycle import Occasion
from tests.conftest import Portolan
from tests.projects.quality.delivering import ACCEPTANCES, DELIVERABLES, Delivery, reserved

CLASSES = [one.value for one in DefectClass]
VERDICTS = [one.value for one in Verdict]
KINDS = ["preliminary", "partial", "final", "migration"]


def fresh() -> dict[str, Any]:
    return {"id": new_id(), "version": 1, "created_at": now(), "updated_at": now()}


def acceptance_of(verdict: str, classes: list[str], kind: str) -> Acceptance:
    return Acceptance.model_validate(
        {
            **fresh(),
            "project_id": new_id(),
            "deliverable_id": new_id(),
            "accepted_by_id": new_id(),
            "accepted_on": "2026-06-01",
            "verdict": verdict,
            "kind": kind,
            "reservations": reserved(*classes),
        }
    )


@pytest.mark.rule("projects.acceptance.1")
@given(
    st.sampled_from(VERDICTS),
    st.lists(st.sampled_from(CLASSES), max_size=6),
    st.sampled_from(KINDS),
    st.data(),
)
def test_whatever_passes_has_no_critical_defect_and_is_accepted_exactly_once_all_is_lifted(
    verdict: str, classes: list[str], kind: str, data: st.DataObject
) -> None:
    acceptance = acceptance_of(verdict, classes, kind)
    deliverable = Deliverable.model_validate({**fresh(), "project_id": new_id(), "name": "Interface"})
    should_pass = {
        "accepted": not classes,
        "accepted_with_reservations": bool(classes) and "critical" not in classes,
        "rejected": True,
    }[verdict]
    if not should_pass:
        with pytest.raises(Invalid):
            rules.is_sound(acceptance, deliverable)
        return
    rules.is_sound(acceptance, deliverable)
    remaining = set(range(1, len(classes) + 1))
    tries = data.draw(st.lists(st.integers(1, 8), max_size=12))
    for which in tries:
        is_possible = acceptance.verdict is Verdict.ACCEPTED_WITH_RESERVATIONS and which in remaining
        body = LiftReservation(which=which, evidence="Seen")
        try:
            rules.LIFECYCLE.make(acceptance, "lift-reservation", Occasion(body, date(2026, 6, 2)))
            assert is_possible
            remaining.discard(which)
        except (Conflict, Invalid):
            assert not is_possible
        open_ones = [one for one in acceptance.reservations if one.lifted_on is None]
        if verdict == "accepted_with_reservations":
            assert (acceptance.verdict is Verdict.ACCEPTED) == (not open_ones)
        else:
            assert acceptance.verdict.value == verdict
        if acceptance.verdict is not Verdict.REJECTED:
            assert all(one.defect is not DefectClass.CRITICAL for one in open_ones)


async def step(delivery: Delivery, deliverable: str, choice: random.Random) -> None:
    """Something that somebody might try next; most of it is refused at most times."""
    acceptances = (await delivery.read(ACCEPTANCES, deliverable_id=deliverable))["items"]
    match choice.choice(("submit", "review", "withdraw", "judge", "judge", "lift", "integrate")):
        case "judge":
            reservations = reserved(*choice.choices(CLASSES, k=choice.randint(0, 3)))
            await delivery.judge(
                deliverable, choice.choice(VERDICTS), reservations=reservations, kind=choice.choice(KINDS)
            )
        case "lift":
            if acceptances:
                one = choice.choice(acceptances)
                await delivery.act(
                    ACCEPTANCES, one["id"], "lift-reservation", which=choice.randint(1, 3), evidence="Seen"
                )
        case "submit":
            await delivery.act(DELIVERABLES, deliverable, "submit", document={"ref": "Release"})
        case "integrate":
            await delivery.act(DELIVERABLES, deliverable, "integrate", into="Operations")
        case verb:
            await delivery.act(DELIVERABLES, deliverable, verb)


@pytest.mark.rule("projects.deliverable.1")
@pytest.mark.parametrize("seed", range(4))
async def test_a_deliverable_is_always_what_its_newest_deciding_verdict_says(
    portolan: Portolan, seed: int
) -> None:
    delivery, choice = await Delivery.begin(portolan), random.Random(seed)
    deliverable = await delivery.deliverable()
    for _ in range(30):
        await step(delivery, deliverable, choice)
        stands = await delivery.read(f"{DELIVERABLES}/{deliverable}")
        verdicts = [
            one
            for one in (await delivery.read(ACCEPTANCES, deliverable_id=deliverable))["items"]
            if one["submission"] == stands["submission"]
            and (one["kind"] in ("final", "migration") or one["verdict"] == "rejected")
        ]
        assert len(verdicts) <= 1
        if stands["state"] in (*VERDICTS, "integrated"):
            [one] = verdicts
            expected = "accepted" if stands["state"] == "integrated" else stands["state"]
            assert one["verdict"] == expected
            if expected != "rejected":
                open_ones = [each for each in one["reservations"] if each["lifted_on"] is None]
                assert all(each["class"] != "critical" for each in open_ones)
                assert bool(open_ones) == (expected == "accepted_with_reservations")
