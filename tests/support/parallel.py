"""Running the suites on several workers (pytest-xdist), and the quick part of them.

Tests that share something expensive (a broker, a stack, a Java machine, what a module makes once) run on one worker, so
that it is made once. Everything else goes to whichever worker is free.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]

GROUPS = {
    "stack": "stack",
    "broker": "kafka",
    "java": "java",
    "mpxj_read": "java",
    "mpxj_write": "java",
}
"""Fixture -> the group of the tests that ask for it."""

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


def group(items: Iterable[pytest.Item]) -> None:
    """Mark each test with the group whose worker it runs on."""
    for item in items:
        if name := _group_of(item):
            item.add_marker(pytest.mark.xdist_group(name))


def _group_of(item: pytest.Item) -> str | None:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    if shared := next((GROUPS[f] for f in fixtures if f in GROUPS), None):
        return shared
    if "Apache Kafka" in item.name:
        return "kafka"
    definitions: dict[str, Any] = item._fixtureinfo.name2fixturedefs if fixtures else {}
    if any(d.scope == "module" for f in fixtures for d in definitions.get(f, ())):
        return str(item.path.relative_to(TESTS))
    return None


def is_quick(item: pytest.Item) -> bool:
    """Whether a test needs neither a server, a process of its own, nor the second database."""
    where = item.path.relative_to(TESTS).as_posix() if item.path.is_relative_to(TESTS) else ""
    if where.startswith(SLOW_FOLDERS) or SLOW_FIXTURES & set(getattr(item, "fixturenames", [])):
        return False
    return not any(
        name in item.name for name in ("[postgresql", "-postgresql", "Apache Kafka", "mock cluster")
    )
