"""A process that is killed in the middle of an upload: nothing half is visible, a repeat works, what is left is swept."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path
from random import Random

import httpx
import pytest

from shared.base.clock import DAY_US
from shared.base.settings import Settings
from shared.store import Store, open_store
from shared.store.content import prune
from tests.support.forms import PageForm, follow, forms_of
from tests.system.running import EmbeddedProcess, token_of

MEGABYTE = 1024 * 1024
DEADLINE_S = 60.0
ATTEMPTS = 5
"""A file may be whole before the kill comes; then another one is sent."""


@pytest.fixture
def process(tmp_path: Path, database_url: str) -> Iterator[EmbeddedProcess]:
    running = EmbeddedProcess(tmp_path / "data", settings={"database_url": database_url})
    running.start()
    try:
        yield running
    finally:
        running.kill()


@asynccontextmanager
async def at_the_pages(process: EmbeddedProcess) -> AsyncIterator[httpx.AsyncClient]:
    """A director who has logged in, and who may use the API too."""
    headers = {"Accept": "text/html,*/*;q=0.8"}
    async with httpx.AsyncClient(base_url=process.url, headers=headers, timeout=DEADLINE_S) as client:
        answer = await client.get("/login")
        [form] = [form for form in forms_of(answer) if "token" in form.values]
        answer = await client.post(form.action, data=form.values | {"token": token_of(process.data)})
        assert answer.status_code == 303, answer.text
        yield client


@asynccontextmanager
async def looking_into(process: EmbeddedProcess, database_url: str) -> AsyncIterator[Store]:
    store = await open_store(Settings(data=process.data, database_url=database_url).store_url("projects"))
    try:
        yield store
    finally:
        await store.close()


def api(process: EmbeddedProcess) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token_of(process.data)}"}
    return httpx.Client(base_url=process.url, headers=headers, timeout=DEADLINE_S)


def file(seed: int, megabytes: int = 24) -> bytes:
    return Random(seed).randbytes(megabytes * MEGABYTE)


async def form_on(client: httpx.AsyncClient, page: str) -> PageForm:
    answer = await client.get(page)
    return next(form for form in forms_of(answer) if form.action.endswith("/documents"))


async def send(client: httpx.AsyncClient, form: PageForm, content: bytes) -> httpx.Response:
    return await client.post(
        form.action, data=form.values | {"title": "Plan"}, files={"sha256": ("plan.bin", content)}
    )


async def killed_while_it_comes(process: EmbeddedProcess, client: httpx.AsyncClient, form: PageForm) -> None:
    """Half of the body is there when the process goes."""
    whole = client.build_request(
        "POST", form.action, data=form.values | {"title": "Plan"}, files={"sha256": ("plan.bin", file(0, 4))}
    )
    body = whole.read()
    is_half_there = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield body[: len(body) // 2]
        is_half_there.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(client.post(form.action, content=half(), headers=dict(whole.headers)))
    async with asyncio.timeout(DEADLINE_S):
        await is_half_there.wait()
    await asyncio.to_thread(process.kill)
    sending.cancel()
    with suppress(httpx.TransportError, asyncio.CancelledError):
        await sending


async def killed_while_it_is_stored(
    process: EmbeddedProcess, client: httpx.AsyncClient, form: PageForm, store: Store, first: int
) -> bytes:
    """Some pieces are in the store when the process goes, and not all; the content that was sent."""
    for seed in range(first, first + ATTEMPTS):
        content = file(seed)
        hash = sha256(content).hexdigest()
        sending = asyncio.create_task(send(client, form, content))
        async with asyncio.timeout(DEADLINE_S):
            while not await store.fetch("SELECT 1 FROM content_piece WHERE sha256 = ?", (hash,)):  # noqa: ASYNC110
                await asyncio.sleep(0.002)
        process.process.kill()
        await asyncio.to_thread(process.process.wait)
        with suppress(httpx.TransportError):
            await sending
        [(whole,)] = await store.fetch("SELECT whole FROM content WHERE sha256 = ?", (hash,))
        if not whole:
            return content
        await asyncio.to_thread(process.start)
    pytest.fail("every file was whole before the kill")


async def test_a_kill_in_the_middle_of_an_upload_leaves_nothing_half(
    process: EmbeddedProcess, database_url: str
) -> None:
    with api(process) as director:
        project = director.post("/projects/v1/projects", json={"name": "Merger"}).json()
    page = f"/registers/projects/projects/{project['id']}"
    async with at_the_pages(process) as client, looking_into(process, database_url) as store:
        before = sorted(path.name for path in process.data.iterdir())
        await killed_while_it_comes(process, client, await form_on(client, page))
        await asyncio.to_thread(process.start)
        assert sorted(path.name for path in process.data.iterdir()) == before
        assert await store.fetch("SELECT 1 FROM content") == []

        form = await form_on(client, page)
        content = await killed_while_it_is_stored(process, client, form, store, 1)
        hash = sha256(content).hexdigest()
        await asyncio.to_thread(process.start)
        assert "/versions/" not in (await client.get(page)).text
        with api(process) as director:
            assert director.get(f"/projects/v1/files/{hash}").status_code == 404
            assert director.get("/projects/v1/documents").json()["items"] == []

        answer = await follow(client, await send(client, form, content))
        link = next(
            part.split('"')[0] for part in answer.text.split('href="') if "/versions/1/content" in part
        )
        assert (await client.get(link)).content == content

        unused = await killed_while_it_is_stored(process, client, await form_on(client, page), store, 100)
        await store.run("UPDATE content SET stored_at = stored_at - ?", (2 * DAY_US,))
        assert await prune(store) == 1
        for table in ("content", "content_piece"):
            rows = await store.fetch(f"SELECT DISTINCT sha256 FROM {table}")
            assert rows == [(hash,)], (
                f"what {sha256(unused).hexdigest()} brought is gone, what is used is there"
            )
