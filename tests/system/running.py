"""Portolan in processes of its own, as a caller meets it: started, killed by process id, started again."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

from deploy.kafka.broker import free_port
from shared.http.auth.issuers import LocalIssuer
from shared.http.auth.roles import SERVICES
from tests.conftest import PostgresServer

ROOT = Path(__file__).parents[2]
READY_S = 150.0
END_S = 60.0


def token_of(data: Path, subject: str = "the-auditor") -> str:
    return LocalIssuer(data).issue(subject, "director", "portolan")


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait for every service behind the address; fails with the end of the log where the process has ended."""
    deadline = monotonic() + READY_S
    while not all(_is_ready(f"{url}/{service}/readyz") for service in SERVICES):
        assert process.poll() is None, f"it ended: {log.read_text()[-2000:]}"
        assert monotonic() < deadline, f"not ready in {READY_S} s: {log.read_text()[-2000:]}"
        sleep(0.1)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _spawn(command: list[str], log: Path, **settings: str) -> "subprocess.Popen[bytes]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTOLAN_")}
    environment["PORTOLAN_DRAIN_S"] = "0"  # nobody sends requests to what a test ends
    environment |= {f"PORTOLAN_{name.upper()}": value for name, value in settings.items()}
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=output, env=environment, start_new_session=True,
        )  # fmt: skip


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass
class EmbeddedProcess:
    """`portolan up`: all five in one process, on SQLite."""

    data: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        log = self.data.with_suffix(".log")
        portolan = str(Path(sys.executable).with_name("portolan"))
        command = [portolan, "up", "--data", str(self.data), "--port", str(self.port), "--no-sample"]
        self.process = _spawn(command, log, **self.settings)
        wait_until_ready(self.url, self.process, log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        _end(self.process)


@contextmanager
def running_replicas(
    data: Path, server: PostgresServer, count: int = 2, settings: dict[str, str] | None = None
) -> Iterator[list[EmbeddedProcess]]:
    """So many processes with all services each, on one database."""
    url = server.databases()
    processes = [
        EmbeddedProcess(data, settings={"database_url": url} | (settings or {})) for _ in range(count)
    ]
    started = []
    try:
        for process in processes:
            started.append(process)
            process.start()
        yield processes
    finally:
        for process in started:
            process.end()
        server.give_back(url)


@dataclass
class StackProcess:
    """`make stack`: Kafka, PostgreSQL, five services and the front door."""

    data: Path
    url: str
    servers: str

    def _reported(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.data / "stack.json").read_text())
        return content

    def pid(self, name: str) -> int:
        pid: int = self._reported()["pids"][name]
        return pid

    def signal(self, name: str, number: signal.Signals) -> None:
        os.kill(self.pid(name), number)

    async def kill(self, name: str) -> None:
        """As a crash would; returns when another process has taken its place."""
        old = self.pid(name)
        os.kill(old, signal.SIGKILL)
        async with asyncio.timeout(READY_S):
            while self.pid(name) == old:  # noqa: ASYNC110 the stack tells by a file
                await asyncio.sleep(0.05)


@contextmanager
def running_stack(data: Path, **settings: str) -> Iterator[StackProcess]:
    port, kafka_port = free_port(), free_port()
    log = data.with_suffix(".log")
    data.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "services.stack", "--data", str(data)]
    process = _spawn([*command, "--port", str(port), "--kafka-port", str(kafka_port)], log, **settings)
    stack = StackProcess(data, f"http://127.0.0.1:{port}", f"127.0.0.1:{kafka_port}")
    try:
        wait_until_ready(stack.url, process, log)
        yield stack
    finally:
        remaining = _told_pids(data)
        _end(process)
        for pid in remaining:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _told_pids(data: Path) -> list[int]:
    board = data / "stack.json"
    return [pid for pid in json.loads(board.read_text())["pids"].values() if pid] if board.exists() else []
