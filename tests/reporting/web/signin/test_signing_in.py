"""Logging in at an OIDC issuer: authorization code with PKCE, and what makes an answer no answer to this log-in."""

from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.reporting.web import sessions
from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting
from tests.reporting.web.signin.conftest import SECRET, described, logged_in, sent_to, trusting_those
from tests.support.issuer import CLIENT, OTHER_KEY, Issuer, running


def store_of(portolan: Portolan) -> Any:
    return portolan.running.services["reporting"].kernel.store


async def is_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/")).status_code == 200


async def test_the_login_page_offers_each_issuer_by_its_name(browser: httpx.AsyncClient) -> None:
    form = (await browser.get("/login?next=/project")).text
    assert "Log in with Example Ltd" in form
    assert 'href="/login/example?next=%2Fproject"' in form


async def test_somebody_logs_in_at_the_issuer_and_is_where_they_wanted_to_be(
    browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    address = await sent_to(browser, "/project?q=harbour")
    sent = dict(parse_qsl(urlsplit(address).query))
    assert address.startswith(f"{issuer.url}/authorize?")
    assert (sent["client_id"], sent["response_type"], sent["code_challenge_method"]) == (
        CLIENT,
        "code",
        "S256",
    )
    assert sent["redirect_uri"].endswith("/login/example/callback")
    back = await browser.get("/login/example/callback", params=issuer.authorize(address))
    assert (back.status_code, back.headers["location"]) == (303, "/project?q=harbour")
    assert await is_in(browser)
    assert issuer.secrets() == [f"{CLIENT}:{SECRET}"]


async def test_who_has_logged_in_is_called_as_the_issuer_calls_them(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    issuer.subject, issuer.id = "0c1f52c6-7a0e-4f2b-9d6a-3b8c1f7e2a90", {"name": "Anna <Keller>"}
    await logged_in(browser, issuer)
    account = (await browser.get("/me")).text
    assert "<bdi>Anna &lt;Keller&gt;</bdi>" in account
    assert "Printed for Anna &lt;Keller&gt;," in account
    await store_of(trusting).run("UPDATE browser_session SET tokens_end_at = 1")
    issuer.sends_id_at_renewal = False
    assert "<bdi>Anna &lt;Keller&gt;</bdi>" in (await browser.get("/me")).text, "after a renewal too"


@pytest.mark.parametrize("name", [None, "", 5, ["Anna"], "\u202e", "x" * 201], ids=repr)
async def test_who_has_no_name_that_can_be_read_is_called_by_their_subject(
    browser: httpx.AsyncClient, issuer: Issuer, name: Any
) -> None:
    issuer.id = {"name": name}
    await logged_in(browser, issuer)
    assert "Printed for anna," in (await browser.get("/me")).text


@pytest.mark.parametrize(
    ("locale", "chosen_here", "language"),
    [("fr", "", "fr"), ("fr-CH", "", "fr"), ("fr_CH", "en", "en"), ("xx", "", "en"), (["fr"], "", "en"), ("", "fr", "fr")],
    ids=str,
)  # fmt: skip
async def test_the_language_chosen_at_the_issuer_counts_unless_one_was_chosen_here(
    browser: httpx.AsyncClient, issuer: Issuer, locale: Any, chosen_here: str, language: str
) -> None:
    issuer.id = {"locale": locale}
    if chosen_here:
        await browser.get(f"/language/{chosen_here}")
    await logged_in(browser, issuer)
    assert f'<html lang="{language}' in (await browser.get("/me")).text


async def test_the_language_of_an_issuer_is_no_choice_of_who_logs_in_next(
    browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    issuer.id = {"locale": "fr"}
    await logged_in(browser, issuer)
    issuer.subject, issuer.id = "paul", {}
    await logged_in(browser, issuer)
    assert '<html lang="en' in (await browser.get("/me")).text


async def test_mails_too_are_in_the_language_of_the_issuer_until_one_is_chosen(
    issuer: Issuer, tmp_path: Path, fresh_stores: Path
) -> None:
    issuer.id = {"locale": "fr-CH"}
    login = {"issuer": issuer.url, "subject": issuer.subject, "name": "Anna"}
    async with (
        trusting_those(described(issuer), tmp_path, fresh_stores) as system,
        visiting(system) as browser,
    ):
        answer = await system("director").post("/resources/v1/identities/of-login", json=login)
        assert answer.is_success, answer.text
        await system.settled()
        for _ in range(2):
            await logged_in(browser, issuer)
        languages = await store_of(system).fetch("SELECT language, read_in FROM mail_login")
    assert [tuple(row) for row in languages] == [(None, "fr")]


async def test_somebody_logs_in_on_either_database(
    issuer: Issuer, tmp_path: Path, fresh_stores: Path, database_url: str
) -> None:
    file = described(issuer)
    async with (
        trusting_those(file, tmp_path, fresh_stores, database_url=database_url) as system,
        visiting(system) as browser,
    ):
        assert (await logged_in(browser, issuer)).status_code == 303
        assert await is_in(browser)


async def test_tokens_stay_on_the_server_and_cannot_be_read_in_its_database(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    answer = await logged_in(browser, issuer)
    [row] = await store_of(trusting).fetch("SELECT * FROM browser_session")
    row_text = " ".join(map(str, row))
    issued = next(iter(issuer.refresh_tokens))
    assert issued not in row_text
    assert "eyJ" not in row_text
    assert "eyJ" not in str(answer.headers)


async def test_the_session_after_a_log_in_is_another_than_before(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    browser.cookies.set(sessions.COOKIE, "given-by-an-attacker", domain="127.0.0.1", path="/")
    await logged_in(browser, issuer)
    first = browser.cookies.get(sessions.COOKIE)
    assert first != "given-by-an-attacker"
    await logged_in(browser, issuer)
    assert browser.cookies.get(sessions.COOKIE) != first
    assert len(await store_of(trusting).fetch("SELECT hash FROM browser_session")) == 1


@pytest.mark.parametrize(
    "then",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/x" * 2000,
    ],
)
async def test_nobody_is_led_to_another_site(browser: httpx.AsyncClient, issuer: Issuer, then: str) -> None:
    assert (await logged_in(browser, issuer, then)).headers["location"] == "/home"


async def refused(browser: httpx.AsyncClient, answer: httpx.Response, sentence: str) -> None:
    assert answer.status_code in (401, 403), answer.text
    assert sentence in answer.text
    assert not await is_in(browser)


WRONG_ANSWERS: dict[str, tuple[dict[str, str], str]] = {
    "another state": ({"state": "of-somebody-else"}, "This browser has begun no such log-in"),
    "no state": ({"state": ""}, "This browser has begun no such log-in"),
    "another issuer": ({"iss": "https://evil.example"}, "The answer is another issuer"),
    "no issuer": ({"iss": ""}, "The answer is another issuer"),
    "a code that was never given": ({"code": "made-up"}, "The issuer does not accept this log-in"),
    "no code": ({"code": ""}, "The answer of the issuer has no code"),
    "an error": ({"error": "access_denied"}, "The issuer has logged nobody in: access_denied."),
    "an error with markup": ({"error": "<script>x"}, "The issuer has logged nobody in."),
}


@pytest.mark.parametrize("name", WRONG_ANSWERS)
async def test_an_answer_that_is_wrong_logs_nobody_in(
    browser: httpx.AsyncClient, issuer: Issuer, name: str
) -> None:
    changed, sentence = WRONG_ANSWERS[name]
    await refused(browser, await logged_in(browser, issuer, **changed), sentence)


WRONG_ID_TOKENS: dict[str, tuple[dict[str, Any], str]] = {
    "of another client": ({"aud": "another-client"}, "The token is not valid"),
    "of two clients": ({"aud": [CLIENT, "another-client"]}, "This is no ID token of this log-in"),
    "issued to another client": ({"azp": "another-client"}, "This is no ID token of this log-in"),
    "of another log-in": ({"nonce": "another"}, "The answer belongs to another log-in"),
    "of no log-in": ({"nonce": None}, "The answer belongs to another log-in"),
    "of another issuer": ({"iss": "https://evil.example"}, "The token&#39;s issuer is not trusted here"),
    "that has expired": ({"exp": time() - 90}, "The token has expired"),
    "of tomorrow": ({"iat": time() + 86_400}, "The token is not valid"),
    "of nobody": ({"sub": None}, "The token is not valid"),
    "that is for access": ({"typ": "Bearer"}, "This is no ID token of this log-in"),
    "of somebody else": ({"sub": "paul"}, "The tokens are two people&#39;s"),
}


@pytest.mark.parametrize("name", WRONG_ID_TOKENS)
async def test_an_id_token_that_is_wrong_logs_nobody_in(
    browser: httpx.AsyncClient, issuer: Issuer, name: str
) -> None:
    issuer.id, sentence = WRONG_ID_TOKENS[name]
    await refused(browser, await logged_in(browser, issuer), sentence)


async def test_an_id_token_signed_by_another_key_or_by_none_logs_nobody_in(
    browser: httpx.AsyncClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = issuer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forgers = {
        "another key": lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "one"}),
        "none": lambda claims: jwt.encode(claims, "", "none", headers={"kid": "one"}),
        "the public key as a secret": lambda claims: _hs256(claims, public),
    }
    for forge in forgers.values():
        monkeypatch.setattr(Issuer, "id_token", lambda self, nonce, forge=forge: forge(
            {"iss": self.url, "sub": "anna", "aud": CLIENT, "nonce": nonce, "iat": time(), "exp": time() + 60}
        ))  # fmt: skip
        await refused(browser, await logged_in(browser, issuer), "The token is not valid")


def _hs256(claims: dict[str, Any], key: bytes) -> str:
    """As somebody signs who does not mind that the key is public; PyJWT itself would not."""
    import hmac
    import json

    encoded = [
        jwt.utils.base64url_encode(json.dumps(part).encode())
        for part in ({"alg": "HS256", "kid": "one"}, claims)
    ]
    content = b".".join(encoded)
    return (content + b"." + jwt.utils.base64url_encode(hmac.digest(key, content, "sha256"))).decode()


async def test_a_code_that_was_used_logs_nobody_in_again(
    browser: httpx.AsyncClient, issuer: Issuer, trusting: Portolan
) -> None:
    back = issuer.authorize(await sent_to(browser))
    cookies = dict(browser.cookies)
    assert (await browser.get("/login/example/callback", params=back)).status_code == 303
    async with visiting(trusting) as thief:
        await refused(
            thief, await thief.get("/login/example/callback", params=back), "This browser has begun no such"
        )
        thief.cookies.update(cookies)
        await refused(
            thief, await thief.get("/login/example/callback", params=back), "does not accept this log-in"
        )


async def test_who_is_led_to_the_answer_of_an_attacker_is_not_logged_in_as_them(
    browser: httpx.AsyncClient, issuer: Issuer, trusting: Portolan
) -> None:
    async with visiting(trusting) as attacker:
        back = issuer.authorize(await sent_to(attacker))
    await refused(
        browser, await browser.get("/login/example/callback", params=back), "This browser has begun no such"
    )


async def test_two_issuers_are_not_mixed_up(issuer: Issuer, tmp_path: Path, fresh_stores: Path) -> None:
    """What one issuer gave for a log-in at the other is no answer, though a browser brings it."""
    with running() as evil:
        evil.metadata = {"authorization_response_iss_parameter_supported": False}
        file = described(issuer) + described(evil, "evil")
        async with trusting_those(file, tmp_path, fresh_stores) as system, visiting(system) as browser:
            back = issuer.authorize(await sent_to(browser, key="evil"))
            await refused(
                browser,
                await browser.get("/login/example/callback", params=back),
                "belongs to another log-in",
            )
            assert evil.requests == issuer.requests == []
            back = issuer.authorize(await sent_to(browser, key="evil"))
            await refused(browser, await browser.get("/login/evil/callback", params=back), "another issuer")
            assert evil.requests == []


async def test_an_access_token_that_services_do_not_accept_logs_nobody_in_without_a_local_issuer(
    browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    issuer.access = {"aud": "another-api"}
    await refused(browser, await logged_in(browser, issuer), "its audience must be portolan")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"}, {"token_endpoint": "http://10.0.0.1/token"}, {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"}, {"jwks_uri": "file:///etc/passwd"}, {"jwks_uri": 5},
    ],
    ids=str,
)  # fmt: skip
async def test_metadata_that_lead_elsewhere_are_not_followed(
    browser: httpx.AsyncClient, issuer: Issuer, metadata: dict[str, Any]
) -> None:
    issuer.metadata = metadata
    answer = await browser.get("/login/example")
    assert answer.status_code == 503
    assert "metadata cannot be read now" in answer.text


async def test_an_issuer_that_is_away_is_said_so(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    issuer.status = 500
    answer = await logged_in(browser, issuer)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "The issuer cannot be reached now" in answer.text


async def test_failed_log_ins_of_an_address_are_bounded(
    browser: httpx.AsyncClient, trusting: Portolan
) -> None:
    answers = [await browser.get("/login/example/callback?state=x&code=y") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429]
    assert await store_of(trusting).fetch("SELECT * FROM refused_attempt") == []


async def test_there_is_no_log_in_at_an_issuer_that_is_not_configured(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/login/unknown")).status_code == 404
    assert (await browser.get("/login/unknown/callback?state=x")).status_code == 404
