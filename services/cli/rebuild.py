"""`portolan rebuild`: the projections computed again beside the live ones, compared, then put in their
place."""

import asyncio
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from services.cli.instance import data_option
from shared.base.settings import Settings, settings_of

if TYPE_CHECKING:
    from shared.messaging.bus.embedded import Sources
    from shared.store import Store


@click.command()
@data_option
def rebuild(data: Path | None) -> None:
    """Compute the projections again from the outboxes; dashboards answer meanwhile."""
    asyncio.run(_rebuild(settings_of(data=data)))


async def _rebuild(settings: Settings) -> None:
    from services.cli.stores import all_opened, sources
    from services.reporting.rebuild.making import NotInBulk
    from shared.store.base import CannotReplace

    async with all_opened(settings) as services:
        live, outboxes = services["reporting"].kernel.store, sources(services)
        try:
            await _in_bulk(live, settings, outboxes)
        except NotInBulk as reason:
            click.echo(f"The events are replayed one by one, since one of them cannot be folded: {reason}")
            await _one_by_one(live, settings, outboxes)
        except CannotReplace as refused:
            raise click.ClickException(str(refused)) from refused


async def _in_bulk(live: "Store", settings: Settings, sources: "Sources") -> None:
    from services.reporting.rebuild.making import made_anew
    from services.reporting.replay import compare

    started = perf_counter()
    async with made_anew(live, settings, sources) as projection:
        seconds = perf_counter() - started
        differences = await compare(live, projection.store)
        await projection.put_in_place(live)
        _tell(projection.events, seconds, len(differences))


async def _one_by_one(live: "Store", settings: Settings, sources: "Sources") -> None:
    """What cannot be folded goes to the dead letters."""
    from services.reporting.replay import compare, flip, replaying

    async with replaying(settings, sources) as replay:
        started = perf_counter()
        await replay.catch_up()
        seconds = perf_counter() - started
        differences = await compare(live, replay.kernel.store)
        await flip(live, replay)
        _tell(replay.events, seconds, len(differences))


def _tell(events: int, seconds: float, differing: int) -> None:
    rate = events / seconds if seconds else 0
    click.echo(f"{events} events replayed in {seconds:.1f} s ({rate:.0f} a second)")
    click.echo(f"{differing} rows differed; the new projection is live")
