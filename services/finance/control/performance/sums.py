"""The sums of a project: read as of a day, and added to by what changes."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from services.finance.control.performance.rules import Basis, Change
from shared.base.clock import end_of_day, to_micros
from shared.base.ids import derived_id
from shared.base.settings import Settings
from shared.contracts.finance.budget import Budget
from shared.contracts.stored import STORED
from shared.domain.measured import (
    ADD_SPANS,
    ADD_SUMS,
    NOTHING,
    SPANS,
    SUMS,
    Measured,
    Sums,
    joined,
    measured,
    split,
    sums_of,
    sums_row,
)
from shared.domain.reading import Memory
from shared.domain.work import Work
from shared.http.idempotency import state_text
from shared.store import Store

ALWAYS = 9_999_999
"""A day before which everything counts."""

BUDGET_BY = """
SELECT payload FROM outbox WHERE aggregate_type = 'budget' AND aggregate_id = ? AND effective_at <= ?
ORDER BY aggregate_version DESC LIMIT 1
"""

BASIS_BY = """
SELECT approved_at, baseline_id FROM measured_baseline WHERE project_id = ? AND approved_at <= ?
ORDER BY approved_at DESC LIMIT 1
"""

AllSpans = dict[tuple[str, int, int], int]
"""(currency, first day, last day) -> budget in minor units."""
_SUMS: Memory[str, dict[str, Sums]] = Memory("sums by project and currency")
_SPANS: Memory[str, AllSpans] = Memory("spans by project")


async def read_sums(store: Store, project_id: str, day: int = ALWAYS) -> dict[str, Sums]:
    """By currency, of what counts by the end of the day."""
    return {row[0]: sums_of(row[1:]) for row in await store.fetch(SUMS, (project_id, day))}


async def read_spans(store: Store, project_id: str, day: int = ALWAYS) -> AllSpans:
    rows = await store.fetch(SPANS, (project_id, day))
    return {(row[0], row[1], row[2]): joined(row[3], row[4]) for row in rows}


def of_currency(spans: AllSpans, currency: str) -> dict[tuple[int, int], int]:
    return {(first, last): budget for (of, first, last), budget in spans.items() if of == currency and budget}


async def measured_at(
    store: Store, settings: Settings, project_id: str, on: date, day: int
) -> Measured | None:
    """What is measured of a project by the end of a day, in the currency that its budget then had."""
    until = to_micros(end_of_day(on, settings.zone))
    rows = await store.fetch(BUDGET_BY, (str(derived_id("budget", project_id)), until))
    budget = Budget.model_validate_json(state_text(rows[0][0]), context=STORED) if rows else None
    return measured(await read_sums(store, project_id, day), budget.currency if budget else None)


async def basis_by(store: Store, settings: Settings, project_id: str, on: date) -> Basis | None:
    """The plan that was agreed last by the end of a day."""
    rows = await store.fetch(BASIS_BY, (project_id, to_micros(end_of_day(on, settings.zone))))
    return Basis(*rows[0]) if rows else None


async def sums_now(work: Work, project_id: str) -> dict[str, Sums]:
    """The sums of everything, with what this unit has added."""
    sums = work.memory(_SUMS)
    if project_id not in sums:
        sums[project_id] = await read_sums(work.store, project_id)
    return sums[project_id]


async def spans_now(work: Work, project_id: str) -> AllSpans:
    spans = work.memory(_SPANS)
    if project_id not in spans:
        spans[project_id] = await read_spans(work.store, project_id)
    return spans[project_id]


async def add(work: Work, project_id: str, changes: Iterable[Change], recorded_day: int) -> None:
    """Stage the rows; what is read in this unit has them in it."""
    sum_rows: list[tuple[Any, ...]] = []
    span_rows: list[tuple[Any, ...]] = []
    for change in changes:
        sums = await sums_now(work, project_id)
        for currency, of in change.sums.items():
            sums[currency] = sums.get(currency, NOTHING).plus(of)
            sum_rows.append(sums_row(project_id, change.counts_from, currency, recorded_day, of))
        if change.spans:
            spans = await spans_now(work, project_id)
            for (currency, first, last), budget in change.spans.items():
                spans[currency, first, last] = spans.get((currency, first, last), 0) + budget
                key = (project_id, change.counts_from, currency, first, last, recorded_day)
                span_rows.append((*key, *split(budget)))
    if sum_rows:
        work.add_statement(ADD_SUMS, sum_rows)
    if span_rows:
        work.add_statement(ADD_SPANS, span_rows)
