"""A membership begins and ends with its days while the clock goes on, in each service."""

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree

import pytest

from shared.base.settings import Settings
from tests.access.conftest import Office
from tests.conftest import running_portolan
from tests.support.turning import all_told, day, turn

SERVICES = ("projects", "resources", "finance", "risk", "reporting")


@pytest.fixture
async def office(tmp_path: Path, database_url: str, fresh_stores: Path) -> AsyncIterator[Office]:
    """An office whose clock the test turns, on each database."""
    if not database_url:
        copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    settings = Settings(data=tmp_path, database_url=database_url, test_clock=True)
    async with running_portolan(settings) as portolan:
        yield Office(portolan)


async def admitted(office: Office) -> set[str]:
    """The services that let Anna read."""
    anna = office.caller("anna")
    answers = {service: (await anna.get(f"/{service}/v1/events")).status_code for service in SERVICES}
    assert set(answers.values()) <= {200, 403}, answers
    return {service for service, status in answers.items() if status == 200}


@pytest.mark.rule("projects.membership.2")
async def test_a_membership_counts_from_its_first_day_to_the_end_of_its_last(office: Office) -> None:
    settings = office.portolan.running.settings
    project, person = await office.project("Seen"), await office.person("Anna", "anna")
    scope = {
        "role": "viewer",
        "scope": "project",
        "scope_id": project["id"],
        "principal": {"person_id": person},
    }
    days = {"starts_on": day(1, settings).isoformat(), "ends_on": day(2, settings).isoformat()}
    membership = await office.make("/projects/v1/memberships", **scope, **days)
    path = f"/projects/v1/memberships/{membership['id']}"
    assert (await office.act(path, "grant")).status_code == 200
    await office.portolan.settled()
    assert await admitted(office) == set()
    for expected, state in ((SERVICES, "granted"), (SERVICES, "granted"), ((), "expired")):
        turn(settings, days=1)
        await all_told(office.portolan)
        assert await admitted(office) == set(expected)
        assert (await office.director.get(path)).json()["state"] == state
    facts = [event["type"] for event in (await office.director.get("/projects/v1/events")).json()["items"]]
    assert {"portolan.projects.membership.started.v1", "portolan.projects.membership.expired.v1"} <= set(
        facts
    )
    assert (await office.act(path, "revoke")).json()["code"] == "illegal_move"


async def test_a_membership_that_was_given_another_last_day_counts_till_then(office: Office) -> None:
    settings = office.portolan.running.settings
    project = await office.project("Seen")
    path = await office.member(
        "viewer", "project", project["id"], person_id=await office.person("Anna", "anna")
    )
    assert (await office.patch(path, ends_on=day(1, settings).isoformat())).status_code == 200
    await office.portolan.settled()
    assert await admitted(office) == set(SERVICES)
    assert (await office.patch(path, ends_on=day(3, settings).isoformat())).status_code == 200
    turn(settings, days=2)
    await all_told(office.portolan)
    assert await admitted(office) == set(SERVICES)
    assert (await office.patch(path, ends_on=day(-1, settings).isoformat())).status_code == 200
    await office.portolan.settled()
    assert await admitted(office) == set(), "what ends yesterday has ended"
