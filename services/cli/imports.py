"""`portolan import`: bring another system's portfolio in, through the public API."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import httpx

from services.cli.import_runs import check_writable, end, progress_shown, running, write_report
from services.cli.import_tables import table
from services.cli.import_undo import list_, undo_
from services.cli.instance import client_reaching
from services.imports.federal import importing
from services.imports.federal.importing import Files
from services.imports.federal.reading import Conventions, Order
from services.imports.findings import Findings
from services.imports.gmpp import importing as gmpp_importing
from services.imports.gmpp import reading as gmpp_reading
from services.imports.gmpp.headings import YEARS
from services.imports.gmpp.recognising import projects_of as gmpp_projects
from services.imports.recording import About, recorded
from services.imports.tables.table import UnreadableTable
from services.imports.upserts import ImportFailed, Progress

LONGEST_NAME = 200
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import")
def import_() -> None:
    """Bring another system's portfolio in."""


import_.add_command(table)
import_.add_command(list_)
import_.add_command(undo_)


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
@running
def itdb(
    projects: Path, investments: Path, contracts: Path, as_of: datetime, century: str | None,
    date_order: Order | None, validate_only: bool, report: Path | None, url: str, token: str, data: Path | None,
) -> None:  # fmt: skip
    """The public record of United States federal IT projects (three CSV files)."""
    day = as_of.date()
    findings = Findings()

    def prepare() -> Prepared:
        conventions = Conventions(int(century) if century else None, date_order)
        published = importing.read_all(Files(projects, investments, contracts), conventions)
        planned = importing.stages(published, day, findings)

        async def send(client: httpx.AsyncClient, progress: Progress) -> dict[str, Any]:
            client.headers["Portolan-Effective-At"] = day.isoformat()
            return await importing.run(
                client, planned, findings, validate_only=validate_only, progress=progress
            )

        about = {"as_of": day.isoformat(), "columns_not_taken": importing.not_taken(published)}
        record = About(_names((projects, investments, contracts)), importing.SOURCE, importing.REGISTERS)
        return Prepared(
            sum(len(stage.upserts) for stage in planned), send, about, None if validate_only else record
        )

    _carry_out(prepare, findings, importing.SOURCE, report, url, token, data)


def _years(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, int]:
    years = {}
    for text in texts:
        file, _sign, year = text.rpartition("=")
        if not (year.isascii() and year.isdigit() and int(year) in YEARS):
            raise click.BadParameter(f"'{text}' is neither 2021 nor FILE=2021")
        years[Path(file).name] = int(year)
    return years


@import_.command("gmpp")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option(
    "--day-of-year",
    default="01-01",
    type=click.DateTime(["%m-%d"]),
    help="Month and day from which the report of a year counts, as 09-30: the file names a year only. Default: 01-01.",
)
@click.option(
    "--year",
    "years",
    multiple=True,
    callback=_years,
    help="The year of files that say none, as 2021; or of one of them, as FILE=2021. It is the year in which the fiscal "
    "year ends.",
)
@running
def gmpp(
    files: tuple[Path, ...], day_of_year: datetime, years: dict[str, int], validate_only: bool, report: Path | None,
    url: str, token: str, data: Path | None,
) -> None:  # fmt: skip
    """The yearly reports of the UK's Government Major Projects Portfolio, replayed as dated facts.

    Give the files of all years at once: a project is known by its id or its names over the years."""
    findings = Findings()

    def prepare() -> Prepared:
        projects = gmpp_projects(gmpp_reading.read(files, findings, years), findings)
        planned = gmpp_importing.years(projects, findings, (day_of_year.month, day_of_year.day))

        async def send(client: httpx.AsyncClient, progress: Progress) -> dict[str, Any]:
            return await gmpp_importing.run(
                client, planned, findings, validate_only=validate_only, progress=progress
            )

        about = {"columns_not_taken": gmpp_reading.not_taken(files)}
        record = About(_names(files), gmpp_importing.SOURCE, gmpp_importing.REGISTERS)
        return Prepared(gmpp_importing.rows_of(planned), send, about, None if validate_only else record)

    _carry_out(prepare, findings, gmpp_importing.SOURCE, report, url, token, data)


@dataclass(frozen=True)
class Prepared:
    """What is to be sent: how many rows, how, what the summary says of the source, and what the record of the import does;
    None where nothing is written."""

    rows: int
    send: Callable[[httpx.AsyncClient, Progress], Awaitable[dict[str, Any]]]
    about: dict[str, Any]
    record: About | None = None


def _carry_out(
    prepare: Callable[[], Prepared], findings: Findings, source: str, report: Path | None,
    url: str, token: str, data: Path | None,
) -> None:  # fmt: skip
    """Read and judge, send, and say what became of every row; ends with 1 or 3 where not everything is in."""
    check_writable(report)
    try:
        prepared = prepare()
        client = client_reaching(url, token, data, f"import:{source}")
        summary = asyncio.run(_send(client, prepared, findings))
    except (UnreadableTable, ImportFailed) as failed:
        raise click.ClickException(str(failed)) from failed
    summary |= prepared.about
    summary |= {"findings_by_code": findings.counts(), "findings": findings.to_json()}
    write_report(report, summary)
    _say(summary, report)
    end(findings)


def _names(files: Sequence[Path]) -> str:
    return ", ".join(path.name for path in files)[:LONGEST_NAME]


async def send_recorded(
    client: httpx.AsyncClient, prepared: Prepared, findings: Findings, progress: Progress
) -> dict[str, Any]:
    """Send what is prepared, and keep the record by which it can be taken back; the summary names it as `import`."""
    if prepared.record is None:
        return await prepared.send(client, progress)
    async with recorded(client, prepared.record) as recording:
        summary = await prepared.send(client, progress)
        recording.counts = {
            name: sum(tally.get(name, 0) for tally in summary["sent"].values())
            for name in ("created", "changed", "unchanged", "refused")
        }
        recording.findings = findings.counts()
    return summary | {"import": recording.id}


async def _send(client: httpx.AsyncClient, prepared: Prepared, findings: Findings) -> dict[str, Any]:
    with progress_shown(prepared.rows, "Importing") as progress:
        async with client:
            return await send_recorded(client, prepared, findings, progress)


def _say(summary: dict[str, Any], report: Path | None) -> None:
    click.echo("Checked, nothing written." if summary["validate_only"] else "Imported.")
    for name, tally in summary["sent"].items():
        click.echo(f"  {name:13} " + ", ".join(f"{n} {what}" for what, n in tally.items()))
    click.echo(f"  {summary['rows']} rows in {summary['seconds']} s, {summary['rows_per_second']} a second")
    for code, count in summary["findings_by_code"].items():
        click.echo(f"  {count:5} x {code}")
    if "import" in summary:
        click.echo(f"Take it back with: portolan import undo {summary['import']}")
    if report:
        click.echo(f"Every finding with file and line: {report}")
