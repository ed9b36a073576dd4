"""`portolan mail`: how mail stands, mails tried again, a test message, and messages that came back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import click

from services.cli.instance import checked, operating, reaching_operated


@click.group()
def mail() -> None:
    """Mails of a running instance: what waits, what was refused, and what came back."""


@mail.command()
@reaching_operated
def status(url: str, token: str, data: Path | None) -> None:
    """Show what waits, what was refused, and which addresses fail."""
    stands = _answer_to(url, token, data, lambda client: client.get("/reporting/v1/mails"))
    if not stands["configured"]:
        click.echo("No mail is sent: PORTOLAN_SMTP_URL is not set.")
    click.echo(
        f"{stands['notices']} notices wait for their mail, {stands['queued']} mails wait for the server,"
        f" {stands['sent']} were sent in the last 30 days."
    )
    for one in stands["unsent"]:
        click.echo(
            f"{one['state']} {one['id']} for {one['person_id']}: {one['attempts']} attempts, {one['reply'] or 'no answer yet'}"
        )
    for one in stands["failing"]:
        click.echo(f"failing since {one['since']}: the address of {one['person_id']}, {one['reply']}")


@mail.command()
@reaching_operated
def retry(url: str, token: str, data: Path | None) -> None:
    """Send now what waits or was refused, and write to failing addresses again."""
    again = _answer_to(url, token, data, lambda client: client.post("/reporting/v1/mails/retry"))
    click.echo(f"{again['mails']} mails are due now; {again['addresses']} addresses are written to again.")


@mail.command()
@click.argument("address")
@reaching_operated
def test(address: str, url: str, token: str, data: Path | None) -> None:
    """Send a test message to ADDRESS now."""
    body = {"address": address}
    result = _answer_to(url, token, data, lambda client: client.post("/reporting/v1/mails/test", json=body))
    if not result["accepted"]:
        raise click.ClickException(f"the mail server did not accept it: {result['reply']}")
    click.echo("The mail server accepted it.")


@mail.command()
@click.argument("message", type=click.File("r", encoding="latin-1"), default="-")
@reaching_operated
def bounce(message: TextIO, url: str, token: str, data: Path | None) -> None:
    """Note a message that came back, from a file or from what a mail server pipes in."""
    body = {"message": message.read()}
    noted = _answer_to(url, token, data, lambda client: client.post("/reporting/v1/mail-bounces", json=body))
    then = "the address is written to no more" if noted["address_failing"] else "the address stays in use"
    click.echo(f"Mail {noted['mail']}: {noted['status'] or 'no lasting failure'}; {then}.")


def _answer_to(url: str, token: str, data: Path | None, request: Callable[[Any], Any]) -> Any:
    with operating(url, token, data) as client:
        return checked(request(client)).json()
