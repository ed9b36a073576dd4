"""`portolan import`: bring another system's portfolio in, through the public API."""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import httpx

from services.cli.instance import TIMEOUT_S, own_token, reaching
from services.imports.federal import importing
from services.imports.federal.importing import Files
from services.imports.federal.reading import Conventions, Order, UnreadableFile
from services.imports.findings import Findings
from services.imports.upserts import ImportFailed, Progress, Stage
from shared.base.settings import settings_of

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import")
def import_() -> None:
    """Bring another system's portfolio in."""


@import_.command("itdb")
@click.option("--projects", required=True, type=_FILE)
@click.option("--investments", required=True, type=_FILE)
@click.option("--contracts", required=True, type=_FILE)
@click.option(
    "--as-of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day the record speaks of."
)
@click.option(
    "--century",
    type=click.Choice(["1900", "2000"]),
    help="Of years of two digits, which are refused without it.",
)
@click.option(
    "--date-order",
    type=click.Choice(["month-first", "day-first"]),
    help="Of days with slashes; default: what each column shows, refused where it shows none.",
)
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Where the summary goes, as JSON."
)
@reaching(
    "The front door; default: the settings'.", "A token with the import scope; default: of the local issuer."
)
def itdb(
    projects: Path, investments: Path, contracts: Path, as_of: datetime, century: str | None,
    date_order: Order | None, dry_run: bool, report: Path | None, url: str, token: str, data: Path | None,
) -> None:  # fmt: skip
    """The public record of United States federal IT projects (three CSV files)."""
    settings = settings_of(data=data)
    findings = Findings()
    if report:
        _check_writable(report)
    try:
        conventions = Conventions(int(century) if century else None, date_order)
        published = importing.read_all(Files(projects, investments, contracts), conventions)
        planned = importing.stages(published, as_of.date(), findings)
        headers = {
            "Authorization": f"Bearer {token or own_token(settings, 'import:itdb', 'service')}",
            "Portolan-Effective-At": as_of.date().isoformat(),
        }
        summary = asyncio.run(_send(url or settings.base_url, headers, planned, findings, dry_run))
    except (UnreadableFile, ImportFailed) as failed:
        raise click.ClickException(str(failed)) from failed
    summary |= {"as_of": as_of.date().isoformat(), "columns_not_taken": importing.not_taken(published)}
    summary |= {"findings_by_code": findings.counts(), "findings": findings.to_json()}
    if report:
        report.write_text(json.dumps(summary, indent=1) + "\n")
    _say(summary, report)
    if findings.lost:
        sys.exit(3)


def _check_writable(report: Path) -> None:
    """Said before anything is imported, not after."""
    try:
        report.touch()
    except OSError as error:
        raise click.ClickException(f"the report cannot be written: {error}") from error


async def _send(
    url: str, headers: dict[str, str], planned: list[Stage], findings: Findings, dry_run: bool
) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT_S) as client:
        with click.progressbar(
            length=sum(len(stage.upserts) for stage in planned), label="Importing", file=sys.stderr,
            item_show_func=lambda name: name, show_pos=True, hidden=not sys.stderr.isatty(),
        ) as bar:  # fmt: skip
            progress: Progress = lambda stage, done: bar.update(done, stage)  # noqa: E731
            return await importing.run(client, planned, findings, dry_run=dry_run, progress=progress)


def _say(summary: dict[str, Any], report: Path | None) -> None:
    click.echo("Checked, nothing written." if summary["dry_run"] else "Imported.")
    for name, tally in summary["sent"].items():
        click.echo(f"  {name:13} " + ", ".join(f"{n} {what}" for what, n in tally.items()))
    click.echo(f"  {summary['rows']} rows in {summary['seconds']} s, {summary['rows_per_second']} a second")
    for code, count in summary["findings_by_code"].items():
        click.echo(f"  {count:5} x {code}")
    if report:
        click.echo(f"Every finding with file and line: {report}")
