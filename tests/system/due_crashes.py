"""Schedulers in processes of their own, killed while they tell what is due; and what must be true afterwards."""

import asyncio
import multiprocessing
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess

from services.projects.service import SERVICE
from shared.base import turned_clock
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.domain import lease
from shared.domain.due import scheduler
from shared.domain.due.rows import WAITS
from shared.domain.due.scheduler import Scheduler
from shared.domain.kernel import Kernel
from shared.store import Store, open_store
from tests.conftest import running_service
from tests.support.turning import day

PER_DAY = 7
"""Packages that become overdue between two kills."""
DEADLINE_S = 60.0
BATCH = 100
FACTS = "SELECT aggregate_id, aggregate_version, effective_at FROM outbox WHERE type LIKE '%.overdue.v1' ORDER BY position"


async def kill_schedulers(settings: Settings, times: int) -> None:
    """Two replicas tell what is due, day by day; each day one of them is killed at any moment and replaced."""
    packages = await _with_packages(settings, times * PER_DAY)
    chance = random.Random(times)
    with _replicas(settings) as replicas:
        for _ in range(times):
            turned_clock.write(settings.data, turned_clock.read(settings.data) + timedelta(days=1))
            await asyncio.sleep(chance.uniform(0.0, 0.08))
            replicas.kill(chance.randrange(2))
        turned_clock.write(settings.data, turned_clock.read(settings.data) + timedelta(days=1))
        store = await open_store(settings.store_url(SERVICE.name), SERVICE.name)
        try:
            await _until_told(store)
            await _audit(store, packages)
        finally:
            await store.close()


async def _with_packages(settings: Settings, count: int) -> set[str]:
    """So many packages, some for each of the coming days, in no order."""
    ids: set[str] = set()
    async with running_service(SERVICE, settings) as (_, callers):
        client = callers("director")
        project = (
            await client.post(
                "/projects/v1/projects",
                json={"name": "Long"},
                headers={"Idempotency-Key": "p"},
            )
        ).json()
        places = list(range(count))
        random.Random(count).shuffle(places)
        for first in range(0, count, BATCH):
            items = [
                {
                    "project_id": project["id"], "wbs": f"{1 + n // 900}.{1 + n % 900}", "name": f"Package {n}",
                    "planned_finish_on": day(n // PER_DAY, settings).isoformat(),
                }
                for n in places[first : first + BATCH]
            ]  # fmt: skip
            answer = await client.post(
                "/projects/v1/work-packages/batch",
                json={"items": items},
                headers={"Idempotency-Key": f"b{first}"},
            )
            assert answer.status_code == 207, answer.text
            ids |= {item["resource"]["id"] for item in answer.json()["items"]}
    return ids


async def _until_told(store: Store) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while (await store.fetch(f"SELECT COUNT(*) FROM due WHERE {WAITS}"))[0][0]:  # noqa: ASYNC110 other processes write it
            await asyncio.sleep(0.05)


async def _audit(store: Store, packages: set[str]) -> None:
    """Each is told once, as the version after the one that made it, and all in the order of their instants."""
    facts = await store.fetch(FACTS)
    ids = [row[0] for row in facts]
    assert len(ids) == len(set(ids)), "something was told twice"
    assert set(ids) == packages, "something is missing"
    assert {row[1] for row in facts} == {2}
    assert [row[2] for row in facts] == sorted(row[2] for row in facts), "not in the order of the instants"
    marked = await store.fetch("SELECT aggregate_id FROM due WHERE fired_version = 2 AND fired_for = due_at")
    assert {row[0] for row in marked} == packages


class _Replicas:
    """Two processes that tell what is due."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self.processes = [self._started(), self._started()]

    def _started(self) -> BaseProcess:
        process = self._context.Process(target=tell_for_ever, args=(self._settings,), daemon=True)
        process.start()
        return process

    def kill(self, place: int) -> None:
        old = self.processes[place]
        assert old.is_alive(), f"a scheduler ended by itself: {old.exitcode}"
        old.kill()
        old.join()
        self.processes[place] = self._started()


@contextmanager
def _replicas(settings: Settings) -> Iterator[_Replicas]:
    replicas = _Replicas(settings)
    try:
        yield replicas
    finally:
        for process in replicas.processes:
            process.kill()
            process.join()


def tell_for_ever(settings: Settings) -> None:
    """What a replica does until it is killed: small batches and a short lease, so that a kill meets more moments."""
    LOG.stream = None
    scheduler.BATCH = 3
    lease.LEASE_US = 200_000
    asyncio.run(_tell(settings))


async def _tell(settings: Settings) -> None:
    store = await open_store(settings.store_url(SERVICE.name), SERVICE.name)
    one = Scheduler(Kernel(SERVICE.name, settings, store, SERVICE.mirrors), SERVICE.registers)
    while True:
        turned_clock.follow_once(settings)
        await one.look()
        await asyncio.sleep(0.005)
