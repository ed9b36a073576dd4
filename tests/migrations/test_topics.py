"""What stood under a topic's old name stands under the new one after an upgrade, in every store."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.embedded import SERVICES
from shared.runtime.migrate import postgres_engine, upgrade
from shared.runtime.service import Service
from tests.conftest import make_databases

OLD, NEW, ANOTHER = "portolan.people.v1", "portolan.resources.people.v1", "portolan.projects.v1"

by_name = pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)


def renamed(service: Service) -> Callable[[sa.Connection], None]:
    [renaming] = service.migrations.glob("*_persons_on_a_topic_of_their_service.py")
    before = f"{int(renaming.name[:4]) - 1:04d}"

    def check(connection: sa.Connection) -> None:
        upgrade(service, connection, before)
        stood = sa.MetaData()
        stood.reflect(connection)
        tables = {name: stood.tables[name] for name in ("outbox", "inbox_position", "dead_letter")}
        for n, topic in enumerate((OLD, ANOTHER)):
            for table in tables.values():
                numbers = {c.name: n + 7 for c in table.columns if isinstance(c.type, sa.Integer)}
                texts = {c.name: f"{n}" for c in table.columns if c.name not in numbers}
                connection.execute(sa.insert(table), numbers | texts | {"topic": topic})
        upgrade(service, connection)
        for table in tables.values():
            assert set(connection.execute(sa.select(table.c.topic)).scalars()) == {NEW, ANOTHER}
        marks = tables["inbox_position"].c
        stand = sa.select(marks.topic, marks.position, marks.next_offset).order_by(marks.position)
        assert connection.execute(stand).all() == [(NEW, 7, 0), (ANOTHER, 8, 8)], (
            "the new topic is read whole"
        )

    return check


@by_name
def test_a_renamed_topic_on_sqlite(service: Service, tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/renamed.sqlite")
    with engine.begin() as connection:
        renamed(service)(connection)
    engine.dispose()


@by_name
async def test_a_renamed_topic_on_postgresql(service: Service, postgres: str) -> None:
    url = (await make_databases(postgres, [service.name])).replace("{service}", service.name)
    engine = postgres_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(renamed(service))
    await engine.dispose()
