"""An operation from its begin to each of its ends, on both databases, with real workers."""

import asyncio
import json
from typing import Any

import pytest

from shared.base.clock import now_micros
from shared.base.settings import Settings
from shared.base.workers import WorkerLost
from shared.runtime.retention import forget_outdated
from tests.shared.operations.conftest import (
    DEFECTS_PATH,
    OPEN,
    PATH,
    VENDORS_PATH,
    WITH_JOBS,
    Replica,
    replica,
    until,
)

LONG_S = 60
AS_JSON = {"Content-Type": "application/json"}


async def no_workers(jobs: Replica) -> None:
    """Wait until no process of a worker is alive."""

    async def processes() -> tuple[int, ...]:
        return jobs.kernel.workers.processes

    await until(processes, lambda alive: not alive)


async def test_what_is_begun_is_computed_and_its_result_read(jobs: Replica) -> None:
    accepted = await jobs.client.post(PATH, json={"answers": 3})
    assert accepted.status_code == 202
    assert accepted.headers["retry-after"] == "1"
    assert accepted.json()["state"] == "queued"
    operation = accepted.headers["location"]
    ended = await jobs.reached(operation)
    assert (ended["state"], ended["progress"], ended["kind"]) == ("succeeded", 1, "job")
    assert ended["requested_by"] == "director"
    assert ended["created_at"] <= ended["started_at"] <= ended["ended_at"] < ended["expires_at"]
    assert ended["result"] == f"{operation}/result"
    assert (await jobs.result(operation))["numbers"] == [0, 1, 2]
    assert await jobs.column(operation, "input") is None, "what was asked is not kept once it is answered"


async def test_progress_is_seen_while_it_is_computed(jobs: Replica) -> None:
    operation = await jobs.begin(seconds=LONG_S)
    at = await until(lambda: jobs.read(operation), lambda one: one["progress"] > 0)
    assert (at["state"], at["step"]) == ("running", "waiting")
    assert (await jobs.client.get(operation)).headers["retry-after"] == "1"
    refused = await jobs.client.get(f"{operation}/result")
    assert (refused.status_code, refused.json()["code"]) == (409, "operation_not_ended")


async def test_another_callers_operation_is_not_there(jobs: Replica) -> None:
    operation = await jobs.begin()
    await jobs.reached(operation)
    other = jobs("manager")
    for answer in (
        await other.get(operation),
        await other.get(f"{operation}/result"),
        await other.post(f"{operation}/cancel"),
    ):
        assert answer.status_code == 404, answer.request.url
    assert (await other.get("/finance/v1/operations")).json() == {"items": []}
    mine = (await jobs.client.get("/finance/v1/operations")).json()["items"]
    assert [one["id"] for one in mine] == [operation.rpartition("/")[2]]


async def test_ones_own_operations_are_listed_page_by_page(jobs: Replica) -> None:
    accepted = [await jobs.begin() for _ in range(3)]
    for operation in accepted:
        await jobs.reached(operation)
    headers = {"Prefer": "return=total-count"}
    page = (await jobs.client.get("/finance/v1/operations?limit=2", headers=headers)).json()
    rest = (await jobs.client.get(f"/finance/v1/operations?limit=2&cursor={page['next']}")).json()
    ids = [one["id"] for one in (*page["items"], *rest["items"])]
    assert ids == [operation.rpartition("/")[2] for operation in reversed(accepted)]
    assert (page["total"], "next" in rest) == (3, False)
    none = await jobs.client.get("/finance/v1/operations?state=failed&kind=job")
    assert none.json()["items"] == []


async def test_a_cancelled_job_is_killed_and_nothing_of_it_remains(jobs: Replica) -> None:
    operation = await jobs.begin(VENDORS_PATH, seconds=LONG_S)
    await jobs.reached(operation, "running")
    cancelled = await jobs.client.post(f"{operation}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    await no_workers(jobs)
    assert (await jobs.read(operation))["state"] == "cancelled"
    again = await jobs.client.post(f"{operation}/cancel")
    assert (again.status_code, again.json()["state"]) == (409, "cancelled")
    assert (await jobs.client.get(f"{operation}/result")).json()["code"] == "operation_without_result"
    assert (await jobs.client.get("/finance/v1/vendors")).json()["items"] == []


async def test_one_that_waits_is_cancelled_before_it_begins(settings: Settings) -> None:
    async with replica(settings, computes=False) as jobs:
        operation = await jobs.begin()
        assert (await jobs.client.post(f"{operation}/cancel")).json()["state"] == "cancelled"
    async with replica(settings) as jobs:
        after = await jobs.begin()
        await jobs.reached(after)
        assert (await jobs.read(operation))["state"] == "cancelled"


async def test_one_that_another_replica_cancels_is_killed_here(settings_of_replicas: Settings) -> None:
    async with replica(settings_of_replicas) as here, replica(settings_of_replicas, computes=False) as there:
        operation = await there.begin(seconds=LONG_S)
        await here.reached(operation, "running")
        assert (await there.client.post(f"{operation}/cancel")).status_code == 200
        await no_workers(here)


async def test_a_job_that_needs_too_much_memory_fails_and_says_so(settings: Settings) -> None:
    async with replica(settings.model_copy(update={"worker_megabytes": 64})) as jobs:
        ended = await jobs.reached(await jobs.begin(megabytes=500))
        assert (ended["state"], ended["problem"]["code"]) == ("failed", "computation_too_large")
        assert "64 MB" in ended["problem"]["detail"]
        assert (await jobs.reached(await jobs.begin(megabytes=8)))["state"] == "succeeded"


async def test_a_job_that_takes_too_long_is_killed_and_fails(settings: Settings) -> None:
    async with replica(settings.model_copy(update={"worker_seconds": 1})) as jobs:
        ended = await jobs.reached(await jobs.begin(seconds=LONG_S))
        assert (ended["state"], ended["problem"]["code"]) == ("failed", "computation_too_long")
        await no_workers(jobs)


async def test_a_job_whose_worker_dies_is_begun_again_and_fails_after_the_third_time(jobs: Replica) -> None:
    operation = await jobs.begin(dies=True)
    ended = await jobs.reached(operation)
    assert (ended["state"], ended["problem"]["code"]) == ("failed", "worker_died")
    assert await jobs.column(operation, "attempts") == 3
    assert (await jobs.reached(await jobs.begin()))["state"] == "succeeded"


async def test_a_defect_of_an_engine_fails_the_job_and_is_told_to_nobody(jobs: Replica) -> None:
    ended = await jobs.reached(await jobs.begin(breaks=True))
    assert (ended["state"], ended["problem"]["code"]) == ("failed", "defect")
    assert "as it was asked" not in json.dumps(ended)


async def test_what_an_engine_refuses_is_the_problem_of_the_operation(jobs: Replica) -> None:
    operation = await jobs.begin(refuses=True)
    problem = (await jobs.reached(operation))["problem"]
    assert (problem["code"], problem["status"], problem["instance"]) == ("no", 422, operation)
    assert problem["errors"][0]["pointer"] == "/refuses"


async def test_a_body_is_refused_at_once_with_a_pointer_to_each_fault(jobs: Replica) -> None:
    answer = await jobs.client.post(
        PATH, json={"seconds": "1", "answers": 1.5, "nonsense": 1, "items": [1, "2"]}
    )
    assert answer.status_code == 422
    pointers = [fault["pointer"] for fault in answer.json()["errors"]]
    assert pointers == ["/seconds", "/answers", "/nonsense", "/items/1"]
    negative = await jobs.client.post(PATH, json={"seconds": -1})
    assert (negative.status_code, negative.json()["errors"][0]["pointer"]) == (422, "/seconds")
    assert (await jobs.client.get("/finance/v1/operations")).json()["items"] == []


async def test_to_validate_only_begins_nothing(jobs: Replica) -> None:
    answer = await jobs.client.post(f"{PATH}?validate_only=true", json={})
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    assert "location" not in answer.headers
    assert (await jobs.client.post(f"{PATH}?validate_only=true", json={"seconds": -1})).status_code == 422
    assert (await jobs.client.get("/finance/v1/operations")).json()["items"] == []


async def test_a_request_that_is_repeated_begins_one_operation(jobs: Replica) -> None:
    headers = {"Idempotency-Key": "once"}
    first = await jobs.client.post(PATH, json={"answers": 1}, headers=headers)
    await jobs.reached(first.headers["location"])
    second = await jobs.client.post(PATH, json={"answers": 1}, headers=headers)
    assert second.status_code == 202
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotency-replayed"] == "true"
    assert second.json()["state"] == "succeeded", "it says how far it is by now"
    other = await jobs.client.post(PATH, json={"answers": 2}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert len((await jobs.client.get("/finance/v1/operations")).json()["items"]) == 1


async def test_a_caller_and_all_together_have_so_many_open(settings: Settings) -> None:
    limits = {"operations_per_caller": 2, "operations_open": 3}
    async with replica(settings.model_copy(update=limits), computes=False) as jobs:
        accepted = [await jobs.begin() for _ in range(2)]
        for client, more in ((jobs.client, 0), (jobs("manager"), 1), (jobs("service"), 0)):
            answers = [(await client.post(PATH, json={})).status_code for _ in range(more)]
            assert answers == [202] * more
            refused = await client.post(PATH, json={})
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_operations")
            assert int(refused.headers["retry-after"]) > 0
        await jobs.client.post(f"{accepted[0]}/cancel")
        assert (await jobs.client.post(PATH, json={})).status_code == 202


async def test_many_at_once_are_no_more_than_the_limit(settings: Settings) -> None:
    async with replica(settings.model_copy(update={"operations_per_caller": 3}), computes=False) as jobs:
        answers = await asyncio.gather(*(jobs.client.post(PATH, json={}) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [202] * 3 + [429] * 3


async def test_a_result_and_what_it_makes_are_one_commit(jobs: Replica) -> None:
    operation = await jobs.begin(VENDORS_PATH)
    await jobs.reached(operation)
    (vendor,) = (await jobs.client.get("/finance/v1/vendors")).json()["items"]
    assert vendor["name"] == f"Made by {operation.rpartition('/')[2]}"
    rows = await jobs.kernel.store.fetch("SELECT headers FROM outbox")
    assert json.loads(rows[0][0])["authid"] == "director", "who asked is who caused it"


async def test_a_kind_whose_result_cannot_be_concluded_fails_in_the_end_and_harms_no_other(
    settings: Settings,
) -> None:
    async with replica(settings.model_copy(update={"operation_lease_s": 0.5})) as jobs:
        defective, other = await jobs.begin(DEFECTS_PATH), await jobs.begin()
        assert (await jobs.reached(other))["state"] == "succeeded"
        ended = await jobs.reached(defective)
        assert (ended["state"], ended["problem"]["code"]) == ("failed", "worker_died")


async def test_of_a_job_whose_lease_is_lost_nothing_is_written(jobs: Replica) -> None:
    operation = await jobs.begin(VENDORS_PATH, seconds=2)
    await jobs.reached(operation, "running")
    far = now_micros() + 3600 * 1_000_000
    id = operation.rpartition("/")[2]
    stolen = "UPDATE operation SET holder = 'another', lease_until = ? WHERE id = ? RETURNING id"
    assert await jobs.kernel.store.run(stolen, (far, id))
    await no_workers(jobs)
    assert (await jobs.read(operation))["state"] == "running"
    assert (await jobs.client.get("/finance/v1/vendors")).json()["items"] == []
    ended = "UPDATE operation SET lease_until = 0 WHERE id = ? RETURNING id"
    assert await jobs.kernel.store.run(ended, (id,)), "the other one is gone: somebody begins it again"
    assert (await jobs.reached(operation))["state"] == "succeeded"
    assert len((await jobs.client.get("/finance/v1/vendors")).json()["items"]) == 1


async def test_what_waits_or_runs_when_a_process_ends_is_done_by_the_next_one(settings: Settings) -> None:
    one_at_a_time = settings.model_copy(update={"workers": 1})
    async with replica(one_at_a_time) as jobs:
        running = await jobs.begin(seconds=1)
        waiting = await jobs.begin()
        await jobs.reached(running, "running")
        assert (await jobs.read(waiting))["state"] == "queued"
        workers = jobs.kernel.workers
    assert workers.processes == ()
    async with replica(one_at_a_time) as jobs:
        for operation in (running, waiting):
            assert (await jobs.reached(operation))["state"] == "succeeded"
            assert await jobs.column(operation, "attempts") == 1, "the end of a process is no attempt"


async def test_replicas_share_the_work_and_do_each_once(settings_of_replicas: Settings) -> None:
    async with replica(settings_of_replicas) as here, replica(settings_of_replicas) as there:
        accepted = [await here.begin(VENDORS_PATH, seconds=0.1) for _ in range(8)]
        for operation in accepted:
            assert (await there.reached(operation))["state"] == "succeeded"
            assert await here.column(operation, "attempts") == 1
        vendors = (await here.client.get("/finance/v1/vendors")).json()["items"]
        assert len(vendors) == len(accepted)


async def test_a_process_that_may_compute_nothing_begins_nothing(settings: Settings) -> None:
    async with replica(settings.model_copy(update={"workers": 0})) as jobs:
        operation = await jobs.begin()
        assert (await jobs.read(operation))["state"] in OPEN
        assert "the runner of operations" not in [task.name for task in jobs.kernel.tasks]


async def test_what_has_ended_is_forgotten_after_a_week(jobs: Replica) -> None:
    ended = await jobs.begin()
    await jobs.reached(ended)
    running = await jobs.begin(seconds=LONG_S)
    aged = "UPDATE operation SET expires_at = expires_at - ? WHERE ended_at IS NOT NULL RETURNING id"
    await jobs.kernel.store.run(aged, (7 * 24 * 3600 * 1_000_000,))
    await forget_outdated(WITH_JOBS, jobs.kernel)
    assert (await jobs.client.get(ended)).status_code == 404
    assert (await jobs.client.get(running)).status_code == 200


async def test_metrics_tell_what_waits_what_runs_and_how_it_ended(jobs: Replica) -> None:
    def value_in(text: str, name: str) -> float:
        line = next((line for line in text.splitlines() if line.startswith(name)), "0")
        return float(line.rpartition(" ")[2])

    succeeded = 'portolan_operations_ended_total{how="succeeded",kind="job",service="finance"}'

    async def count() -> float:
        return value_in((await jobs.client.get("/finance/metrics")).text, succeeded)

    before = await count()
    await jobs.reached(await jobs.begin())
    await until(count, lambda number: number == before + 1)
    await jobs.reached(await jobs.begin(seconds=LONG_S), "running")
    text = (await jobs.client.get("/finance/metrics")).text
    assert value_in(text, 'portolan_operations_running{kind="job",service="finance"}') == 1
    assert value_in(text, 'portolan_operation_seconds_count{kind="job",service="finance"}') >= 1
    await jobs.reached(await jobs.begin())
    await until(count, lambda number: number == before + 2)


@pytest.mark.parametrize(
    "engine",
    [
        "services.projects.engines.planning.trial",
        "services.risk.engines.simulation.trial",
        "services.reporting.engines.selection.trial",
    ],
)
async def test_workers_load_engines_and_no_framework_and_know_no_secret(
    tmp_path: Any, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTOLAN_FEED_TOKEN", "secret")
    async with replica(Settings(data=tmp_path)) as jobs:
        operation = await jobs.begin(imports=engine)
        assert (await jobs.reached(operation))["state"] == "succeeded"
        done = await jobs.result(operation)
    frameworks = {
        "fastapi",
        "pydantic",
        "sqlmodel",
        "sqlalchemy",
        "starlette",
        "httpx",
        "asyncpg",
        "aiokafka",
    }
    assert frameworks & set(done["modules"]) == set()
    assert [name for name in done["environment"] if name.startswith("PORTOLAN")] == []


async def test_a_body_that_needs_too_much_memory_is_refused_and_a_lost_worker_is_no_defect(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with replica(settings.model_copy(update={"worker_megabytes": 16})) as jobs:
        large = await jobs.client.post(
            PATH, content=b'{"imports": "' + b"x" * 20_000_000 + b'"}', headers=AS_JSON
        )
        assert (large.status_code, large.json()["code"]) == (413, "computation_too_large")

        async def lose(target: str, body: bytes) -> bytes:
            raise WorkerLost(-9)

        monkeypatch.setattr(jobs.kernel.workers, "check", lose)
        lost = await jobs.client.post(PATH, json={})
        assert (lost.status_code, lost.json()["code"]) == (503, "worker_lost")
        assert "retry-after" in lost.headers
