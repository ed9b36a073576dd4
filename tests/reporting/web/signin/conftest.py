"""An issuer, an instance that trusts it, and a browser that logs in there."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan
from tests.reporting.web.conftest import visiting
from tests.support.issuer import CLIENT, Issuer, running

SECRET = "s3cret-of-the-client"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running() as one:
        yield one


def described(issuer: Issuer, key: str = "example", **more: str) -> str:
    """The table of an issuer in the file of issuers."""
    lines = [f"[{key}]", f'issuer = "{issuer.url}"', 'name = "Example Ltd"', f'client_id = "{CLIENT}"',
             f'client_secret = "{SECRET}"', *(f"{name} = {value}" for name, value in more.items())]  # fmt: skip
    return "\n".join(lines) + "\n"


@asynccontextmanager
async def trusting_those(file: str, folder: Path, fresh: Path, **settings: Any) -> AsyncIterator[Portolan]:
    """All services in one process that trust the issuers of a file."""
    if not settings.get("database_url"):
        copytree(fresh, folder, dirs_exist_ok=True)
    path = folder / "issuers.toml"
    path.write_text(file)
    async with running_portolan(Settings(data=folder, issuers_file=path, **settings)) as system:
        yield system


@pytest.fixture
async def trusting(issuer: Issuer, tmp_path: Path, fresh_stores: Path) -> AsyncIterator[Portolan]:
    """No local issuer: what the pages call services with is what the issuer gives."""
    async with trusting_those(described(issuer), tmp_path, fresh_stores, local_issuer=False) as system:
        yield system


@pytest.fixture
async def browser(trusting: Portolan) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not logged in."""
    async with visiting(trusting) as client:
        yield client


async def sent_to(browser: httpx.AsyncClient, then: str = "/", key: str = "example") -> str:
    """The address of the issuer that a log-in begins at."""
    answer = await browser.get(f"/login/{key}", params={"next": then})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def logged_in(
    browser: httpx.AsyncClient, issuer: Issuer, then: str = "/", **answered: str
) -> httpx.Response:
    """The answer to who comes back from the issuer."""
    back = issuer.authorize(await sent_to(browser, then), **answered)
    return await browser.get("/login/example/callback", params=back)
