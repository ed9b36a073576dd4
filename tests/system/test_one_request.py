"""No request holds up the others: under each of these no turn of the event loop takes longer than 50 ms of CPU.

A process of its own is watched (`watched.py`), with 200,000 events and 50,000 projects in its stores.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.system.running import READY_S, ROOT, EmbeddedProcess, token_of, wait_until_ready

LONGEST_TURN_MS = 50.0
EVENTS, PROJECTS = 200_000, 50_000
COUNT = 500
MIB = 1024 * 1024


class Watched(EmbeddedProcess):
    """The process, and what its watch tells."""

    def start(self) -> None:
        log = self.data.with_suffix(".log")
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.system.watched"],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output,
                env={"PORTOLAN_DATA": str(self.data), "PORTOLAN_PORT": str(self.port), "PORTOLAN_DRAIN_S": "0"},
            )  # fmt: skip
        wait_until_ready(self.url, self.process, log)

    def end(self) -> None:
        super().end()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def ask(self, what: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what}\n".encode())
        self.process.stdin.flush()
        while not (line := self.process.stdout.readline().decode()).startswith(what):
            assert line, "the process has ended"
        return line

    @property
    def worst_ms(self) -> float:
        return float(self.ask("worst").split()[1])


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    running = Watched(tmp_path_factory.mktemp("watched") / "data")
    running.start()
    try:
        make_projects(running)
        running.end()
        grow(running.data)
        running.start()
        yield running
    finally:
        running.end()


def client_of(running: Watched, **settings: Any) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token_of(running.data)}"}
    return httpx.AsyncClient(base_url=running.url, headers=headers, timeout=60, **settings)


def make_projects(running: Watched) -> None:
    headers = {"Authorization": f"Bearer {token_of(running.data)}", "Idempotency-Key": "made"}
    items = [{"name": f"Project {n}"} for n in range(COUNT)]
    with httpx.Client(base_url=running.url, headers=headers, timeout=60) as client:
        answer = client.post("/projects/v1/projects/batch", json={"items": items})
        assert answer.status_code == 207, answer.text
        position = {"Portolan-After": answer.headers["Portolan-Position"]}
        for service in (
            "resources/v1/persons",
            "finance/v1/budgets",
            "risk/v1/risks",
            "reporting/v1/portfolios",
        ):
            assert client.get(f"/{service}", headers=position).status_code == 200


def grow(data: Path) -> None:
    """As many events and projects as a large instance has, copied in its stores; the consumers have read them all."""
    with sqlite3.connect(data / "projects.sqlite") as store:
        [(last,)] = store.execute("SELECT last FROM counter").fetchall()
        copy(store, "outbox", EVENTS // last, {
            "position": f"position + {last} * n", "event_id": "printf('%08d', n) || substr(event_id, 9)",
            "aggregate_id": "printf('%08d', n) || substr(aggregate_id, 9)",
        })  # fmt: skip
        [(end,)] = store.execute("SELECT MAX(position) FROM outbox").fetchall()
        store.execute("UPDATE counter SET last = ?", (end,))
        store.execute("UPDATE relay_state SET published_position = ?", (end,))
    for service in ("resources", "finance", "risk", "reporting"):
        with sqlite3.connect(data / f"{service}.sqlite") as store:
            store.execute(
                "UPDATE inbox_position SET position = ?, next_offset = ? WHERE topic = 'portolan.projects.v1'",
                (end, end + 1),
            )
    with sqlite3.connect(data / "reporting.sqlite") as store:
        copy(store, "figures", PROJECTS // COUNT, {
            "project_id": "printf('%08d', n) || substr(project_id, 9)",
        })  # fmt: skip
        store.execute(
            f"UPDATE portfolio_standing SET projects = projects * {PROJECTS // COUNT},"
            f" without_information = without_information * {PROJECTS // COUNT}"
        )
        store.commit()


def copy(store: sqlite3.Connection, table: str, times: int, changed: dict[str, str]) -> None:
    """Each row so many times once more; `changed` says of which columns how, by the number `n` of the copy."""
    columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
    answer = ", ".join(changed.get(column, column) for column in columns)
    store.execute(
        f"WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {times - 1})"
        f" INSERT INTO {table} ({', '.join(columns)}) SELECT {answer} FROM {table}, copies"
    )
    store.commit()


async def a_stream_of_what_there_is_not(running: Watched) -> None:
    """From the first event on, until it has seen the last one."""
    async with client_of(running) as client, listening(client, "?after=0&type=nothing"):
        await until_it_answers(client, 30)


async def a_stream_that_is_left_early(running: Watched) -> None:
    async with client_of(running) as client:
        async with listening(client, "?after=0"):
            pass
        await until_it_answers(client, 10)


async def a_hundred_streams_that_nobody_reads(running: Watched) -> None:
    limits = httpx.Limits(max_connections=None)
    async with client_of(running, limits=limits) as client:
        opened = [listening(client, "?after=0") for _ in range(100)]
        for stream in opened:
            await stream.__aenter__()
        await until_it_answers(client, 10)
        for stream in opened:
            await stream.__aexit__(None, None, None)
        await until_it_answers(client, 10)


@asynccontextmanager
async def listening(client: httpx.AsyncClient, query: str) -> AsyncIterator[None]:
    async with client.stream("GET", f"/projects/v1/events/stream{query}") as stream:
        assert stream.status_code == 200
        yield


async def until_it_answers(client: httpx.AsyncClient, times: int) -> None:
    for _ in range(times):
        assert (await client.get("/projects/livez")).status_code == 200
        await asyncio.sleep(0.02)


async def pages_of_the_feed(running: Watched) -> None:
    async with client_of(running) as client:
        pages = [
            client.get("/projects/v1/events", params={"after": str(n), "limit": "500"}) for n in range(20)
        ]
        assert {page.status_code for page in await asyncio.gather(*pages)} == {200}


async def a_batch_of_six_million_items(running: Watched) -> None:
    await refused_batch(running, b'{"items":[' + b'{"a":1},' * 6_000_000 + b"{}]}", 422)


async def a_batch_of_lists_in_lists(running: Watched) -> None:
    item = b'{"a":[' + b"[1],[1],[1],[1]," * 2_000 + b"1]}"
    await refused_batch(running, b'{"items":[' + b",".join([item] * 400) + b"]}", 422)


async def a_batch_of_one_text(running: Watched) -> None:
    await refused_batch(running, b'{"items":["' + b"x" * 45 * MIB + b'"]}', 400)


async def refused_batch(running: Watched, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "large"}
    async with client_of(running) as client:
        refused = await client.post("/risk/v1/risks/batch", content=body, headers=headers)
    assert refused.status_code == status, refused.text


async def a_large_batch(running: Watched) -> None:
    items = [{"name": f"Large {n}", "description": "words " * 300} for n in range(500)]
    async with client_of(running) as client:
        answer = await client.post(
            "/projects/v1/projects/batch",
            params={"validate_only": "true"},
            content=json.dumps({"items": items}),
            headers={"Content-Type": "application/json", "Idempotency-Key": "right"},
        )
    assert {item["status"] for item in answer.json()["items"]} == {201}


async def a_header_of_forty_megabytes(running: Watched) -> None:
    await sent(running, b"GET /projects/livez HTTP/1.1\r\nHost: here\r\nX: ", b"a" * MIB, 40)


async def a_million_headers(running: Watched) -> None:
    await sent(running, b"GET /projects/livez HTTP/1.1\r\nHost: here\r\n", b"X: a\r\n" * 10_000, 100)


async def an_address_of_forty_megabytes(running: Watched) -> None:
    await sent(running, b"GET /", b"a" * MIB, 40)


async def sent(running: Watched, head: bytes, piece: bytes, times: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", running.port)
    with suppress(ConnectionError):
        writer.write(head)
        for _ in range(times):
            writer.write(piece)
            await writer.drain()
    writer.close()


async def the_overview_after_a_fold(running: Watched) -> None:
    async with client_of(running) as client:
        answer = await client.post("/projects/v1/projects", json={"name": "Folded just now"})
        folded = {"Portolan-After": answer.headers["Portolan-Position"]}
        response = await client.get("/reporting/v1/portfolios", headers=folded)
    assert response.json()["total"]["counts"]["projects"] >= PROJECTS


Scenario = Callable[[Watched], Awaitable[None]]
SCENARIOS: list[Scenario] = [
    a_stream_of_what_there_is_not, a_stream_that_is_left_early, a_hundred_streams_that_nobody_reads, pages_of_the_feed,
    a_batch_of_six_million_items, a_batch_of_lists_in_lists, a_batch_of_one_text, a_large_batch,
    a_header_of_forty_megabytes, a_million_headers, an_address_of_forty_megabytes, the_overview_after_a_fold,
]  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_no_request_holds_up_the_others(watched: Watched, scenario: Scenario) -> None:
    async with asyncio.timeout(READY_S):
        await asyncio.to_thread(watched.ask, "reset")
        await scenario(watched)
        worst = await asyncio.to_thread(lambda: watched.worst_ms)
    assert worst <= LONGEST_TURN_MS, f"a turn of the event loop took {worst} ms"
