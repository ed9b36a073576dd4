"""`portolan up`: the five services in one process."""

import asyncio
import logging
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shared.settings import Settings, settings_of

if TYPE_CHECKING:
    from services.embedded import Embedded


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="The folder of stores, keys and logs.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes a free one.")
@click.option("--no-sample", is_flag=True, help="Begin empty, without the sample portfolio.")
def up(data: Path | None, port: int | None, no_sample: bool) -> None:
    """Start everything in one process, and print a login link."""
    settings = settings_of(data=data, port=port)
    import uvloop

    uvloop.run(_serve(settings, sample=not no_sample))


async def _serve(settings: Settings, sample: bool) -> None:
    from services.embedded import embedded
    from shared.memory import leave_alone_what_was_made
    from shared.serve import JsonLines, serving_on, told_to_end
    from shared.telemetry import LOG

    listener = _listen(settings)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    log = settings.data / "logs" / "portolan.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(handlers=[JsonLines("portolan")], level=logging.WARNING)
    with log.open("a", buffering=1) as stream:
        LOG.stream = stream
        ending = asyncio.create_task(told_to_end())
        async with embedded(settings) as app, serving_on(listener, app):
            if sample:
                await _tell_sample(app)
            leave_alone_what_was_made()
            click.echo(f"Portolan is at {settings.base_url}")
            click.echo(f"Log in: {await app.login_link()}")
            click.echo(f"Logs: {log}")
            await ending
            app.end_streams()
        LOG.flush()


async def _tell_sample(app: "Embedded") -> None:
    """What of it was refused is said; the instance is served all the same."""
    from services.cli.sample import load_sample
    from services.imports.upserts import ImportFailed

    try:
        for finding in await load_sample(app) or ():
            click.echo(f"Sample, {finding.file}: {finding.key}: {finding.reason}", err=True)
    except ImportFailed as failed:
        click.echo(f"The sample portfolio is not whole: {failed}", err=True)


def _listen(settings: Settings) -> socket.socket:
    from shared.serve import listen

    try:
        return listen(settings.host, settings.port)
    except OSError as error:
        raise click.ClickException(f"port {settings.port} is taken; choose another with --port") from error
