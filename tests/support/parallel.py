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
STACK = ("tests/system/test_all_out_and_in.py", "tests/system/test_stack.py", "tests/system/test_erasing.py",
         "tests/system/test_personal_tokens.py")  # fmt: skip
KEYCLOAK = ("tests/system/test_keycloak.py", "tests/system/test_browser_sign_in.py")
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
FIRST = (
    "stack",
    "tests/papers/test_how_to.py",
    "kafka",
    "keycloak",
    "tests/clients/",
    "tests/system/test_secured_stack.py",
    "tests/system/test_schemathesis.py",
    "tests/system/test_browser",
    "tests/system/test_accessibility.py",
    "java",
    "tests/cli/",
)
"""What takes longest begins first, so that workers end at the same time; then what has the most tests."""
ENDED_EARLY = {"stack": ("stack",), "kafka": ("broker",), "keycloak": ("portolan_at_keycloak", "keycloak")}
"""Of which shared thing servers run, in which fixtures. They cost while they idle, and end with the last test of theirs."""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist has no types
    """Gives tests to workers; `--dist loadscope` with scopes of our own, since `loadgroup` of pytest-xdist 3.8 has no
    effect under pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        """The most urgent one."""
        sizes = {scope: len(unit) for scope, unit in self.workqueue.items()}
        self.workqueue.move_to_end(min(sizes, key=lambda scope: (urgency(scope), -sizes[scope])), last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: Any) -> None:
        """As many units as a worker needs to go on, which runs a test only when it knows the next one.

        One unit, as pytest-xdist gives, leaves a worker that comes late waiting for ever.
        """
        while self.workqueue and not node.shutting_down and self._pending_of(self.assigned_work[node]) <= 2:
            self._assign_work_unit(node)
        if not self.workqueue:
            node.shutdown()

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
    if path.startswith(KEYCLOAK):
        return "keycloak"
    if path.startswith(JAVA):
        return "java"
    if path.startswith(MADE_ONCE):
        return path
    return nodeid


def urgency(scope: str) -> int:
    """The place of a scope in `FIRST`; after all of them where it has none."""
    return next((place for place, front in enumerate(FIRST) if scope.startswith(front)), len(FIRST))


def end_servers(item: pytest.Item, following: pytest.Item | None) -> None:
    """On a worker, end the servers of what its tests share once the next test shares something else."""
    scope = scope_of(item.nodeid)
    if not hasattr(item.config, "workerinput") or (following and scope_of(following.nodeid) == scope):
        return
    for name in ENDED_EARLY.get(scope, ()):
        for fixture in item.session._fixturemanager.getfixturedefs(name, item) or ():
            fixture.finish(item._request)  # type: ignore[attr-defined] # pytest offers no other way to end one early


SLOW_FIXTURES = {
    "postgres",
    "postgres_server",
    "apache_kafka",
    "embedded_process",
    "java",
    "browser",
    "everything",
    "stack",
    "keycloak",
}
SLOW_FOLDERS = ("system", "cli", "clients", "papers", "deploy", "imports", "sample", "support", "migrations",
                "contracts/test_bus.py", "contracts/test_people.py", "contracts/test_kafka.py")  # fmt: skip


def is_quick(item: pytest.Item) -> bool:
    """Whether a test needs neither a server, a process of its own, nor the second database."""
    where = item.path.relative_to(TESTS).as_posix() if item.path.is_relative_to(TESTS) else ""
    if where.startswith(SLOW_FOLDERS) or SLOW_FIXTURES & set(getattr(item, "fixturenames", [])):
        return False
    return not any(
        name in item.name for name in ("[postgresql", "-postgresql", "Apache Kafka", "mock cluster")
    )
