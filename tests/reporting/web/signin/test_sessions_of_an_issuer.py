"""Sessions begun at an issuer: their tokens are renewed before they end, and they end when the issuer or the person says so."""

import asyncio
import threading
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from services.reporting.web import session_rows, sessions
from services.reporting.web.session_rows import hashed
from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting
from tests.reporting.web.signin.conftest import described, logged_in, trusting_those
from tests.reporting.web.signin.test_signing_in import is_in, store_of
from tests.support.issuer import Issuer

LOGOUT = "/login/example/logout"


async def age(portolan: Portolan, later_s: float) -> None:
    """Tokens of sessions end so soon from now."""
    await store_of(portolan).run(
        "UPDATE browser_session SET tokens_end_at = ?", (int((time() + later_s) * 1_000_000),)
    )


async def roles(portolan: Portolan) -> str:
    [[roles]] = await store_of(portolan).fetch("SELECT roles FROM browser_session")
    return str(roles)


async def test_tokens_are_renewed_before_they_end(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    await logged_in(browser, issuer)
    before, issuer.roles = set(issuer.refresh_tokens), ["viewer"]
    await age(trusting, 120)
    assert await is_in(browser)
    assert issuer.refresh_tokens == before, "they hold for a while"
    await age(trusting, 30)
    assert await is_in(browser)
    assert issuer.refresh_tokens != before
    assert await roles(trusting) == "viewer", "the person has the rights that they have now"
    await age(trusting, 30)
    assert await is_in(browser), "the new refresh token counts"


async def test_an_issuer_may_send_no_id_token_with_new_tokens(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    await logged_in(browser, issuer)
    issuer.sends_id_at_renewal = False
    await age(trusting, -30)
    assert await is_in(browser)


@pytest.mark.parametrize("everywhere_else", [0, 1])
async def test_tokens_are_renewed_once_however_many_pages_ask(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer, everywhere_else: int
) -> None:
    await logged_in(browser, issuer)
    count, issuer.delay = len(issuer.requests), threading.Event()
    await age(trusting, -30 if everywhere_else else 30)
    pages = [asyncio.create_task(is_in(browser)) for _ in range(6)]
    if everywhere_else == 0:
        _, waiting = await asyncio.wait(pages, return_when=asyncio.FIRST_COMPLETED, timeout=5)
        assert len(waiting) < 6, "tokens that still hold are used meanwhile"
    issuer.delay.set()
    assert all(await asyncio.gather(*pages))
    assert len(issuer.requests) == count + 1


async def test_a_refused_renewal_ends_the_session(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    await logged_in(browser, issuer)
    issuer.refresh_tokens.clear()
    await age(trusting, 30)
    answer = await browser.get("/project")
    assert answer.headers["location"] == "/login?session=ended&next=%2Fproject"
    assert await store_of(trusting).fetch("SELECT hash FROM browser_session") == []


async def test_new_tokens_of_somebody_else_end_the_session(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    await logged_in(browser, issuer)
    issuer.subject = "paul"
    await age(trusting, 30)
    assert not await is_in(browser)


async def test_an_issuer_that_is_away_ends_no_session(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    await logged_in(browser, issuer)
    issuer.status = 503
    await age(trusting, 30)
    assert await is_in(browser)
    await age(trusting, -30)
    await store_of(trusting).run("UPDATE browser_session SET renewing_until = 0")
    assert (await browser.get("/")).status_code == 503
    issuer.status = 200
    await store_of(trusting).run("UPDATE browser_session SET renewing_until = 0")
    assert await is_in(browser)


async def test_pages_call_services_with_the_token_of_the_issuer(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    await logged_in(browser, issuer)
    cookie = browser.cookies[sessions.COOKIE]
    kernel = trusting.running.services["reporting"].kernel
    session = await session_rows.find(kernel.store, cookie)
    assert session is not None
    token = session.tokens(kernel.secret, cookie).access
    assert (await trusting.tokens.principal(token)).subject == "anna"
    assert session.tokens(kernel.secret, "another-cookie").access == ""
    assert session.tokens(b"another secret of an instance...", cookie).access == ""


async def notice(portolan: Portolan, token: str) -> httpx.Response:
    async with visiting(portolan) as client:
        return await client.post(LOGOUT, data={"logout_token": token, "more": "ignored"})


@pytest.mark.parametrize("names", ["sid", "sub", "both"])
async def test_who_logs_out_at_the_issuer_is_logged_out_here(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer, names: str
) -> None:
    await logged_in(browser, issuer)
    issuer.session = "sid-2"
    async with visiting(trusting) as elsewhere:
        await logged_in(elsewhere, issuer)
        missing = {"sid": {"sub": None}, "sub": {"sid": None}, "both": {}}[names]
        answer = await notice(trusting, issuer.logout_token(**missing))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert not await is_in(elsewhere)
        assert await is_in(browser) is (names != "sub"), "a session of the issuer is one of several"


async def test_what_was_given_in_a_session_of_the_issuer_is_revoked_with_it(
    trusting: Portolan, issuer: Issuer
) -> None:
    token, other = issuer.access_token(), issuer.access_token(sid="sid-2")
    await notice(trusting, issuer.logout_token())
    client = trusting.anonymous()
    for sent, status in ((token, 401), (other, 200)):
        headers = {"Authorization": f"Bearer {sent}"}
        answer = await client.get("/reporting/v1/portfolios", headers=headers)
        assert answer.status_code == status, answer.text


async def test_a_logout_token_counts_once(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    token = issuer.logout_token()
    assert (await notice(trusting, token)).status_code == 200
    issuer.session = "sid-2"
    await logged_in(browser, issuer)
    again = await notice(trusting, token)
    assert again.status_code == 400
    assert await is_in(browser)


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another-client"}, {"iss": "https://evil.example"}, {"events": None}, {"events": {"other": {}}},
        {"events": []}, {"nonce": "n"}, {"jti": None}, {"jti": ""}, {"jti": 5}, {"sub": None, "sid": None}, {"iat": None},
        {"exp": 1}, {"sid": "a\x00b"}, {"sub": 5, "sid": None},
    ],
    ids=str,
)  # fmt: skip
async def test_what_is_no_logout_token_ends_no_session(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer, wrong: dict[str, Any]
) -> None:
    await logged_in(browser, issuer)
    answer = await notice(trusting, issuer.logout_token(**wrong))
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) in (
        (400, "application/problem+json"),
        (400, "text/html"),
    )
    assert await is_in(browser)


async def test_an_id_token_is_no_logout_token(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    await logged_in(browser, issuer)
    assert (await notice(trusting, issuer.id_token(None, jti="1"))).status_code == 400
    assert (await notice(trusting, issuer.access_token(aud="portolan-pages"))).status_code == 400
    assert await is_in(browser)


async def log_out(browser: httpx.AsyncClient, **members: str) -> httpx.Response:
    page = (await browser.get("/")).text
    proof = page.split('name="form" value="')[1].split('"')[0]
    return await browser.post("/logout", data={"form": proof} | members)


async def test_logging_out_leads_to_the_issuer_and_back(
    trusting: Portolan, browser: httpx.AsyncClient, issuer: Issuer
) -> None:
    await logged_in(browser, issuer)
    answer = await log_out(browser)
    assert answer.status_code == 200
    address = answer.text.split('http-equiv="refresh" content="0;url=')[1].split('"')[0].replace("&amp;", "&")
    assert address.startswith(f"{issuer.url}/leave?")
    query = parse_qs(urlsplit(address).query)
    assert query["post_logout_redirect_uri"][0].endswith("/logout")
    assert query["id_token_hint"]
    assert not await is_in(browser)
    assert (await browser.get("/logout?state=x")).headers["location"] == "/login?session=left"


async def test_another_site_logs_nobody_out(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    await logged_in(browser, issuer)
    assert (await browser.post("/logout", data={"form": "made-up"})).status_code == 403
    page = (await browser.get("/")).text
    proof = page.split('name="form" value="')[1].split('"')[0]
    origin = {"Origin": "https://evil.example"}
    assert (await browser.post("/logout", data={"form": proof}, headers=origin)).status_code == 403
    assert await is_in(browser)


async def test_where_the_issuer_says_opaque_words_the_instance_issues_tokens_itself(
    issuer: Issuer, tmp_path: Any, fresh_stores: Any
) -> None:
    issuer.access = {"aud": "an-api-of-the-issuer-itself"}
    async with (
        trusting_those(described(issuer), tmp_path, fresh_stores) as system,
        visiting(system) as browser,
    ):
        await logged_in(browser, issuer)
        assert await is_in(browser)
        [[issued_for, hash]] = await store_of(system).fetch("SELECT issuer, hash FROM browser_session")
        assert (issued_for, hash) == (issuer.url, hashed(browser.cookies[sessions.COOKIE]))
        await age(system, -5)
        assert await is_in(browser)
