"""Personal access tokens in the distributed form: made in one service, known in the others by Kafka, revoked in all."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import httpx
import pytest

from shared.http.auth.issuers import LocalIssuer
from shared.http.auth.roles import SERVICES
from tests.support.forms import PageForm, action_of, forms_of
from tests.system.running import StackProcess

TOKENS = "/resources/v1/me/tokens"
REVOKED_S = 5.0
DEADLINE_S = 60.0
PATIENCE_S = 30.0
LOOK_AGAIN_S = 0.3
"""Ten wrong tokens of an address a minute are answered with 401, further ones with 429."""


@asynccontextmanager
async def calling(stack: StackProcess, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever has the token, at the front door."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=PATIENCE_S) as client:
        yield client


def issued(stack: StackProcess, owner: str, role: str = "director") -> str:
    return LocalIssuer(stack.data).issue(owner, role, "portolan")


async def statuses(client: httpx.AsyncClient) -> dict[str, int]:
    """What each service answers to the question who calls."""
    return {service: (await client.get(f"/{service}/v1/me")).status_code for service in SERVICES}


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> float:
    """Seconds that it lasted."""
    start = monotonic()
    while not await condition():
        assert monotonic() - start < DEADLINE_S, f"not seen: {what}"
        await asyncio.sleep(LOOK_AGAIN_S)
    return monotonic() - start


async def is_known_everywhere(client: httpx.AsyncClient) -> bool:
    return set((await statuses(client)).values()) == {200}


async def is_refused_everywhere(client: httpx.AsyncClient) -> bool:
    return set((await statuses(client)).values()) <= {401, 429}


async def test_a_token_is_known_in_all_services_and_refused_in_all_once_it_is_revoked(
    stack: StackProcess,
) -> None:
    async with calling(stack, issued(stack, "nora")) as owner:
        created = (
            await owner.post(TOKENS, json={"name": "the nightly report", "scope": "read", "days": 7})
        ).json()
        async with calling(stack, created["token"]) as program:
            await until(lambda: is_known_everywhere(program), "the token in every service")
            answers = [(await program.get(f"/{service}/v1/me")).json() for service in SERVICES]
            assert {(one["subject"], one["token"]["kind"]) for one in answers} == {("nora", "personal")}
            assert {one["token"]["expires_at"] for one in answers} == {created["expires_at"]}
            assert [set(one["scopes"]) for one in answers] == [{f"{s}.read" for s in SERVICES}] * len(
                SERVICES
            )
            for path in ("/projects/v1/projects", "/finance/v1/vendors"):
                assert (await program.post(path, json={"name": "Harbour"})).status_code == 403
            assert (await owner.delete(f"{TOKENS}/{created['id']}")).status_code == 204
            seconds = await until(
                lambda: is_refused_everywhere(program), "the end of the token in every service"
            )
            assert seconds <= REVOKED_S
    assert written_in(stack, "the nightly report"), "its name is no secret"
    assert written_in(stack, created["token"]) == []


async def test_what_a_subject_was_given_is_revoked_with_its_personal_tokens(
    stack: StackProcess,
) -> None:
    async with calling(stack, issued(stack, "otto")) as owner:
        token = (await owner.post(TOKENS, json={"name": "x"})).json()["token"]
        async with calling(stack, token) as program, calling(stack, issued(stack, "an-operator")) as operator:
            await until(lambda: is_known_everywhere(program), "the token in every service")
            for service in SERVICES:  # as the command does
                body = {"kind": "subject", "value": "otto", "issuer": ""}
                answer = await operator.post(f"/{service}/v1/revocations", json=body)
                assert answer.is_success, answer.text
            seconds = await until(
                lambda: is_refused_everywhere(program), "the end of the token in every service"
            )
            assert seconds <= REVOKED_S


async def test_a_token_made_on_the_page_is_known_elsewhere_until_it_is_revoked_there(
    stack: StackProcess,
) -> None:
    """The page asks resources, which is another process."""
    async with httpx.AsyncClient(
        base_url=stack.url, timeout=PATIENCE_S, headers={"Accept": "text/html"}
    ) as browser:
        await press(browser, action_of(await browser.get("/login"), "/login"), token=issued(stack, "ines"))
        form = action_of(await browser.get("/me"), "/me/tokens")
        account = await press(browser, form, name="from the page", scope="projects.read")
        shown_once = re.search(r'id="new-token">(ptl_[^<]+)<', account.text)
        assert shown_once, account.text
        async with calling(stack, shown_once[1]) as program:
            await until(lambda: is_known_everywhere(program), "the token in every service")
            assert (await program.get("/projects/v1/projects")).status_code == 200
            assert (await program.get("/finance/v1/vendors")).status_code == 403
            account = await browser.get("/me")
            assert shown_once[1] not in account.text
            [form] = [form for form in forms_of(account) if form.action.endswith("/revoke")]
            await press(browser, form)
            seconds = await until(
                lambda: is_refused_everywhere(program), "the end of the token in every service"
            )
            assert seconds <= REVOKED_S
    assert written_in(stack, shown_once[1]) == []


async def press(browser: httpx.AsyncClient, form: PageForm, **typed: str) -> httpx.Response:
    answer = await browser.post(form.action, data=form.values | typed)
    assert answer.status_code in (200, 303), answer.text
    return answer


def written_in(stack: StackProcess, text: str) -> list[str]:
    """The files of the instance in which the text stands: logs, databases and topics."""
    files = [path for path in stack.data.parent.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in files)
    return [str(path) for path in files if text.encode() in content(path)]


def content(path: Path) -> bytes:
    """Nothing, where the file has gone meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


@pytest.fixture(autouse=True)
async def _ready(stack: StackProcess) -> None:
    """Another test may have ended one of its processes."""

    async def answers() -> bool:
        async with calling(stack, issued(stack, "the-auditor")) as client:
            return set((await statuses(client)).values()) == {200}

    await until(answers, "a stack that answers")
