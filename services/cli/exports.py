"""`portolan export`: everything that the caller may see, into a folder."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import httpx

from services.cli.instance import TIMEOUT_S, own_token, reaching
from services.exports.asking import ExportFailed
from services.exports.exporting import Wishes, export
from shared.base.clock import end_of_day, now
from shared.base.settings import Settings, settings_of
from shared.contracts.words import languages


@click.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]),
    help="Only what counts by the end of this day, in the time zone of the settings.",
)  # fmt: skip
@click.option(
    "--language",
    type=click.Choice(sorted(languages())),
    default="en",
    help="Of the workbook's headings and choices.",
)
@click.option("--no-plans", is_flag=True, help="Without a plan file (MSPDI) for each project.")
@reaching(
    "The front door; default: the settings'.",
    "With whose rights; default: a director's, of the local issuer.",
)
def export_(
    folder: Path,
    as_of: datetime | None,
    language: str,
    no_plans: bool,
    url: str,
    token: str,
    data: Path | None,
) -> None:
    """Write everything that may be seen into FOLDER, which is new or empty.

    JSON Lines of all versions, the files of documents, a workbook, a plan file for each project, and manifest.json.
    `portolan import folder` reads it into an empty instance.
    """
    settings = settings_of(data=data)
    if as_of is not None and as_of.date() > now().astimezone(settings.zone).date():
        raise click.BadParameter("the day is still to come", param_hint="--as-of")
    wishes = _wishes(settings, as_of, language, no_plans)
    headers = {"Authorization": f"Bearer {token or own_token(settings, 'export', 'director')}"}
    try:
        manifest = asyncio.run(_export(url or settings.base_url, headers, folder, wishes))
    except ExportFailed as failed:
        raise click.ClickException(str(failed)) from failed
    _say(folder, manifest)


def _wishes(settings: Settings, as_of: datetime | None, language: str, no_plans: bool) -> dict[str, Any]:
    from services.cli.plans import mspdi_of  # engines that nobody else of the command line needs

    day = None if as_of is None else as_of.date()
    return {
        "as_of": day,
        "until": None if day is None else end_of_day(day, settings.zone),
        "language": language,
        "plan": None if no_plans else mspdi_of,
    }


async def _export(url: str, headers: dict[str, str], folder: Path, wishes: dict[str, Any]) -> dict[str, Any]:
    done: dict[str, int] = {}

    def show(what: str, more: int) -> None:
        done[what] = done.get(what, 0) + more
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{what}: {done[what]:,}", nl=False, err=True)

    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT_S) as client:
        manifest = await export(client, folder, Wishes(**wishes, progress=show))
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    return manifest


def _say(folder: Path, manifest: dict[str, Any]) -> None:
    counts = manifest["counts"].values()
    versions, aggregates = (sum(c[name] for c in counts) for name in ("versions", "aggregates"))
    click.echo(f"Exported to {folder}: {aggregates:,} records in {versions:,} versions.")
    made_for = manifest["made_for"]
    if not made_for["sees_everything"]:
        roles = ", ".join(made_for["roles"]) or "no role"
        click.echo(f"It has what {made_for['subject']} sees ({roles}), which is not everything.")
    for one in manifest["not_in_it"]:
        if "count" in one or "of" in one or "versions" in one:
            click.echo(f"  not in it: {one['what']}: {one['why']}")
    later = sum(p["written_meanwhile"] for p in manifest["positions"].values())
    if later:
        click.echo(f"  {later:,} versions were written meanwhile, and are not in it.")
