"""The schema of a store: made at once where it is fresh, brought to head by Alembic where it is older.

Alembic takes a second to import and is only needed to migrate. A new database gets the tables as declared and
the mark of the newest revision. A test holds the two ways equal.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from shared.base.starting import CannotStart
from shared.base.version import VERSION as PORTOLAN
from shared.contracts.language import Erasable
from shared.runtime.service import Service
from shared.store import search

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.operations.ops import MigrationScript
    from sqlalchemy.ext.asyncio import AsyncEngine

VERSION = "alembic_version"
AS_LINTED = {
    "hooks": "ruff",
    "ruff.type": "module",
    "ruff.module": "ruff",
    "ruff.options": "format --quiet REVISION_SCRIPT_FILENAME",
}
"""What Alembic does with a migration that it has written."""


def revisions_of(service: Service) -> list[str]:
    """In their order: migrations are numbered files, `0001_first.py`."""
    return sorted(p.stem.split("_")[0] for p in service.migrations.glob("[0-9]*.py"))


def head_of(service: Service) -> str:
    """The newest revision."""
    return revisions_of(service)[-1]


def refuse_unknown(service: Service, stands: str | None) -> None:
    """CannotStart where the store's schema is none that this version makes or made."""
    if stands not in revisions_of(service):
        raise CannotStart(
            f"the store of {service.name} has schema {stands or 'none'}, which this version ({PORTOLAN}) does not"
            f" know: the newest it knows is {head_of(service)}. Use the version that wrote the store, or a backup"
            " that was made before"
        )


def postgres_engine(url: str) -> "AsyncEngine":
    """SQLAlchemy on a connection that asyncpg makes, so that a URL means here what it means to the store."""
    import asyncpg
    from sqlalchemy.ext.asyncio import create_async_engine

    return create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))


def is_at_head(service: Service, url: str) -> bool:
    """Whether the SQLite file is at the newest revision, without importing more than sqlite3."""
    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as connection:
        try:
            rows = connection.execute(f"SELECT version_num FROM {VERSION}").fetchall()
        except sqlite3.OperationalError:
            return False
    return rows == [(head_of(service),)]


async def prepare(service: Service, url: str) -> None:
    """Bring the store at `url` to the service's newest schema; safe when several replicas start at once."""
    if url.startswith("sqlite:///"):
        if is_at_head(service, url):
            return
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # or the driver commits each statement by itself
            bring_to_head(service, connection)
        engine.dispose()
        return
    async_engine = postgres_engine(url)
    async with async_engine.begin() as async_connection:
        await async_connection.execute(sa.text("SELECT pg_advisory_xact_lock(7002)"))
        await async_connection.run_sync(lambda c: bring_to_head(service, c))
    await async_engine.dispose()


def bring_to_head(service: Service, connection: sa.Connection) -> None:
    inspector = sa.inspect(connection)
    if inspector.has_table(VERSION):
        stands = connection.execute(sa.text(f"SELECT version_num FROM {VERSION}")).scalar()
        refuse_unknown(service, stands)
        if stands != head_of(service):
            search.remove_indices(connection)
            upgrade(service, connection)
            make_search_indices(service, connection)
        return
    create(service, connection)
    make_search_indices(service, connection)


def make_search_indices(service: Service, connection: sa.Connection) -> None:
    """The indices of `q`, which no table declares: what they are depends on what the database can."""
    tables = {mirror.name: shape for shape, mirror in service.mirrors.items() if mirror.searched}
    personal = [name for name, shape in tables.items() if issubclass(shape, Erasable)]
    search.make_indices(connection, {*tables, *service.searched}, personal)


def create(service: Service, connection: sa.Connection) -> None:
    service.metadata.create_all(connection)
    connection.execute(sa.text(f"CREATE TABLE {VERSION} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(sa.text(f"INSERT INTO {VERSION} VALUES (:v)"), {"v": head_of(service)})
    seed(connection)
    for consumer in service.consumers:  # nobody has reacted in their stead
        for source, copies in consumer.declared.items():
            born = {"c": consumer.name, "s": source, "k": copies}
            connection.execute(sa.text("INSERT INTO birth VALUES (:c, :s, 0, :k)"), born)


def seed(connection: sa.Connection) -> None:
    """The one-row tables."""
    connection.execute(sa.text("INSERT INTO counter (one, last, epoch) VALUES (1, 0, 1)"))
    connection.execute(sa.text("INSERT INTO relay_state (one, published_position) VALUES (1, 0)"))


def upgrade(service: Service, connection: sa.Connection, revision: str = "head") -> None:
    from alembic import command

    command.upgrade(configured(service, connection), revision)


def configured(service: Service, connection: sa.Connection) -> "Config":
    """Alembic's configuration for one service's chain, on a connection that is already in a transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("version_locations", str(service.migrations))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = service.metadata
    return config


def write_revision(service: Service, message: str) -> None:
    """Write the next numbered migration: what the tables declare beyond what the chain makes (`make migration`)."""
    from alembic import command

    number = f"{len(list(service.migrations.glob('[0-9]*.py'))) + 1:04d}"
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        config = configured(service, connection)
        for option, value in AS_LINTED.items():
            config.set_section_option("post_write_hooks", option, value)
        if number != "0001":
            command.upgrade(config, "head")
        command.revision(
            config, message, autogenerate=True, rev_id=number, process_revision_directives=_leave_out_info
        )
    engine.dispose()


def _leave_out_info(context: object, revision: object, directives: "list[MigrationScript]") -> None:
    """What a table says of itself to this code (`info`: a table of copies holds its declaration) is in no migration."""
    from alembic.operations.ops import CreateTableOp, DropTableOp

    for script in directives:
        for op in (*script.upgrade_ops_list[0].ops, *script.downgrade_ops_list[0].ops):
            if isinstance(op, CreateTableOp | DropTableOp):
                op.info = {}
