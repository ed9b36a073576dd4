"""What all commands of `portolan import` share: their options, how far it is, and the report."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from services.cli.instance import reaching
from services.imports.findings import Findings
from services.imports.upserts import Progress

NOT_ALL_IN = 3
"""The exit code."""


def running(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every import: whether to write, where the report goes, and which Portolan."""
    for option in (
        reaching(
            "The front door; default: the settings'.",
            "A token with the import scope; default: of the local issuer.",
        ),
        click.option(
            "--report",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Where the summary goes, as JSON.",
        ),
        click.option("--validate-only", is_flag=True, help="Check everything, write nothing."),
    ):
        command = option(command)
    return command


@contextmanager
def progress_shown(length: int, label: str) -> Iterator[Progress]:
    """How far it is, on a terminal, while the block lasts."""
    with click.progressbar(
        length=length, label=label, file=sys.stderr, item_show_func=lambda step: step, show_pos=True,
        hidden=not sys.stderr.isatty(),
    ) as bar:  # fmt: skip

        def show(step: str, done: int) -> None:
            bar.update(done, step)

        yield show


def check_writable(*paths: Path | None) -> None:
    """Said before anything is imported, not after."""
    for path in paths:
        if path is None:
            continue
        try:
            path.touch()
        except OSError as error:
            raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error


def write_report(path: Path | None, summary: dict[str, Any]) -> None:
    if path is not None:
        path.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def in_a_line(finding: dict[str, Any]) -> str:
    """A finding as a terminal shows it: where, of what, why, what was done, what to do."""
    where = f"{finding.get('file', '')}:{finding['line']}" if finding["line"] else finding.get("file", "")
    what = ", ".join(finding[name] for name in ("title", "column", "value") if finding.get(name))
    parts = (where, what, f"{finding['reason']}; {finding['done']}", finding.get("mend", ""))
    return ": ".join(part for part in parts if part)


def end(findings: Findings) -> None:
    """End with 3 where something did not come in."""
    if findings.lost:
        sys.exit(NOT_ALL_IN)
