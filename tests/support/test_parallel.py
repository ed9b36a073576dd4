"""How tests are given to workers: nobody waits for ever, and what takes longest begins first."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.parallel import Scheduling, scope_of


@dataclass(eq=False)
class Worker:
    """A worker as the scheduler sees it; it runs a test once it knows the next one, or that there is none."""

    waiting: list[int] = field(default_factory=list)
    shutting_down: bool = False
    gateway: Any = field(default_factory=lambda: SimpleNamespace(id="one"))

    def send_runtest_some(self, indices: list[int]) -> None:
        assert not self.shutting_down
        self.waiting += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    def next_test(self) -> int | None:
        runs = len(self.waiting) > 1 or (self.waiting and self.shutting_down)
        return self.waiting.pop(0) if runs else None


class Run:
    """A run on workers, of which each runs one test in turn."""

    def __init__(self, collection: list[str], workers: int) -> None:
        self.collection = collection
        options = SimpleNamespace(loadscopereorder=True)
        config = SimpleNamespace(option=options, getvalue=lambda name: ["popen"] * workers)
        self.scheduling = Scheduling(cast(Any, config))
        self.workers: list[Worker] = []
        self.order: list[str] = []
        for _ in range(workers):
            self.add()
        for worker in self.workers:
            self.scheduling.add_node_collection(cast(Any, worker), collection)
        self.scheduling.schedule()

    def add(self) -> Worker:
        worker = Worker()
        self.workers.append(worker)
        self.scheduling.add_node(cast(Any, worker))
        return worker

    def crash(self, worker: Worker) -> None:
        """During the test that the worker would run next; another worker takes its place."""
        self.workers.remove(worker)
        self.scheduling.remove_node(cast(Any, worker))
        another = self.add()
        self.scheduling.add_node_collection(cast(Any, another), self.collection)
        self.scheduling.schedule()

    def go_on(self) -> None:
        """Until nobody can run anything."""
        while any(self._one(worker) for worker in self.workers):
            continue

    def _one(self, worker: Worker) -> bool:
        index = worker.next_test()
        if index is None:
            return False
        self.order.append(self.collection[index])
        self.scheduling.mark_test_complete(cast(Any, worker), index)
        return True


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("count", [2, 3, 4, 7, 20])
def test_every_test_is_run_by_any_number_of_workers(workers: int, count: int) -> None:
    collection = [f"tests/finance/test_{n}.py::test_it" for n in range(count)]
    run = Run(collection, min(workers, count))
    run.go_on()
    assert sorted(run.order) == sorted(collection)
    assert all(worker.shutting_down for worker in run.workers)


@pytest.mark.parametrize("count", [2, 3, 4, 7, 20])
@pytest.mark.parametrize("crashes", [1, 2])
def test_after_a_crash_the_other_tests_are_run(count: int, crashes: int) -> None:
    collection = [f"tests/finance/test_{n}.py::test_it" for n in range(count)]
    run = Run(collection, 1)
    for _ in range(crashes):
        run.crash(run.workers[0])
    run.go_on()
    assert len(run.order) == count - crashes
    assert all(worker.shutting_down for worker in run.workers)


def test_what_takes_longest_begins_first() -> None:
    quick = [f"tests/finance/test_{n}.py::test_it" for n in range(5)]
    page = "tests/papers/test_how_to.py::test_page"
    stack = ["tests/system/test_stack.py::test_a", "tests/system/test_stack.py::test_b"]
    run = Run([*quick, page, *stack], 1)
    run.go_on()
    assert run.order[:3] == [*stack, page]


def test_what_shares_a_server_is_one_scope() -> None:
    assert scope_of("tests/contracts/test_bus.py::test_a[Apache Kafka]") == scope_of(
        "tests/contracts/test_kafka.py::test_b"
    )
    assert scope_of("tests/contracts/test_bus.py::test_a[embedded]") != scope_of(
        "tests/contracts/test_bus.py::test_b[embedded]"
    )
