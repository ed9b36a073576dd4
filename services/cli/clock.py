"""`portolan clock`: shows the clock of a test instance, and turns it."""

from datetime import timedelta
from pathlib import Path

import click

from services.cli.instance import data_option
from shared.base import turned_clock
from shared.base.clock import machine_now
from shared.base.settings import settings_of

RESET = "reset"


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("step", required=False, metavar="[+30d|-2h|reset]")
@data_option
def clock(step: str | None, data: Path | None) -> None:
    """Show the clock of a test instance, or turn it from where it stands: +30d, +1d12h, -2w, or reset.

    Only with PORTOLAN_TEST_CLOCK=1. Every process follows within a second; tokens and sessions do not.
    """
    settings = settings_of(data=data)
    turned_clock.refuse_unless_test(settings)
    if not settings.data.is_dir():
        raise click.ClickException(f"no instance was ever started in {settings.data}: give its --data")
    turned = turned_clock.read(settings.data)
    if step is not None:
        turned = timedelta() if step == RESET else turned + _step(step)
        try:
            turned_clock.write(settings.data, turned)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    at = (machine_now() + turned).astimezone(settings.zone).isoformat(timespec="seconds")
    click.echo(f"{at} ({_ahead(turned)})")


def _step(text: str) -> timedelta:
    try:
        return turned_clock.parse_step(text)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(str(error)) from error


def _ahead(turned: timedelta) -> str:
    if not turned:
        return "the clock of the machine"
    amount = str(abs(turned)).replace(", 0:00:00", "")
    return f"{amount} {'ahead' if turned > timedelta() else 'behind'}"
