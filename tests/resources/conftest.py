"""Bookings of persons on projects, and a second replica that books as well."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.resources.service import SERVICE as RESOURCES
from shared.runtime.running import opened
from tests.conftest import Portolan
from tests.support.given import Bookings


@pytest.fixture
def bookings(portolan: Portolan) -> Bookings:
    return Bookings(portolan)


@pytest.fixture
def bookings_everywhere(everywhere: Portolan) -> Bookings:
    """Once on SQLite, once on PostgreSQL."""
    return Bookings(everywhere)


@pytest.fixture
async def second_replica(bookings_everywhere: Bookings) -> AsyncIterator[httpx.AsyncClient]:
    """The resources service once more, on the same database."""
    running = bookings_everywhere.portolan.running
    headers = dict(bookings_everywhere.client.headers)
    async with (
        opened(RESOURCES, running.settings, running.tokens) as one,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(one.app), base_url="http://again", headers=headers
        ) as client,
    ):
        yield client
