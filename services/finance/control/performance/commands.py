"""Keeping performances: one per project, measured again when a work package, a cost, an approval or the budget says so.

What a fact changes is staged as differences by the day from which it counts. To fold one reads the last version of its
own package and the sums, whatever else the project holds; only an approval that is told late reads its packages.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from services.finance.budget.budget import commands as budgets
from services.finance.control.performance import rules
from services.finance.control.performance.rules import Change, PackageVersion, Plan
from services.finance.control.performance.sums import add, of_currency, spans_now, sums_now
from shared.base.clock import from_micros, to_day
from shared.base.ids import derived_id
from shared.base.money import Money
from shared.contracts.finance.control import ActualCost, Performance
from shared.contracts.projects.structure import WorkPackage
from shared.domain.measured import measured
from shared.domain.reading import Memory
from shared.domain.work import Work
from shared.messaging.bus import Record

VERSION_COLUMNS = """
id, version, project_id, effective_at, budget, currency, starts_on, finishes_on, percent, archived,
approved_budget, approved_currency, approved_starts_on, approved_finishes_on, added
"""
KEEP_VERSION = f"""
INSERT INTO measured_package ({VERSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id, version) DO UPDATE SET
    approved_budget = excluded.approved_budget, approved_currency = excluded.approved_currency,
    approved_starts_on = excluded.approved_starts_on, approved_finishes_on = excluded.approved_finishes_on,
    added = excluded.added
"""
LAST_VERSION = f"SELECT {VERSION_COLUMNS} FROM measured_package WHERE id = ? ORDER BY version DESC LIMIT 1"
LATER_VERSIONS = f"""
SELECT {VERSION_COLUMNS} FROM measured_package WHERE id IN (
    SELECT id FROM measured_package WHERE project_id = ? AND effective_at > ?
) ORDER BY id, version
"""
APPROVED = "SELECT approved_at FROM measured_project WHERE project_id = ?"
KEEP_APPROVAL = (
    "INSERT INTO measured_project (project_id, approved_at) VALUES (?, ?) ON CONFLICT (project_id) DO NOTHING"
)
KEEP_COST = """
INSERT INTO known_cost (id, version, spent) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, spent = excluded.spent
"""
PACKAGES: Memory[UUID, dict[str, list[PackageVersion]]] = Memory(
    "versions of packages, by project and package"
)
APPROVALS: Memory[UUID, int | None] = Memory("when projects were approved, in microseconds")


class Effect(NamedTuple):
    """A record that changes the figures of a project."""

    record: Record
    changes: Sequence[Change]
    cause: str


EFFECTS: Memory[UUID, list[Effect]] = Memory("what a batch changes of projects")
COUNTED: Memory[UUID, tuple[int, int]] = Memory("version and minor units of costs, as counted")


def _day(work: Work, micros: int) -> int:
    return to_day(from_micros(micros).astimezone(work.settings.zone).date())


async def package_told(work: Work, record: Record) -> None:
    """Store the version and count what it changes; a version that was applied before changes nothing."""
    package = record.state(WorkPackage)
    versions = await _last(work, package)
    last = versions[-1] if versions else None
    if last is not None and package.version <= last.version:
        return
    approved_at = await _approved_at(work, package.project_id)
    version = rules.judged(rules.read(package, record.effective_at), last, approved_at)
    versions.append(version)
    _keep(work, str(package.id), str(package.project_id), [version])
    change = rules.change(last, version, _day(work, record.effective_at))
    if change:
        _count(work, package.project_id, [change], record, f"work package {package.wbs}")


async def _last(work: Work, package: WorkPackage) -> list[PackageVersion]:
    """The last version of the package that is stored, and those that this unit has added."""
    staged = work.memory(PACKAGES).setdefault(package.project_id, {})
    if str(package.id) not in staged:
        rows = await work.store.fetch(LAST_VERSION, (str(package.id),))
        staged[str(package.id)] = [version_of(row) for row in rows]
    return staged[str(package.id)]


def version_of(row: Sequence[Any]) -> PackageVersion:
    version, effective_at, percent, archived, added = row[1], row[3], row[8], row[9], row[14]
    plan = None if row[4] is None else Plan(*row[4:8])
    approved = None if row[10] is None else Plan(*row[10:14])
    return PackageVersion(version, effective_at, plan, percent, bool(archived), approved, bool(added))


def _keep(work: Work, id: str, project_id: str, versions: Sequence[PackageVersion]) -> None:
    none = (None, None, None, None)
    work.add_statement(
        KEEP_VERSION,
        [
            (
                id, v.version, project_id, v.effective_at, *(v.plan or none), v.percent, int(v.archived),
                *(v.approved or none), int(v.added),
            )
            for v in versions
        ],
    )  # fmt: skip


async def _approved_at(work: Work, project_id: UUID) -> int | None:
    approvals = work.memory(APPROVALS)
    if project_id not in approvals:
        rows = await work.store.fetch(APPROVED, (str(project_id),))
        approvals[project_id] = rows[0][0] if rows else None
    return approvals[project_id]


async def approved(work: Work, project_id: UUID, record: Record) -> None:
    """The first approval of the project: from then on its plan is what it is measured against."""
    if await _approved_at(work, project_id) is not None:
        return
    at = work.memory(APPROVALS)[project_id] = record.effective_at
    work.add_statement(KEEP_APPROVAL, [(str(project_id), at)])
    changes: list[Change] = []
    for id, versions in (await _later(work, project_id, at)).items():
        rejudged = list(rules.approval(versions, at, lambda micros: _day(work, micros)))
        _keep(work, id, str(project_id), [version for version, _ in rejudged])
        changes += [change for _, change in rejudged if change]
        staged = work.memory(PACKAGES).get(project_id, {})
        if id in staged:
            anew = {version.version: version for version, _ in rejudged}
            staged[id][:] = [anew.get(version.version, version) for version in staged[id]]
    if changes:
        _count(work, project_id, changes, record, "the project was approved")


async def _later(work: Work, project_id: UUID, at: int) -> dict[str, list[PackageVersion]]:
    """All versions of the packages that have one after the approval, by package, with those of this unit."""
    versions: dict[str, dict[int, PackageVersion]] = {}
    for row in await work.store.fetch(LATER_VERSIONS, (str(project_id), at)):
        versions.setdefault(row[0], {})[row[1]] = version_of(row)
    staged = work.memory(PACKAGES).get(project_id, {})
    for id, own in staged.items():
        if any(version.effective_at > at for version in own):
            versions.setdefault(id, {}).update({version.version: version for version in own})
    return {id: [of[n] for n in sorted(of)] for id, of in versions.items()}


async def cost_told(work: Work, record: Record) -> None:
    """Count what it adds to the spent: its amount when posted, the opposite when archived; from the day it was posted
    on where that is later."""
    cost = record.state(ActualCost)
    version, spent = await _counted(work, cost.id)
    if cost.version <= version:
        return
    now_spent = cost.amount.minor if cost.archived_at is None else 0
    work.memory(COUNTED)[cost.id] = (cost.version, now_spent)
    work.add_statement(KEEP_COST, [(str(cost.id), cost.version, now_spent)])
    if now_spent != spent:
        day = max(_day(work, record.effective_at), to_day(cost.posted_on))
        change = rules.spent(now_spent - spent, cost.amount.currency, day)
        _count(work, cost.project_id, [change], record, "an actual cost")


async def _counted(work: Work, cost_id: UUID) -> tuple[int, int]:
    """(version, minor units) of a cost as counted so far, this unit included."""
    counted = work.memory(COUNTED)
    if cost_id not in counted:
        rows = await work.store.fetch("SELECT version, spent FROM known_cost WHERE id = ?", (str(cost_id),))
        counted[cost_id] = (rows[0][0], rows[0][1]) if rows else (0, 0)
    return counted[cost_id]


def _count(work: Work, project_id: UUID, changes: Sequence[Change], record: Record, cause: str) -> None:
    work.memory(EFFECTS).setdefault(project_id, []).append(Effect(record, changes, cause))


def measure_anew(work: Work, project_id: UUID, record: Record, cause: str) -> None:
    """Measure the project though nothing is added to its sums."""
    _count(work, project_id, (), record, cause)


async def settle(work: Work) -> None:
    """Add up and measure once what the records of a batch changed of a project; once for each day, where they are of
    several."""
    pending = dict(work.memory(EFFECTS))
    work.memory(EFFECTS).clear()
    for project_id, effects in pending.items():
        for (_, recorded_day, is_history), group in groupby(effects, lambda one: _counted_with(work, one)):
            together = list(group)
            changes = rules.merged(change for one in together for change in one.changes)
            await add(work, str(project_id), changes, recorded_day)
            if not is_history:  # the performance as it was measured then is read in, too
                last = together[-1].record.event
                effective = max(one.record.effective_at for one in together)
                work.set_cause(last.id, last.correlationid, last.traceparent, effective)
                await measure(work, project_id, changes, cause=_cause_of(together))


def _counted_with(work: Work, one: Effect) -> tuple[int, int, bool]:
    record = one.record
    return _day(work, record.effective_at), _day(work, record.recorded_at), record.is_history


def _cause_of(effects: Sequence[Effect]) -> str:
    """What changed the figures; of several things the first one, and how many more."""
    causes = list(dict.fromkeys(one.cause for one in effects if one.changes)) or [effects[0].cause]
    return causes[0] if len(causes) == 1 else f"{causes[0]} and {len(causes) - 1} more"


async def measure(work: Work, project_id: UUID, changes: Sequence[Change] = (), *, cause: str) -> None:
    """Bring the performance up to date with the sums; without budgeted work or cost there is none."""
    sums = await sums_now(work, str(project_id))
    budget = await budgets.current(work, project_id)
    base = measured(sums, budget.currency if budget else None)
    if base is None:
        return
    id = derived_id("performance", str(project_id))
    performance = await work.find_by_id(Performance, id) or _first(work, id, project_id, base.currency)
    replanned = base.currency != performance.currency or "pv" in performance.reasons
    spans = None
    if replanned or any(change.spans for change in changes):
        spans = of_currency(await spans_now(work, str(project_id)), base.currency)
    fact = rules.remeasure(performance, base, spans, cause, changes)
    if changes or work.is_changed(performance):
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
        current_at_completion=zero,
    )
