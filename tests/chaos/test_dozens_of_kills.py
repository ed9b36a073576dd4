"""`make chaos`: the same crashes as in tests/system, dozens of times, and a broker that is away for a minute."""

from pathlib import Path

from tests.system.crashes import freeze_broker, kill_embedded, kill_postgres, kill_services
from tests.system.running import EmbeddedProcess, running_stack

ROUNDS = 12


async def test_the_embedded_process_dies_two_dozen_times(tmp_path: Path) -> None:
    process = EmbeddedProcess(tmp_path / "data")
    process.start()
    try:
        await kill_embedded(process, times=2 * ROUNDS)
    finally:
        process.end()


async def test_every_part_of_the_stack_dies_a_dozen_times(apache_kafka: str, tmp_path: Path) -> None:
    with running_stack(tmp_path / "data") as stack:
        for _ in range(ROUNDS):
            await kill_services(stack, ["projects", "reporting", "finance", "kafka", "risk", "resources"])
            await kill_postgres(stack)
        await freeze_broker(stack, seconds=60)
