"""What files of another system bring, read and judged, before any of it is sent."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.imports.breakdown.drafts import Drafts, Losses
from services.imports.findings import Findings
from services.imports.upserts import Progress, Upsert
from shared.base.texts import Text

MOST_SHOWN = 100
"""Projects that are shown one by one."""

Send = Callable[[httpx.AsyncClient, bool, Progress], Awaitable[Mapping[str, Any]]]
"""Sends everything; with True it is only checked. The summary has `sent`: stage -> what became of its items."""

STAGES: dict[str, Text] = {
    "portfolios": Text("Portfolios"),
    "programmes": Text("Programmes"),
    "persons": Text("Persons"),
    "projects": Text("Projects"),
    "projects that left": Text("Projects that left"),
    "codes in between": Text("Codes that make room"),
    "work packages": Text("Work packages"),
    "moves": Text("Projects moved on"),
    "progress": Text("Reports of progress"),
    "allocations": Text("Allocations"),
    "vendors": Text("Vendors"),
    "contracts": Text("Contracts"),
    "assessments": Text("Assessments"),
    "budget lines": Text("Budget lines"),
}
"""Stage -> what it is called."""


@dataclass(frozen=True)
class Coming:
    """One project that the files hold."""

    name: str
    file: str
    packages: int | None
    """None where the source has none."""
    start: str
    finish: str


@dataclass(frozen=True)
class Prepared:
    """All of it."""

    source: str
    registers: tuple[str, ...]
    rows: int
    """About how many items are sent, for showing how far it is."""
    counts: Mapping[str, int]
    """Stage -> how many the files hold."""
    projects: Sequence[Coming]
    """The first ones."""
    losses: Losses
    send: Send
    findings: Findings = field(default_factory=Findings)
    as_of: str = ""
    """The day on which all that is sent counts; empty: now, or days of its own."""


def of_drafts(drafts: Drafts) -> tuple[dict[str, int], list[Coming]]:
    """What projects with a breakdown bring."""
    counts = {
        "projects": len(drafts.projects),
        "work packages": sum(len(project.packages) for project in drafts.projects),
        "persons": len(drafts.persons),
        "allocations": sum(len(project.bookings) for project in drafts.projects),
    }
    coming = [
        Coming(
            project.name, project.file, len(project.packages),
            *(day.isoformat() if day else "" for day in project.planned),
        )
        for project in drafts.projects[:MOST_SHOWN]
    ]  # fmt: skip
    return counts, coming


def of_upserts(projects: Sequence[Upsert]) -> list[Coming]:
    """The same of projects that come as rows of a record; of several states of one the last."""
    last = {upsert.key: upsert for upsert in projects}
    return [
        Coming(
            str(upsert.body.get("name", "")), upsert.file, None,
            str(upsert.body.get("planned_start_on", "")),
            str(upsert.body.get("forecast_finish_on") or upsert.body.get("actual_finish_on") or ""),
        )
        for upsert in list(last.values())[:MOST_SHOWN]
    ]  # fmt: skip


def totals(sent: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """What became of all items, as a record of imports counts it."""
    counts = Counter[str]()
    for tally in sent.values():
        counts.update({name: tally.get(name, 0) for name in ("created", "changed", "unchanged", "refused")})
    return dict(counts)
