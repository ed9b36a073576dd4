"""The sums of finance, computed again from their sources: every version of the packages, and the costs."""

from collections.abc import Callable
from itertools import groupby

from services.finance.control.performance import rules
from services.finance.control.performance.commands import VERSION_COLUMNS, version_of
from services.finance.control.performance.rules import Basis, Change
from shared.base.clock import from_micros, to_day
from shared.base.settings import Settings
from shared.contracts.finance.control import ActualCost
from shared.contracts.stored import STORED
from shared.domain.measured import NOTHING, SUM_COLUMNS, Sums, joined, sums_of
from shared.http.idempotency import state_text
from shared.store import Store

VERSIONS = f"SELECT {VERSION_COLUMNS} FROM measured_package ORDER BY id, version"
ALL_BASES = (
    "SELECT project_id, approved_at, baseline_id FROM measured_baseline ORDER BY project_id, approved_at"
)
COSTS = """
SELECT payload, effective_at FROM outbox WHERE aggregate_type = 'actual_cost' ORDER BY aggregate_id, aggregate_version
"""
SUMS = f"""
SELECT project_id, counts_from, currency, {", ".join(f"SUM({c})" for c in SUM_COLUMNS)} FROM measured_sum
GROUP BY project_id, counts_from, currency
"""
SPANS = """
SELECT project_id, counts_from, currency, starts_on, finishes_on, SUM(budget_high), SUM(budget_low) FROM measured_span
GROUP BY project_id, counts_from, currency, starts_on, finishes_on
"""

AllSums = dict[tuple[str, int, str], Sums]
"""(project, day, currency) -> what is added from that day on."""
AllSpans = dict[tuple[str, int, str, int, int], int]


async def wrong_projects(store: Store, settings: Settings) -> list[str]:
    """The projects whose kept sums are not what the versions of packages and costs come to."""

    def day_of(micros: int) -> int:
        return to_day(from_micros(micros).astimezone(settings.zone).date())

    sums: AllSums = {}
    spans: AllSpans = {}
    changes = [*await _of_packages(store, day_of), *await _of_costs(store, day_of)]
    for project_id, change in changes:
        for currency, added in change.sums.items():
            key = (project_id, change.counts_from, currency)
            sums[key] = sums.get(key, NOTHING).plus(added)
        for (currency, first, last), budget in change.spans.items():
            span = (project_id, change.counts_from, currency, first, last)
            spans[span] = spans.get(span, 0) + budget
    kept_sums = {(r[0], r[1], r[2]): sums_of(r[3:]) for r in await store.fetch(SUMS)}
    kept_spans = {(r[0], r[1], r[2], r[3], r[4]): joined(r[5], r[6]) for r in await store.fetch(SPANS)}
    wrong = {
        key[0]
        for key in sums.keys() | kept_sums.keys()
        if sums.get(key, NOTHING) != kept_sums.get(key, NOTHING)
    }
    wrong |= {
        key[0] for key in spans.keys() | kept_spans.keys() if spans.get(key, 0) != kept_spans.get(key, 0)
    }
    return sorted(wrong)


async def _of_packages(store: Store, day_of: Callable[[int], int]) -> list[tuple[str, Change]]:
    bases: dict[str, list[Basis]] = {}
    for project_id, *basis in await store.fetch(ALL_BASES):
        bases.setdefault(project_id, []).append(Basis(*basis))
    changes_of_projects: list[tuple[str, Change]] = []
    for _, versions in groupby(await store.fetch(VERSIONS), key=lambda row: row[0]):
        rows_of_package = [(row[2], version_of(row)) for row in versions]
        project_id = rows_of_package[0][0]
        steps = rules.walk(None, [one for _, one in rows_of_package], bases.get(project_id, []))
        changes_of_projects += [(project_id, change) for change in rules.changes([], steps, day_of)]
    return changes_of_projects


async def _of_costs(store: Store, day_of: Callable[[int], int]) -> list[tuple[str, Change]]:
    changes_of_costs: list[tuple[str, Change]] = []
    counted: dict[str, int] = {}
    for payload, effective_at in await store.fetch(COSTS):
        cost = ActualCost.model_validate_json(state_text(payload), context=STORED)
        spent = cost.amount.minor if cost.archived_at is None else 0
        more = spent - counted.get(str(cost.id), 0)
        counted[str(cost.id)] = spent
        day = max(day_of(effective_at), to_day(cost.posted_on))
        changes_of_costs.append((str(cost.project_id), rules.spent(more, cost.amount.currency, day)))
    return changes_of_costs
