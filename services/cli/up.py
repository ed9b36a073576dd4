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
    from shared.runtime.running import begin
    from shared.runtime.serve import JsonLines, drain, listen, serving_on, told_to_end

    logging.basicConfig(handlers=[JsonLines("portolan")], level=logging.WARNING)
    with listen(settings.host, settings.port) as listener, _logging_to(settings) as log, told_if_away():
        settings.refuse_open_issuer()
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        ending, limits = asyncio.create_task(told_to_end()), ConnectionLimits(settings.connections)
        async with embedded(settings) as app, serving_on(listener, app, limits):
            for one in app.services.values():
                await begin(one)
            if sample:
                await _tell_sample(app)
            freeze_modules()
            write_address(settings.data, "reporting", settings.base_url)
            click.echo(f"Portolan is at {settings.base_url}")
            if settings.local_issuer:
                click.echo(f"Log in: {await app.login_link()}")
                for name, link in await _other_links(app) if sample else ():
                    click.echo(f"  as {name}: {link}")
            else:
                click.echo(
                    f"Log in: {settings.base_url}/login, at an issuer that is trusted, or with its token"
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


async def _other_links(app: "Embedded") -> list[tuple[str, str]]:
    """Of the other persons of the sample, where it is there: who they are, and a link that logs in as them."""
    from sample.people import INTERNAL, LOGINS
    from shared.domain.access.tree import login_hash
    from shared.http.auth.issuers import LOCAL

    store, links = app.services["reporting"].kernel.store, []
    for key, login in LOGINS.items():
        query = "SELECT 1 FROM access_login WHERE hash = ? AND counts = 1"
        if login.subject != "director" and await store.fetch(query, (login_hash(LOCAL, login.subject),)):
            name, role = INTERNAL[key][:2]
            in_french = ", in French" if login.language == "fr" else ""
            links.append((f"{name}, {role}{in_french}", await app.login_link(login.subject, login.role)))
    return links


async def _tell_sample(app: "Embedded") -> None:
    """What of it was refused is said; the instance is served all the same."""
    from services.cli.sample import load_sample
    from services.imports.upserts import ImportFailed

    try:
        for finding in await load_sample(app) or ():
            click.echo(f"Sample, {finding.file}: {finding.key}: {finding.reason}", err=True)
    except ImportFailed as failed:
        click.echo(f"The sample portfolio is not whole: {failed}", err=True)
