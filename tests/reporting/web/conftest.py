"""A browser without a screen: a client that keeps cookies and asks for HTML."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.conftest import Portolan


@pytest.fixture
async def visitor(portolan: Portolan) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not logged in."""
    async with visiting(portolan) as client:
        yield client


@pytest.fixture
async def reader(portolan: Portolan) -> AsyncIterator[httpx.AsyncClient]:
    """A director who has."""
    async with visiting(portolan) as client:
        answer = await client.get(await portolan.running.login_link())
        assert answer.status_code == 303, answer.text
        yield client


def visiting(portolan: Portolan) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(portolan.app),
        base_url="http://127.0.0.1:8000",
        headers={"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"},
    )
