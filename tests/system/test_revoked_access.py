"""What is granted, revoked, hidden or opened at one replica holds at the other within five seconds, in all services."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PostgresServer
from tests.system.revoking import WITHIN_S, Replicas, give_and_take
from tests.system.running import EmbeddedProcess, StackProcess, running_replicas


@pytest.fixture
def two(tmp_path: Path, postgres_server: PostgresServer) -> Iterator[list[EmbeddedProcess]]:
    """Two processes with all services each, on one database."""
    with running_replicas(tmp_path / "data", postgres_server) as processes:
        yield processes


async def test_access_given_or_taken_at_one_replica_holds_at_the_other_within_five_seconds(
    two: list[EmbeddedProcess],
) -> None:
    replicas = Replicas([process.url for process in two], two[0].data)
    try:
        delays = await give_and_take(replicas)
    finally:
        await replicas.end()
    assert {name for name, seconds in delays.items() if seconds > WITHIN_S} == set(), delays


async def test_access_given_or_taken_holds_in_all_processes_of_a_stack_within_five_seconds(
    stack: StackProcess,
) -> None:
    replicas = Replicas([stack.url], stack.data)
    try:
        delays = await give_and_take(replicas)
    finally:
        await replicas.end()
    assert {name for name, seconds in delays.items() if seconds > WITHIN_S} == set(), delays
