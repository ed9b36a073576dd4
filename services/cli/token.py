"""`portolan token issue`: a token of the local issuer, for scripts and for trying things."""

from datetime import timedelta
from pathlib import Path

import click

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
@click.option("--data", type=click.Path(path_type=Path), help="The folder of the instance.")
def issue(role: str, subject: str, scope: str | None, hours: float, data: Path | None) -> None:
    """Print a signed token."""
    from shared.auth.issuers import LocalIssuer

    settings = settings_of(data=data)
    issuer = LocalIssuer(settings.data)
    click.echo(issuer.issue(subject or role, role, settings.audience, timedelta(hours=hours), scope))
