"""Backup and restore: all stores as they were at one moment, kept as a data folder of SQLite files, and brought back.

    hold the five counters -> begin to read all five -> let go -> copy, table by table -> the keys -> the manifest

While the counters are held no event is written anywhere, so no consumer's marks can be beyond what its sources have
in the copy. What was committed is in it, what comes later is not, and nobody waits longer than for the five locks.

A restored store begins a new epoch: positions after the end of the copy are assigned again, and a consumer
elsewhere that stores later ones must notice. Our own consumers were copied at the same moment and continue.
On Kafka the history is published again, into topics that must not be there yet.
"""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import file_digest
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import asyncpg
from sqlalchemy import LargeBinary, MetaData, Table

from services.embedded import SERVICES
from shared.base.clock import now_micros, to_wire
from shared.base.private import make_private
from shared.base.settings import Settings
from shared.base.starting import CannotStart
from shared.base.version import VERSION as PORTOLAN
from shared.contracts.language import topics_of
from shared.http.auth.issuers import KEY_FILE
from shared.http.serving import SECRET_FILE
from shared.runtime.migrate import VERSION, head_of, prepare, refuse_unknown
from shared.runtime.service import Service
from shared.store.checking import refuse_damaged
from shared.store.outbox import source_of
from shared.store.sqlite import connect

BATCH = 2000
BATCH_OF_PIECES = 64
"""Rows that are copied at once, and of tables that hold pieces of files, of 64 KiB each."""
MANIFEST = "backup.json"
KEYS = (KEY_FILE, SECRET_FILE)
LOCKED_S = 30.0

Rows = list[Sequence[Any]]


class NotKept(Exception):
    """Why there is nothing to copy from, or nowhere to copy to."""


class Place(Protocol):
    """One service's database, to be copied from or to."""

    async def fetch(self, text: str) -> Rows: ...

    async def run(self, text: str) -> None: ...

    def batches(self, table: Table) -> AsyncIterator[Rows]: ...

    async def put(self, table: Table, rows: Rows) -> None: ...

    async def close(self) -> None: ...


class SqlitePlace:
    """A file."""

    HOLD = ("BEGIN IMMEDIATE",)
    FREEZE = "BEGIN"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    @classmethod
    async def at(cls, url: str) -> "SqlitePlace":
        return cls(connect(Path(url.removeprefix("sqlite:///")), LOCKED_S))

    async def fetch(self, text: str) -> Rows:
        return self._c.execute(text).fetchall()

    async def run(self, text: str) -> None:
        self._c.execute(text)

    async def batches(self, table: Table) -> AsyncIterator[Rows]:
        cursor = self._c.execute(_select(table))
        while rows := cursor.fetchmany(_batch(table)):
            yield rows

    async def put(self, table: Table, rows: Rows) -> None:
        marks = ", ".join("?" * len(table.columns))
        self._c.executemany(f"INSERT INTO {table.name} ({_columns(table)}) VALUES ({marks})", rows)

    async def close(self) -> None:
        self._c.close()


class PostgresPlace:
    """A database."""

    HOLD = ("BEGIN", "SELECT last FROM counter FOR UPDATE")
    FREEZE = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._c = connection

    @classmethod
    async def at(cls, url: str) -> "PostgresPlace":
        return cls(await asyncpg.connect(url, timeout=LOCKED_S))

    async def fetch(self, text: str) -> Rows:
        rows: Rows = await self._c.fetch(text)
        return rows

    async def run(self, text: str) -> None:
        await self._c.execute(text)

    async def batches(self, table: Table) -> AsyncIterator[Rows]:
        cursor = await self._c.cursor(_select(table))
        while rows := await cursor.fetch(_batch(table)):
            yield rows

    async def put(self, table: Table, rows: Rows) -> None:
        columns = [column.name for column in table.columns]
        await self._c.copy_records_to_table(table.name, records=[tuple(row) for row in rows], columns=columns)

    async def close(self) -> None:
        await self._c.close()


def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


def _batch(table: Table) -> int:
    return BATCH_OF_PIECES if any(isinstance(c.type, LargeBinary) for c in table.columns) else BATCH


def _select(table: Table) -> str:
    return f"SELECT {_columns(table)} FROM {table.name}"


def _kind(url: str) -> type[SqlitePlace] | type[PostgresPlace]:
    return SqlitePlace if url.startswith("sqlite:///") else PostgresPlace


async def back_up(settings: Settings, folder: Path) -> dict[str, int]:
    """Copy everything there is to keep into a folder that is new or empty; answers the last position per service.

    The instance may run. The manifest is written last: a folder without one is no backup.
    """
    settings.refuse_one_database_for_all()
    _refuse_content(folder)
    for service in SERVICES:
        refuse_damaged(service.name, settings.store_url(service.name))
    async with AsyncExitStack() as stack:
        sources = await _frozen(settings, stack)
        copies = Settings(data=folder, database_url="")
        positions = {}
        for service, source in zip(SERVICES, sources, strict=True):
            await prepare(service, copies.store_url(service.name))
            target = await _open(service, copies.store_url(service.name), stack)
            await _fill(service.metadata, source, target)
            await target.run("COMMIT")
            [[positions[service.name]]] = await target.fetch("SELECT last FROM counter")
    _copy_keys(settings.data, folder)
    manifest = {
        "files": {name: _sum_of(folder / name) for name in _kept_in(folder)},
        "portolan": PORTOLAN,
        "instance": settings.instance,
        "made_at": to_wire(now_micros()),
        "positions": positions,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    make_private(folder)
    return positions


async def restore(settings: Settings, folder: Path) -> dict[str, int]:
    """Bring a backup back, into the stores that the settings name and that must be new or empty.

    The backup may come from SQLite and go to PostgreSQL, or the other way; so this is also the move from one process
    to several. Answers the last position per service.
    """
    settings.refuse_one_database_for_all()
    manifest = _manifest(folder)
    _refuse_changed(folder, manifest["files"])
    if manifest["instance"] != settings.instance:
        raise NotKept(f"the backup is of the instance {manifest['instance']}, not of {settings.instance}")
    await refuse_old_topics(settings)
    copies = Settings(data=folder, database_url="")
    async with _fresh(settings) as making, AsyncExitStack() as stack:
        targets = []
        for service in SERVICES:
            source = await _open(service, copies.store_url(service.name), stack)
            target = await _open(service, making.store_url(service.name), stack)
            targets.append(target)
            await _fill(service.metadata, source, target)
            await _begin_epoch(target, settings.instance, service.name)
        for target in targets:
            await target.run("COMMIT")
    _copy_keys(folder, settings.data)
    make_private(settings.data)
    return dict(manifest["positions"])


async def _frozen(settings: Settings, stack: AsyncExitStack) -> list[Place]:
    """The stores of all services, each in a transaction that reads what was committed at one moment."""
    urls = [settings.store_url(service.name) for service in SERVICES]
    frozen = [await _open(service, url, stack) for service, url in zip(SERVICES, urls, strict=True)]
    async with AsyncExitStack() as holders:
        for service, url in zip(SERVICES, urls, strict=True):
            holding = await _open(service, url, holders)
            for statement in _kind(url).HOLD:
                await holding.run(statement)
        for place, url in zip(frozen, urls, strict=True):
            await place.run(_kind(url).FREEZE)
            await place.fetch("SELECT last FROM counter")
    return frozen


async def _open(service: Service, url: str, stack: AsyncExitStack) -> Place:
    """The service's database as this version makes it; NotKept where there is none, or one of another version."""
    _refuse_nothing(service, url)
    place = await _kind(url).at(url)
    stack.push_async_callback(place.close)
    try:
        [[stands]] = await place.fetch(f"SELECT version_num FROM {VERSION}")
    except (sqlite3.OperationalError, asyncpg.UndefinedTableError):
        stands = "none"
    if stands != "none":
        refuse_unknown(service, stands)
    if stands != head_of(service):
        raise NotKept(
            f"the store of {service.name} has schema {stands}, this version has {head_of(service)}: start the"
            " instance once with this version, or use the version that made the backup"
        )
    return place


async def _fill(metadata: MetaData, source: Place, target: Place) -> None:
    """Copy every row into tables that are as they were made; the transaction is left open."""
    await target.run("BEGIN")
    for seeded in ("counter", "relay_state", "birth"):
        await target.run(f"DELETE FROM {seeded}")
    for table in metadata.sorted_tables:
        async for rows in source.batches(table):
            await target.put(table, rows)


async def _begin_epoch(place: Place, instance: str, service: str) -> None:
    """Positions continue from here, in a new epoch; the marks of other services stay valid."""
    [[epoch]] = await place.fetch("SELECT epoch FROM counter")
    old, new = (f'"source":"{source_of(instance, service, number)}"' for number in (epoch, epoch + 1))
    await place.run(f"UPDATE outbox SET headers = replace(headers, '{old}', '{new}')")
    await place.run("UPDATE counter SET epoch = epoch + 1")
    await place.run("UPDATE inbox_position SET epoch = epoch + 1 WHERE epoch > 0")
    await place.run("UPDATE inbox_position SET next_offset = 0")
    await place.run("UPDATE relay_state SET published_position = 0")


@asynccontextmanager
async def _fresh(settings: Settings) -> AsyncIterator[Settings]:
    """The settings by which the empty stores are reached while they are filled; files come into place when all are."""
    if settings.database_url:
        for service in SERVICES:
            await prepare(service, settings.store_url(service.name))
            await _refuse_events(service, settings.store_url(service.name))
        yield settings
        return
    names = [f"{service.name}.sqlite" for service in SERVICES]
    if there := [name for name in names if (settings.data / name).exists()]:
        raise NotKept(f"{settings.data} has stores already: {', '.join(there)}")
    making = settings.model_copy(update={"data": settings.data / f"restoring-{uuid4().hex[:8]}"})
    try:
        for service in SERVICES:
            await prepare(service, making.store_url(service.name))
        yield making
        for name in names:
            (making.data / name).replace(settings.data / name)
    finally:
        shutil.rmtree(making.data, ignore_errors=True)


def _refuse_content(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise NotKept(f"{folder} is not empty")


def _refuse_nothing(service: Service, url: str) -> None:
    """SQLite would make the file that it is asked for."""
    path = Path(url.removeprefix("sqlite:///"))
    if _kind(url) is SqlitePlace and not path.exists():
        raise NotKept(f"there is no store of {service.name}: {path} is missing")


async def _refuse_events(service: Service, url: str) -> None:
    async with AsyncExitStack() as stack:
        place = await _open(service, url, stack)
        [[last]] = await place.fetch("SELECT last FROM counter")
    if last:
        raise NotKept(f"the database of {service.name} has {last} events already")


async def refuse_old_topics(settings: Settings) -> None:
    """What Kafka still holds was published in the epoch before, and beyond where the copy ends."""
    if settings.bus_url == "embedded:":
        return
    from aiokafka.admin import AIOKafkaAdminClient

    from shared.messaging.bus.clients import REQUEST_MS, started
    from shared.messaging.bus.cluster import Cluster

    cluster = Cluster.of(settings)
    own = {cluster.outside(topic) for topic in topics_of(*(service.name for service in SERVICES))}
    admin = AIOKafkaAdminClient(**cluster.options, request_timeout_ms=REQUEST_MS)
    async with started(admin, admin.close):
        existing = own & set(await admin.list_topics())
    if existing:
        raise NotKept(
            f"the broker still has {', '.join(sorted(existing))}: delete them, the whole history is published again;"
            " or, where another instance publishes there, choose another PORTOLAN_TOPIC_PREFIX"
        )


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        _ = manifest["instance"], manifest["positions"], manifest["files"].items()
    except FileNotFoundError:
        raise NotKept(f"{folder} is no whole backup: {MANIFEST} is missing") from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CannotStart(f"{folder} is no whole backup: {MANIFEST} cannot be read") from error
    return manifest


def _refuse_changed(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """CannotStart where a file is not what the backup has written, a byte of it at least."""
    for name, expected in files.items():
        if not (folder / name).exists():
            service = name.removesuffix(".sqlite")
            what = f"no store of {service}: {folder / name}" if service != name else f"no {name}: it"
            raise NotKept(f"there is {what} is missing")
        actual = _sum_of(folder / name)
        if actual != expected:
            raise CannotStart(
                f"{folder / name} differs from the backup: it has {actual['bytes']} bytes with the SHA-256"
                f" {actual['sha256'][:12]}…, where {MANIFEST} says {expected.get('bytes')} and"
                f" {str(expected.get('sha256'))[:12]}…; take another backup"
            )


def _kept_in(folder: Path) -> list[str]:
    names = [*(f"{service.name}.sqlite" for service in SERVICES), *KEYS]
    return [name for name in names if (folder / name).exists()]


def _sum_of(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": file_digest(file, "sha256").hexdigest()}


def _copy_keys(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in KEYS:
        if (source / name).exists():
            shutil.copy2(source / name, target / name)
