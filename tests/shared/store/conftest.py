"""One store of the projects service, once on SQLite and once on PostgreSQL, and a second replica beside it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.runtime.migrate import prepare
from shared.store import Store, open_store
from tests.conftest import make_databases


@pytest.fixture(params=["sqlite", "postgresql"])
async def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database with the service's tables."""
    database_url = ""
    if request.param == "postgresql":
        database_url = await make_databases(request.getfixturevalue("postgres"), ["projects"])
    url = Settings(data=tmp_path, database_url=database_url).store_url("projects")
    await prepare(SERVICE, url)
    return url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    opened = await open_store(store_url)
    yield opened
    await opened.close()


@pytest.fixture
async def replica(store_url: str, store: Store) -> AsyncIterator[Store]:
    """The same database, opened once more."""
    opened = await open_store(store_url)
    yield opened
    await opened.close()
