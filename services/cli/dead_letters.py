"""`portolan dead-letters`: events that could not be folded, to look at, try again or give up."""

from pathlib import Path
from urllib.parse import quote

import click

from services.cli.instance import checked, operating, reaching_operated
from shared.http.auth.roles import SERVICES


@click.group("dead-letters")
def dead_letters() -> None:
    """Events that could not be folded; their aggregates are parked until somebody decides."""


@dead_letters.command("list")
@reaching_operated
def list_(url: str, token: str, data: Path | None) -> None:
    """Show them, service by service."""
    count = 0
    with operating(url, token, data) as client:
        for service in SERVICES:
            for letter in checked(client.get(f"/{service}/v1/dead-letters")).json()["items"]:
                count += 1
                click.echo(
                    f"{service} {letter['id']} {letter['type']} of {letter['aggregate_id']}: {letter['error']}"
                )
    if not count:
        click.echo("There are none.")


@dead_letters.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("id")
@reaching_operated
def retry(service: str, id: str, url: str, token: str, data: Path | None) -> None:
    """Fold the dead letters of the same aggregate again, in order."""
    _decide(service, id, "retry", url, token, data)


@dead_letters.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("id")
@reaching_operated
def discard(service: str, id: str, url: str, token: str, data: Path | None) -> None:
    """Give the dead letters of the same aggregate up."""
    _decide(service, id, "discard", url, token, data)


def _decide(service: str, id: str, decision: str, url: str, token: str, data: Path | None) -> None:
    with operating(url, token, data) as client:
        checked(client.post(f"/{service}/v1/dead-letters/{quote(id, safe='')}/{decision}"))
    click.echo(f"{decision}: done")
