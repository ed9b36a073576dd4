"""Running the suites on several workers (pytest-xdist), and the quick part of them.

Tests that share something expensive (a broker, a stack, a Java machine, what a module makes once) run on one worker, so
that it is made once. Everything else goes to whichever worker is free.
"""

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parents[1]

KAFKA = ("tests/contracts/test_kafka.py", "tests/contracts/test_people.py", "tests/contracts/test_secured.py",
         "tests/contracts/test_shared_cluster.py")  # fmt: skip
STACK = ("tests/system/test_stack.py", "tests/system/test_erasing.py")
JAVA = ("tests/projects/engines/planfiles/",)
MADE_ONCE = (
    "tests/cli/test_operations.py",
    "tests/clients/",
    "tests/imports/test_federal.py",
    "tests/resources/planning/allocation/test_load.py",
    "tests/risk/engines/simulation/test_published.py",
    "tests/system/test_accessibility.py",
    "tests/system/test_one_request.py",
)
"""Files of which something is made once for all their tests."""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist has no types
    """Gives tests to workers; `--dist loadscope` with scopes of our own, since `loadgroup` of pytest-xdist 3.8 has no
    effect under pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)

    def remove_node(self, node: Any) -> str | None:
        """The test during which a worker ended is not given to the next worker, which would end as well."""
        units = self.assigned_work[node]
        ended_during = next(
            (test for unit in units.values() for test, done in unit.items() if not done), None
        )
        for scope in list(units):
            units[scope].pop(ended_during, None)
            if all(units[scope].values()):
                del units[scope]
        super().remove_node(node)
        return ended_during


def scope_of(nodeid: str) -> str:
    """The name of what a test shares with others, which run on the same worker; its own id where it shares nothing."""
    path = nodeid.partition("::")[0]
    if path.startswith(KAFKA) or "Apache Kafka" in nodeid:
        return "kafka"
    if path.startswith(STACK):
        return "stack"
    if path.startswith(JAVA):
        return "java"
    if path.startswith(MADE_ONCE):
        return path
    return nodeid


SLOW_FIXTURES = {
    "postgres",
    "postgres_server",
    "apache_kafka",
    "embedded_process",
    "java",
    "browser",
    "everything",
}
SLOW_FOLDERS = ("system", "cli", "papers", "deploy", "imports", "sample", "migrations", "contracts/test_bus.py",
                "contracts/test_people.py", "contracts/test_kafka.py")  # fmt: skip


def is_quick(item: pytest.Item) -> bool:
    """Whether a test needs neither a server, a process of its own, nor the second database."""
    where = item.path.relative_to(TESTS).as_posix() if item.path.is_relative_to(TESTS) else ""
    if where.startswith(SLOW_FOLDERS) or SLOW_FIXTURES & set(getattr(item, "fixturenames", [])):
        return False
    return not any(
        name in item.name for name in ("[postgresql", "-postgresql", "Apache Kafka", "mock cluster")
    )
