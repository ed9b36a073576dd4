"""The system under test: as processes, and in this one with something of everything in it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from deploy.keycloak.realm import issuers_file
from deploy.keycloak.server import Keycloak
from shared.base.settings import Settings
from tests.conftest import running_portolan
from tests.system.running import EmbeddedProcess, StackProcess, running_stack
from tests.system.walking import Everything, running_everything


@pytest.fixture
def embedded_process(tmp_path: Path) -> Iterator[EmbeddedProcess]:
    process = EmbeddedProcess(tmp_path / "data")
    process.start()
    yield process
    process.end()


@pytest.fixture(scope="session")
def stack(apache_kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    """One distributed Portolan for the session."""
    with running_stack(tmp_path_factory.mktemp("stack") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def portolan_at_keycloak(
    keycloak: Keycloak, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedProcess]:
    """All five in one process that trusts Keycloak and no other issuer."""
    folder = tmp_path_factory.mktemp("at-keycloak")
    file = folder / "issuers.toml"
    file.write_text(issuers_file(keycloak.url))
    port = int(keycloak.portolan.rpartition(":")[2])
    settings = {"issuers_file": str(file), "local_issuer": "false"}
    process = EmbeddedProcess(folder / "data", port, settings)
    process.start()
    yield process
    process.end()


@pytest.fixture(scope="session")
def full_stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, Any]]]:
    """Stores with a resource of every collection, made once and copied; and those resources."""
    folder = tmp_path_factory.mktemp("full")

    async def fill() -> dict[str, dict[str, Any]]:
        async with running_everything(Settings(data=folder)) as system:
            return system.resources

    return folder, asyncio.run(fill())


@pytest.fixture
async def everything(
    tmp_path: Path, full_stores: tuple[Path, dict[str, dict[str, Any]]]
) -> AsyncIterator[Everything]:
    folder, created = full_stores
    copytree(folder, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path)) as portolan:
        yield Everything(portolan, created)
