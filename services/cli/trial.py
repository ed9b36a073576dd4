"""`portolan trial`: a schedule, a simulation or a selection of projects, computed by a running instance."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import sleep
from types import FrameType
from typing import Any, TextIO

import click
import httpx

from services.cli.instance import TIMEOUT_S, checked, own_token, reached, reaching
from shared.base.settings import settings_of

ENDED_BADLY, INTERRUPTED = 3, 130
LONGEST_PAUSE_S = 2.0
FIRST_PAUSE_S = 0.1
SHOWN_FAULTS = 20

Say = Callable[[dict[str, Any]], None]


@click.group()
def trial() -> None:
    """Compute a schedule, a simulation or a selection of FILE (JSON; - is the standard input), and keep nothing of it."""


def _command(name: str, path: str, about: str, summary: Say) -> None:
    @trial.command(name, help=f"{about} Exit codes: 0 done, 3 refused or failed, 130 cancelled by Ctrl-C.")
    @click.argument("file", type=click.File("rb"))
    @click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")
    @reaching(
        "The front door; default: the settings'.", "A token that may write; default: of the local issuer."
    )
    def command(file: Any, as_json: bool, url: str, token: str, data: Path | None) -> None:
        settings = settings_of(data=data)
        address = url or settings.base_url
        headers = {"Authorization": f"Bearer {token or own_token(settings, 'director', 'director')}"}
        with reached(address), httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT_S) as client:
            result = _computed(client, path, file.read())
        if as_json:
            click.echo(json.dumps(result, indent=1, ensure_ascii=False))
        else:
            summary(result)


def _computed(client: httpx.Client, path: str, body: bytes) -> dict[str, Any]:
    """The result; ends the command where there is none."""
    with _interrupts() as interrupted:
        accepted = client.post(path, content=body, headers={"Content-Type": "application/json"})
        if accepted.status_code in (httpx.codes.UNPROCESSABLE_ENTITY, httpx.codes.BAD_REQUEST):
            _end_with(accepted.json())
        operation = checked(accepted).headers["location"]
        one = _ended(client, operation, interrupted)
        if one["state"] == "cancelled":
            click.echo("Cancelled.", err=True)
            sys.exit(INTERRUPTED)
        if one["state"] == "failed":
            _end_with(one["problem"])
    return dict(checked(client.get(one["result"])).json())


@contextmanager
def _interrupts() -> Iterator[Event]:
    """Set by Ctrl-C, which then ends nothing by itself."""
    interrupted = Event()

    def note(_: int, __: FrameType | None) -> None:
        interrupted.set()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def _ended(client: httpx.Client, operation: str, interrupted: Event) -> dict[str, Any]:
    """The operation once it has ended; Ctrl-C cancels it."""
    pause = FIRST_PAUSE_S
    while True:
        if interrupted.is_set():
            client.post(f"{operation}/cancel")  # one that has just ended says so below
        one = dict(checked(client.get(operation)).json())
        _show(one, sys.stderr)
        if one["state"] not in ("queued", "running"):
            return one
        if interrupted.is_set():
            sleep(FIRST_PAUSE_S)
        else:
            interrupted.wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


def _show(one: dict[str, Any], stream: TextIO) -> None:
    """One line that is written over; nothing where nobody looks."""
    if not stream.isatty():
        return
    end = "" if one["state"] in ("queued", "running") else "\n"
    stream.write(f"\r{one['state']:9} {one['progress']:4.0%} {one['step']:30.30}{end}")
    stream.flush()


def _end_with(problem: dict[str, Any]) -> None:
    """Say why there is no result, and where."""
    click.echo(f"{problem['title']}: {problem['detail']}", err=True)
    for fault in problem["errors"][:SHOWN_FAULTS]:
        where = fault.get("pointer") or fault.get("parameter") or fault.get("header", "")
        click.echo(f"  {where}: {fault['detail']}", err=True)
    if (more := len(problem["errors"]) - SHOWN_FAULTS) > 0:
        click.echo(f"  and {more} more", err=True)
    sys.exit(ENDED_BADLY)


def _say_schedule(result: dict[str, Any]) -> None:
    days = result["duration_minutes"] / 480
    click.echo(f"{result['starts_on']} to {result['finishes_on']}, {days:g} days of 8 hours")
    click.echo(f"Critical: {', '.join(result['critical']) or 'nothing'}")
    for unused in result["unused"]:
        click.echo(f"Not used: {unused['what']}: {unused['reason']}")


def _say_simulation(result: dict[str, Any]) -> None:
    finish, cost = result["finish"], result["cost"]
    for place, one in enumerate(cost["percentiles"]):
        line = f"P{one['percentile']:g}: {one['amount']['amount']} {one['amount']['currency']}"
        if finish is not None:
            at = finish["percentiles"][place]
            line += f", {at['on'] or at['days']}" + ("" if at["on"] else " days")
        click.echo(line)
    for name, one in (("time", finish), ("budget", cost)):
        if one is not None and one["probability"] is not None:
            click.echo(f"Probability of keeping the {name}: {one['probability']:.0%}")


def _say_selection(result: dict[str, Any]) -> None:
    proof = "proved to be the best" if result["proved"] else f"not proved ({result['reason']})"
    click.echo(f"Worth {result['value']:g}, {proof}")
    for choice in result["choices"]:
        later = f", {choice['quarters_later']} quarters later" if choice["quarters_later"] else ""
        click.echo(f"  {choice['key']}{later}: {choice['value']:g}")


_command("schedule", "/projects/v1/schedules/trial", "The dates and floats of a plan.", _say_schedule)
_command(
    "simulation",
    "/risk/v1/simulations/trial",
    "When it is finished and what it costs, by simulation.",
    _say_simulation,
)
_command(
    "selection",
    "/reporting/v1/selections/trial",
    "The projects that are worth most under budgets.",
    _say_selection,
)
