"""The log of decisions: it is added to, and what was decided stays as it was decided."""

from typing import Any
from uuid import uuid4

from tests.conftest import Portolan
from tests.support.given import PERSONS, PROJECTS, Arranger

DECISIONS = "projects/v1/decisions"
GO_ON = {"level": "steering", "title": "Go on", "text": "The project goes on.", "decided_on": "2026-03-02"}


async def decided(director: Arranger, **members: Any) -> dict[str, Any]:
    return await director.make(DECISIONS, **GO_ON, **members)


async def test_a_decision_supersedes_another_in_the_same_commit(portolan: Portolan) -> None:
    director = Arranger(portolan)
    project = await director.make(PROJECTS, name="Registry")
    first = await decided(director, project_id=project["id"])
    second = await decided(director, project_id=project["id"], supersedes_id=first["id"])
    former = await director.read(f"{DECISIONS}/{first['id']}")
    assert (former["state"], second["state"]) == ("superseded", "in_force")
    third = await director.create(DECISIONS, **GO_ON, supersedes_id=first["id"])
    assert (third.status_code, third.json()["code"]) == (409, "not_in_force")


async def test_what_was_decided_is_not_reworded(portolan: Portolan) -> None:
    director = Arranger(portolan)
    first = await decided(director)
    assert (await director.revise(DECISIONS, first, text="The project ends.")).status_code == 422
    revoked = await director.move(DECISIONS, first, "revoke", reason="It rested on an error.")
    assert revoked["state"] == "revoked"


async def test_nobody_enters_a_decision_who_may_not_decide(portolan: Portolan) -> None:
    manager = Arranger(portolan, "pm")
    assert (await manager.create(DECISIONS, **GO_ON)).status_code == 403


async def test_those_who_decided_are_persons_who_are_there(everywhere: Portolan) -> None:
    director = Arranger(everywhere)
    ada, bob = [await director.make(PERSONS, name=name) for name in ("Ada", "Bob")]
    await everywhere.settled()
    decision = await decided(director, decided_by=[ada["id"], bob["id"]])
    assert decision["decided_by"] == [ada["id"], bob["id"]]
    unknown = await director.create(DECISIONS, **GO_ON, decided_by=[ada["id"], str(uuid4())])
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (409, "/decided_by/1")
    await director.archive(PERSONS, bob)
    await everywhere.settled()
    archived = await director.create(DECISIONS, **GO_ON, decided_by=[bob["id"]])
    assert (archived.status_code, archived.json()["code"]) == (409, "archived")
    assert archived.json()["errors"][0]["pointer"] == "/decided_by/0"
