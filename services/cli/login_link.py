"""`portolan login-link`: a fresh one-time link to the pages of an instance that runs, for who has lost the first."""

import asyncio
from pathlib import Path

import click

from services.cli.instance import data_option, need_local_issuer
from shared.base.settings import Settings, settings_of
from shared.http.auth.roles import ROLES


@click.command("login-link")
@click.option(
    "--role", default="director", show_default=True, type=click.Choice(sorted(ROLES)), help="What who logs in may do."
)  # fmt: skip
@click.option("--subject", default="", help="Who logs in; default: the role.")
@data_option
def login_link(role: str, subject: str, data: Path | None) -> None:
    """Print a link that logs in once, within a quarter of an hour, to the instance that runs."""
    settings = settings_of(data=data)
    need_local_issuer(
        settings, "a link logs nobody in", "log in on the page /login, at an issuer that is trusted"
    )
    click.echo(asyncio.run(_issue(settings, subject or role, role)))


async def _issue(settings: Settings, subject: str, role: str) -> str:
    from services.cli.stores import told_if_away
    from services.reporting.web import sessions
    from shared.base.starting import address_in
    from shared.store import open_store, reaching

    address = settings.base_url if settings.database_url else address_in(settings.data, "reporting")
    if address is None:
        raise click.ClickException(
            f"no instance runs from the data folder {settings.data}: start it, which prints a link, or give its --data"
        )
    url = settings.store_url("reporting")
    with told_if_away(), reaching("reporting", url):
        store = await open_store(url)
        try:
            return sessions.link(address, await sessions.offer(store, subject, role))
        finally:
            await store.close()
