"""Each service's migrations make exactly the tables it declares, on both databases."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.embedded import SERVICES
from shared.runtime.migrate import bring_to_head, configured, head_of, postgres_engine, seed, upgrade
from shared.runtime.service import Service
from shared.store.search import is_part_of_index
from tests.conftest import make_databases

FOLDED_AGAIN = {
    "reporting": {"alembic_version", "history", "current_state", "figures"},
    "finance": {"alembic_version", "known_cost"},
}
"""What an upgrade empties, because consumers fill it again from the outboxes (see `test_measured.py`)."""

by_name = pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)


def columns(connection: sa.Connection) -> dict[str, list[str]]:
    """Table -> its columns in the order of the store."""
    inspector = sa.inspect(connection)
    tables = sorted(
        t for t in inspector.get_table_names() if t != "alembic_version" and not is_part_of_index(t)
    )
    return {table: [column["name"] for column in inspector.get_columns(table)] for table in tables}


def differences(service: Service, connection: sa.Connection) -> list[str]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    opts = {"compare_type": True, "include_name": lambda name, *_: not is_part_of_index(name or "")}
    context = MigrationContext.configure(connection, opts=opts)
    result = compare_metadata(context, service.metadata)
    return [str(d) for d in result if "alembic_version" not in str(d)]


@by_name
def test_the_chain_makes_the_tables_as_declared_on_sqlite(service: Service, tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/chain.sqlite")
    with engine.begin() as connection:
        upgrade(service, connection)
        assert differences(service, connection) == [], "run `make migration`"
    engine.dispose()


@by_name
async def test_the_chain_makes_the_tables_as_declared_on_postgresql(service: Service, postgres: str) -> None:
    url = (await make_databases(postgres, [service.name])).replace("{service}", service.name)
    engine = postgres_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda c: upgrade(service, c))
        assert await connection.run_sync(lambda c: differences(service, c)) == [], "run `make migration`"
    await engine.dispose()


@by_name
def test_a_fresh_store_is_made_at_once_and_stands_at_head(service: Service, tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/fresh.sqlite")
    with engine.begin() as connection:
        bring_to_head(service, connection)
        bring_to_head(service, connection)
        stands = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all()
        assert stands == [head_of(service)]
        assert differences(service, connection) == []
    engine.dispose()


@by_name
def test_the_chain_can_be_walked_back(service: Service, tmp_path: Path) -> None:
    from alembic import command

    engine = sa.create_engine(f"sqlite:///{tmp_path}/back.sqlite")
    with engine.begin() as connection:
        upgrade(service, connection)
        command.downgrade(configured(service, connection), "base")
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    engine.dispose()


@by_name
def test_an_upgraded_store_has_its_columns_in_the_order_of_a_fresh_one(
    service: Service, tmp_path: Path
) -> None:
    """Statements name their columns; whoever looks into a store should still see the same in both."""
    collected = []
    for name, make in (("fresh", bring_to_head), ("upgraded", upgrade)):
        engine = sa.create_engine(f"sqlite:///{tmp_path}/{name}.sqlite")
        with engine.begin() as connection:
            make(service, connection)
            collected.append(columns(connection))
        engine.dispose()
    assert collected[0] == collected[1], "declare new columns after those that are there"


def _filled(connection: sa.Connection) -> dict[str, int]:
    """Two rows in every table that has none, of values that its columns take; answers how many each table has."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    counts = {}
    for table in metadata.tables.values():
        if not connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one():
            rows = [{c.name: _value(c, n) for c in table.columns} for n in (1, 2)]
            connection.execute(table.insert(), rows)
        counts[table.name] = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    return counts


def _value(column: sa.Column[Any], n: int) -> Any:
    if isinstance(column.type, sa.Integer):
        return 0 if column.name == "archived" else n
    return float(n) if isinstance(column.type, sa.Float) else f"{column.name} {n}"[:36]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@by_name
async def test_a_store_with_data_is_upgraded_and_loses_nothing(
    service: Service, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    def through(connection: sa.Connection) -> None:
        upgrade(service, connection, "0001")
        if not connection.execute(sa.text("SELECT 1 FROM counter")).first():
            seed(connection)
        before = _filled(connection)
        upgrade(service, connection)
        metadata = sa.MetaData()
        metadata.reflect(connection)
        for table, count in before.items():
            if table in metadata.tables and table not in FOLDED_AGAIN.get(service.name, {"alembic_version"}):
                query = sa.select(sa.func.count()).select_from(metadata.tables[table])
                assert connection.execute(query).scalar_one() == count, table
        assert differences(service, connection) == []

    if database == "sqlite":
        engine = sa.create_engine(f"sqlite:///{tmp_path}/filled.sqlite")
        with engine.begin() as connection:
            through(connection)
        engine.dispose()
        return
    server = request.getfixturevalue("postgres")
    url = (await make_databases(server, [service.name])).replace("{service}", service.name)
    async_engine = postgres_engine(url)
    async with async_engine.begin() as async_connection:
        await async_connection.run_sync(through)
    await async_engine.dispose()
