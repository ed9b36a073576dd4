"""Logging in at a provider that others have written: oidc-provider-mock, in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from deploy.kafka.broker import free_port
from tests.conftest import DEADLINE_S
from tests.reporting.web.conftest import visiting
from tests.reporting.web.signin.conftest import trusting_those
from tests.reporting.web.signin.test_sessions_of_an_issuer import age, log_out, roles
from tests.reporting.web.signin.test_signing_in import is_in


@pytest.fixture
def provider() -> Iterator[str]:
    """Its address."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url, deadline = f"http://localhost:{port}", monotonic() + 2 * DEADLINE_S
    try:
        while not _answers(url):
            assert process.poll() is None, "the provider has ended"
            assert monotonic() < deadline, "the provider does not start"
            sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait(DEADLINE_S)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/.well-known/openid-configuration", timeout=1).status_code == 200
    except httpx.TransportError:
        return False


async def test_somebody_logs_in_at_a_provider_of_others_and_out_again(
    provider: str, tmp_path: Path, fresh_stores: Path
) -> None:
    file = f'[mock]\nissuer = "{provider}"\nclient_id = "portolan"\nclient_secret = "any"\n'
    async with (
        trusting_those(file, tmp_path, fresh_stores) as system,
        visiting(system) as browser,
        httpx.AsyncClient(timeout=DEADLINE_S) as outside,
    ):
        await outside.put(f"{provider}/users/anna", json={"roles": ["manager"]})
        start = await browser.get("/login/mock?next=/me")
        consent = await outside.post(start.headers["location"], data={"sub": "anna"})
        assert consent.status_code == 302, consent.text
        back = httpx.URL(consent.headers["location"])
        answer = await browser.get(back.raw_path.decode())
        assert (answer.status_code, answer.headers.get("location")) == (303, "/me"), answer.text
        assert "<bdi>anna</bdi>" in (await browser.get("/me")).text
        assert await roles(system) == "manager"
        await age(system, 30)
        assert await is_in(browser), "its tokens are renewed"
        leaving = await log_out(browser)
        assert f"{provider}/oauth2/end_session" in leaving.text
        assert not await is_in(browser)
