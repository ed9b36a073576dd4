"""What the stack keeps alive on one machine."""

import asyncio
import json
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from services import stack

PID = 4711


class Recovering:
    """A PostgreSQL that died and takes so long to recover that its package gives up on it, twice."""

    def __init__(self) -> None:
        self.troubles: list[Exception] = [TimeoutExpired("pg_ctl", 10), AssertionError("starting")]
        self.up = False

    def get_postmaster_info(self) -> "Recovering":
        return self

    def is_running(self) -> bool:
        return self.up

    def ensure_postgres_running(self) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.up = True


async def test_a_database_that_recovers_slowly_is_kept_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "AGAIN_S", 0.01)
    answer, server = tmp_path / "stack.json", Recovering()
    keeping = asyncio.create_task(stack._keep_postgres(server, stack.Board(answer, {}, postgres=lambda: PID)))
    async with asyncio.timeout(5):
        while not answer.exists() and not keeping.done():  # noqa: ASYNC110 it tells by a file
            await asyncio.sleep(0.01)
    assert not keeping.done(), keeping
    assert json.loads(answer.read_text())["pids"]["postgres"] == PID
    server.up = False
    async with asyncio.timeout(5):
        while not server.up:  # noqa: ASYNC110 it is started by another thread
            await asyncio.sleep(0.01)
    keeping.cancel()
