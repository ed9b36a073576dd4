"""What named a person before an upgrade is found by that afterwards."""

from pathlib import Path

import sqlalchemy as sa

from services.projects.service import SERVICE
from shared.runtime.migrate import postgres_engine, upgrade
from tests.conftest import make_databases
from tests.migrations.test_units import insert

ADA = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
NAMING = {"project": "sponsor_id", "work_package": "owner_id"}


def has_persons(connection: sa.Connection) -> None:
    upgrade(SERVICE, connection, "0010")
    for table, member in NAMING.items():
        columns = sa.inspect(connection).get_columns(table)
        plain = {
            c["name"]: 0 if isinstance(c["type"], sa.Integer) else "x" for c in columns if not c["nullable"]
        }
        text = f'"description":"has {member} in a text"'
        for n, value in enumerate((f'"{ADA}"', "null")):
            document = f'{{{text},"{member}":{value}}}'
            own = {"id": str(n), "code": str(n), "wbs": str(n), "document": document}
            insert(connection, table, **plain | {name: own[name] for name in own.keys() & plain.keys()})
    upgrade(SERVICE, connection)
    for table, member in NAMING.items():
        values = connection.execute(sa.text(f"SELECT {member} FROM {table} ORDER BY id")).scalars().all()
        assert values == [ADA, None], table


def test_on_sqlite(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/store.sqlite")
    with engine.begin() as connection:
        has_persons(connection)
    engine.dispose()


async def test_on_postgresql(postgres: str) -> None:
    engine = postgres_engine(
        (await make_databases(postgres, [SERVICE.name])).replace("{service}", SERVICE.name)
    )
    async with engine.begin() as connection:
        await connection.run_sync(has_persons)
    await engine.dispose()
