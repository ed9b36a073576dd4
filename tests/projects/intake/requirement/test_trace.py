"""Requirements traced to deliverables: read both ways, and fulfilled once what they trace to is accepted."""

import pytest

from tests.conftest import Portolan
from tests.projects.quality.delivering import DELIVERABLES, Delivery, code_of, reserved

REQUIREMENTS = "projects/v1/requirements"


async def required(delivery: Delivery, *deliverables: str, **members: object) -> str:
    body = {
        "project_id": delivery.project_id,
        "statement": "Answers in 2 s",
        "deliverable_ids": list(deliverables),
    }
    return str((await delivery.make(REQUIREMENTS, **(body | members)))["id"])


@pytest.mark.rule("projects.requirement.1")
async def test_a_requirement_is_fulfilled_once_all_its_deliverables_are_accepted_without_open_reservation(
    portolan: Portolan,
) -> None:
    delivery = await Delivery.begin(portolan)
    first, second = await delivery.in_review(), await delivery.in_review(name="Manual")
    requirement = await required(delivery, first, second)
    await delivery.move(REQUIREMENTS, requirement, "agree")
    await delivery.judged(first, "accepted")
    acceptance = await delivery.judged(second, "accepted_with_reservations", reservations=reserved("minor"))
    refused = await delivery.act(REQUIREMENTS, requirement, "fulfil")
    assert code_of(refused) == (409, "not_delivered")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/deliverable_ids/1"]
    await delivery.move(
        "projects/v1/acceptances", acceptance["id"], "lift-reservation", which=1, evidence="Read by two"
    )
    await delivery.move(DELIVERABLES, first, "integrate", into="Operations")
    assert (await delivery.move(REQUIREMENTS, requirement, "fulfil"))["state"] == "fulfilled"
    third = await delivery.deliverable(name="Training")
    more = await delivery.revise(REQUIREMENTS, requirement, deliverable_ids=[first, second, third])
    assert code_of(more) == (409, "not_delivered")


@pytest.mark.rule("projects.requirement.3")
async def test_the_trace_reads_both_ways_and_follows_what_is_revised(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    first, second = await delivery.deliverable(), await delivery.deliverable(name="Manual")
    quick, clear = (
        await required(delivery, first),
        await required(delivery, first, second, statement="Is explained"),
    )

    async def ids(path: str) -> list[str]:
        return [one["id"] for one in (await delivery.read(path))["items"]]

    assert await ids(f"{REQUIREMENTS}/{clear}/deliverables") == [first, second]
    assert await ids(f"{DELIVERABLES}/{first}/requirements") == [quick, clear]
    await delivery.revise(REQUIREMENTS, clear, deliverable_ids=[second])
    assert await ids(f"{DELIVERABLES}/{first}/requirements") == [quick]
    assert await ids(f"{REQUIREMENTS}/{clear}/deliverables") == [second]
    assert code_of(await delivery.archive(DELIVERABLES, first)) == (409, "has_dependents")
    await delivery.archive(REQUIREMENTS, quick)
    assert (await delivery.archive(DELIVERABLES, first)).status_code == 204


@pytest.mark.rule("projects.requirement.3")
async def test_a_must_that_nothing_is_to_fulfil_is_listed(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    dropped, planned = await delivery.deliverable(), await delivery.deliverable(name="Manual")
    nothing = await required(delivery, priority="must", statement="Is safe")
    lost = await required(delivery, dropped, priority="must", statement="Is quick")
    await required(delivery, planned, priority="must", statement="Is explained")
    await required(delivery, priority="should", statement="Is blue")
    await delivery.move(DELIVERABLES, dropped, "drop")
    listed = await delivery.read(f"projects/v1/projects/{delivery.project_id}/untraced-musts")
    assert [one["id"] for one in listed["items"]] == [nothing, lost]


async def test_a_requirement_traces_to_deliverables_of_its_own_project_each_once(portolan: Portolan) -> None:
    delivery = await Delivery.begin(portolan)
    own = await delivery.deliverable()
    delivery.project_id = str((await delivery.project(name="Other"))["id"])
    foreign = await delivery.deliverable()
    body = {"project_id": delivery.project_id, "statement": "Answers in 2 s"}
    for ids, code in (([own], "other_project"), ([foreign, foreign], "deliverable_named_twice")):
        assert code_of(await delivery.create(REQUIREMENTS, **body, deliverable_ids=ids)) == (422, code)
