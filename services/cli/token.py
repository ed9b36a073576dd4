"""`portolan token issue` and `revoke`: tokens of the local issuer, for scripts, and the end of tokens of any issuer."""

import asyncio
from datetime import timedelta
from pathlib import Path

import click
import httpx

from services.cli.instance import (
    TIMEOUT_S,
    checked,
    data_option,
    need_local_issuer,
    own_token,
    reached,
    reaching,
)
from shared.base.clock import machine_micros
from shared.base.settings import Settings, settings_of
from shared.http.auth.roles import ROLES, SERVICES, VERBS, narrowing, scopes_of
from shared.http.revocations import Kind


@click.group()
def token() -> None:
    """Tokens: issued by the local issuer, and revoked for any issuer."""


@token.command()
@click.option("--role", required=True, type=click.Choice(sorted(ROLES)), help="What the holder may do.")
@click.option("--subject", default=None, help="Who holds it; default: the role.")
@click.option("--scope", default=None, help="Narrows the role, such as `projects.read`.")
@click.option("--hours", default=12.0, show_default=True, type=click.FloatRange(min=0.01, max=24 * 365))
@data_option
def issue(role: str, subject: str | None, scope: str | None, hours: float, data: Path | None) -> None:
    """Print a signed token."""
    from shared.http.auth.issuers import LocalIssuer

    _check_subject(subject)
    _check_scope(role, scope)
    settings = settings_of(data=data)
    need_local_issuer(settings, "its tokens are accepted nowhere", "get a token of an issuer that is trusted")
    if not settings.data.is_dir():
        raise click.ClickException(
            f"there is no folder {settings.data}, so no instance was ever started in it: give its --data; for keys"
            " that an instance is yet to be given, make the folder first"
        )
    issuer = LocalIssuer(settings.data)
    click.echo(issuer.issue(subject or role, role, settings.audience, timedelta(hours=hours), scope))


def _check_subject(subject: str | None) -> None:
    from shared.http.auth.claims import LONGEST_SUBJECT, is_subject

    if subject is not None and not is_subject(subject):
        raise click.BadParameter(
            f"it must have 1 to {LONGEST_SUBJECT} characters, none of them invisible", param_hint="--subject"
        )


def _check_scope(role: str, scope: str | None) -> None:
    """An unknown word would grant nothing, and is a mistake."""
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


@token.command()
@click.argument("revoked", required=False, metavar="[TOKEN]")
@click.option("--jti", default="", help="The id of the token that is revoked.")
@click.option("--sid", default="", help="Revoke all that was given in this session of the issuer.")
@click.option("--subject", default="", help="Revoke all that this subject was given until now.")
@click.option("--all", "everybody", is_flag=True, help="Revoke all that anybody was given until now.")
@click.option("--issuer", default="", help="Of this issuer only; default: of any.")
@reaching(
    "Revoke at this address, in all services; default: in the stores of --data, or of PORTOLAN_DATABASE_URL.",
    "A token that may operate; default: of the local issuer.",
)
def revoke(
    revoked: str | None, jti: str, sid: str, subject: str, everybody: bool, issuer: str, url: str,
    token: str, data: Path | None,
) -> None:  # fmt: skip
    """Revoke TOKEN, or one by its id, or all of a session, of a subject or of everybody.

    In effect within five seconds in every process; streams and sessions of the pages end too.
    """
    kind, value, issuer = _what(
        revoked, {"token": jti, "session": sid, "subject": subject}, everybody, issuer
    )
    settings = settings_of(data=data)
    stores = settings.database_url or all((settings.data / f"{name}.sqlite").exists() for name in SERVICES)
    if stores and not url:
        asyncio.run(_revoke_in_stores(settings, kind, value, issuer))
    else:
        _revoke_at(url or settings.base_url, token or own_token(settings, "operator", "director"),
                   {"kind": kind, "value": value, "issuer": issuer})  # fmt: skip
    click.echo("Revoked, within five seconds, in every service")


def _what(token: str | None, values: dict[Kind, str], everybody: bool, issuer: str) -> tuple[Kind, str, str]:
    """(kind, value, issuer) of what is to be revoked; `values`: the value that was given of each kind."""
    choices = [(kind, value, issuer) for kind, value in values.items() if value]
    choices += [("all", "", issuer)] if everybody else []
    if len(choices) + bool(token) != 1:
        raise click.UsageError("say what is revoked: a TOKEN, or one of --jti, --sid, --subject and --all")
    if token is None:
        return choices[0]
    import jwt

    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise click.BadParameter(f"it is none: {error}", param_hint="TOKEN") from error
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise click.BadParameter("it has no id (`jti`): revoke all of its --subject", param_hint="TOKEN")
    return "token", claims["jti"], str(claims.get("iss", ""))


async def _revoke_in_stores(settings: Settings, kind: Kind, value: str, issuer: str) -> None:
    from services.cli.stores import all_opened
    from shared.http.revocations import revoke

    at = machine_micros()
    async with all_opened(settings) as services:
        for one in services.values():
            await revoke(one.kernel.store, kind, value, issuer, "portolan token revoke", at)


def _revoke_at(address: str, token: str, body: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    with reached(address), httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT_S) as client:
        for service in SERVICES:
            checked(client.post(f"/{service}/v1/revocations", json=body))
