"""Keeping performances: one per project, measured again when a work package, a cost or the budget says so."""

from dataclasses import astuple
from uuid import UUID

from services.finance.performance import rules
from services.finance.performance.rules import Remembered
from shared.base.ids import derived_id
from shared.base.money import Money
from shared.contracts.finance import ActualCost, Budget, Performance
from shared.contracts.projects import WorkPackage
from shared.domain.work import Work

KEEP_PACKAGE = """
INSERT INTO known_work_package (id, project_id, version, budget, currency, starts_on, finishes_on, percent, archived)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    version = excluded.version, budget = excluded.budget, currency = excluded.currency,
    starts_on = excluded.starts_on, finishes_on = excluded.finishes_on, percent = excluded.percent,
    archived = excluded.archived
"""
PACKAGES = """
SELECT id, version, budget, currency, starts_on, finishes_on, percent, archived FROM known_work_package
WHERE project_id = ?
"""
KEEP_COST = """
INSERT INTO known_cost (id, version, spent) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, spent = excluded.spent
"""


async def packages_of(work: Work, project_id: UUID) -> dict[str, Remembered]:
    """What is remembered of the project's work, changes of this unit included."""
    key = ("known_work_package", project_id)
    if key not in work.memory:
        rows = await work.store.fetch(PACKAGES, (str(project_id),))
        work.memory[key] = {row[0]: Remembered(*row[1:]) for row in rows}
    kept: dict[str, Remembered] = work.memory[key]
    return kept


async def package_told(work: Work, package: WorkPackage) -> None:
    """Remember it and measure again; what was told before is no news."""
    packages = await packages_of(work, package.project_id)
    known = packages.get(str(package.id))
    if known is not None and package.version <= known.version:
        return
    kept = packages[str(package.id)] = rules.remembered(package)
    work.also(KEEP_PACKAGE, [(str(package.id), str(package.project_id), *astuple(kept))])
    await measure(work, package.project_id, cause=f"work package {package.wbs}")


async def cost_told(work: Work, cost: ActualCost) -> None:
    """Count what it adds to the spent: its amount when posted, the opposite when archived."""
    version, spent = await _counted(work, cost.id)
    if cost.version <= version:
        return
    now_spent = cost.amount.minor if cost.archived_at is None else 0
    work.memory["known_cost", cost.id] = (cost.version, now_spent)
    work.also(KEEP_COST, [(str(cost.id), cost.version, now_spent)])
    if now_spent != spent:
        await measure(work, cost.project_id, more=now_spent - spent, cause="an actual cost")


async def _counted(work: Work, cost_id: UUID) -> tuple[int, int]:
    """(version, minor units) of a cost as counted so far, this unit included."""
    key = ("known_cost", cost_id)
    if key not in work.memory:
        rows = await work.store.fetch("SELECT version, spent FROM known_cost WHERE id = ?", (str(cost_id),))
        work.memory[key] = tuple(rows[0]) if rows else (0, 0)
    counted: tuple[int, int] = work.memory[key]
    return counted


COUNTED = """
SELECT actual_cost.id, COALESCE(known_cost.spent, 0) FROM actual_cost
LEFT JOIN known_cost ON known_cost.id = actual_cost.id WHERE actual_cost.project_id = ?
"""


async def _spent(work: Work, performance: Performance, more: int) -> int:
    """What the project has spent, in minor units, with `more`; counted anew where the last sum was too large to be kept."""
    if "ac" not in performance.reasons:
        return performance.actual.minor + more
    rows = await work.store.fetch(COUNTED, (str(performance.project_id),))
    counted = {UUID(id): spent for id, spent in rows}
    for key, held in work.memory.items():
        if key[0] == "known_cost" and key[1] in counted:
            counted[key[1]] = held[1]
    return sum(counted.values())


async def measure(work: Work, project_id: UUID, *, more: int = 0, cause: str) -> None:
    """Measure again, with `more` minor units spent; without budgeted work or cost there is no measure."""
    packages = await packages_of(work, project_id)
    id = derived_id("performance", str(project_id))
    performance = await work.known(Performance, id)
    if performance is None and not more and all(p.budget is None for p in packages.values()):
        return
    currency = await _currency(work, project_id, packages, performance)
    performance = performance or _first(work, id, project_id, currency)
    spent = await _spent(work, performance, more)
    fact = rules.remeasure(performance, packages, currency, spent, cause)
    if work.is_changed(performance):
        work.save(performance, fact)


def _first(work: Work, id: UUID, project_id: UUID, currency: str) -> Performance:
    zero = Money.of(0, currency)
    return work.new(
        Performance,
        id,
        project_id=project_id,
        currency=currency,
        at_completion=zero,
        earned=zero,
        actual=zero,
    )


async def _currency(
    work: Work, project_id: UUID, packages: dict[str, Remembered], measured: Performance | None
) -> str:
    """The budget's, which costs are in; without one yet, that of the work; without that, what it was measured in."""
    budget = await work.known(Budget, derived_id("budget", str(project_id)))
    if budget is not None:
        return budget.currency
    counted = [p.currency for p in packages.values() if p.currency is not None]
    if measured is not None and not counted:
        return measured.currency
    return counted[0]
