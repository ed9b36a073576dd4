"""The distributed shape under load, while its parts die or fall silent one after the other."""

from tests.system.crashes import freeze_broker, kill_postgres, kill_services
from tests.system.running import StackProcess


async def test_a_killed_source_loses_no_acknowledged_write_and_publishes_every_version(
    stack: StackProcess,
) -> None:
    await kill_services(stack, ["projects", "projects"])


async def test_a_killed_consumer_catches_up_to_the_fold_of_all_events(stack: StackProcess) -> None:
    await kill_services(stack, ["reporting", "finance"])


async def test_a_killed_broker_loses_nothing_that_was_acknowledged(stack: StackProcess) -> None:
    await kill_services(stack, ["kafka"])


async def test_a_silent_broker_does_not_keep_the_api_from_answering(stack: StackProcess) -> None:
    await freeze_broker(stack, seconds=5)


async def test_a_killed_database_means_come_again_later_and_then_everything_goes_on(
    stack: StackProcess,
) -> None:
    await kill_postgres(stack)
