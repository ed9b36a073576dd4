"""The whole import: read, judge, map, send; and the summary that says what became of every row."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx

from services.imports.federal import judging, mapping
from services.imports.federal.columns import COLUMNS, KEYS, imported, kinds
from services.imports.federal.reading import Conventions, Row, read
from services.imports.findings import Findings
from services.imports.upserts import Progress, Sender, Stage

SOURCE = "itdb"
REGISTERS = (
    "projects.portfolio", "projects.programme", "projects.project", "finance.vendor", "finance.contract",
    "finance.budget_line", "risk.assessment",
)  # fmt: skip
"""What is brought in, in the order of the stages."""


@dataclass(frozen=True, slots=True)
class Files:
    """The three files."""

    projects: Path
    investments: Path
    contracts: Path


@dataclass(frozen=True, slots=True)
class Published:
    """Their rows."""

    projects: list[Row]
    investments: list[Row]
    contracts: list[Row]


def read_all(files: Files, conventions: Conventions = Conventions()) -> Published:  # noqa: B008 it is frozen
    return Published(
        read(files.projects, "projects", conventions),
        read(files.investments, "investments", conventions),
        read(files.contracts, "contracts", conventions),
    )


def stages(published: Published, as_of: date, findings: Findings) -> list[Stage]:
    """What is to be put, parents first; what is odd goes to the findings."""
    projects, investments, contracts = (
        judging.first_of_each(
            judging.in_place(getattr(published, name), kinds(name), findings), key, findings
        )
        for name, key in KEYS.items()
    )
    judging.judge_projects(projects, as_of, findings)
    judging.judge_investments(
        investments,
        _texts(projects, "investment_uii"),
        _texts(contracts, "Unique Investment Identifier"),
        findings,
    )
    judging.judge_contracts(contracts, findings)
    planned = [
        mapping.portfolios([*investments, *projects]),
        mapping.programmes(investments, projects, findings),
        mapping.projects(projects, as_of, findings),
        mapping.vendors(contracts),
        mapping.contracts(contracts, findings),
        mapping.budget_lines(investments, findings),
        mapping.assessments(investments),
    ]
    judging.judge_cells([*projects, *investments, *contracts], findings)
    return planned


def _texts(rows: list[Row], column: str) -> set[str]:
    return {row.text(column) or "" for row in rows}


async def run(
    client: httpx.AsyncClient,
    planned: list[Stage],
    findings: Findings,
    *,
    validate_only: bool,
    progress: Progress,
) -> dict[str, Any]:
    """Send the stages in order; answers the summary."""
    sender = Sender(client, SOURCE, findings, validate_only, progress)
    started = perf_counter()
    tallies = {stage.name: asdict(await sender.send(stage)) for stage in planned}
    seconds = perf_counter() - started
    rows = sum(len(stage.upserts) for stage in planned)
    return {
        "validate_only": validate_only,
        "sent": tallies,
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds) if seconds else None,
    }


def not_taken(published: Published) -> dict[str, list[str]]:
    """The columns of each file, by their own names, that have no place in Portolan, or are figures it arrives at itself."""
    columns = {}
    for name in COLUMNS:
        rows: list[Row] = getattr(published, name)
        columns[rows[0].file if rows else name] = [
            rows[0].names.get(column, column)
            for column in (rows[0].cells if rows else ())
            if column not in imported(name)
        ]
    return columns
