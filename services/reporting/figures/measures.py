"""What finance measured: its contributions as rows of differences, and the sums of a project day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.reporting.history.projection import CurrentVersion
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
    SUMS_BY_DAY_OF,
    Sums,
    joined,
    split,
    sums_of,
    sums_row,
)
from shared.domain.work import Work
from shared.messaging.bus import Record

PERFORMANCE = entry_of(Performance).name
MEASURED = entry_of(Performance).event_type("measured")

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


def fold(work: Work, records: Sequence[Record], current: Mapping[str, CurrentVersion]) -> dict[str, Days]:
    """Stage the rows of a batch; answers what it brought of each project. What was folded before is left out."""
    fresh = _fresh([r for r in records if r.event.type == MEASURED], current)
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


def _fresh(records: Sequence[Record], current: Mapping[str, CurrentVersion]) -> list[Record]:
    """Each version once, in order, without those that are in the store: differences are added up, not replaced."""
    versions = {
        (id, record.event.data.version): record
        for record in records
        if (id := record.event.subject) not in current or record.event.data.version > current[id].version
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


async def days_of_sums(work: Work, project_ids: Sequence[str]) -> dict[str, Days]:
    """The sums that are stored of some projects, by the day from which they count."""
    days_of_project: dict[str, Days] = {}
    for row in await _rows(work, SUMS_BY_DAY_OF, project_ids):
        days_of_project.setdefault(row[0], {}).setdefault(row[1], Added()).add(row[2], sums_of(row[3:]))
    return days_of_project


async def days_of_spans(work: Work, project_ids: Sequence[str]) -> dict[str, Days]:
    """The same of what is planned."""
    days_of_project: dict[str, Days] = {}
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
