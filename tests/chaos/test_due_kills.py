"""`make chaos`: two replicas tell what is due, and 200 times one of them is killed: nothing is missing, nothing double."""

from pathlib import Path

from shared.base.settings import Settings
from tests.system.due_crashes import kill_schedulers

KILLS = 200


async def test_two_replicas_of_which_one_dies_200_times(tmp_path: Path, database_url: str) -> None:
    await kill_schedulers(Settings(data=tmp_path, database_url=database_url, test_clock=True), KILLS)
