"""`portolan rebuild`: the projections computed again beside the live ones, compared, then put in their
place."""

import asyncio
from pathlib import Path
from time import perf_counter

import click

from services.cli.instance import data_option
from shared.base.settings import Settings, settings_of


@click.command()
@data_option
def rebuild(data: Path | None) -> None:
    """Compute the projections again from the outboxes; dashboards answer meanwhile."""
    asyncio.run(_rebuild(settings_of(data=data)))


async def _rebuild(settings: Settings) -> None:
    from services.cli.stores import all_opened, sources
    from services.reporting.replay import compare, flip, replaying

    async with all_opened(settings) as services, replaying(settings, sources(services)) as replay:
        started = perf_counter()
        await replay.catch_up()
        seconds = perf_counter() - started
        live = services["reporting"].kernel.store
        differences = await compare(live, replay.kernel.store)
        await flip(live, replay)
        rate = replay.events / seconds if seconds else 0
        click.echo(f"{replay.events} events replayed in {seconds:.1f} s ({rate:.0f} a second)")
        click.echo(f"{len(differences)} rows differed; the new projection is live")
