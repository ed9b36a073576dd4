"""What finance measured: its contributions as rows of differences, and the sums of a project day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.base.clock import from_micros, parse_day, to_day
from shared.base.money import minor_of
from shared.base.settings import Settings
from shared.contracts.finance.control import Performance
from shared.contracts.language import entry_of
from shared.domain.measured import (
    ADD_SPANS,
    ADD_SUMS,
    NOTHING,
    SPANS_BY_DAY_OF,
    SPANS_OF,
    SUMS_BY_DAY_OF,
    SUMS_OF,
    Sums,
    joined,
    split,
    sums_of,
    sums_row,
)
from shared.domain.work import Work
from shared.messaging.bus import Record

MEASURED = entry_of(Performance).event_type("measured")
LAST = "SELECT aggregate_id, version FROM current_state WHERE aggregate_id IN ({marks})"

Span = tuple[str, int, int]
"""Currency, first day, last day."""


@dataclass(slots=True)
class Added:
    """What counts of a project from a day on: sums by currency, budgets by span."""

    sums: dict[str, Sums] = field(default_factory=dict)
    spans: dict[Span, int] = field(default_factory=dict)

    def add(self, currency: str, sums: Sums) -> None:
        self.sums[currency] = self.sums.get(currency, NOTHING).plus(sums)

    def add_span(self, span: Span, budget: int) -> None:
        self.spans[span] = self.spans.get(span, 0) + budget


Days = dict[int, Added]
"""The day from which it counts -> what is added."""


async def fold(work: Work, records: Sequence[Record]) -> dict[str, Days]:
    """Stage the rows of a batch; answers what it brought of each project. What was folded before is left out."""
    fresh = await _fresh(work, [r for r in records if r.event.type == MEASURED])
    added_days: dict[str, Days] = {}
    sum_rows: list[tuple[Any, ...]] = []
    span_rows: list[tuple[Any, ...]] = []
    for record in fresh:
        project_id, recorded = record.event.partitionkey, _day(record.recorded_at, work.settings)
        days = added_days.setdefault(project_id, {})
        for contribution in msgspec.json.decode(record.event.data.fact).get("contributions", ()):
            counts_from, currency = (
                to_day(parse_day(contribution["counts_from"])),
                contribution["at_completion"]["currency"],
            )
            added, sums = days.setdefault(counts_from, Added()), _sums(contribution)
            added.add(currency, sums)
            sum_rows.append(sums_row(project_id, counts_from, currency, recorded, sums))
            for planned in contribution["plan"]:
                first, last = (to_day(parse_day(planned[m])) for m in ("starts_on", "finishes_on"))
                budget = minor_of(planned["budget"])
                added.add_span((currency, first, last), budget)
                span_rows.append((project_id, counts_from, currency, first, last, recorded, *split(budget)))
    if sum_rows:
        work.add_statement(ADD_SUMS, sum_rows)
    if span_rows:
        work.add_statement(ADD_SPANS, span_rows)
    return added_days


async def _fresh(work: Work, records: Sequence[Record]) -> list[Record]:
    """Each version once, in order, without those that are in the store: differences are added up, not replaced."""
    if not records:
        return []
    ids = sorted({record.event.subject for record in records})
    rows = await work.store.fetch(LAST.format(marks=", ".join("?" * len(ids))), ids)
    last = {row[0]: row[1] for row in rows}
    versions = {
        (record.event.subject, record.event.data.version): record
        for record in records
        if record.event.data.version > last.get(record.event.subject, 0)
    }
    return [versions[key] for key in sorted(versions)]


def _sums(contribution: Mapping[str, Any]) -> Sums:
    return Sums(
        bac=minor_of(contribution["at_completion"]),
        ev=minor_of(contribution["earned"]),
        ac=minor_of(contribution["actual"]),
        current=minor_of(contribution["current_at_completion"]),
        packages=contribution["packages"],
        undated=contribution["undated"],
        differing=contribution["differing"],
    )


def _day(micros: int, settings: Settings) -> int:
    return to_day(from_micros(micros).astimezone(settings.zone).date())


async def sums_before(work: Work, project_ids: Sequence[str]) -> dict[str, dict[str, Sums]]:
    """Project -> currency -> the sums of everything that is stored."""
    sums_of_project: dict[str, dict[str, Sums]] = {}
    for row in await _rows(work, SUMS_OF, project_ids):
        sums_of_project.setdefault(row[0], {})[row[1]] = sums_of(row[2:])
    return sums_of_project


async def spans_before(work: Work, project_ids: Sequence[str]) -> dict[str, dict[Span, int]]:
    spans_of_project: dict[str, dict[Span, int]] = {}
    for row in await _rows(work, SPANS_OF, project_ids):
        spans_of_project.setdefault(row[0], {})[row[1], row[2], row[3]] = joined(row[4], row[5])
    return spans_of_project


async def by_day(work: Work, project_ids: Sequence[str]) -> dict[str, Days]:
    """Everything that is stored of some projects, day by day."""
    days_of_project: dict[str, Days] = {}
    for row in await _rows(work, SUMS_BY_DAY_OF, project_ids):
        days_of_project.setdefault(row[0], {}).setdefault(row[1], Added()).add(row[2], sums_of(row[3:]))
    for row in await _rows(work, SPANS_BY_DAY_OF, project_ids):
        added = days_of_project.setdefault(row[0], {}).setdefault(row[1], Added())
        added.add_span((row[2], row[3], row[4]), joined(row[5], row[6]))
    return days_of_project


async def _rows(work: Work, text: str, project_ids: Sequence[str]) -> Sequence[tuple[Any, ...]]:
    if not project_ids:
        return []
    return [
        tuple(row)
        for row in await work.store.fetch(text.format(marks=", ".join("?" * len(project_ids))), project_ids)
    ]
