"""The whole import: read, judge, map, send; and the summary that says what became of every row."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx

from services.imports.federal import judging, mapping
from services.imports.federal.reading import Conventions, Row, read
from services.imports.findings import Findings
from services.imports.upserts import Progress, Sender, Stage

SOURCE = "itdb"

TAKEN = {
    "projects": (
        "project_id", "investment_uii", "agency_code", "agency_name", "investment_title", "project_name",
        "project_description", "start_date", "planned_completion_b2", "projected_actual_completion_b2",
        "lifecycle_cost_musd", "planned_cost_musd", "projected_actual_cost_musd", "updated_at",
    ),
    "investments": (
        "investment_uii", "agency_code", "agency_name", "title", "cio_eval_2017", "cio_color_2017", *mapping.FUNDING,
    ),
    "contracts": (
        "Unique Investment Identifier", "Contract ID", "Contract Number (PIID)", "Base Contract ID (USAspending)",
        "Vendor Name (USAspending)", "Action Obligation Amount (In $ million) (USAspending)", "Contract Status",
        "Type of Contract (USAspending)", "Contract Start Date (USAspending)", "Contract End Date (USAspending)",
        "Contract Description (USAspending)",
    ),
}  # fmt: skip
"""The columns that are brought in; the others are named in the summary as not taken."""

JUDGED = {"projects": ("schedule_variance_days",), "investments": (), "contracts": ("Agency Code",)}
"""Columns that are held against others and not brought in."""

DAYS = {
    "projects": ("start_date", "planned_completion_b2", "projected_actual_completion_b2", "updated_at"),
    "investments": (),
    "contracts": ("Contract Start Date (USAspending)", "Contract End Date (USAspending)"),
}
"""The columns that hold days."""

KINDS: dict[str, dict[str, judging.Kind]] = {
    "projects": {
        "investment_uii": "investment", "agency_code": "whole", **dict.fromkeys(DAYS["projects"], "day"),
        "lifecycle_cost_musd": "amount", "planned_cost_musd": "amount", "projected_actual_cost_musd": "amount",
        "schedule_variance_days": "whole",
    },
    "investments": {
        "investment_uii": "investment", "agency_code": "whole", "cio_eval_2017": "whole",
        **dict.fromkeys(mapping.FUNDING, "amount"),
    },
    "contracts": {
        "Unique Investment Identifier": "investment", "Agency Code": "whole",
        "Action Obligation Amount (In $ million) (USAspending)": "amount", **dict.fromkeys(DAYS["contracts"], "day"),
    },
}  # fmt: skip
"""What the cells of a column look like, where they look like something: by this a row is seen whose cells are shifted."""

KEYS = {
    "projects": ("project_id",),
    "investments": ("investment_uii",),
    "contracts": ("Contract ID", "Base Contract ID (USAspending)"),
}


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
        **{n: read(getattr(files, n), (*TAKEN[n], *JUDGED[n]), DAYS[n], conventions) for n in TAKEN}
    )


def stages(published: Published, as_of: date, findings: Findings) -> list[Stage]:
    """What is to be put, parents first; what is odd goes to the findings."""
    projects, investments, contracts = (
        judging.first_of_each(
            judging.in_place(getattr(published, name), KINDS[name], findings), key, findings
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
    client: httpx.AsyncClient, planned: list[Stage], findings: Findings, *, dry_run: bool, progress: Progress
) -> dict[str, Any]:
    """Send the stages in order; answers the summary."""
    sender = Sender(client, SOURCE, findings, dry_run, progress)
    started = perf_counter()
    tallies = {stage.name: asdict(await sender.send(stage)) for stage in planned}
    seconds = perf_counter() - started
    rows = sum(len(stage.upserts) for stage in planned)
    return {
        "dry_run": dry_run,
        "sent": tallies,
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds) if seconds else None,
    }


def not_taken(published: Published) -> dict[str, list[str]]:
    """The columns of each file that have no place in Portolan, or are figures it arrives at itself."""
    columns = {}
    for name, taken in TAKEN.items():
        rows: list[Row] = getattr(published, name)
        columns[rows[0].file if rows else name] = [
            c for c in (rows[0].cells if rows else ()) if c not in taken
        ]
    return columns
