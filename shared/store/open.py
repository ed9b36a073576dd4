"""Which store a URL means."""

from pathlib import Path

from shared.store.base import Store
from shared.store.sqlite import SqliteStore


async def open_store(url: str, service: str = "") -> Store:
    """`sqlite:///path/to/file.sqlite` or `postgresql://…/database`; the schema must be there (see `shared.runtime.migrate`).

    `service` is the label of its background tasks.
    """
    if url.startswith("sqlite:///"):
        return SqliteStore(Path(url.removeprefix("sqlite:///")), service)
    from shared.store.postgres import PostgresStore

    return await PostgresStore.open(url, service)
