"""`portolan import folder`: what `portolan export` has written, into an empty instance."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from services.cli.import_runs import end
from services.cli.instance import client_reaching, reaching
from services.imports.findings import Findings
from services.imports.history import HistoryReader, Tally
from services.imports.history_checks import DAMAGED
from services.imports.upserts import ImportFailed

MOST_FINDINGS = 20
"""Findings that are said; the rest is counted."""


@click.command("folder")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--partial", is_flag=True, help="Although whoever exported it did not see everything.")
@click.option("--without-refused", is_flag=True, help="End the reading although versions were refused.")
@click.option(
    "--validate-only", is_flag=True, help="Check the folder and say what would come, write nothing."
)
@reaching(
    "The front door; default: the settings'.", "A token with the import scope; default: of the local issuer."
)
def folder(
    folder: Path,
    partial: bool,
    without_refused: bool,
    validate_only: bool,
    url: str,
    token: str,
    data: Path | None,
) -> None:
    """Read an exported FOLDER into an empty instance, with all history.

    Run it again if it was interrupted: what is there already changes nothing. Exit codes: 0 everything is in, 1 it cannot be
    read in, 3 versions were refused.
    """
    findings = Findings(most=MOST_FINDINGS)
    client = client_reaching(url, token, data, "import:folder")
    reader = HistoryReader(client, folder, findings, is_partial=partial, ends_anyway=without_refused)
    try:
        lines = asyncio.run(_checked(reader) if validate_only else _read(reader))
    except ImportFailed as failed:
        _say([], findings)
        raise click.ClickException(str(failed)) from failed
    _say(lines, findings)
    if DAMAGED in findings.counts():
        raise click.ClickException(f"{folder} is damaged: nothing of it can be read in")
    if validate_only:
        click.echo("Checked, nothing written.")
    end(findings)


async def _checked(reader: HistoryReader) -> list[str]:
    """What would come, a line for each collection."""
    async with _with_progress(reader):
        coming = await reader.check()
    return [
        f"{name:28} "
        + f"{one.aggregates:,} records in {one.versions:,} versions"
        + (f", {one.refused:,} damaged" if one.refused else "")
        for name, one in sorted(coming.items())
    ]


async def _read(reader: HistoryReader) -> list[str]:
    """What became of the versions, a line for each collection."""
    async with _with_progress(reader):
        tallies = await reader.run()
    return [f"{name:28} {_counts(tally)}" for name, tally in sorted(tallies.items())]


def _counts(tally: Tally) -> str:
    counts = {"read in": tally.read_in, "there already": tally.there, "refused": tally.refused}
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)


@asynccontextmanager
async def _with_progress(reader: HistoryReader) -> AsyncIterator[None]:
    """How far it is, on a terminal, while the client is open."""
    done: dict[str, int] = {}

    def show(what: str, more: int) -> None:
        done[what] = done.get(what, 0) + more
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{what}: {done[what]:,}", nl=False, err=True)

    reader.progress = show
    async with reader.client:
        yield
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)


def _say(lines: list[str], findings: Findings) -> None:
    for line in lines:
        click.echo(f"  {line}")
    for finding in findings.items[:MOST_FINDINGS]:
        where = finding.file + (f", line {finding.line}" if finding.line else "")
        about = f"{finding.key}: " if finding.key else ""
        click.echo(f"  {where}: {about}{finding.reason}", err=True)
    more = sum(findings.counts().values()) - len(findings.items[:MOST_FINDINGS])
    if more > 0:
        click.echo(f"  and {more:,} more", err=True)
