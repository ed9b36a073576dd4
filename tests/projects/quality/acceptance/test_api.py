"""Acceptances over REST: verdicts on what was submitted, reservations until the last is lifted, and a protocol that stays."""

import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.projects.quality.delivering import ACCEPTANCES, DELIVERABLES, Delivery, code_of, reserved
from tests.support.given import PROJECTS


@pytest.mark.rule("projects.deliverable.1")
async def test_a_deliverable_is_accepted_by_its_acceptance_alone(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    for verb in ("accept", "reject", "accept-with-reservations"):
        assert (await delivery.act(DELIVERABLES, deliverable, verb)).status_code in (404, 405)
    acceptance = await delivery.judged(deliverable, "accepted")
    assert (acceptance["submission"], acceptance["verdict"]) == (1, "accepted")
    assert await delivery.state(deliverable) == "accepted"
    [fact] = [
        event["data"]["fact"]
        for event in (await delivery.read("projects/v1/events"))["items"]
        if event["type"].endswith(".deliverable.accepted.v1")
    ]
    assert (fact["acceptance_id"], fact["submission"]) == (acceptance["id"], 1)


@pytest.mark.rule("projects.deliverable.1")
async def test_a_verdict_is_of_exactly_what_was_submitted(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    await delivery.move(DELIVERABLES, deliverable, "withdraw")
    assert code_of(await delivery.judge(deliverable, "accepted")) == (409, "not_in_review")
    await delivery.submitted(deliverable, {"ref": "Release 1.1"})
    assert code_of(await delivery.judge(deliverable, "accepted", submission=1)) == (409, "other_submission")
    acceptance = await delivery.judged(deliverable, "accepted", submission=2)
    protocol = await delivery.read(f"{ACCEPTANCES}/{acceptance['id']}/content")
    assert protocol["deliverable"]["document"] == {"ref": "Release 1.1", "sha256": None}


@pytest.mark.rule("projects.acceptance.1")
async def test_with_a_critical_defect_nothing_is_accepted_and_it_is_submitted_again(
    portolan: Portolan,
) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    critical = reserved("minor", "critical")
    for verdict in ("accepted_with_reservations", "accepted"):
        refused = await delivery.judge(deliverable, verdict, reservations=critical)
        assert code_of(refused) == (422, "critical_defect_open")
        assert refused.json()["errors"][0]["pointer"] == "/reservations/1/class"
    await delivery.judged(deliverable, "rejected", reservations=critical)
    assert await delivery.state(deliverable) == "rejected"
    await delivery.submitted(deliverable)
    await delivery.judged(deliverable, "accepted_with_reservations", reservations=reserved("major", "minor"))
    assert await delivery.state(deliverable) == "accepted_with_reservations"


async def test_what_has_reservations_is_accepted_once_the_last_of_them_is_lifted(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    acceptance = await delivery.judged(
        deliverable, "accepted_with_reservations", reservations=reserved("major", "minor")
    )
    where = acceptance["id"]
    lifted = await delivery.move(ACCEPTANCES, where, "lift-reservation", which=2, evidence="Test 7 passes")
    assert (lifted["verdict"], await delivery.state(deliverable)) == (
        "accepted_with_reservations",
        "accepted_with_reservations",
    )
    again = await delivery.act(ACCEPTANCES, where, "lift-reservation", which=2, evidence="Once more")
    assert code_of(again) == (409, "reservation_lifted")
    none = await delivery.act(ACCEPTANCES, where, "lift-reservation", which=3, evidence="Test 8 passes")
    assert code_of(none) == (422, "no_such_reservation")
    lifted = await delivery.move(ACCEPTANCES, where, "lift-reservation", which=1, evidence="Test 3 passes")
    assert lifted["verdict"] == "accepted"
    assert [bool(one["lifted_on"]) for one in lifted["reservations"]] == [True, True]
    assert lifted["reservations"][0]["evidence"] == "Test 3 passes"
    assert await delivery.state(deliverable) == "accepted"


async def test_the_protocol_stays_as_it_was_given(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    acceptance = await delivery.judged(
        deliverable, "accepted_with_reservations", reservations=reserved("minor")
    )
    where = f"{ACCEPTANCES}/{acceptance['id']}"
    before = await delivery.read(f"{where}/content")
    await delivery.move(ACCEPTANCES, acceptance["id"], "lift-reservation", which=1, evidence="Test 7 passes")
    await delivery.revise(DELIVERABLES, deliverable, name="Interface to the register")
    assert await delivery.read(f"{where}/content") == before
    verified = await delivery.read(f"{where}/verify")
    assert (verified["sha256"], verified["intact"]) == (acceptance["protocol_hash"], True)


@pytest.mark.rule("projects.acceptance.1")
async def test_nobody_accepts_what_they_submitted_under_whichever_login(portolan: Portolan) -> None:
    office = Office(portolan)
    delivery = await Delivery.begin(portolan)
    max_ = await office.person("Max", "max", "max at home")
    await portolan.settled()
    deliverable = await delivery.deliverable()
    maker = office.caller("max", "director")
    sent = await maker.post(
        f"/{DELIVERABLES}/{deliverable}/submit", json={"document": {"ref": "R"}}, headers={"If-Match": '"1"'}
    )
    assert sent.status_code == 200, sent.text
    await delivery.move(DELIVERABLES, deliverable, "review")
    body = {
        "project_id": delivery.project_id, "deliverable_id": deliverable, "verdict": "accepted",
        "accepted_by_id": delivery.acceptor, "accepted_on": "2026-06-01",
    }  # fmt: skip
    for login in ("max", "max at home"):
        refused = await office.caller(login, "director").post(f"/{ACCEPTANCES}", json=body)
        assert code_of(refused) == (403, "four_eyes")
    judged = await delivery.judge(deliverable, "accepted", accepted_by_id=max_)
    assert code_of(judged) == (422, "judged_own")
    assert (await delivery.judge(deliverable, "accepted")).status_code == 201


@pytest.mark.rule("projects.acceptance.1")
async def test_neither_the_maker_accepts_nor_anybody_but_the_acceptor(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review(made_by=delivery.maker, acceptor_id=delivery.acceptor)
    refused = await delivery.judge(deliverable, "accepted", accepted_by_id=delivery.maker)
    assert code_of(refused) == (422, "not_the_acceptor")
    await delivery.revise(DELIVERABLES, deliverable, acceptor_id=None)
    refused = await delivery.judge(deliverable, "accepted", accepted_by_id=delivery.maker)
    assert code_of(refused) == (422, "judged_own")
    assert (await delivery.judge(deliverable, "accepted")).status_code == 201


async def test_who_submitted_lifts_no_reservation(portolan: Portolan) -> None:
    office, delivery = Office(portolan), await Delivery.begin(portolan)
    deliverable = await delivery.deliverable()
    maker = office.caller("max", "director")
    await maker.post(
        f"/{DELIVERABLES}/{deliverable}/submit", json={"document": {"ref": "R"}}, headers={"If-Match": '"1"'}
    )
    await delivery.move(DELIVERABLES, deliverable, "review")
    acceptance = await delivery.judged(
        deliverable, "accepted_with_reservations", reservations=reserved("minor")
    )
    refused = await maker.post(
        f"/{ACCEPTANCES}/{acceptance['id']}/lift-reservation",
        json={"which": 1, "evidence": "I say so"},
        headers={"If-Match": '"1"'},
    )
    assert code_of(refused) == (403, "four_eyes")


async def test_each_criterion_is_judged_before_something_is_accepted(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review(acceptance_criteria=["Under 2 s", "No error in 1000 calls"])
    quick = {"criterion": "Under 2 s", "met": True, "evidence": "Load test of 28 May"}
    sound = {"criterion": "No error in 1000 calls", "met": False}
    for criteria, fault in (
        ([], "not_judged"),
        ([quick], "not_judged"),
        ([quick, sound], "not_met"),
        ([quick | {"evidence": ""}, sound | {"met": True, "evidence": "Log"}], "missing"),
        ([quick, quick, sound | {"met": True, "evidence": "Log"}], "duplicate"),
    ):
        refused = await delivery.judge(deliverable, "accepted", criteria=criteria)
        assert code_of(refused) == (422, "bad_protocol")
        assert fault in {one["code"] for one in refused.json()["errors"]}
    accepted = await delivery.judge(
        deliverable,
        "accepted_with_reservations",
        criteria=[quick, sound],
        reservations=reserved("minor"),
    )
    assert accepted.status_code == 201, accepted.text


async def test_a_verdict_follows_from_its_reservations(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    [minor] = reserved("minor")
    for verdict, reservations, pointer in (
        ("accepted", [minor], "/reservations"),
        ("accepted_with_reservations", [], "/reservations"),
        ("accepted_with_reservations", [minor | {"due_on": None}], "/reservations/0/due_on"),
        ("accepted_with_reservations", [minor | {"due_on": "2026-05-31"}], "/reservations/0/due_on"),
        ("accepted_with_reservations", [minor | {"lifted_on": "2026-06-01"}], "/reservations/0/lifted_on"),
    ):
        refused = await delivery.judge(deliverable, verdict, reservations=reservations)
        assert code_of(refused) == (422, "bad_protocol")
        assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    assert await delivery.state(deliverable) == "in_review"


async def test_a_preliminary_or_partial_acceptance_is_subject_to_the_final_one(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    for kind in ("preliminary", "partial"):
        await delivery.judged(deliverable, "accepted", kind=kind)
        assert await delivery.state(deliverable) == "in_review"
    await delivery.judged(deliverable, "rejected", kind="preliminary")
    assert await delivery.state(deliverable) == "rejected"


async def test_a_verdict_on_which_a_deliverable_rests_is_not_archived(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    acceptance = await delivery.judged(deliverable, "rejected")
    assert code_of(await delivery.archive(ACCEPTANCES, acceptance["id"])) == (409, "verdict_stays")
    await delivery.submitted(deliverable)
    assert (await delivery.archive(ACCEPTANCES, acceptance["id"])).status_code == 204


async def test_nothing_is_accepted_before_a_project_is_active_nor_tomorrow(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    future = await delivery.judge(deliverable, "accepted", accepted_on="2031-01-01")
    assert code_of(future) == (422, "in_the_future")
    other = await delivery.project(name="Other")
    wrong = await delivery.judge(deliverable, "accepted", project_id=other["id"])
    assert wrong.status_code in (409, 422)
    delivery.project_id = other["id"]
    deliverable = await delivery.in_review()
    assert code_of(await delivery.judge(deliverable, "accepted")) == (409, "project_not_approved")
    await delivery.move(PROJECTS, other["id"], "approve", "activate")
    wrong = await delivery.judge(await delivery.deliverable(), "accepted")
    assert code_of(wrong) == (409, "not_in_review")
