"""`portolan token issue`: a token of the local issuer, for scripts and for trying things."""

from datetime import timedelta
from pathlib import Path

import click

from services.cli.instance import data_option
from shared.auth.roles import ROLES
from shared.settings import settings_of


@click.group()
def token() -> None:
    """Tokens of the local issuer."""


@token.command()
@click.option("--role", required=True, type=click.Choice(sorted(ROLES)), help="What the holder may do.")
@click.option("--subject", default="", help="Who holds it; default: the role.")
@click.option("--scope", default=None, help="Narrows the role, such as `projects.read`.")
@click.option("--hours", default=12.0, show_default=True, type=click.FloatRange(min=0.01, max=24 * 365))
@data_option
def issue(role: str, subject: str, scope: str | None, hours: float, data: Path | None) -> None:
    """Print a signed token."""
    from shared.auth.issuers import LocalIssuer

    settings = settings_of(data=data)
    if not settings.data.is_dir():
        raise click.ClickException(
            f"there is no folder {settings.data}, so no instance was ever started in it: give its --data; for keys"
            " that an instance is yet to be given, make the folder first"
        )
    issuer = LocalIssuer(settings.data)
    click.echo(issuer.issue(subject or role, role, settings.audience, timedelta(hours=hours), scope))
