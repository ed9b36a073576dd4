"""`portolan import plans|project-online|jira`: projects with their breakdown, from the files of other systems."""

import asyncio
import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import httpx

from services.cli.import_runs import (
    check_writable,
    end,
    in_a_line,
    progress_shown,
    running,
    write_report,
)
from services.cli.instance import client_reaching
from services.imports.breakdown import importing
from services.imports.breakdown.drafts import Drafts
from services.imports.findings import Findings
from services.imports.jira import mapping as jira_mapping
from services.imports.jira.mapping import Level
from services.imports.jira.reading import issues_of
from services.imports.plans.mapping import drafts_of
from services.imports.projectonline import mapping as projectonline
from services.imports.projectonline.feed import feed_of
from services.imports.tables.mapping import DayOrder
from services.imports.upserts import ImportFailed
from shared.base.currencies import DECIMALS

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_DATE_ORDER = click.option(
    "--date-order",
    type=click.Choice(["month-first", "day-first"]),
    help="Of days with slashes; default: what each column shows.",
)
_LARGEST_LIST = 20
"""Findings that are shown one by one; the report has all."""


def _currency(_: click.Context, __: click.Parameter, code: str) -> str:
    if code and code.upper() not in DECIMALS:
        raise click.BadParameter(f"'{code}' is no currency of ISO 4217")
    return code.upper()


def _source(_: click.Context, __: click.Parameter, source: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,39}", source):
        raise click.BadParameter("it has up to 40 small letters, digits, dots, dashes and underscores")
    return source


def sending(source: str) -> Callable[[Any], Any]:
    """The options that all three commands have."""

    def with_options(command: Any) -> Any:
        for option in (
            click.option(
                "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day the files speak of; default: now."
            ),
            click.option(
                "--source",
                default=source,
                show_default=True,
                callback=_source,
                help="The source in the external keys of what comes in.",
            ),
            click.option(
                "--portfolio",
                default="",
                help="The portfolio of new projects, by its name; made if there is none.",
            ),
            click.option(
                "--currency", default="", callback=_currency, help="Of amounts whose file names none."
            ),
        ):
            command = option(command)
        return running(command)

    return with_options


@click.command("plans")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@sending("plans")
def plans(folder: Path, currency: str, source: str, portfolio: str, **options: Any) -> None:
    """A folder of plan files: Microsoft Project XML; .mpp, XER and PMXML where Java is."""
    from services.plan_reading import plans_in

    drafts = Drafts(source, Findings(), portfolio=portfolio)
    read = drafts_of(plans_in(folder), drafts, currency)
    if not drafts.projects and not drafts.findings.items:
        raise click.ClickException(f"{folder} holds no plan file (.xml, .mpp, .xer, .pmxml)")
    elements = [{"path": path, "count": count} for path, count in sorted(read.elements.items())]
    send(
        drafts,
        folder.resolve().name,
        {"status_days": read.status_days, "elements_not_taken": elements},
        **options,
    )


@click.command("project-online")
@click.argument("folder", type=_FOLDER)
@_DATE_ORDER
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder to which files are copied that are not taken yet, such as time sheets.",
)
@sending("project-online")
def project_online(
    folder: Path,
    date_order: DayOrder | None,
    keep: Path | None,
    currency: str,
    source: str,
    portfolio: str,
    **options: Any,
) -> None:
    """An extract of Project Online's OData feed: Projects, Tasks, Resources, Assignments, as JSON or CSV."""
    drafts = Drafts(source, Findings(), portfolio=portfolio)
    feed = feed_of(folder, drafts.findings, date_order)
    projectonline.drafts_of(feed, drafts, currency)
    if not drafts.projects and not drafts.persons and not drafts.findings.items:
        raise click.ClickException(f"{folder} holds no entity set of ProjectData (.json, .csv, .xlsx)")
    files = [str(_copied(path, folder, keep) if keep else path) for path in feed.other_files]
    send(drafts, folder.resolve().name, {"files_not_taken": files}, **options)


@click.command("jira")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--level",
    type=click.Choice([one.value for one in Level]),
    default=Level.ISSUES.value,
    show_default=True,
    help="Down to what there are work packages; what lies below counts in their progress.",
)
@_DATE_ORDER
@sending("jira")
def jira(
    files: tuple[Path, ...],
    level: str,
    date_order: DayOrder | None,
    currency: str,
    source: str,
    portfolio: str,
    **options: Any,
) -> None:
    """Jira's issues: the JSON of the search, page by page, or the CSV export."""
    drafts = Drafts(source, Findings(), portfolio=portfolio)
    files = tuple(one for path in files for one in _files_in(path))
    jira_mapping.drafts_of(issues_of(files, drafts.findings, date_order), drafts, Level(level))
    if not drafts.projects and not drafts.findings.items:
        raise click.ClickException("the files hold no issues")
    send(drafts, ", ".join(path.name for path in files), {"level": level}, **options)


def _files_in(path: Path) -> list[Path]:
    """The file itself, or all that a folder holds of exports."""
    if path.is_file():
        return [path]
    return sorted(
        one for one in path.rglob("*") if one.suffix.casefold() in (".json", ".csv") and one.is_file()
    )


def _copied(path: Path, folder: Path, keep: Path) -> Path:
    target = keep / path.relative_to(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    return target


def send(
    drafts: Drafts, file: str, more: dict[str, Any], *, as_of: datetime | None, validate_only: bool, report: Path | None,
    url: str, token: str, data: Path | None,
) -> None:  # fmt: skip
    """Send what was read, say what became of it, and end with 3 where something of it did not come in."""
    check_writable(report)
    day = as_of.date() if as_of else None
    client = client_reaching(url, token, data, f"import:{drafts.source}", as_of=day)
    try:
        summary = asyncio.run(_run(client, drafts, file, validate_only))
    except ImportFailed as failed:
        raise click.ClickException(str(failed)) from failed
    findings = drafts.findings
    summary |= {"as_of": day.isoformat() if day else None, **more}
    summary |= {"findings_by_code": findings.counts(), "findings": findings.to_json()}
    write_report(report, summary)
    _say(summary, report)
    end(findings)


async def _run(client: httpx.AsyncClient, drafts: Drafts, file: str, validate_only: bool) -> dict[str, Any]:
    with progress_shown(importing.steps(drafts), "Importing") as progress:
        async with client:
            if validate_only:
                return await importing.run(client, drafts, validate_only=True, progress=progress)
            return await importing.run_recorded(client, drafts, file, progress=progress)


def _say(summary: dict[str, Any], report: Path | None) -> None:
    click.echo("Checked, nothing written." if summary["validate_only"] else "Imported.")
    for name, tally in summary["sent"].items():
        click.echo(f"  {name:16} " + ", ".join(f"{n} {what}" for what, n in tally.items()))
    click.echo(f"  {summary['rows']} rows in {summary['seconds']} s, {summary['rows_per_second']} a second")
    if summary["losses"]:
        click.echo("Not taken, since Portolan has no place for it:")
    for loss in summary["losses"]:
        click.echo(f"  {loss['count']:6} {loss['kind']}: {loss['why']}; {loss['mend']}")
    for finding in summary["findings"][:_LARGEST_LIST]:
        click.echo(in_a_line(finding))
    for code, count in summary["findings_by_code"].items():
        click.echo(f"  {count:5} x {code}")
    if "import" in summary:
        click.echo(f"Take it back: portolan import undo {summary['import']}")
    if report:
        click.echo(f"Every finding with file and line: {report}")
