"""Personal access tokens: a program acts with them as a person, in every service, with what that person may do now."""

from typing import Any

import httpx
import pytest

from services.resources.people.personal_token import commands
from shared.base.clock import machine_micros
from shared.base.settings import Settings
from shared.http import personal_tokens
from shared.http.auth.issuers import LOCAL
from tests.access.conftest import Office
from tests.conftest import Portolan, running_portolan

TOKENS = "/resources/v1/me/tokens"
A_READ = {
    "projects": "/projects/v1/projects",
    "resources": "/resources/v1/org-units",
    "finance": "/finance/v1/vendors",
    "risk": "/risk/v1/risks",
    "reporting": "/reporting/v1/portfolios",
}


def with_token(portolan: Portolan, token: str) -> httpx.AsyncClient:
    client = portolan.anonymous()
    client.headers["Authorization"] = f"Bearer {token}"
    return client


async def new_token_of(portolan: Portolan, owner: str = "manager", **members: Any) -> dict[str, Any]:
    answer = await portolan(owner).post(TOKENS, json={"name": "the nightly report"} | members)
    assert answer.status_code == 201, answer.text
    await portolan.settled()
    return dict(answer.json())


def forget(portolan: Portolan) -> None:
    """As if some seconds had passed: services look up again."""
    commands._CONFIRMED.clear()
    for one in portolan.running.services.values():
        one.kernel.known_tokens.clear()


async def test_a_token_is_accepted_by_every_service_on_either_database(everywhere: Portolan) -> None:
    token = (await new_token_of(everywhere))["token"]
    program = with_token(everywhere, token)
    answers = {service: (await program.get(path)).status_code for service, path in A_READ.items()}
    assert answers == dict.fromkeys(A_READ, 200)
    created = await program.post("/projects/v1/projects", json={"name": "Harbour"})
    assert created.status_code == 201, "it acts as its owner"
    [[headers]] = await everywhere.running.services["projects"].kernel.store.fetch(
        "SELECT headers FROM outbox"
    )
    assert '"authid":"manager"' in headers


async def test_a_token_is_shown_once_and_kept_nowhere(portolan: Portolan) -> None:
    key = {"Idempotency-Key": "the-same"}
    answer = await portolan("manager").post(TOKENS, json={"name": "report"}, headers=key)
    token = answer.json()["token"]
    again = await portolan("manager").post(TOKENS, json={"name": "report"}, headers=key)
    assert (again.status_code, again.content) == (201, b"")
    await portolan.settled()
    for one in portolan.running.services.values():
        for table in ("outbox", "access_token", "idempotency"):
            assert token not in str(await one.kernel.store.fetch(f"SELECT * FROM {table}"))
    [item] = (await portolan("manager").get(TOKENS)).json()["items"]
    assert token not in str(item)
    assert (item["name"], item["last_used_at"]) == ("report", None)


async def test_a_narrowed_token_may_no_more_than_its_scope(portolan: Portolan) -> None:
    program = with_token(portolan, (await new_token_of(portolan, scope="projects.read"))["token"])
    assert (await program.get("/projects/v1/projects")).status_code == 200
    refused = await program.post("/projects/v1/projects", json={"name": "Harbour"})
    assert (refused.status_code, refused.json()["needs"]) == (403, "projects.write")
    assert (await program.get("/risk/v1/risks")).status_code == 403
    assert (await program.get("/projects/v1/me")).json()["token"]["scopes"] == ["projects.read"]


async def test_a_token_is_never_wider_than_what_made_it(portolan: Portolan) -> None:
    assert portolan.tokens.local is not None
    narrow = portolan.tokens.local.issue("anna", "director", "portolan", scope="projects.read risk.read")
    client = with_token(portolan, narrow)
    for scope, allowed in (
        (None, {"projects.read", "risk.read"}),
        ("projects", {"projects.read"}),
        ("finance", set()),
    ):
        answer = (await client.post(TOKENS, json={"name": "x", "scope": scope})).json()
        await portolan.settled()
        me = (await with_token(portolan, answer["token"]).get("/projects/v1/me")).json()
        assert set(me["scopes"]) == allowed


@pytest.mark.parametrize("scope", ["projects.reed", "", "projects read", "PROJECTS"])
async def test_a_scope_that_is_not_understood_is_refused(portolan: Portolan, scope: str) -> None:
    answer = await portolan("manager").post(TOKENS, json={"name": "x", "scope": scope})
    assert answer.status_code == 422


async def test_a_token_acts_with_the_rights_that_its_owner_has_now(portolan: Portolan) -> None:
    office = Office(portolan)
    project = await office.project("Harbour", confidential=True)
    await portolan.settled()
    mine = office.caller("anna", "participant")
    program = with_token(portolan, (await mine.post(TOKENS, json={"name": "x"})).json()["token"])
    path = f"/projects/v1/projects/{project['id']}"
    await portolan.settled()
    assert (await program.get(path)).status_code == 403
    membership = await office.member(
        "manager", "project", project["id"], person_id=await office.person("Anna", "anna")
    )
    await portolan.settled()
    assert (await program.get(path)).status_code == 200
    await office.act(membership, "revoke")
    await portolan.settled()
    assert (await program.get(path)).status_code == 403


async def test_a_token_loses_the_roles_that_its_owner_has_lost(everywhere: Portolan) -> None:
    office = Office(everywhere)
    answer = await office.caller("anna", "director").post(TOKENS, json={"name": "x"})
    program = with_token(everywhere, answer.json()["token"])
    await everywhere.settled()
    assert (await program.post("/finance/v1/vendors", json={"name": "A"})).status_code == 201
    assert (await office.caller("anna", "viewer").get("/resources/v1/me")).json()["roles"] == ["viewer"]
    await everywhere.settled()
    forget(everywhere)
    assert (await program.post("/finance/v1/vendors", json={"name": "B"})).status_code == 403
    assert (await program.get("/finance/v1/vendors")).status_code == 200


async def test_a_process_looks_again_what_another_one_has_seen_of_the_owner(
    portolan: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demoted, promoted in the eyes of another process, and demoted again: the last word counts."""
    monkeypatch.setattr(commands, "LOOK_AGAIN_S", 0.0)
    office = Office(portolan)
    viewer, director = office.caller("anna", "viewer"), office.caller("anna", "director")
    program = with_token(portolan, (await viewer.post(TOKENS, json={"name": "x"})).json()["token"])
    await viewer.get("/resources/v1/me")
    of_one_process = dict(commands._CONFIRMED)
    commands._CONFIRMED.clear()
    await director.get("/resources/v1/me")
    commands._CONFIRMED.clear()
    commands._CONFIRMED.update(of_one_process)
    await viewer.get("/resources/v1/me")
    await portolan.settled()
    assert (await program.get("/finance/v1/me")).json()["roles"] == ["viewer"]


async def test_a_token_whose_owner_is_not_seen_any_more_is_refused(portolan: Portolan) -> None:
    program = with_token(portolan, (await new_token_of(portolan))["token"])
    long_ago = machine_micros() - 91 * 86_400 * 1_000_000
    for one in portolan.running.services.values():
        await one.kernel.store.run("UPDATE access_token SET confirmed_at = ?", (long_ago,))
    refused = await program.get("/risk/v1/risks")
    assert (refused.status_code, refused.json()["code"]) == (401, "owner_not_seen")
    forget(portolan)
    await portolan("manager").get("/resources/v1/me")
    await portolan.settled()
    assert (await program.get("/risk/v1/risks")).status_code == 200, "the owner has come again"


async def test_a_revoked_token_is_refused_everywhere_within_seconds(
    everywhere: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_tokens, "LOOK_AGAIN_S", 0.0)
    token = await new_token_of(everywhere)
    program = with_token(everywhere, token["token"])
    assert (await program.get("/risk/v1/risks")).status_code == 200
    assert (await everywhere("manager").delete(f"{TOKENS}/{token['id']}")).status_code == 204
    await everywhere.settled()
    for path in A_READ.values():
        refused = await program.get(path)
        assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")
    assert (await everywhere("manager").get(TOKENS)).json()["items"] == []


async def test_nobody_sees_or_revokes_the_tokens_of_others(portolan: Portolan) -> None:
    token = await new_token_of(portolan)
    assert (await portolan("viewer").get(TOKENS)).json()["items"] == []
    assert (await portolan("viewer").delete(f"{TOKENS}/{token['id']}")).status_code == 404
    assert (await portolan("viewer").get("/resources/v1/personal-tokens")).status_code == 403
    [listed] = (await portolan("director").get("/resources/v1/personal-tokens")).json()["items"]
    assert listed["subject"] == "manager"
    path = f"/resources/v1/personal-tokens/{token['id']}/revoke"
    assert (await portolan("manager").post(path)).status_code == 403
    assert (await portolan("director").post(path)).json()["revoked_at"] is not None


async def test_a_token_of_a_program_makes_no_other_and_begins_no_session(portolan: Portolan) -> None:
    token = (await new_token_of(portolan))["token"]
    refused = await with_token(portolan, token).post(TOKENS, json={"name": "another"})
    assert (refused.status_code, refused.json()["code"]) == (403, "needs_log_in")
    account = await portolan("service").post(TOKENS, json={"name": "x"})
    assert (account.status_code, account.json()["code"]) == (403, "not_a_person")


async def test_an_expired_token_is_refused(portolan: Portolan) -> None:
    program = with_token(portolan, (await new_token_of(portolan, days=1))["token"])
    for one in portolan.running.services.values():
        await one.kernel.store.run("UPDATE access_token SET expires_at = ?", (machine_micros() - 1,))
    refused = await program.get("/risk/v1/risks")
    assert (refused.status_code, refused.json()["code"]) == (401, "token_expired")


async def test_what_a_subject_was_given_is_revoked_with_its_personal_tokens(portolan: Portolan) -> None:
    program = with_token(portolan, (await new_token_of(portolan))["token"])
    body = {"kind": "subject", "value": "manager", "issuer": LOCAL}
    await portolan("director").post("/risk/v1/revocations", json=body)
    assert (await program.get("/risk/v1/risks")).json()["code"] == "token_revoked"
    again = with_token(portolan, portolan.token("manager", "manager"))
    assert (await again.get("/risk/v1/me/tokens")).json() == {"items": []}
    elsewhere = (await again.get("/finance/v1/me/tokens")).json()["items"]
    assert len(elsewhere) == 1, "the revocation was for one service"


async def test_the_tokens_of_a_person_go_with_them(portolan: Portolan) -> None:
    office = Office(portolan)
    person = await office.person("Anna", "anna")
    answer = await office.caller("anna", "viewer").post(TOKENS, json={"name": "of Anna Muster"})
    program = with_token(portolan, answer.json()["token"])
    await portolan.settled()
    assert (await program.get("/risk/v1/risks")).status_code == 200
    assert (await office.act(f"/resources/v1/persons/{person}", "erase")).status_code == 200
    await portolan.settled()
    forget(portolan)
    assert (await program.get("/risk/v1/risks")).status_code == 401
    for one in portolan.running.services.values():
        rows = await one.kernel.store.fetch("SELECT * FROM access_token")
        assert "Anna Muster" not in str(rows)
    outbox = await portolan.running.services["resources"].kernel.store.fetch("SELECT payload FROM outbox")
    assert "Anna Muster" not in str(outbox)


async def test_guesses_are_bounded_and_cost_no_look_at_the_database(portolan: Portolan) -> None:
    good = with_token(portolan, (await new_token_of(portolan))["token"])
    assert (await good.get("/risk/v1/risks")).status_code == 200
    answers = [
        (await with_token(portolan, personal_tokens.new_token()).get("/risk/v1/risks")).status_code
        for _ in range(12)
    ]
    assert answers == [401] * 10 + [429] * 2
    assert (await good.get("/risk/v1/risks")).status_code == 200, "who was known goes on"


@pytest.mark.parametrize("token", ["ptl_", "ptl_x", "ptl_" + "a" * 51, "ptl_" + "ä" * 43 + "0" * 8])
async def test_what_only_looks_like_a_token_is_refused(portolan: Portolan, token: str) -> None:
    client = portolan.anonymous()
    refused = await client.get("/risk/v1/risks", headers={b"Authorization": f"Bearer {token}".encode()})
    assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")


async def test_when_a_token_was_used_is_known_to_the_hour(portolan: Portolan) -> None:
    program = with_token(portolan, (await new_token_of(portolan))["token"])
    for _ in range(3):
        await program.get("/risk/v1/risks")
        forget(portolan)
    [item] = (await portolan("manager").get("/risk/v1/me/tokens")).json()["items"]
    assert item["last_used_at"] is not None
    [other] = (await portolan("manager").get("/finance/v1/me/tokens")).json()["items"]
    assert other["last_used_at"] is None


async def test_an_instance_may_have_no_personal_tokens(tmp_path: Any, fresh_stores: Any) -> None:
    async with running_portolan(Settings(data=tmp_path, personal_token_days=0)) as portolan:
        refused = await portolan("manager").post(TOKENS, json={"name": "x"})
        assert (refused.status_code, refused.json()["code"]) == (403, "no_personal_tokens")
    async with running_portolan(Settings(data=tmp_path, personal_token_days=30)) as portolan:
        refused = await portolan("manager").post(TOKENS, json={"name": "x", "days": 31})
        assert (refused.status_code, refused.json()["code"]) == (422, "too_long")
