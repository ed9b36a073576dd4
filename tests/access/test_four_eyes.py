"""Four eyes: nobody decides what they made or submitted, under whichever login; the organisation may relax it."""

from typing import Any

import httpx
import pytest

from services.embedded import SERVICES
from shared.contracts.language import Decided
from shared.http.auth.issuers import LOCAL
from tests.access.conftest import Office
from tests.conftest import Portolan

PLANNED = {"planned_start_on": "2026-01-05", "planned_finish_on": "2026-12-18"}
PROJECTS, LINES = "/projects/v1/projects", "/finance/v1/budget-lines"


async def proposed(client: httpx.AsyncClient) -> str:
    """The address of a project that the caller made."""
    created = await client.post(PROJECTS, json={"name": "ERP"} | PLANNED)
    assert created.status_code == 201, created.text
    return f"{PROJECTS}/{created.json()['id']}"


async def line(client: httpx.AsyncClient, project: str) -> str:
    """The address of a draft of a budget line that the caller made."""
    amount = {"amount": "12.00", "currency": "CHF"}
    body = {
        "project_id": project.rpartition("/")[2],
        "fiscal_year": 2026,
        "nature": "capex",
        "amount": amount,
    }
    created = await client.post(LINES, json=body)
    assert created.status_code == 201, created.text
    return f"{LINES}/{created.json()['id']}"


async def relax(office: Office, mode: str = "relaxed") -> None:
    await office.make("/projects/v1/organisations", name="Tresa", profile="end_user", four_eyes=mode)
    await office.portolan.settled()


def facts(events: httpx.Response, name: str) -> list[dict[str, Any]]:
    return [e["data"]["fact"] for e in events.json()["items"] if e["type"].endswith(f".{name}.v1")]


async def test_nobody_approves_a_project_that_they_made(everywhere: Portolan) -> None:
    office = Office(everywhere)
    anna, ben = office.caller("anna", "director"), office.caller("ben", "director")
    project = await proposed(anna)
    refused = await office.act(project, "approve", anna)
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    assert (await office.act(project, "approve", ben)).status_code == 200
    assert facts(await anna.get("/projects/v1/events"), "approved") == [
        {"reason": None, "own_decision": None}
    ]


async def test_nobody_approves_a_budget_line_that_they_made_or_submitted(everywhere: Portolan) -> None:
    office = Office(everywhere)
    anna, ben, cleo = (office.caller(name, "director") for name in ("anna", "ben", "cleo"))
    project = await proposed(anna)
    await everywhere.settled()
    one = await line(anna, project)
    assert (await office.act(one, "submit", ben)).status_code == 200
    for author in (anna, ben):
        assert (await office.act(one, "approve", author)).json()["code"] == "four_eyes"
    assert (await office.act(one, "approve", cleo)).status_code == 200


async def test_only_the_last_who_submitted_counts(portolan: Portolan) -> None:
    office = Office(portolan)
    anna, ben, cleo = (office.caller(name, "director") for name in ("anna", "ben", "cleo"))
    project = await proposed(anna)
    await portolan.settled()
    one = await line(anna, project)
    for verb, by in (("submit", ben), ("return", cleo), ("submit", cleo)):
        assert (await office.act(one, verb, by)).status_code == 200
    assert (await office.act(one, "approve", cleo)).json()["code"] == "four_eyes"
    assert (await office.act(one, "approve", ben)).status_code == 200


@pytest.mark.parametrize("linked", ["before", "after"])
async def test_two_logins_of_one_person_are_one(everywhere: Portolan, linked: str) -> None:
    office = Office(everywhere)
    if linked == "before":
        await office.person("Anna", "anna", "a.meier")
        await everywhere.settled()
    project = await proposed(office.caller("anna", "director"))
    if linked == "after":
        await office.person("Anna", "anna", "a.meier")
        await everywhere.settled()
    again = await office.act(project, "approve", office.caller("a.meier", "director"))
    assert (again.status_code, again.json()["code"]) == (403, "four_eyes")


async def test_a_login_that_was_taken_from_a_person_since_stays_theirs(portolan: Portolan) -> None:
    office = Office(portolan)
    anna = await office.person("Anna", "anna")
    await portolan.settled()
    project = await proposed(office.caller("anna", "director"))
    [login] = (await office.director.get("/resources/v1/identities")).json()["items"]
    archived = await office.director.delete(
        f"/resources/v1/identities/{login['id']}", headers={"If-Match": '"1"'}
    )
    assert archived.status_code == 204
    await office.make("/resources/v1/identities", person_id=anna, issuer=LOCAL, subject="a.meier")
    await portolan.settled()
    again = await office.act(project, "approve", office.caller("a.meier", "director"))
    assert (again.status_code, again.json()["code"]) == (403, "four_eyes")


async def test_who_may_not_decide_it_is_not_offered_it(portolan: Portolan) -> None:
    office = Office(portolan)
    anna, ben = office.caller("anna", "director"), office.caller("ben", "director")
    own, other = await proposed(anna), await proposed(ben)
    for path, moves in ((own, ["discontinue"]), (other, ["approve", "discontinue"])):
        assert (await anna.get(f"{path}?expand=allowed_moves")).json()["allowed_moves"] == moves


async def test_what_was_decided_while_it_was_relaxed_tells_so(everywhere: Portolan) -> None:
    office = Office(everywhere)
    await relax(office)
    anna, ben = office.caller("anna", "director"), office.caller("ben", "director")
    project, other = await proposed(anna), await proposed(ben)
    await everywhere.settled()
    one = await line(anna, project)
    assert (await office.act(one, "submit", anna)).status_code == 200
    for path in (project, other, one):
        assert (await office.act(path, "approve", anna)).status_code == 200, path
    relaxed, plain = ({"reason": None, "own_decision": mode} for mode in ("four_eyes_relaxed", None))
    assert facts(await anna.get("/projects/v1/events"), "approved") == [relaxed, plain]
    assert facts(await anna.get("/finance/v1/events"), "approved") == [relaxed]
    await everywhere.settled()
    activity = (await anna.get("/reporting/v1/activity")).json()["items"]
    assert [a["fact"] for a in activity if a["type"].endswith("line.approved.v1")] == [relaxed]


async def test_an_organisation_that_requires_it_again_does_at_once(portolan: Portolan) -> None:
    office = Office(portolan)
    await relax(office)
    [one] = (await office.director.get("/projects/v1/organisations")).json()["items"]
    path = f"/projects/v1/organisations/{one['id']}"
    assert (await office.patch(path, four_eyes="required")).status_code == 200
    anna = office.caller("anna", "director")
    refused = await office.act(await proposed(anna), "approve", anna)
    assert refused.json()["code"] == "four_eyes"


async def test_an_importer_tells_what_was_decided_elsewhere(portolan: Portolan) -> None:
    office = Office(portolan)
    importer = office.caller("import:erp", "service")
    project = await proposed(importer)
    assert (await office.act(project, "approve", importer)).status_code == 200
    [fact] = facts(await importer.get("/projects/v1/events"), "approved")
    assert fact["own_decision"] == "decided_elsewhere"


async def test_a_batch_is_made_by_who_sends_it(everywhere: Portolan) -> None:
    office = Office(everywhere)
    anna = office.caller("anna", "director")
    body = {"items": [{"name": f"P{i}"} | PLANNED for i in range(3)]}
    answer = await anna.post(f"{PROJECTS}/batch", json=body, headers={"Idempotency-Key": "k"})
    for item in answer.json()["items"]:
        path = f"{PROJECTS}/{item['resource']['id']}"
        assert (await office.act(path, "approve", anna)).json()["code"] == "four_eyes"


async def test_what_approves_nothing_is_for_who_made_it_too(portolan: Portolan) -> None:
    office = Office(portolan)
    anna = office.caller("anna", "director")
    project = await proposed(anna)
    assert (await office.act(project, "discontinue", anna)).status_code == 200


def test_each_move_that_needs_four_eyes_can_tell_of_an_exception() -> None:
    deciding = {
        (register.name, name): move.fact
        for service in SERVICES
        for group in service.groups
        for register in group.registers
        if (life := register.lifecycle) is not None
        for name, move in life.moves.items()
        if life.needs_four_eyes(name)
    }
    assert deciding.keys() >= {("project", "approve"), ("budget_line", "approve")}
    assert [which for which, fact in deciding.items() if not issubclass(fact, Decided)] == []
