"""`portolan token issue`: a token of the local issuer, for scripts and for trying things."""

from datetime import timedelta
from pathlib import Path

import click

from services.cli.instance import data_option
from shared.auth.roles import ROLES, SERVICES, VERBS, narrowing, scopes_of
from shared.settings import settings_of


@click.group()
def token() -> None:
    """Tokens of the local issuer."""


@token.command()
@click.option("--role", required=True, type=click.Choice(sorted(ROLES)), help="What the holder may do.")
@click.option("--subject", default=None, help="Who holds it; default: the role.")
@click.option("--scope", default=None, help="Narrows the role, such as `projects.read`.")
@click.option("--hours", default=12.0, show_default=True, type=click.FloatRange(min=0.01, max=24 * 365))
@data_option
def issue(role: str, subject: str | None, scope: str | None, hours: float, data: Path | None) -> None:
    """Print a signed token."""
    from shared.auth.issuers import LocalIssuer

    _check_subject(subject)
    _check_scope(role, scope)
    settings = settings_of(data=data)
    if not settings.data.is_dir():
        raise click.ClickException(
            f"there is no folder {settings.data}, so no instance was ever started in it: give its --data; for keys"
            " that an instance is yet to be given, make the folder first"
        )
    issuer = LocalIssuer(settings.data)
    click.echo(issuer.issue(subject or role, role, settings.audience, timedelta(hours=hours), scope))


def _check_subject(subject: str | None) -> None:
    from shared.auth.tokens import LONGEST_SUBJECT, is_subject

    if subject is not None and not is_subject(subject):
        raise click.BadParameter(
            f"it must have 1 to {LONGEST_SUBJECT} characters, none of them invisible", param_hint="--subject"
        )


def _check_scope(role: str, scope: str | None) -> None:
    """A word that is not understood would give nothing; whoever writes it means something else."""
    if scope is None:
        return
    words = [word for word in scope.split(" ") if word]
    _, unknown = narrowing(words)
    if unknown or not words:
        raise click.BadParameter(
            f"{', '.join(map(repr, unknown)) or 'an empty one'} is not understood: a scope is one or several of"
            " `<service>.<verb>`, or services alone, or verbs alone; the services are"
            f" {', '.join(SERVICES)}, the verbs {', '.join(VERBS)}",
            param_hint="--scope",
        )
    if not scopes_of((role,), scope):
        raise click.BadParameter(f"the role {role} has nothing of it", param_hint="--scope")
