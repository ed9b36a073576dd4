"""`portolan import template`: an empty table of a register to fill in, with an example and the choices."""

from pathlib import Path

import click

from services.imports.tables.targets import Target, UnknownTarget, target_named
from shared.contracts.words import languages

_NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("template")
@click.option("--as", "register", required=True, help="What the rows are: projects, work-packages, risks, …")
@click.option("--xlsx", "workbook", type=_NEW_FILE, help="Where the workbook goes.")
@click.option("--csv", "text", type=_NEW_FILE, help="Where the CSV file goes.")
@click.option("--language", type=click.Choice(sorted(languages())), default="en", help="Of the headings.")
def template(register: str, workbook: Path | None, text: Path | None, language: str) -> None:
    """Write an empty table to fill in and bring in with `portolan import table`."""
    from services.imports.tables.templates import to_csv, to_xlsx
    from services.reporting.web.words import words_in

    if workbook is None and text is None:
        raise click.UsageError("say where it goes: --xlsx FILE or --csv FILE")
    try:
        target = target_named(register)
    except UnknownTarget as unknown:
        raise click.UsageError(str(unknown)) from unknown
    if workbook is not None:
        _write(workbook, to_xlsx(target, language, words_in(language).gettext), target)
    if text is not None:
        _write(text, to_csv(target, language), target)


def _write(path: Path, content: bytes, target: Target) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
    click.echo(f"{path}: fill it in, then: portolan import table {path} --as {target.name}")
