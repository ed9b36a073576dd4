"""`portolan import table`: a CSV file or workbook of any organisation, brought into a register through the public API."""

import asyncio
import hashlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
import httpx
from msgspec import structs

from services.cli.import_answers import Answer, answered, answering, constant_for, end_if_open, with_constants
from services.cli.import_runs import NOT_ALL_IN, check_writable, progress_shown, write_report
from services.cli.instance import client_reaching, reaching
from services.imports.server import ImportFailed, Server
from services.imports.tables.comparing import Preview
from services.imports.tables.conventions import Survey, survey
from services.imports.tables.former_keys import key_before
from services.imports.tables.making import Making
from services.imports.tables.mapping import BadMapping, ColumnMapping, Credits, Mapping, Repeats
from services.imports.tables.mapping_files import check, fitted, read_mapping, to_toml
from services.imports.tables.organisation import target_here
from services.imports.tables.proposing import Proposal, propose, table_for
from services.imports.tables.reading import Reading, tables_of
from services.imports.tables.refused_rows import write_refused
from services.imports.tables.running import TableImport
from services.imports.tables.spool import Spool
from services.imports.tables.spreading import laid_out
from services.imports.tables.table import Table, UnreadableTable
from services.imports.tables.targets import (
    Target,
    UnknownMember,
    UnknownTarget,
    target_named,
)
from shared.base.starting import CannotStart
from shared.contracts.words import label

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)
SHOWN_FINDINGS = 20
SURE = 0.8
"""Below this confidence a column is to be looked at."""
T = TypeVar("T")
Connect = Callable[..., httpx.AsyncClient]
"""`client_reaching` of one instance."""
ASKING_S = 5
"""How long the instance is asked for the organisation's own fields."""


@click.command("table")
@click.argument("file", type=_FILE)
@click.option(
    "--as", "register", required=True, help="What the rows are: projects, work-packages, persons, risks, …"
)
@click.option(
    "--mapping", "mapping_file", type=_FILE, help="A mapping that was saved, instead of a proposal."
)
@click.option("--save-mapping", type=_NEW_FILE, help="Where the mapping goes, as TOML, for the next time.")
@click.option("--source", default="", help="The source in the external keys; default: the name of the file.")
@click.option(
    "--key", "key", multiple=True, help="The column whose cells are the key of a row; several together."
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day of which the table speaks.")
@click.option("--sheet", default="", help="The sheet of a workbook.")
@click.option(
    "--header-line", type=click.IntRange(0), help="The line of the column names; 0 where there are none."
)
@answering
@click.option("--repeats", type=click.Choice(["keep", "leave-out"]),
              help="Rows that are the same in all cells: several records, or one of them.")  # fmt: skip
@click.option("--credits", "credit", type=click.Choice(["match", "alone"]),
              help="Negative bookings: reversals of the one of their amount, or credits of their own.")  # fmt: skip
@click.option("--constant", "constants", multiple=True, help="What holds for every row: MEMBER=TEXT.")
@click.option("--validate-only", is_flag=True, help="Check everything, write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option("--report", type=_NEW_FILE, help="Where the summary goes, as JSON.")
@click.option(
    "--refused", type=_NEW_FILE, help="Where rows go that did not come in whole, to correct and send again."
)
@reaching("The front door; default: the settings'.", "A token that may write; default: of the local issuer.")
def table(
    file: Path, register: str, mapping_file: Path | None, save_mapping: Path | None, source: str, key: tuple[str, ...],
    as_of: datetime | None, sheet: str, header_line: int | None, answers: Sequence[Answer], repeats: Repeats | None, credit: Credits | None, constants: tuple[str, ...],
    validate_only: bool, yes: bool, report: Path | None, refused: Path | None, url: str, token: str, data: Path | None,
) -> None:  # fmt: skip
    """Bring FILE (CSV, XLSX or JSON) in. Columns are proposed from their names and values; nothing is written before the
    preview. Exit codes: 0 everything is in, 3 rows or cells are not, 2 something must be said first, 1 stopped."""
    check_writable(save_mapping, report, refused)
    connect = partial(client_reaching, url, token, data, "import:table")
    try:
        target = _target(register, connect)
        saved = _saved(mapping_file, target) if mapping_file else None
        one = laid_out(_the_table(file, sheet, header_line, saved, target), target, saved)
        _say_notes(one)
        saved = _fitted(saved, one) if saved else None
        surveyed = survey(one)
        proposal = None if saved else propose(one, surveyed, target)
        mapping = _mapping(one, target, saved or (proposal.mapping if proposal else None), source, key)
        if not saved and not key:
            mapping = _with_former_key(mapping, one, connect)
        mapping = with_constants(mapping, target, constants)
        mapping = structs.replace(
            mapping, repeats=repeats or mapping.repeats, credits=credit or mapping.credits
        )
        mapping = answered(mapping, surveyed, target, answers, ask=sys.stdin.isatty() and not yes)
        _show_mapping(one, mapping, surveyed, target, proposal)
        if save_mapping:
            save_mapping.write_text(to_toml(mapping, proposal.comments() if proposal else None))
        end_if_open(one, mapping, surveyed, target)
        with file.open("rb") as content:
            file_hash = hashlib.file_digest(content, "sha256").hexdigest()
        arguments = (one, mapping, target, surveyed, validate_only, yes, refused, file_hash)
        summary = asyncio.run(_run(connect(as_of=as_of.date() if as_of else None), *arguments))
    except (UnknownTarget, UnknownMember, BadMapping) as wrong:
        raise click.UsageError(str(wrong)) from wrong
    except (UnreadableTable, ImportFailed) as failed:
        raise click.ClickException(str(failed)) from failed
    write_report(report, summary)
    _say(summary, report, refused)
    if summary["is_lost"]:
        sys.exit(NOT_ALL_IN)


def _answer_of(question: Callable[[httpx.AsyncClient], Awaitable[T]], instead: T, connect: Connect) -> T:
    """What the instance answers; something else where it cannot be asked."""

    async def ask() -> T:
        async with connect(timeout_s=ASKING_S) as client:
            return await question(client)

    with suppress(httpx.HTTPError, click.ClickException, CannotStart):
        return asyncio.run(ask())
    return instead


def _target(register: str, connect: Connect) -> Target:
    """The target with the organisation's own fields, as far as the instance can be asked."""
    target = target_named(register)
    return _answer_of(lambda client: target_here(client, register), target, connect)


def _with_former_key(mapping: Mapping, one: Table, connect: Connect) -> Mapping:
    """Rows of a source that came in before are known by the same columns, whatever this file alone would propose."""

    def question(client: httpx.AsyncClient) -> Awaitable[tuple[str, ...]]:
        return key_before(client, mapping.source, mapping.register)

    none: tuple[str, ...] = ()
    key = _answer_of(question, none, connect)
    if not key or key == mapping.key:
        return mapping
    names = ", ".join(key)
    if missing := [name for name in key if name not in one.columns]:
        raise click.UsageError(
            f"rows of the source {mapping.source} were known by {names}, and this file has no {missing[0]!r}:"
            " name the columns with --key, or another --source"
        )
    click.echo(f"{one.file}: its rows are known by {names}, as in the last import of {mapping.source}.")
    return structs.replace(mapping, key=key)


def _saved(file: Path, target: Target) -> Mapping:
    """The mapping in the file; refused with the line where it makes no sense for the target."""
    mapping = read_mapping(file)
    check(mapping, target, file.read_text(encoding="utf-8-sig"))
    return mapping


def _fitted(saved: Mapping, one: Table) -> Mapping:
    """The saved mapping for this table; what either of them has alone is said."""
    fit = fitted(saved, one.columns)
    if fit.missing:
        click.echo(f"Not in {one.file}, and left as they are: {', '.join(fit.missing)}.")
    if fit.new:
        click.echo(f"New in {one.file}, and not taken: {', '.join(fit.new)}.")
    if lacking := [name for name in saved.key if name in fit.missing]:
        raise click.UsageError(
            f"{one.file} has no column {lacking[0]!r}, by which the mapping knows the rows"
        )
    return fit.mapping


def _the_table(
    file: Path, sheet: str, header_line: int | None, saved: Mapping | None, target: Target
) -> Table:
    wishes = Reading(sheet, header_line)
    if saved is not None:
        wishes = Reading(
            sheet or saved.sheet,
            saved.header_line if header_line is None else header_line,
            saved.delimiter,
            saved.encoding,
        )
    tables = tables_of(file, wishes)
    best = table_for(tables, target)
    sheets = list(dict.fromkeys(one.sheet for one in tables))
    if len(sheets) > 1:
        click.echo(f"Sheets: {', '.join(sheets)}. Taken: {best.sheet} (--sheet takes another one).")
    return best


def _say_notes(one: Table) -> None:
    for note in one.notes:
        click.echo(f"{one.file}: {note.text}")


def _mapping(one: Table, target: Target, mapping: Mapping | None, source: str, key: Sequence[str]) -> Mapping:
    """The mapping with what the options say."""
    assert mapping is not None
    if mapping.register != target.register:
        raise click.UsageError(f"the mapping is one of {mapping.register}, and --as says {target.register}")
    for name in key:
        if name not in one.columns:
            raise click.UsageError(f"no column is called {name!r}; there are: {', '.join(one.columns)}")
    mapping = structs.replace(mapping, key=tuple(key)) if key else mapping
    return structs.replace(mapping, source=source) if source else mapping


def _show_mapping(
    one: Table, mapping: Mapping, surveyed: Survey, target: Target, proposal: Proposal | None
) -> None:
    title = f"{one.file}{f', sheet {one.sheet}' if one.sheet else ''}"
    click.echo(f"\n{title}: {surveyed.rows} rows as {target.title().lower()}, source {mapping.source}")
    lines = [("column", "becomes", "how it is read", "for example")]
    for column in mapping.columns:
        samples = (
            surveyed.columns[column.column].samples
            if column.column in surveyed.columns
            else ["(not in this file)"]
        )
        becomes, manner = _becomes(column, mapping, target), _manner(column)
        if not column.member and proposal is not None:
            manner = str(proposal.reasons[column.column].text)
        elif proposal is not None and proposal.reasons[column.column].confidence < SURE:
            manner = ", ".join(filter(None, ("likely, look at it", manner)))
        lines.append((column.column, becomes, manner, next(iter(samples), "")))
    lines += [
        ("(every row)", target.field(path).label(), "", text) for path, text in mapping.constants.items()
    ]
    _columns([tuple(_short(cell) for cell in line) for line in lines])
    for column_name, reason in proposal.reasons.items() if proposal is not None else ():
        if reason.unmatched:
            click.echo(
                f"  {column_name}: say what these stand for ([columns.values]): {', '.join(reason.unmatched)}"
            )
    missing = proposal.missing if proposal is not None else ()
    if proposal is not None and not mapping.key:
        click.echo(f"  No key columns: {proposal.key_reason}.")
    for at in [one for one in missing if one.path not in mapping.constants]:
        click.echo(
            f"  No column fills {at.label()}, which every new one needs: {constant_for(at)} gives it to every row."
        )


def _becomes(column: ColumnMapping, mapping: Mapping, target: Target) -> str:
    label = target.field(column.member).label() if column.member else ""
    if column.column in mapping.key:
        return "key" if column.member in ("", "external_ref.id") else f"{label}, key"
    return label or "(not taken)"


def _manner(column: ColumnMapping) -> str:
    parts = [column.order, column.currency, f"by {column.by}" if column.by else None]
    parts += [f"decimal sign {column.decimal}" if column.decimal else None]
    parts += [f"x {column.scale}" if column.scale and column.scale != 1 else None, column.unit]
    parts += [f"shares of {column.full_week:g} hours a week" if column.full_week else None]
    parts += ["below zero is what was spent" if column.sign == "inverted" else None]
    parts += ["made if it is not there" if column.makes else None]
    parts += [", ".join(f"{text} = {value}" for text, value in list(column.values.items())[:3])]
    return ", ".join(part for part in parts if part)


def _short(text: str, most: int = 44) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _columns(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo(
            "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )


async def _run(
    client: httpx.AsyncClient, one: Table, mapping: Mapping, target: Target, surveyed: Survey,
    validate_only: bool, yes: bool, refused: Path | None, file_hash: str,
) -> dict[str, Any]:  # fmt: skip
    async with client:
        with Spool() as spool:
            run = TableImport(
                one, mapping, target, surveyed, Server(client), spool, validate_only=validate_only,
                file_hash=file_hash,
            )  # fmt: skip
            with progress_shown(surveyed.rows, "Reading") as run.progress:
                run.judge()
            await run.look_up()
            preview = await run.compare()
            _show_preview(preview, run)
            to_send = preview.counts.get("new", 0) + preview.counts.get("changed", 0)
            if to_send and not validate_only and not yes:
                _say_findings(run.summary())
                _confirm(to_send)
            with progress_shown(to_send, "Checking" if validate_only else "Importing") as run.progress:
                await run.send()
            summary = run.summary() | {"is_lost": run.findings.lost}
            if refused is not None:
                summary["refused_file"] = write_refused(refused, one, spool)
            return summary


def _confirm(count: int) -> None:
    """Nobody is there to be asked in a script: it says --yes."""
    if sys.stdin.isatty():
        click.confirm(f"Write {count} records?", abort=True)
    else:
        click.echo(
            "\nNothing was written: give --yes to write this, or --validate-only to check it wholly.",
            err=True,
        )
        sys.exit(2)


def _show_preview(preview: Preview, run: TableImport) -> None:
    counts = [f"{preview.counts.get(fate, 0)} {fate}" for fate in ("new", "changed", "unchanged", "refused")]
    if preview.back:
        counts[1] += f" ({preview.back} of them back)"
    if left_out := preview.counts.get("left_out"):
        counts.append(f"{left_out} left out")
    click.echo("\nPreview: " + ", ".join(counts))
    for making in run.making:
        names = "; ".join(_short(missing.text) for missing in making.names[:5])
        more = f" and {len(making.names) - 5} more" if len(making.names) > 5 else ""
        click.echo(f"  made before: {len(making.names)} {_called(making)}: {names}{more}")
    if preview.changes:
        lines = [
            (
                f"line {c.line}",
                c.title or c.key,
                c.column,
                old or "(empty)",
                "->",
                new or "(empty)",
            )
            for c, (old, new) in ((c, run.comparing.texts_of(c, preview)) for c in preview.changes)
        ]
        _columns([tuple(_short(cell) for cell in line) for line in lines])
        others = sum(preview.changed_members.values()) - len(preview.changes)
        if others:
            click.echo(f"  and {others} more changes")
    if preview.vanished_count:
        click.echo(
            f"  {preview.vanished_count} of {run.mapping.source} are not in the file any more; they stay as they are:"
        )
        for one in preview.vanished:
            click.echo(f"    {one.key}  {_short(one.title)}")
        if preview.vanished_count > len(preview.vanished):
            click.echo(f"    and {preview.vanished_count - len(preview.vanished)} more")


def _called(making: Making) -> str:
    return label("aggregates" if len(making.names) > 1 else "aggregate", making.entry.name)


def _say_findings(summary: dict[str, Any]) -> None:
    """What is wrong, each kind once, with the lines where it stands."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for finding in summary["findings"]:
        kind = tuple(str(finding.get(name, "")) for name in ("code", "column", "reason", "done", "mend"))
        alike.setdefault(kind, []).append(finding)
    if alike:
        click.echo("\nFindings:")
    for (_, column, reason, done, mend), findings in sorted(alike.items(), key=lambda one: one[1][0]["line"])[
        :SHOWN_FINDINGS
    ]:
        values = list(dict.fromkeys(f["value"] for f in findings if f.get("value")))
        shown_values = ", ".join(repr(value) for value in values[:3]) + (", …" if len(values) > 3 else "")
        click.echo(
            f"  {_lines(findings)}{f', {column}' if column else ''}: {shown_values}{' ' if values else ''}{reason}"
        )
        click.echo(f"      {done}.{f' {mend}' if mend else ''}")
    if (more := len(alike) - SHOWN_FINDINGS) > 0:
        click.echo(f"  and {more} more kinds of findings")
    click.echo("".join(f"\n  {count:7} x {code}" for code, count in summary["findings_by_code"].items()))


def _lines(findings: Sequence[dict[str, Any]]) -> str:
    numbers = [str(finding["line"]) for finding in findings]
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return f"lines {', '.join(numbers[:5])}" + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")


def _outcome(summary: dict[str, Any]) -> str:
    if summary["validate_only"]:
        return "Checked, nothing written."
    if summary["unchanged"] and not (summary["created"] or summary["changed"] or summary["refused"]):
        if summary["is_lost"]:
            return "Nothing changed: what could be read was there already, and some rows or cells did not come in."
        return "Nothing changed: all of it was there already."
    return "Imported." if summary["created"] or summary["changed"] else "Nothing was imported."


def _say(summary: dict[str, Any], report: Path | None, refused: Path | None) -> None:
    _say_findings(summary)
    click.echo(f"\n{_outcome(summary)}")
    for name, tally in summary["made_first"].items():
        click.echo(
            f"  {name.replace('-', ' ')}: "
            + ", ".join(f"{number} {what}" for what, number in tally.items() if number)
        )
    counts = ", ".join(f"{summary[what]} {what}" for what in ("created", "changed", "unchanged", "refused"))
    click.echo(f"  {summary['rows']} rows: {counts}")
    click.echo(f"  {summary['seconds']} s, {summary['rows_per_second']} rows a second")
    if summary["resumed"]:
        click.echo("It went on with an import of this file that was interrupted; both parts are one import.")
    if summary["import"] and (summary["created"] or summary["changed"] or summary["resumed"]):
        click.echo(f"Take it back with: portolan import undo {summary['import']}")
    if summary["is_lost"]:
        click.echo(
            f"Not all of the file is in (exit code {NOT_ALL_IN}): the findings above say what is missing."
        )
    if report:
        click.echo(f"The report: {report}")
    if refused and summary.get("refused_file"):
        click.echo(f"{summary['refused_file']} rows to correct and send again: {refused}")
