"""Deliverables over REST: submitted with what exactly is meant, withdrawn, integrated, dropped."""

import pytest

from tests.conftest import Portolan
from tests.projects.quality.delivering import DELIVERABLES, Delivery, code_of, reserved
from tests.support.given import PACKAGES

RAW = {"Content-Type": "application/octet-stream"}


async def test_what_is_submitted_is_named_and_numbered(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.deliverable()
    refused = await delivery.act(DELIVERABLES, deliverable, "submit", document={})
    assert code_of(refused) == (422, "nothing_submitted")
    first = await delivery.move(DELIVERABLES, deliverable, "submit", document={"ref": "Release 1.0"})
    assert (first["submission"], first["document"]["ref"]) == (1, "Release 1.0")
    withdrawn = await delivery.move(DELIVERABLES, deliverable, "withdraw")
    assert (withdrawn["state"], withdrawn["submission"], withdrawn["document"]) == ("planned", 1, None)
    second = await delivery.move(DELIVERABLES, deliverable, "submit", document={"ref": "Release 1.1"})
    assert (second["submission"], second["document"]["ref"]) == (2, "Release 1.1")


async def test_a_file_is_submitted_by_its_hash_read_and_verified(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.deliverable(kind="document")
    unsent = await delivery.act(DELIVERABLES, deliverable, "submit", document={"sha256": "0" * 64})
    assert code_of(unsent) == (422, "file_not_sent")
    sent = await delivery.client.post("/projects/v1/files?name=study.txt", content=b"Study", headers=RAW)
    hash = sent.json()["sha256"]
    await delivery.move(DELIVERABLES, deliverable, "submit", document={"sha256": hash})
    where = f"/{DELIVERABLES}/{deliverable}/document"
    assert (await delivery.client.get(f"{where}/content")).content == b"Study"
    assert (await delivery.read(f"{where}/verify"))["intact"] is True


async def test_a_file_that_was_submitted_before_is_read_by_its_hash(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.deliverable(kind="document")
    hashes = []
    for content in (b"First", b"Second"):
        sent = await delivery.client.post("/projects/v1/files?name=study.txt", content=content, headers=RAW)
        hashes.append(sent.json()["sha256"])
        await delivery.move(DELIVERABLES, deliverable, "submit", document={"sha256": hashes[-1]})
        await delivery.move(DELIVERABLES, deliverable, "withdraw")
    where = f"/{DELIVERABLES}/{deliverable}/document/content"
    for hash, content in zip(hashes, (b"First", b"Second"), strict=True):
        assert (await delivery.client.get(f"{where}?sha256={hash}")).content == content
    assert code_of(await delivery.client.get(f"{where}?sha256={'0' * 64}")) == (404, "no_file")


async def test_a_hash_that_somebody_names_opens_nothing(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    sent = await portolan("service").post(
        "/projects/v1/files?name=secret.txt", content=b"Secret", headers=RAW
    )
    deliverable = await delivery.deliverable()
    document = {"ref": "Elsewhere", "sha256": sent.json()["sha256"]}
    await delivery.move(DELIVERABLES, deliverable, "submit", document=document)
    for route in ("content", "verify"):
        refused = await delivery.client.get(f"/{DELIVERABLES}/{deliverable}/document/{route}")
        assert code_of(refused) == (404, "no_file")


async def test_what_a_submission_is_judged_by_stays_until_it_is_withdrawn(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review(acceptance_criteria=["Under 2 s"])
    refused = await delivery.revise(
        DELIVERABLES, deliverable, acceptance_criteria=["Under 9 s"], made_by=delivery.maker
    )
    assert code_of(refused) == (409, "submitted_stays")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/acceptance_criteria", "/made_by"]
    await delivery.move(DELIVERABLES, deliverable, "withdraw")
    revised = await delivery.revise(DELIVERABLES, deliverable, acceptance_criteria=["Under 9 s"])
    assert revised.status_code == 200


@pytest.mark.rule("projects.deliverable.2")
async def test_open_reservations_keep_it_from_closing_and_integrating_names_what_takes_it(
    portolan: Portolan,
) -> None:
    delivery = await Delivery.begin(portolan)
    deliverable = await delivery.in_review()
    acceptance = await delivery.judged(
        deliverable, "accepted_with_reservations", reservations=reserved("minor")
    )
    refused = await delivery.act(DELIVERABLES, deliverable, "integrate", into="Operations")
    assert (refused.status_code, refused.json()["state"]) == (409, "accepted_with_reservations")
    await delivery.move(
        "projects/v1/acceptances", acceptance["id"], "lift-reservation", which=1, evidence="Test 7 passes"
    )
    assert (await delivery.act(DELIVERABLES, deliverable, "integrate")).status_code == 422
    integrated = await delivery.move(DELIVERABLES, deliverable, "integrate", into="Operations")
    assert (integrated["state"], integrated["integrated_into"]) == ("integrated", "Operations")


async def test_a_deliverable_makes_sense_within_its_project(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    other = await delivery.project(name="Other")
    package = await delivery.make(PACKAGES, project_id=other["id"], wbs="1", name="Build")
    for members, code in (
        ({"work_package_id": package["id"]}, "other_project"),
        ({"acceptance_criteria": ["Quick", "Quick"]}, "criterion_named_twice"),
        ({"made_by": delivery.maker, "acceptor_id": delivery.maker}, "acceptor_made_it"),
    ):
        body = {"project_id": delivery.project_id, "name": "Interface"} | members
        assert code_of(await delivery.create(DELIVERABLES, **body)) == (422, code)


async def test_what_was_judged_is_not_archived_and_what_is_dropped_takes_no_submission(
    portolan: Portolan,
) -> None:
    delivery = await Delivery.begin(portolan)
    judged, dropped = await delivery.in_review(), await delivery.deliverable()
    await delivery.judged(judged, "rejected")
    assert code_of(await delivery.archive(DELIVERABLES, judged)) == (409, "has_dependents")
    await delivery.move(DELIVERABLES, dropped, "drop")
    refused = await delivery.act(DELIVERABLES, dropped, "submit", document={"ref": "Release 1.0"})
    assert refused.status_code == 409
    assert (await delivery.archive(DELIVERABLES, dropped)).status_code == 204
