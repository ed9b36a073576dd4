"""Sign-in as an organisation has it: a real Keycloak, its login form, and a Portolan that trusts nobody else."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from html import unescape
from time import monotonic, sleep
from typing import Any

import httpx
import jwt
import pytest

from deploy.keycloak.realm import REALM, SECRET, USERS
from deploy.keycloak.server import Keycloak
from shared.contracts.words import label
from tests.conftest import DEADLINE_S
from tests.support.keycloak import PATIENCE_S, Visitor, visitor
from tests.system.running import EmbeddedProcess

SHORT_S = 50
"""Of an access token: less than Portolan waits for before it renews, so that each page renews."""


@pytest.fixture
def visitors(portolan_at_keycloak: EmbeddedProcess) -> Iterator[Callable[[], Visitor]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(visitor(portolan_at_keycloak.url))


@pytest.fixture
def somebody(visitors: Callable[[], Visitor]) -> Visitor:
    """A browser in which nobody has logged in."""
    return visitors()


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = monotonic() + DEADLINE_S
    while not condition():
        assert monotonic() < deadline, f"not seen: {what}"
        sleep(0.05)


@contextmanager
def tokens_of(keycloak: Keycloak, seconds: int) -> Iterator[None]:
    """Access tokens that are given meanwhile last so long."""
    keycloak.administer("PUT", f"/{REALM}", {"accessTokenLifespan": seconds})
    try:
        yield
    finally:
        keycloak.administer("PUT", f"/{REALM}", {"accessTokenLifespan": 300})


def session_of(browser: Visitor) -> str:
    """The id of Keycloak's session of this browser, as its cookie names it."""
    [identity] = [one.value for one in browser.client.cookies.jar if one.name == "KEYCLOAK_IDENTITY"]
    return str(jwt.decode(str(identity), options={"verify_signature": False})["sid"])


def sessions_of(keycloak: Keycloak, name: str) -> list[str]:
    """The ids of a user's sessions at Keycloak."""
    listed = keycloak.administer("GET", f"/{REALM}/users/{user_id(keycloak, name)}/sessions")
    return [one["id"] for one in listed]


def user_id(keycloak: Keycloak, name: str) -> str:
    [user] = keycloak.administer("GET", f"/{REALM}/users?exact=true&username={name}")
    return str(user["id"])


def roles_shown(page: httpx.Response) -> str:
    match = re.search(r"<dt>Roles</dt><dd>([^<]*)</dd>", page.text)
    assert match, page.text
    return match[1]


def granted(keycloak: Keycloak, realm: str = REALM, **form: str) -> dict[str, Any]:
    """What the token endpoint of a realm gives."""
    address = f"{keycloak.url}/realms/{realm}/protocol/openid-connect/token"
    answer = httpx.post(address, data=form, timeout=PATIENCE_S)
    assert answer.is_success, answer.text
    content: dict[str, Any] = answer.json()
    return content


def me_with(portolan: EmbeddedProcess, token: str) -> httpx.Response:
    """Who the token's holder is, as projects says."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{portolan.url}/projects/v1/me", headers=headers, timeout=PATIENCE_S)


@pytest.mark.parametrize("name", USERS)
def test_a_user_of_the_realm_logs_in_with_the_role_of_their_group(somebody: Visitor, name: str) -> None:
    page = somebody.log_in(name, then="/me")
    assert (page.status_code, page.url.path) == (200, "/me")
    role = label("value", f"membership.role.{USERS[name]}", "fr" if name == "camille" else "en")
    assert f"<dd>{role}</dd>" in page.text


def test_who_has_logged_in_is_called_by_their_name_in_the_language_that_they_chose_there(
    somebody: Visitor,
) -> None:
    account = somebody.log_in("camille", then="/me").text
    assert "<bdi>Camille Rochat</bdi>" in account
    assert '<html lang="fr' in account


def test_who_has_logged_in_is_where_they_wanted_to_be(somebody: Visitor) -> None:
    assert somebody.get("/project?q=harbour").url.path == "/login"
    page = somebody.log_in("anna", then="/project%3Fq%3Dharbour")
    assert (page.url.path, page.url.query) == ("/project", b"q=harbour")


def test_a_wrong_password_logs_nobody_in(somebody: Visitor) -> None:
    page = somebody.get("/login/keycloak")
    assert "Invalid username or password" in somebody.give_password(page, "nobody").text
    assert not somebody.is_in()


def test_the_realm_gives_no_code_without_a_challenge(somebody: Visitor) -> None:
    start = somebody.client.get(f"{somebody.portolan}/login/keycloak")
    address = httpx.URL(start.headers["location"])
    assert address.params["code_challenge_method"] == "S256"
    bare = address.copy_remove_param("code_challenge").copy_remove_param("code_challenge_method")
    refusal = somebody.client.get(bare)
    assert "code_challenge" in refusal.headers["location"]
    assert somebody.get(refusal.headers["location"]).status_code == 401


def test_a_code_is_worth_nothing_in_another_browser_or_twice(
    somebody: Visitor, visitors: Callable[[], Visitor]
) -> None:
    led_back = somebody.give_password(somebody.get("/login/keycloak"), "anna").headers["location"]
    thief = visitors()
    assert thief.client.get(led_back).status_code == 403
    thief.client.cookies.update(somebody.client.cookies)
    assert somebody.client.get(led_back).status_code == 303
    assert thief.client.get(led_back).status_code == 401, "Keycloak takes it for a theft"


def test_changed_groups_take_effect_when_tokens_are_renewed(
    keycloak: Keycloak, somebody: Visitor, visitors: Callable[[], Visitor]
) -> None:
    groups = {group["name"]: group["id"] for group in keycloak.administer("GET", f"/{REALM}/groups")}
    membership = f"/{REALM}/users/{user_id(keycloak, 'lea')}/groups/{groups['project-leads']}"
    with tokens_of(keycloak, SHORT_S):
        assert roles_shown(somebody.log_in("lea", then="/me")) == "member"
        keycloak.administer("PUT", membership)
        try:
            assert roles_shown(somebody.get("/me")) == "manager, member"
        finally:
            keycloak.administer("DELETE", membership)
        assert roles_shown(somebody.get("/me")) == "member"
    assert somebody.is_in(), "each refresh token was used once, as the realm demands"


def test_who_is_no_user_any_more_is_out_when_tokens_are_renewed(
    keycloak: Keycloak, somebody: Visitor
) -> None:
    user = f"/{REALM}/users/{user_id(keycloak, 'paul')}"
    with tokens_of(keycloak, SHORT_S):
        somebody.log_in("paul")
        assert somebody.is_in()
        keycloak.administer("PUT", user, {"enabled": False})
        try:
            assert not somebody.is_in()
        finally:
            keycloak.administer("PUT", user, {"enabled": True})


def test_a_session_that_keycloak_ends_ends_here(
    keycloak: Keycloak, somebody: Visitor, visitors: Callable[[], Visitor]
) -> None:
    other = visitors()
    for browser in (somebody, other):
        browser.log_in("camille")
    keycloak.administer("DELETE", f"/{REALM}/sessions/{session_of(somebody)}")
    until(lambda: not somebody.is_in(), "the end of the session")
    assert other.is_in(), "the session in another browser is another one"


def test_a_user_whom_keycloak_logs_out_is_out_everywhere_when_tokens_are_renewed(
    keycloak: Keycloak, somebody: Visitor, visitors: Callable[[], Visitor]
) -> None:
    """Keycloak 26 tells of one of the sessions only; the others end for want of new tokens."""
    other = visitors()
    with tokens_of(keycloak, SHORT_S):
        for browser in (somebody, other):
            browser.log_in("paul")
        keycloak.administer("POST", f"/{REALM}/users/{user_id(keycloak, 'paul')}/logout")
        until(lambda: not somebody.is_in() and not other.is_in(), "the end of both sessions")


def test_who_logs_out_here_is_logged_out_at_keycloak_and_asked_for_a_password_again(
    keycloak: Keycloak, somebody: Visitor
) -> None:
    somebody.log_in("anna")
    session = session_of(somebody)
    assert session in sessions_of(keycloak, "anna")
    leaving = somebody.log_out()
    assert not somebody.is_in()
    [address] = re.findall(r'href="(http[^"]*/logout[^"]*)"', leaving.text)
    assert somebody.get(unescape(address)).url.path == "/login"
    assert "password" in somebody.get("/login/keycloak").text
    assert session not in sessions_of(keycloak, "anna")


def test_a_new_signing_key_is_found_and_what_the_old_one_signed_goes_on(
    keycloak: Keycloak, somebody: Visitor, visitors: Callable[[], Visitor]
) -> None:
    somebody.log_in("anna")
    key = {
        "name": "newer", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider",
        "config": {"priority": ["200"], "algorithm": ["RS256"]},
    }  # fmt: skip
    keycloak.administer("POST", f"/{REALM}/components", key)
    until(lambda: visitors().log_in("lea", then="/me").status_code == 200, "a log-in with the new key")
    assert somebody.is_in()


def tokens_for(browser: Visitor, keycloak: Keycloak, name: str, verifier: str = "") -> httpx.Response:
    """What Keycloak gives to the pages' client for somebody, as a program asks that has the client's secret."""
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # of RFC 7636, appendix B
    address = f"{keycloak.issuer}/protocol/openid-connect"
    back = f"{browser.portolan}/login/keycloak/callback"
    query = {
        "client_id": "portolan", "response_type": "code", "scope": "openid", "redirect_uri": back,
        "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    led_back = browser.give_password(browser.client.get(f"{address}/auth", params=query), name)
    form = {
        "grant_type": "authorization_code", "client_id": "portolan", "client_secret": SECRET, "redirect_uri": back,
        "code": httpx.URL(led_back.headers["location"]).params["code"],
        "code_verifier": verifier or "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    }  # fmt: skip
    return browser.client.post(f"{address}/token", data=form)


def test_a_code_is_worth_nothing_without_its_verifier(somebody: Visitor, keycloak: Keycloak) -> None:
    assert tokens_for(somebody, keycloak, "anna", verifier="x" * 43).json()["error"] == "invalid_grant"


def test_the_access_token_counts_in_the_api_and_the_id_token_does_not(
    somebody: Visitor, keycloak: Keycloak, portolan_at_keycloak: EmbeddedProcess
) -> None:
    tokens = tokens_for(somebody, keycloak, "paul").json()
    accepted = me_with(portolan_at_keycloak, tokens["access_token"])
    assert (accepted.status_code, accepted.json()["roles"]) == (200, ["manager"])
    assert accepted.json()["groups"] == ["project-leads"]
    refusal = me_with(portolan_at_keycloak, tokens["id_token"])
    assert (refusal.status_code, refusal.json()["code"]) == (401, "not_an_access_token")
    refusal = me_with(portolan_at_keycloak, tokens["refresh_token"])
    assert refusal.status_code == 401


def test_an_access_token_ends_with_the_session_in_which_it_was_given(
    somebody: Visitor, keycloak: Keycloak, portolan_at_keycloak: EmbeddedProcess
) -> None:
    token = tokens_for(somebody, keycloak, "lea").json()["access_token"]
    address = f"{portolan_at_keycloak.url}/reporting/v1/me"

    def status() -> int:
        return httpx.get(
            address, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_S
        ).status_code

    assert status() == 200
    keycloak.administer("DELETE", f"/{REALM}/sessions/{session_of(somebody)}")
    until(lambda: status() == 401, "the end of the token")


def test_tokens_for_another_system_or_of_another_realm_are_refused(
    keycloak: Keycloak, portolan_at_keycloak: EmbeddedProcess
) -> None:
    password = {"grant_type": "password", "client_secret": SECRET, "username": "anna", "password": "anna"}
    for_others = granted(keycloak, client_id="another-system", **password)["access_token"]
    refusal = me_with(portolan_at_keycloak, for_others)
    assert (refusal.status_code, refusal.json()["code"]) == (401, "token_invalid")
    administrator = {"grant_type": "password", "username": "admin", "password": keycloak.password}
    of_master = granted(keycloak, "master", client_id="admin-cli", **administrator)["access_token"]
    refusal = me_with(portolan_at_keycloak, of_master)
    assert (refusal.status_code, refusal.json()["code"]) == (401, "unknown_issuer")


def test_a_program_has_a_token_of_its_own_and_is_known_as_a_service_account(
    keycloak: Keycloak, portolan_at_keycloak: EmbeddedProcess
) -> None:
    form = {"grant_type": "client_credentials", "client_id": "nightly-report", "client_secret": SECRET}
    answer = me_with(portolan_at_keycloak, granted(keycloak, **form)["access_token"]).json()
    assert (answer["kind"], answer["roles"]) == ("service_account", ["service"])
