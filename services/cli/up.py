"""`portolan up`: the five services in one process."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shared.base.settings import Settings, settings_of
from shared.base.starting import write_address, written_under

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
    from services.cli.stores import told_if_away
    from services.embedded import embedded
    from shared.runtime.connections import ConnectionLimits
    from shared.runtime.memory import freeze_modules
    from shared.runtime.serve import JsonLines, drain, listen, serving_on, told_to_end

    logging.basicConfig(handlers=[JsonLines("portolan")], level=logging.WARNING)
    with listen(settings.host, settings.port) as listener, _logging_to(settings) as log, told_if_away():
        settings.refuse_open_issuer()
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        ending, limits = asyncio.create_task(told_to_end()), ConnectionLimits(settings.connections)
        async with embedded(settings) as app, serving_on(listener, app, limits):
            if sample:
                await _tell_sample(app)
            freeze_modules()
            write_address(settings.data, "reporting", settings.base_url)
            click.echo(f"Portolan is at {settings.base_url}")
            if settings.local_issuer:
                click.echo(f"Log in: {await app.login_link()}")
            else:
                click.echo(
                    f"Log in: {settings.base_url}/login, with a token of an issuer in PORTOLAN_ISSUERS"
                )
            click.echo(f"Logs: {log}")
            await drain(limits, app.kernels, settings.drain_s, await ending)


@contextmanager
def _logging_to(settings: Settings) -> Iterator[Path]:
    """The log's file while the block lasts; afterwards nothing is logged."""
    from shared.base.logfile import RotatedFile
    from shared.base.private import make_private
    from shared.base.telemetry import LOG

    log = settings.data / "logs" / "portolan.jsonl"
    with written_under(settings.data):
        log.parent.mkdir(parents=True, exist_ok=True)
        make_private(settings.data)
        stream = RotatedFile(log, settings.log_bytes, settings.log_files)
    LOG.stream = stream
    try:
        yield log
    finally:
        LOG.flush()
        LOG.stream = None
        with suppress(OSError):  # the disk is full: the last lines are lost, and nothing else
            stream.close()


async def _tell_sample(app: "Embedded") -> None:
    """What of it was refused is said; the instance is served all the same."""
    from services.cli.sample import load_sample
    from services.imports.upserts import ImportFailed

    try:
        for finding in await load_sample(app) or ():
            click.echo(f"Sample, {finding.file}: {finding.key}: {finding.reason}", err=True)
    except ImportFailed as failed:
        click.echo(f"The sample portfolio is not whole: {failed}", err=True)
