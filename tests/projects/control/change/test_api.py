"""Changes over REST."""

from typing import Any

import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.support.given import PORTFOLIOS, Arranger, House, chf

CHANGES, DECISIONS = "projects/v1/changes", "projects/v1/decisions"


def by(portolan: Portolan, subject: str, role: str = "director") -> House:
    """Somebody with a login of their own, for whom no colleague steps in."""
    somebody = House(portolan)
    somebody.client = Office(portolan).caller(subject, role)
    return somebody


async def raised(house: Arranger, project: dict[str, Any], **members: Any) -> dict[str, Any]:
    body = {"project_id": project["id"], "title": "A second interface", "kind": "scope"} | members
    return await house.make(CHANGES, **body)


async def assessed(house: Arranger, project: dict[str, Any], **members: Any) -> dict[str, Any]:
    change = await raised(house, project, **({"impact": {"time_days": 3}} | members))
    return await house.move(CHANGES, change, "assess")


async def test_a_change_is_assessed_once_its_impact_is_known(portolan: Portolan) -> None:
    house = House(portolan)
    change = await raised(house, await house.project("approve"))
    refused = await house.act(CHANGES, change, "assess")
    assert (refused.status_code, refused.json()["code"]) == (422, "impact_missing")
    await house.revise(CHANGES, change, impact={"time_days": 3})
    answer = await house.act(CHANGES, change, "assess")
    assert (answer.status_code, answer.json()["authority"], answer.json()["code"][:4]) == (
        200,
        "sponsor",
        "CHG-",
    )


@pytest.mark.rule("projects.change.1")
async def test_who_manages_the_project_does_not_decide_what_is_for_the_sponsor(portolan: Portolan) -> None:
    house, manager = House(portolan), House(portolan, "manager")
    change = await assessed(house, await house.project("approve"))
    refused = await manager.act(CHANGES, change, "approve")
    assert (refused.status_code, refused.json()["code"], refused.json()["authority"]) == (
        403, "beyond_authority", "sponsor",
    )  # fmt: skip
    detail = (await manager.client.get(f"/{CHANGES}/{change['id']}?expand=allowed_moves")).json()
    assert "approve" not in detail["allowed_moves"]


@pytest.mark.rule("projects.change.1")
async def test_what_improves_the_project_is_for_its_manager_and_not_for_who_raised_it(
    portolan: Portolan,
) -> None:
    house, manager = by(portolan, "anna"), House(portolan, "manager")
    change = await assessed(house, await House(portolan).project("approve"), impact={"time_days": -2})
    assert change["authority"] == "manager"
    refused = await house.act(CHANGES, change, "approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    approved = await manager.move(CHANGES, change, "approve")
    assert (approved["state"], approved["approved_on"] is None) == ("approved", False)


@pytest.mark.rule("projects.change.1")
async def test_above_the_limit_of_the_portfolio_nobody_decides_alone(portolan: Portolan) -> None:
    house = House(portolan, "director")
    limits = [{"amount": chf("1000.00"), "decided_by": "Steering committee"}]
    portfolio = await house.make(PORTFOLIOS, name="Infrastructure", limits=limits)
    project = await house.project("approve", portfolio_id=portfolio["id"])
    within = await assessed(house, project, impact={"cost": chf("1000.00")})
    above = await assessed(house, project, impact={"cost": chf("1000.01")})
    assert (within["authority"], above["authority"]) == ("sponsor", "resolution")
    other = House(portolan, "service")
    assert (await other.act(CHANGES, within, "approve")).status_code == 200
    manager = House(portolan, "manager")
    refused = await manager.act(CHANGES, above, "approve")
    assert (refused.status_code, refused.json()["code"], refused.json()["decided_by"]) == (
        409, "resolution_needed", "Steering committee",
    )  # fmt: skip


@pytest.mark.rule("projects.decision.1")
async def test_what_was_decided_enters_the_log_by_itself(portolan: Portolan) -> None:
    house, other = House(portolan), House(portolan, "service")
    project = await house.project("approve")
    change = await assessed(house, project, reason="The law asks for it.")
    await other.move(CHANGES, change, "approve")
    rejected = await other.move(CHANGES, await assessed(house, project, title="Gold taps"), "reject")
    entries = (await house.read(f"{DECISIONS}?project_id={project['id']}"))["items"]
    assert [(one["origin"]["kind"], one["origin"]["id"], one["level"]) for one in entries] == [
        ("change", change["id"], "steering"),
        ("change", rejected["id"], "steering"),
    ]
    assert [one["text"].split(":")[0] for one in entries] == ["approved", "rejected"]
    assert entries[0]["rationale"] == "The law asks for it."


@pytest.mark.rule("projects.change.2")
async def test_only_an_off_specification_is_conceded(portolan: Portolan) -> None:
    house, other = House(portolan), House(portolan, "service")
    project = await house.project("approve")
    change = await assessed(house, project)
    refused = await other.act(CHANGES, change, "approve", concede=True)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_an_off_specification")
    defect = await assessed(house, project, kind="off_specification")
    conceded = await other.move(CHANGES, defect, "approve", concede=True)
    assert (conceded["state"], conceded["conceded"]) == ("approved", True)


@pytest.mark.rule("projects.change.2")
async def test_a_change_is_verified_by_somebody_else_than_who_carried_it_out(portolan: Portolan) -> None:
    house, other = by(portolan, "anna"), House(portolan)
    change = await assessed(house, await other.project("approve"))
    change = await other.move(CHANGES, change, "approve")
    change = await house.move(CHANGES, change, "implement")
    refused = await house.act(CHANGES, change, "verify")
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    closed = await House(portolan, "manager").move(CHANGES, change, "verify", "close")
    assert closed["state"] == "closed"


@pytest.mark.rule("projects.change.2")
async def test_what_was_decided_stays_as_it_is(portolan: Portolan) -> None:
    house, other = House(portolan), House(portolan, "service")
    change = await other.move(CHANGES, await assessed(house, await house.project("approve")), "approve")
    refused = await house.revise(CHANGES, change, impact={"time_days": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "change_decided")


@pytest.mark.rule("projects.change.1")
async def test_the_sponsor_decides_without_a_role_that_decides_and_another_director_does_not(
    portolan: Portolan,
) -> None:
    office, house = Office(portolan), House(portolan)
    sponsor, manager = await office.person("Sam", "sam"), await office.person("Mia", "mia")
    await office.person("Dora", "dora")
    await portolan.settled()
    project = await house.project("approve", sponsor_id=sponsor, manager_id=manager)
    change = await assessed(house, project)
    for subject, role in (("mia", "manager"), ("mia", "director"), ("dora", "director")):
        refused = await by(portolan, subject, role).act(CHANGES, change, "approve")
        assert (refused.status_code, refused.json()["code"]) == (403, "beyond_authority"), subject
    approved = await by(portolan, "sam", "manager").move(CHANGES, change, "approve")
    assert approved["state"] == "approved"
    [entry] = (await house.read(DECISIONS))["items"]
    assert entry["decided_by"] == [sponsor]


@pytest.mark.rule("projects.change.1")
async def test_who_writes_and_is_not_the_manager_does_not_decide_for_them(portolan: Portolan) -> None:
    office, house = Office(portolan), House(portolan)
    manager = await office.person("Mia", "mia")
    await office.person("Ben", "ben")
    await portolan.settled()
    project = await house.project("approve", manager_id=manager)
    change = await assessed(house, project, impact={"time_days": -1})
    refused = await by(portolan, "ben", "manager").act(CHANGES, change, "approve")
    assert (refused.status_code, refused.json()["authority"]) == (403, "manager")
    assert (await by(portolan, "mia", "manager").act(CHANGES, change, "approve")).status_code == 200
