"""The process of `make run` is killed under load: nothing acknowledged is lost, nothing is there twice."""

from tests.system.crashes import kill_embedded
from tests.system.running import EmbeddedProcess


async def test_a_killed_process_goes_on_where_it_was(embedded_process: EmbeddedProcess) -> None:
    await kill_embedded(embedded_process, times=2)
