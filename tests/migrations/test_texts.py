"""Rows of an upgraded store are found and sorted like rows that are written afterwards."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.embedded import SERVICES
from shared.base.text import search_text, sort_key
from shared.runtime.migrate import postgres_engine, upgrade
from shared.runtime.migrations import texts
from shared.runtime.service import Service
from shared.store.columns import ID
from tests.conftest import make_databases

NAMES = ("Élan 10", "elan 9", "STRASSE", "", "Œuvre")


def tables_of(service: Service) -> list[sa.Table]:
    return [t for t in service.metadata.sorted_tables if "search_text" in t.columns]


with_texts = pytest.mark.parametrize("service", [s for s in SERVICES if tables_of(s)], ids=lambda s: s.name)


def revision_of_texts(service: Service) -> int:
    [adding] = service.migrations.glob("*_texts.py")
    return int(adding.name[:4])


def rows_of(connection: sa.Connection, table: sa.Table) -> list[dict[str, Any]]:
    """All rows, with the columns that the table has at this revision."""
    return [dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {table.name}")).mappings()]


def as_before(table: sa.Table, there: set[str], n: int) -> dict[str, Any]:
    """A row of before the columns were added: every text is a name, and all that may be missing is."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name not in there:
            continue
        if isinstance(column.type, sa.BigInteger):
            row[column.name] = n
        elif column.primary_key or column.type is ID:
            row[column.name] = f"00000000-0000-7000-8000-{n:012d}"
        elif column.name.startswith("external_") or (column.nullable and n % 2):
            row[column.name] = None
        else:
            row[column.name] = f"{NAMES[n % len(NAMES)]} {n}"
    return row


def check(service: Service) -> Callable[[sa.Connection], None]:
    def upgraded(connection: sa.Connection) -> None:
        upgrade(service, connection, f"{revision_of_texts(service) - 1:04d}")
        written = {}
        inspector = sa.inspect(connection)
        tables = [t for t in tables_of(service) if inspector.has_table(t.name)]  # later ones may add a table
        for table in tables:
            there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
            rows = [as_before(table, there, n) for n in range(2 * texts.ROWS + 3)]
            columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in rows[0]]
            connection.execute(sa.insert(sa.table(table.name, *columns)), rows)
            written[table.name] = rows
        upgrade(service, connection, f"{revision_of_texts(service):04d}")  # later ones may empty a table
        for table in tables:
            keys = [c for c in table.columns if c.name.endswith("_sort")]
            for row in rows_of(connection, table):
                for column in keys:
                    assert row[column.name] == sort_key(row[column.name.removesuffix("_sort")])
            assert len(rows_of(connection, table)) == len(written[table.name])
        searched = {m.table: m.searched for m in service.mirrors.values() if m.searched and m.table in tables}
        searched |= {table: ("code", "name") for table in tables if table.name == "figures"}
        assert set(searched) == set(tables)
        for table, members in searched.items():
            for row in rows_of(connection, table):
                assert row["search_text"] == search_text(row[name] for name in members)

    return upgraded


@with_texts
def test_an_upgraded_sqlite_store_has_its_texts(service: Service, tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/old.sqlite")
    with engine.begin() as connection:
        check(service)(connection)
    engine.dispose()


@with_texts
async def test_an_upgraded_postgresql_store_has_its_texts(service: Service, postgres: str) -> None:
    url = (await make_databases(postgres, [service.name])).replace("{service}", service.name)
    engine = postgres_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(check(service))
    await engine.dispose()
