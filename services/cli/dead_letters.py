"""`portolan dead-letters`: events that could not be folded, to look at, try again or give up."""

from pathlib import Path
from typing import Any

import click
import httpx

from shared.auth.roles import SERVICES
from shared.settings import settings_of

_OPTIONS = [
    click.option("--url", default="", help="The front door; default: the settings'."),
    click.option("--token", default="", help="A token that may operate; default: of the local issuer."),
    click.option(
        "--data", type=click.Path(path_type=Path), help="The folder of the instance, for its local issuer."
    ),
]


def _reaching(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group("dead-letters")
def dead_letters() -> None:
    """Events that could not be folded; their aggregates are parked until somebody decides."""


@dead_letters.command("list")
@_reaching
def list_(url: str, token: str, data: Path | None) -> None:
    """Show them, service by service."""
    with _client(url, token, data) as client:
        for service in SERVICES:
            for letter in _answered(client.get(f"/{service}/v1/dead-letters")).json()["items"]:
                click.echo(
                    f"{service} {letter['id']} {letter['type']} of {letter['aggregate_id']}: {letter['error']}"
                )


@dead_letters.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("id")
@_reaching
def retry(service: str, id: str, url: str, token: str, data: Path | None) -> None:
    """Fold the dead letters of the same aggregate again, in order."""
    _decide(service, id, "retry", url, token, data)


@dead_letters.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("id")
@_reaching
def discard(service: str, id: str, url: str, token: str, data: Path | None) -> None:
    """Give the dead letters of the same aggregate up."""
    _decide(service, id, "discard", url, token, data)


def _decide(service: str, id: str, decision: str, url: str, token: str, data: Path | None) -> None:
    with _client(url, token, data) as client:
        _answered(client.post(f"/{service}/v1/dead-letters/{id}/{decision}"))
    click.echo(f"{decision}: done")


def _client(url: str, token: str, data: Path | None) -> httpx.Client:
    from shared.auth.issuers import LocalIssuer

    settings = settings_of(data=data)
    held = token or LocalIssuer(settings.data).issue("operator", "director", settings.audience)
    return httpx.Client(base_url=url or settings.base_url, headers={"Authorization": f"Bearer {held}"})


def _answered(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    raise click.ClickException(f"{answer.status_code}: {answer.json().get('detail', '')}")
