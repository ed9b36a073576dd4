"""The texts by which persons named their units become units, in a store that is upgraded."""

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.resources.service import SERVICE
from shared.base.clock import to_wire
from shared.base.ids import new_id_text
from shared.base.settings import Settings
from shared.runtime.migrate import postgres_engine, seed, upgrade
from tests.conftest import make_databases, running_service

THEN = 1_767_225_600_000_000
"""1 January 2026, in microseconds."""


def told(connection: sa.Connection, name: str, *texts: str | None) -> None:
    """A person as stores of before hold one, who had these units in this order."""
    id = new_id_text()
    for version, text in enumerate(texts, 1):
        at, moment = THEN + version, to_wire(THEN + version)
        state = {
            "id": id, "version": version, "created_at": to_wire(THEN + 1), "updated_at": moment, "archived_at": None,
            "external_ref": None, "erased_at": None, "name": name, "email": None, "employment": "internal",
            "vendor_id": None, "role": None, "org_unit": text, "location": None, "weekly_hours": 40.0, "skills": [],
        }  # fmt: skip
        kind = f"portolan.resources.person.{'created' if version == 1 else 'revised'}.v1"
        data = {
            "version": version,
            "effective_at": moment,
            "state": state,
            "changed": ["org_unit"],
            "fact": {},
        }
        envelope = {
            "specversion": "1.0", "type": kind, "dataschema": "http://here/schemas/resources.person.created.v1.json",
            "id": new_id_text(), "subject": id, "time": moment, "recordedat": moment, "partitionkey": id,
            "source": "/portolan/portolan/resources/1", "authtype": "user", "authid": "hr", "correlationid": "c",
        }  # fmt: skip
        position = connection.execute(
            sa.text("UPDATE counter SET last = last + 1 RETURNING last")
        ).scalar_one()
        insert(
            connection, "outbox", position=position, event_id=envelope["id"], topic="portolan.resources.people.v1",
            partition=1, aggregate_type="person", aggregate_id=id, aggregate_version=version, type=kind, key=id,
            payload=json.dumps(data), headers=json.dumps(envelope), effective_at=at, recorded_at=at,
        )  # fmt: skip
    insert(
        connection, "person", id=id, version=len(texts), created_at=THEN + 1, updated_at=at, effective_at=at, archived=0,
        document=json.dumps(state), name=name, employment="internal", name_sort=name.lower(),
        search_text=name.lower(), org_unit=texts[-1],
    )  # fmt: skip


def insert(connection: sa.Connection, table: str, **row: Any) -> None:
    columns = sa.table(table, *(sa.column(name) for name in row))
    connection.execute(sa.insert(columns), [row])


def before(connection: sa.Connection) -> None:
    upgrade(SERVICE, connection, "0006")
    if not connection.execute(sa.text("SELECT 1 FROM counter")).first():
        seed(connection)
    told(connection, "Ada", "Réseau", "reseau")
    told(connection, "Bo", None, "RESEAU", "Medicine")
    told(connection, "Cy", None)


async def test_texts_that_read_alike_become_one_unit_which_is_told_on_sqlite(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/resources.sqlite")
    with engine.begin() as connection:
        before(connection)
    engine.dispose()
    await has_units(Settings(data=tmp_path))


async def test_texts_that_read_alike_become_one_unit_which_is_told_on_postgresql(
    tmp_path: Path, postgres: str
) -> None:
    url = await make_databases(postgres, ["resources"])
    engine = postgres_engine(url.replace("{service}", "resources"))
    async with engine.begin() as connection:
        await connection.run_sync(before)
    await engine.dispose()
    await has_units(Settings(data=tmp_path, database_url=url))


async def has_units(settings: Settings) -> None:
    """The service, which upgrades its store, answers with units in place of texts."""
    async with running_service(SERVICE, settings) as (_, callers):
        client = callers("director")
        units = (await client.get("/resources/v1/org-units?sort=name")).json()["items"]
        assert [unit["name"] for unit in units] == ["Medicine", "Réseau"]
        medicine, network = (unit["id"] for unit in units)
        persons = (await client.get("/resources/v1/persons?sort=name")).json()["items"]
        assert [person["unit_id"] for person in persons] == [network, medicine, None]
        there = (await client.get(f"/resources/v1/persons?unit_id={network}")).json()["items"]
        assert [person["name"] for person in there] == ["Ada"]
        events = (await client.get("/resources/v1/events")).json()["items"]
        assert [e["data"]["state"].get("unit_id") for e in events][:6] == [
            network,
            network,
            None,
            network,
            medicine,
            None,
        ]
        assert [(e["type"].split(".")[2:4], int(e["sequence"])) for e in events[6:]] == [
            (["org_unit", "created"], 7), (["org_unit", "created"], 8),
        ]  # fmt: skip
        assert [e["data"]["state"] for e in events[6:]] == units[::-1]
        match = {"If-Match": '"2"', "Content-Type": "application/merge-patch+json"}
        moved = await client.patch(
            f"/resources/v1/persons/{persons[0]['id']}", json={"org_unit": "medicine"}, headers=match
        )
        assert (moved.status_code, moved.json()["unit_id"]) == (200, medicine)
