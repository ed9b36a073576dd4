"""Each service's migrations make exactly the tables it declares, on both databases."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from services.embedded import SERVICES
from shared.runtime.migrate import bring_to_head, configured, head_of, postgres_engine, upgrade
from shared.runtime.service import Service
from tests.conftest import make_databases

by_name = pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)


def differences(service: Service, connection: sa.Connection) -> list[str]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    found = compare_metadata(context, service.metadata)
    return [str(d) for d in found if "alembic_version" not in str(d)]


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
