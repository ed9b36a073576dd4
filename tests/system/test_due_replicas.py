"""Two replicas tell what is due: one at a time, and whichever dies."""

from pathlib import Path

from shared.base.settings import Settings
from tests.system.due_crashes import kill_schedulers


async def test_what_is_due_is_told_once_although_replicas_die(tmp_path: Path, database_url: str) -> None:
    await kill_schedulers(Settings(data=tmp_path, database_url=database_url, test_clock=True), 5)
