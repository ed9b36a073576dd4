"""`portolan import list` and `portolan import undo`: what was imported, and the way back."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click
import httpx

from services.cli.import_runs import NOT_ALL_IN
from services.cli.instance import client_reaching, reaching
from services.imports.server import ImportFailed
from services.imports.undoing import (
    HAS_DEPENDENTS,
    MOVED_ON,
    NOT_THERE,
    ONLY_BY_MOVE,
    SENSITIVE,
    STILL_COUNTS,
    Kept,
    Result,
    recorded_imports,
    undo,
)
from shared.base.ids import is_canonical

MOST_LISTED = 50
MOST_SHOWN = 100
REASONS = {
    MOVED_ON: "changed since by {who} at {at}",
    HAS_DEPENDENTS: "{detail}",
    ONLY_BY_MOVE: "no patch gives back {detail}",
    SENSITIVE: "given back but for {detail}: the former value of a sensitive field stands in no history",
    STILL_COUNTS: "archived; but {detail} counts in sums as before, for you may not change it after the end",
    NOT_THERE: "it is not there, or you do not see it",
}


@click.command("list")
@click.option("--all", "everything", is_flag=True, help=f"All of them, not the newest {MOST_LISTED}.")
@reaching(
    "The front door; default: the settings'.", "A token of whoever imported; default: of the local issuer."
)
def list_(everything: bool, url: str, token: str, data: Path | None) -> None:
    """What was imported, the newest first."""
    client = client_reaching(url, token, data, "operator", role="director")
    imports = asyncio.run(_listed(client, None if everything else MOST_LISTED))
    for one in imports:
        amounts = f"{one['entries']} written"
        amounts += f", {one['undone']} undone" if one["undone"] else ""
        amounts += f", {one['remaining']} stay" if one["remaining"] else ""
        at = one["created_at"][:16].replace("T", " ")
        click.echo(
            f"{one['id']}  {at}  {one['state']:15}  {amounts:24}  {one['source']}  {one['file']}  {one['requested_by']}"
        )
    if not imports:
        click.echo("Nothing was imported.")


async def _listed(client: httpx.AsyncClient, most: int | None) -> list[dict[str, Any]]:
    imports: list[dict[str, Any]] = []
    try:
        async with client:
            async for one in recorded_imports(client):
                imports.append(one)
                if most is not None and len(imports) == most:
                    break
    except ImportFailed as failed:
        raise click.ClickException(str(failed)) from failed
    return imports


@click.command("undo")
@click.argument("id")
@click.option("--validate-only", is_flag=True, help="Say what would be undone, write nothing.")
@reaching(
    "The front door; default: the settings'.", "A token of whoever imported; default: of the local issuer."
)
def undo_(id: str, validate_only: bool, url: str, token: str, data: Path | None) -> None:
    """Take the import ID back, as far as nothing has moved on since.

    What it made is archived, and what it changed is given back. Ends with 3 where something stays. A second run continues the
    first one.
    """
    if not is_canonical(id):
        raise click.BadParameter("it is none: `portolan import list` shows the ids", param_hint="ID")
    client = client_reaching(url, token, data, "operator", role="director")
    try:
        result = asyncio.run(_undone(client, id, validate_only))
    except ImportFailed as failed:
        raise click.ClickException(str(failed)) from failed
    _say(result)
    if result.remaining:
        sys.exit(NOT_ALL_IN)


async def _undone(client: httpx.AsyncClient, id: str, validate_only: bool) -> Result:
    async with client:
        return await undo(client, id, validate_only=validate_only)


def _say(result: Result) -> None:
    if result.is_undone_already:
        click.echo("This import is undone already.")
        return
    click.echo(
        "Checked, nothing written."
        if result.is_trial
        else "Undone."
        if not result.remaining
        else "Partly undone."
    )
    click.echo(f"  {result.archived} archived, {result.given_back} given back, {len(result.remaining)} stay")
    if result.undone_before:
        click.echo(f"  {result.undone_before} versions were undone by an earlier run")
    for one in result.remaining[:MOST_SHOWN]:
        click.echo(f"  {one.touched.collection.split('/')[-1]}  {one.title}: {reason_of(one)}")
        click.echo(f"      /{one.touched.collection}/{one.touched.id}")
    if (more := len(result.remaining) - MOST_SHOWN) > 0:
        click.echo(f"  and {more} more")


def reason_of(one: Kept) -> str:
    """Why a record stays, as a sentence."""
    text = REASONS.get(one.reason, "{detail} ({reason})")
    return text.format(who=one.who, at=one.at[:16].replace("T", " "), detail=one.detail, reason=one.reason)
