"""What a signed mandate holds: musts move only through an approved change."""

import pytest

from tests.conftest import Portolan
from tests.projects.control.conftest import CHANGES, Steering
from tests.projects.mandate.conftest import Leading

REQUIREMENTS = "projects/v1/requirements"
PLAN = [{"milestone": "Design", "due_on": "2026-05-29"}, {"milestone": "Go-live", "due_on": "2027-03-31"}]


@pytest.fixture
async def leading(portolan: Portolan) -> Leading:
    leading = await Leading(portolan).begin()
    await leading.lead()
    return leading


@pytest.fixture
async def steering(portolan: Portolan) -> Steering:
    steering = Steering(portolan)
    await steering.begin()
    return steering


async def required(leading: Leading, priority: str, *verbs: str) -> str:
    body = {"project_id": leading.erp["id"], "statement": "Answers in 2 s", "priority": priority}
    requirement = await leading.make(REQUIREMENTS, **body)
    return str((await leading.move(REQUIREMENTS, requirement, *verbs))["id"])


@pytest.mark.rule("projects.requirement.2")
async def test_a_must_moves_no_more_once_the_execution_mandate_is_signed(leading: Leading) -> None:
    proposed, agreed = await required(leading, "must"), await required(leading, "must", "agree")
    should = await required(leading, "should", "agree")
    await leading.signed("initiation")
    await leading.move(REQUIREMENTS, agreed, "reopen", "agree")
    await leading.signed("execution", plan=PLAN)
    for requirement, verb in ((proposed, "agree"), (agreed, "reopen"), (agreed, "drop"), (proposed, "drop")):
        refused = await leading.act(REQUIREMENTS, requirement, verb)
        assert (refused.status_code, refused.json()["code"]) == (409, "must_is_mandated")
    archived = await leading.archive(REQUIREMENTS, agreed)
    assert (archived.status_code, archived.json()["code"]) == (409, "must_is_mandated")
    assert (await leading.act(REQUIREMENTS, agreed, "fulfil")).status_code == 200
    assert (await leading.act(REQUIREMENTS, should, "drop")).status_code == 200


@pytest.mark.rule("projects.requirement.2")
async def test_a_must_moves_through_an_approved_change_that_names_it(steering: Steering) -> None:
    must, other = await required(steering, "must", "agree"), await required(steering, "must", "agree")
    await steering.bind()
    change = await steering.change(requirement_ids=[must])
    assert (await steering.act(REQUIREMENTS, must, "reopen")).json()["code"] == "must_is_mandated"
    assert (await steering.by("max", CHANGES, change, "approve")).status_code == 200
    assert (await steering.act(REQUIREMENTS, other, "reopen")).json()["code"] == "must_is_mandated"
    assert (await steering.act(REQUIREMENTS, must, "reopen")).status_code == 200
    assert (await steering.act(REQUIREMENTS, must, "agree")).status_code == 200
    assert (await steering.by("max", CHANGES, change["id"], "implement")).status_code == 200
    assert (await steering.act(CHANGES, change["id"], "verify")).status_code == 200
    assert (await steering.act(REQUIREMENTS, must, "drop")).json()["code"] == "must_is_mandated"
