"""A background task that dies is told, makes its service not ready, and is started again."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.finance.service import SERVICE
from shared.base import supervision
from shared.base.settings import Settings
from shared.base.supervision import Supervised
from shared.runtime.running import listening
from tests.conftest import DEADLINE_S, Portolan, running_service


def deaths(service: str, task: str) -> float:
    return REGISTRY.get_sample_value(
        "portolan_background_task_deaths_total", {"service": service, "task": task}
    ) or 0.0  # fmt: skip


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not holds():  # noqa: ASYNC110 a metric and a list tell of it, which nobody can wait for
            await asyncio.sleep(0.001)


class Dying:
    """A task that dies as often as it is told, and then runs."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.running = False

    async def run(self) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.running = True
        try:
            await asyncio.Event().wait()
        finally:
            self.running = False


@pytest.mark.parametrize("error", [OSError(28, "No space left"), asyncio.CancelledError(), ValueError("x")])
async def test_a_task_that_dies_is_counted_and_started_again(error: BaseException) -> None:
    dying, before = Dying(error, error), deaths("here", "a task")
    task = Supervised("here", "a task", dying.run, pause_s=0.001, steady_s=0.01)
    await until(lambda: deaths("here", "a task") == before + 2)
    assert task.down == "a task died and is started again"
    await until(lambda: dying.running and task.down is None)
    await task.end()
    assert not dying.running


async def test_a_task_that_passes_over_a_cancellation_is_cancelled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervision, "CANCEL_AGAIN_S", 0.01)
    passed_over = 0

    async def closing_what_it_cancelled_itself() -> None:
        nonlocal passed_over
        while passed_over < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                passed_over += 1
        await asyncio.Event().wait()

    task = Supervised("here", "closing", closing_what_it_cancelled_itself)
    await asyncio.sleep(0)
    async with asyncio.timeout(DEADLINE_S):
        await task.end()
    assert passed_over == 2


async def test_each_pause_is_twice_as_long_as_the_one_before() -> None:
    task = Supervised("here", "pausing", Dying(*[ValueError()] * 3).run, pause_s=0.001, steady_s=60)
    await until(lambda: deaths("here", "pausing") == 3)
    await until(lambda: task._pause_s == 0.008)
    await task.end()


async def test_a_task_that_has_done_its_work_stays_ended() -> None:
    async def work() -> None:
        return

    task = Supervised("here", "working", work)
    await until(lambda: task.ended)
    assert (task.down, deaths("here", "working")) == (None, 0)


async def test_each_kind_of_task_of_a_service_is_supervised(portolan: Portolan) -> None:
    """All five services: what runs beside the requests is known to readyz."""
    for one in portolan.running.services.values():
        names = [task.name for task in (*one.kernel.tasks, *one.kernel.store.tasks)]
        consumers = [f"the consumer {consumer.name}" for consumer in one.service.consumers]
        scheduler = ["the scheduler"] if any(register.dues for register in one.service.registers) else []
        runner = ["the runner of operations"] if one.service.operations else []
        beside = [background.name for background in one.service.background]
        assert sorted(names) == sorted(
            [
                "the pruning",
                "the look at revocations",
                "the writer of the store",
                *consumers,
                *scheduler,
                *runner,
                *beside,
            ]
        )


async def test_a_dead_consumer_makes_the_service_not_ready(
    portolan: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it dies of: here even its own pause raises, as a log on a full disk once did."""
    monkeypatch.setattr("shared.messaging.inbox.Inbox._pause", _raising)
    kernel = portolan.running.services["finance"].kernel
    inbox = next(iter(kernel.inboxes.values()))
    monkeypatch.setattr(inbox, "take", _raising)
    name = f"the consumer {inbox.consumer.name}"
    before = deaths("finance", name)
    await portolan().post("/projects/v1/projects", json={"name": "Told to the dead"})
    await until(lambda: deaths("finance", name) > before)
    answer = await portolan.anonymous().get("/finance/readyz")
    assert (answer.status_code, name in answer.json()["detail"]) == (503, True)


async def _raising(*_: object) -> None:
    raise OSError(28, "No space left on device")


async def test_a_writer_that_died_tells_who_waited_and_writes_on(tmp_path: Any) -> None:
    async with running_service(SERVICE, Settings(data=tmp_path)) as (one, callers), listening(one, NoBus()):
        writer = one.kernel.store._writer  # type: ignore[attr-defined]
        writer.task._first_pause_s = writer.task._pause_s = 0.001
        writer.nudges.append(_once(writer.nudges))
        body = {"name": "A vendor"}
        first = await callers("director").post("/finance/v1/vendors", json=body)
        second = await callers("director").post("/finance/v1/vendors", json=body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert deaths("finance", "the writer of the store") >= 1


def _once(nudges: list[Callable[[], None]]) -> Callable[[], None]:
    def nudge() -> None:
        nudges.remove(nudge)
        raise OSError(28, "No space left on device")

    return nudge


class NoBus:
    """Nothing ever comes."""

    async def read(self, consumer: str, topics: Any, load: Any) -> Any:
        await load()
        await asyncio.Event().wait()
        yield []

    async def heal(self, topic: str, partition: int, after: int, until: int) -> list[Any]:
        return []

    async def close(self) -> None:
        return
