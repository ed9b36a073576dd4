"""Who may look at the pages: one-time links, cookies, tokens, logging out."""

import asyncio
import re
import sys
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.web import changes, sessions
from services.reporting.web.command import command_of
from services.reporting.web.page import path_of_ours
from shared.base.settings import Settings
from shared.http import answers
from tests.conftest import Portolan, running_portolan
from tests.reporting.web.conftest import visiting


def store_of(portolan: Portolan) -> Any:
    return portolan.running.services["reporting"].kernel.store


def hidden(page: str, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert match, page
    return match[1]


async def test_without_a_session_a_page_leads_to_the_login_and_back(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/?as_of=2026-01-31")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2F%3Fas_of%3D2026-01-31"
    form = await visitor.get(answer.headers["location"])
    assert form.status_code == 200
    assert hidden(form.text, "next") == "/?as_of=2026-01-31"


async def test_a_link_logs_in_once_on_either_database(everywhere: Portolan) -> None:
    link = await everywhere.running.login_link()
    async with visiting(everywhere) as client:
        first = await client.get(link)
        assert (first.status_code, first.headers["location"]) == (303, "/home")
        assert (await client.get("/")).status_code == 200
    async with visiting(everywhere) as other:
        again = await other.get(link)
    assert again.status_code == 401
    assert "has been used" in again.text
    assert "<code>portolan login-link --data " in again.text
    assert sessions.COOKIE not in again.headers.get("set-cookie", "")


async def test_a_used_link_leads_on_whoever_is_logged_in(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    used = "/login?code=used-before&next=%2Fproject"
    assert [(a.status_code, a.headers["location"]) for a in [await reader.get(used)]] == [(303, "/project")]
    assert (await reader.get("/login")).headers["location"] == "/home"


async def test_a_session_that_has_ended_is_said_on_the_login_page(
    portolan: Portolan, reader: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await store_of(portolan).run("UPDATE browser_session SET expires_at = 1")
    led = await reader.get("/project?q=a")
    assert led.headers["location"] == "/login?session=ended&next=%2Fproject%3Fq%3Da"
    form = (await reader.get(led.headers["location"])).text
    assert "Your session has ended." in form
    assert hidden(form, "next") == "/project?q=a"
    assert (await visitor.get("/project")).headers["location"] == "/login?next=%2Fproject"
    assert (await visitor.get("/login?session=lost")).status_code == 400


@pytest.mark.parametrize(
    ("host", "public_url", "data", "command"),
    [
        ("127.0.0.1", "", Path("data"), "portolan login-link"),
        ("localhost", "", Path("/srv/the data"), "portolan login-link --data '/srv/the data'"),
        ("0.0.0.0", "", Path("/srv/data"), "portolan login-link"),
        ("127.0.0.1", "https://portolan.example.org", Path("/srv/data"), "portolan login-link"),
    ],
)
def test_a_folder_is_named_only_to_who_sits_at_the_machine(
    host: str, public_url: str, data: Path, command: str
) -> None:
    assert command_of(Settings(host=host, public_url=public_url, data=data), "login-link") == command


@pytest.mark.parametrize(
    ("headers", "is_named"),
    [
        ({}, True),
        ({"Host": "localhost:8000"}, True),
        ({"Host": "[::1]:8000"}, True),
        ({"X-Forwarded-For": "127.0.0.1"}, True),
        ({"Host": "portolan.example.org"}, False),
        ({"Host": "127.0.0.1.example.org:8000"}, False),
        ({"X-Forwarded-For": "203.0.113.9"}, False),
        ({"X-Forwarded-For": "203.0.113.9, 127.0.0.1"}, False),
        ({"Forwarded": "for=203.0.113.9"}, False),
    ],
)
async def test_a_folder_is_not_named_to_who_comes_by_a_proxy_on_the_machine(
    visitor: httpx.AsyncClient, portolan: Portolan, headers: dict[str, str], is_named: bool
) -> None:
    page = await visitor.get("/login", headers=headers)
    assert (str(portolan.running.settings.data) in page.text) is is_named


@pytest.mark.parametrize(
    ("started", "program"),
    [
        (".venv/bin/portolan", ".venv/bin/portolan login-link"),
        ("/opt/portolan/bin/portolan", "/opt/portolan/bin/portolan login-link"),
        ("pytest/__main__.py", "portolan login-link"),
    ],
)
def test_a_command_is_named_as_it_was_typed(
    started: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [started])
    assert command_of(Settings(), "login-link") == program


def test_the_module_is_run_by_the_python_that_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(Path.cwd() / "services" / "__main__.py")])
    monkeypatch.setattr(sys, "executable", str(Path.cwd() / ".venv" / "bin" / "python"))
    assert command_of(Settings(), "login-link") == ".venv/bin/python -m services login-link"


async def test_whoever_only_looks_at_a_link_does_not_use_it_up(
    portolan: Portolan, visitor: httpx.AsyncClient
) -> None:
    link = await portolan.running.login_link()
    assert (await visitor.head(link)).status_code == 200
    assert (await visitor.get(link)).status_code == 303


async def test_an_expired_link_logs_nobody_in(portolan: Portolan, visitor: httpx.AsyncClient) -> None:
    link = await portolan.running.login_link()
    await store_of(portolan).run("UPDATE login_code SET expires_at = 1")
    assert (await visitor.get(link)).status_code == 401
    assert (await visitor.get("/")).status_code == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    portolan: Portolan, visitor: httpx.AsyncClient
) -> None:
    cookie = (await visitor.get(await portolan.running.login_link())).headers["set-cookie"]
    name, value = cookie.split(";")[0].split("=")
    assert name == sessions.COOKIE
    assert len(value) >= 40
    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "Path=/",
        "Max-Age=129600",
        "HttpOnly",
        "SameSite=Lax",
    }


async def test_behind_https_the_cookie_never_travels_in_the_clear(portolan: Portolan) -> None:
    from datetime import timedelta

    class Behind:
        class kernel:  # noqa: N801 as a call has it
            settings = Settings(public_url="https://portolan.example.org")

    assert "; Secure" in sessions.set_cookie(Behind, "name", "value", timedelta(1))  # type: ignore[arg-type]


async def test_neither_codes_nor_cookies_stand_in_the_database(
    portolan: Portolan, visitor: httpx.AsyncClient
) -> None:
    link = await portolan.running.login_link()
    code = link.split("code=")[1]
    assert await store_of(portolan).fetch("SELECT 1 FROM login_code WHERE hash = ?", (code,)) == []
    await visitor.get(link)
    hashes = await store_of(portolan).fetch("SELECT hash FROM browser_session")
    assert visitor.cookies[sessions.COOKIE] not in {row[0] for row in hashes}


async def test_a_session_ends_by_itself(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    assert (await reader.get("/")).status_code == 200
    await store_of(portolan).run("UPDATE browser_session SET expires_at = 1")
    assert (await reader.get("/")).status_code == 303


async def test_logging_out_needs_our_own_form_and_ends_the_session(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    proof = hidden((await reader.get("/")).text, "form")
    forged = await reader.post("/logout", data={"form": "0" * 64})
    assert forged.status_code == 403
    assert (await reader.get("/")).status_code == 200
    stolen = reader.cookies[sessions.COOKIE]
    assert (await reader.post("/logout", data={"form": proof})).status_code == 303
    assert (await reader.get("/")).status_code == 303
    reader.cookies.set(sessions.COOKIE, stolen)
    assert (await reader.get("/")).status_code == 303


async def test_a_trusted_token_begins_a_session(portolan: Portolan, visitor: httpx.AsyncClient) -> None:
    form = await visitor.get("/login?next=/%3Fas_of=2026-01-31")
    token = portolan.token("viewer", "vera")
    sent = {"token": f" {token}\n", "form": hidden(form.text, "form"), "next": hidden(form.text, "next")}
    answer = await visitor.post("/login", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?as_of=2026-01-31")
    assert "vera" in (await visitor.get("/")).text


async def test_a_login_form_of_another_site_is_refused(
    portolan: Portolan, visitor: httpx.AsyncClient
) -> None:
    sent = {"token": portolan.token("viewer"), "form": "0" * 24}
    assert (await visitor.post("/login", data=sent)).status_code == 403
    await visitor.get("/login")
    assert (await visitor.post("/login", data=sent)).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "http://127.0.0.1:8000"}, 303),
        ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_a_login_sent_by_a_page_of_another_site_is_refused(
    portolan: Portolan, visitor: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    form = hidden((await visitor.get("/login")).text, "form")
    sent = {"token": portolan.token("viewer"), "form": form}
    assert (await visitor.post("/login", data=sent, headers=headers)).status_code == status


async def test_only_the_instance_can_make_the_proof_of_a_form(
    portolan: Portolan, visitor: httpx.AsyncClient
) -> None:
    """A hash of the cookie could be made by whoever can set one, a sibling domain's page say."""
    visitor.cookies.set(sessions.FORM_COOKIE, "planted")
    for guess in (sha256(b"form:planted").hexdigest(), sha256(b"planted").hexdigest(), "planted"):
        answer = await visitor.post("/login", data={"token": portolan.token("viewer"), "form": guess})
        assert answer.status_code == 403


@pytest.mark.parametrize("name", ["Sec-Purpose", "Purpose", "X-Moz"])
async def test_a_browser_that_fetches_a_link_beforehand_does_not_use_it_up(
    portolan: Portolan, visitor: httpx.AsyncClient, name: str
) -> None:
    link = await portolan.running.login_link()
    assert (await visitor.get(link, headers={name: "prefetch"})).status_code == 200
    assert (await visitor.get(link)).status_code == 303


async def test_who_fails_to_log_in_too_often_has_to_wait_and_leaves_nothing_behind(
    portolan: Portolan, visitor: httpx.AsyncClient, reader: httpx.AsyncClient
) -> None:
    form = hidden((await visitor.get("/login")).text, "form")
    refused = [await visitor.post("/login", data={"token": "x", "form": "y"}) for _ in range(9)]
    assert {answer.status_code for answer in refused} == {403}
    assert (await visitor.get("/login?code=guessed")).status_code == 401
    waits = await visitor.post("/login", data={"token": portolan.token("viewer"), "form": form})
    assert (waits.status_code, 1 <= int(waits.headers["retry-after"]) <= 60) == (429, True)
    assert (await visitor.get(await portolan.running.login_link())).status_code == 429
    assert (await reader.get("/")).status_code == 200
    assert await store_of(portolan).fetch("SELECT COUNT(*) FROM refused_attempt") == [(0,)]


async def test_attempts_are_counted_by_the_address_that_a_trusted_proxy_tells(
    tmp_path: Path, fresh_stores: Path
) -> None:
    copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    settings = Settings(data=tmp_path, login_attempts=1, trusted_proxies=["127.0.0.0/8"])
    async with running_portolan(settings) as portolan, visiting(portolan) as visitor:

        async def fails(claim: str) -> int:
            sent = {"token": "x", "form": "y"}
            return (await visitor.post("/login", data=sent, headers={"X-Forwarded-For": claim})).status_code

        assert [await fails("192.0.2.1"), await fails("192.0.2.1")] == [403, 429]
        assert await fails("192.0.2.1, 192.0.2.2, 127.0.0.9") == 403
        assert await fails("192.0.2.7, 192.0.2.2") == 429, "what is told of by nobody trusted is not believed"
        assert [await fails("2001:db8::1"), await fails("2001:db8::2"), await fails("2001:db8:0:1::1")] == [
            403, 429, 403,
        ]  # fmt: skip
        assert [await fails("192.0.2.9:4711"), await fails("192.0.2.9:4712"), await fails("192.0.2.9")] == [
            403, 429, 429,
        ]  # fmt: skip
        assert [await fails("[2001:db8:0:7::1]:80"), await fails("2001:db8:0:7::2")] == [403, 429]


async def test_logging_out_everywhere_ends_every_session_of_the_person(portolan: Portolan) -> None:
    async with visiting(portolan) as one, visiting(portolan) as two, visiting(portolan) as other:
        for client, subject in ((one, "vera"), (two, "vera"), (other, "paul")):
            form = hidden((await client.get("/login")).text, "form")
            await client.post("/login", data={"token": portolan.token("viewer", subject), "form": form})
        page = await one.get("/me")
        assert 'name="everywhere"' in page.text
        proof = hidden(page.text, "form")
        assert (await one.post("/logout", data={"form": proof, "everywhere": "yes"})).status_code == 303
        assert [(await c.get("/")).status_code for c in (one, two, other)] == [303, 303, 200]


async def test_a_stream_of_the_pages_ends_with_the_session_whatever_it_is_doing(
    portolan: Portolan, reader: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing_of_it(call: Any) -> None:
        """As a stream that is busy with something else."""

    monkeypatch.setattr(changes, "_ending", nothing_of_it)
    monkeypatch.setattr(answers, "ADMITTED_AGAIN_S", 0.02)
    monkeypatch.setattr(answers, "LAST_WORD_S", 0.0)
    began = asyncio.Event()

    async def send(message: Any) -> None:
        began.set()

    async def receive() -> Any:
        await asyncio.Event().wait()

    cookie = f"{sessions.COOKIE}={reader.cookies[sessions.COOKIE]}".encode()
    scope = {"type": "http", "method": "GET", "path": "/changes", "raw_path": b"/changes", "query_string": b"",
             "headers": [(b"cookie", cookie)]}  # fmt: skip
    stream = asyncio.create_task(portolan.app(scope, receive, send))
    async with asyncio.timeout(5):
        await began.wait()
        await store_of(portolan).run("DELETE FROM browser_session RETURNING hash", ())
        await stream


async def test_a_session_ends_with_the_token_that_began_it(
    portolan: Portolan, visitor: httpx.AsyncClient
) -> None:
    token = portolan.token("viewer", "vera")
    form = hidden((await visitor.get("/login")).text, "form")
    await visitor.post("/login", data={"token": token, "form": form})
    assert (await visitor.get("/")).status_code == 200
    jti = (await portolan.tokens.principal(token)).token_id
    body = {"kind": "token", "value": jti}
    assert (await portolan().post("/reporting/v1/revocations", json=body)).status_code == 204
    assert (await visitor.get("/")).status_code == 303
    again = await visitor.post(
        "/login", data={"token": token, "form": hidden((await visitor.get("/login")).text, "form")}
    )
    assert again.status_code == 401


async def test_a_session_begun_by_a_link_ends_when_its_subject_is_revoked(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    body = {"kind": "subject", "value": "director"}
    assert (await portolan().post("/reporting/v1/revocations", json=body)).status_code == 204
    assert (await reader.get("/")).status_code == 303
    async with visiting(portolan) as later:
        await later.get(await portolan.running.login_link())
        assert (await later.get("/")).status_code == 200


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", ""])
async def test_a_token_that_is_not_valid_begins_nothing(visitor: httpx.AsyncClient, token: str) -> None:
    form = hidden((await visitor.get("/login")).text, "form")
    answer = await visitor.post("/login", data={"token": token, "form": form})
    assert answer.status_code == 401
    assert sessions.COOKIE not in answer.headers["set-cookie"]


async def test_a_session_ends_no_later_than_the_token_that_began_it(
    portolan: Portolan, visitor: httpx.AsyncClient
) -> None:
    from datetime import timedelta

    local = portolan.tokens.local
    assert local is not None
    token = local.issue("vera", "viewer", "portolan", timedelta(minutes=5))
    form = hidden((await visitor.get("/login")).text, "form")
    await visitor.post("/login", data={"token": token, "form": form})
    [(until,)] = await store_of(portolan).fetch("SELECT expires_at FROM browser_session")
    assert until == (await portolan.tokens.principal(token)).expires_at * 1_000_000


async def test_who_may_not_read_reports_is_told_so(portolan: Portolan, visitor: httpx.AsyncClient) -> None:
    local = portolan.tokens.local
    assert local is not None
    token = local.issue("paul", "viewer", "portolan", scope="projects.read")
    form = hidden((await visitor.get("/login")).text, "form")
    assert (await visitor.post("/login", data={"token": token, "form": form})).status_code == 303
    answer = await visitor.get("/")
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "reporting.read" in answer.text


async def test_the_api_knows_no_cookies(reader: httpx.AsyncClient) -> None:
    json = {"Accept": "application/json"}
    assert (await reader.get("/reporting/v1/projects", headers=json)).status_code == 401
    assert (
        await reader.post("/projects/v1/portfolios", json={"name": "Forged"}, headers=json)
    ).status_code == 401


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_a_login_never_leads_to_another_site(
    portolan: Portolan, visitor: httpx.AsyncClient, address: str
) -> None:
    link = httpx.URL(await portolan.running.login_link()).copy_add_param("next", address)
    assert (await visitor.get(link)).headers["location"] == "/home"


@given(st.text())
def test_where_a_login_leads_is_always_a_path_of_ours_that_fits_a_header(address: str) -> None:
    led = path_of_ours(address)
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))
    assert led.isascii()
    assert led.isprintable()
    assert path_of_ours(led) == led or "%" in led


async def test_links_and_sessions_of_the_local_issuer_end_where_it_is_off(
    tmp_path: Path, fresh_stores: Path
) -> None:
    copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path)) as portolan, visiting(portolan) as client:
        await client.get(await portolan.running.login_link())
        assert (await client.get("/")).status_code == 200
        session, link = client.cookies, await portolan.running.login_link()
    off = Settings(data=tmp_path, local_issuer=False)
    async with running_portolan(off) as portolan, visiting(portolan) as client, visiting(portolan) as other:
        client.cookies.update(session)
        ended = await client.get("/")
        assert (ended.status_code, ended.headers["location"].partition("?")[0]) == (303, "/login")
        refused = await other.get(link)
        assert (refused.status_code, "Links log nobody in here" in refused.text) == (401, True)
        assert "login-link" not in (await other.get("/login")).text
    async with running_portolan(Settings(data=tmp_path)) as portolan, visiting(portolan) as client:
        assert (await client.get(link)).status_code == 303, "it was not used up"
