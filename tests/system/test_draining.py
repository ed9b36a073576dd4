"""A process that is told to end: not ready first, still serving for a while, and no request lost that had begun.

The callers do what a load balancer does: they send on until `readyz` says that the service is not ready.
"""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from deploy.kafka.broker import free_port
from tests.system.running import _spawn, token_of

PROJECTS = "/projects/v1/projects"
DEADLINE_S = 60.0
DRAIN_S = 2.0


def embedded(data: Path, port: int) -> list[str]:
    portolan = str(Path(sys.executable).with_name("portolan"))
    return [portolan, "up", "--data", str(data), "--port", str(port), "--no-sample"]


def alone(data: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "services.projects"]


Command = Callable[[Path, int], list[str]]


@asynccontextmanager
async def running(
    command: Command, data: Path, drain_s: float
) -> AsyncIterator[tuple["subprocess.Popen[bytes]", httpx.AsyncClient]]:
    port = free_port()
    settings = {"data": str(data), "port": str(port), "drain_s": str(drain_s)}
    process = _spawn(command(data, port), data.with_suffix(".log"), **settings)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            async with asyncio.timeout(DEADLINE_S):
                while not await is_ready(client):  # noqa: ASYNC110 it is another process
                    await asyncio.sleep(0.05)
            client.headers["Authorization"] = f"Bearer {token_of(data)}"
            yield process, client
    finally:
        process.kill()
        process.wait()


async def is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/projects/readyz")).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("command", [embedded, alone])
async def test_no_request_fails_while_a_process_drains(command: Command, tmp_path: Path) -> None:
    async with running(command, tmp_path / "data", DRAIN_S) as (process, client):
        ready, answered = asyncio.Event(), asyncio.Event()
        ready.set()
        statuses: list[int] = []

        async def call(number: int) -> None:
            while ready.is_set():
                answer = await client.post(PROJECTS, json={"name": f"Under load {number}"})
                response = await client.get(PROJECTS, params={"limit": "5"})
                statuses.extend((answer.status_code, response.status_code))
                answered.set()

        callers = [asyncio.create_task(call(number)) for number in range(8)]
        slow = asyncio.create_task(half_sent_before(client, process))
        await asyncio.wait_for(answered.wait(), DEADLINE_S)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE_S):
            while (reported := await client.get("/projects/readyz")).status_code == 200:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert "the process is ending" in reported.json()["detail"]
        before = len(statuses)
        async with asyncio.timeout(DRAIN_S / 2):
            while len(statuses) < before + 20:  # noqa: ASYNC110 it serves on
                await asyncio.sleep(0.01)
        ready.clear()
        await asyncio.gather(*callers)
        assert set(statuses) == {200, 201}
        assert await slow == 201
        assert await asyncio.to_thread(process.wait, DEADLINE_S) == 0


async def half_sent_before(client: httpx.AsyncClient, process: "subprocess.Popen[bytes]") -> int:
    """The status of a request that has begun before the end, and whose body comes when nothing new is let in."""
    body = json.dumps({"name": "Begun before the end"}).encode()
    head = (
        f"POST {PROJECTS} HTTP/1.1\r\nHost: here\r\nAuthorization: {client.headers['Authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    port = client.base_url.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + body[:5])
    async with asyncio.timeout(DEADLINE_S):
        while not await refuses(port):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert process.poll() is None
        writer.write(body[5:])
        status = int((await reader.read()).split()[1])
    writer.close()
    return status


async def refuses(port: int | None) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return True
    writer.close()
    return False


async def test_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    async with running(embedded, tmp_path / "data", 300) as (process, _):
        process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(process.wait, 20) == 0


async def test_a_second_signal_ends_the_waiting(tmp_path: Path) -> None:
    async with running(embedded, tmp_path / "data", 300) as (process, client):
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE_S):
            while await is_ready(client):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0
