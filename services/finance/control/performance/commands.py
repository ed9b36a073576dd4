"""Keeping performances: one per project, measured again when a work package, a cost, a baseline or the budget says so.

What a fact changes is staged as differences by the day from which it counts. To fold one reads the last version of its
own package and the sums, whatever else the project holds; only the approval of a baseline reads the packages of the project.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from services.finance.budget.budget import commands as budgets
from services.finance.control.performance import rules
from services.finance.control.performance.rules import Bases, Basis, Change, PackageVersion, Plan
from services.finance.control.performance.sums import add, of_currency, spans_now, sums_now
from shared.base.clock import from_micros, to_day
from shared.base.ids import derived_id
from shared.base.money import Money
from shared.contracts.envelope import Envelope
from shared.contracts.finance.control import ActualCost, Performance
from shared.contracts.projects.baseline import Baseline
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
VERSIONS_AROUND = f"""
SELECT {VERSION_COLUMNS} FROM measured_package WHERE project_id = ? AND (effective_at > ? OR version = (
    SELECT MAX(before.version) FROM measured_package before WHERE before.id = measured_package.id AND before.effective_at <= ?
)) ORDER BY id, version
"""
"""Of each package the version that stood at a moment, and those after it."""
BASES = "SELECT approved_at, baseline_id FROM measured_baseline WHERE project_id = ? ORDER BY approved_at"
KEEP_BASIS = (
    "INSERT INTO measured_baseline (project_id, approved_at, baseline_id) VALUES (?, ?, ?)"
    " ON CONFLICT (project_id, approved_at) DO NOTHING"
)
TOGETHER = 200
"""So many packages at most are told in one fact of the performance."""
KEEP_COST = """
INSERT INTO known_cost (id, version, spent) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, spent = excluded.spent
"""
PACKAGES: Memory[UUID, dict[str, list[PackageVersion]]] = Memory(
    "versions of packages, by project and package"
)
AGREED: Memory[UUID, list[Basis]] = Memory("the plans that were agreed of projects, in their order")


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
    version_read = rules.read(package, record.effective_at)
    bases = await bases_of(work, package.project_id)
    steps = rules.walk(last, [version_read], bases)
    version = rules.as_told(steps)[version_read.version]
    versions.append(version)
    _keep(work, str(package.id), str(package.project_id), [version])
    changes = rules.changes(rules.walk(last, [], bases), steps, lambda micros: _day(work, micros))
    if changes:
        _defer(work, package.project_id, changes, record, f"work package {package.wbs}")


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


async def bases_of(work: Work, project_id: UUID) -> list[Basis]:
    """The plans that were agreed of a project, those of this unit included."""
    agreed = work.memory(AGREED)
    if project_id not in agreed:
        rows = await work.store.fetch(BASES, (str(project_id),))
        agreed[project_id] = [Basis(*row) for row in rows]
    return agreed[project_id]


async def baseline_told(work: Work, record: Record) -> None:
    """A baseline was approved: from then on the project is measured by its packages as they stand in that moment.

    Proposed and approved baselines hold the same budgets (ADR 0081), and facts of a project arrive in their order: so
    the packages as they are known here are those that the baseline has frozen."""
    baseline, cause = record.state(Baseline), "a baseline was approved"
    project_id = str(baseline.project_id)
    bases = await bases_of(work, baseline.project_id)
    basis = Basis(record.effective_at, str(baseline.id))
    if basis in bases:
        return
    await settle(work)  # what was told before is measured by the plan that then stood
    _follow(work, record.event, record.effective_at)
    before = list(bases)
    bases.append(basis)
    bases.sort(key=lambda one: one.at)
    work.add_statement(KEEP_BASIS, [(project_id, *basis)])
    around = await _around(work, baseline.project_id, basis.at)
    packages = sorted(around.items())
    for first in range(0, len(packages), TOGETHER):
        changes: list[Change] = []
        for id, versions in packages[first : first + TOGETHER]:
            anew, changed = _rejudged(work, id, basis, versions, before, bases)
            changes += changed
            if anew:
                _keep(work, id, project_id, anew)
            staged = work.memory(PACKAGES).get(baseline.project_id, {}).get(id, [])
            by_version = {one.version: one for one in anew}
            staged[:] = [by_version.get(one.version, one) for one in staged]
        if changes:
            await _count(work, baseline.project_id, rules.by_day(changes), record, cause)
    if not record.is_history:
        await measure(work, baseline.project_id, cause=cause)


def _rejudged(
    work: Work, id: str, basis: Basis, versions: Sequence[PackageVersion], before: Bases, bases: Bases
) -> tuple[list[PackageVersion], list[Change]]:
    """The later versions of a package that another basis makes different, and what that changes."""
    start = versions[0] if versions[0].effective_at <= basis.at else None
    later = versions if start is None else versions[1:]
    new = rules.walk(start, later, bases)
    judged = rules.as_told(new)
    anew = [judged[one.version] for one in later if judged[one.version] != one]
    return anew, rules.changes(rules.walk(start, later, before), new, lambda micros: _day(work, micros))


async def _around(work: Work, project_id: UUID, at: int) -> dict[str, list[PackageVersion]]:
    """Of each package the version that stood at a moment and those after it, with those of this unit."""
    versions: dict[str, dict[int, PackageVersion]] = {}
    for row in await work.store.fetch(VERSIONS_AROUND, (str(project_id), at, at)):
        versions.setdefault(row[0], {})[row[1]] = version_of(row)
    staged = work.memory(PACKAGES).get(project_id, {})
    for id, own in staged.items():
        versions.setdefault(id, {}).update({version.version: version for version in own})
    return {id: [of[n] for n in sorted(of)] for id, of in versions.items() if of}


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
        _defer(work, cost.project_id, [change], record, "an actual cost")


async def _counted(work: Work, cost_id: UUID) -> tuple[int, int]:
    """(version, minor units) of a cost as counted so far, this unit included."""
    counted = work.memory(COUNTED)
    if cost_id not in counted:
        rows = await work.store.fetch("SELECT version, spent FROM known_cost WHERE id = ?", (str(cost_id),))
        counted[cost_id] = (rows[0][0], rows[0][1]) if rows else (0, 0)
    return counted[cost_id]


async def _count(work: Work, project_id: UUID, changes: Sequence[Change], record: Record, cause: str) -> None:
    await add(work, str(project_id), changes, _day(work, record.recorded_at))
    if not record.is_history:  # the performance as it was measured then is read in, too
        await measure(work, project_id, changes, cause=cause)


def measure_anew(work: Work, project_id: UUID, record: Record, cause: str) -> None:
    """Measure the project though nothing is added to its sums."""
    _defer(work, project_id, (), record, cause)


def _defer(work: Work, project_id: UUID, changes: Sequence[Change], record: Record, cause: str) -> None:
    """Leave it to the end of the batch, with all else that the batch changes of the project."""
    work.memory(EFFECTS).setdefault(project_id, []).append(Effect(record, changes, cause))


async def settle(work: Work) -> None:
    """Add up and measure once what the records of a batch changed of a project; once for each day, where they are of
    several."""
    pending = dict(work.memory(EFFECTS))
    work.memory(EFFECTS).clear()
    for project_id, effects in pending.items():
        effects.sort(key=lambda one: not one.changes)  # what adds nothing is seen once the sums stand
        for _, group in groupby(effects, lambda one: _days_of(work, one.record)):
            of_day = list(group)
            for first in range(0, len(of_day), TOGETHER):
                await _count_together(work, project_id, of_day[first : first + TOGETHER])


def _days_of(work: Work, record: Record) -> tuple[int, int, bool]:
    """What records that are measured together have in common: a past day answers the same, however they were batched."""
    return _day(work, record.effective_at), _day(work, record.recorded_at), record.is_history


async def _count_together(work: Work, project_id: UUID, effects: Sequence[Effect]) -> None:
    changes = rules.by_day(change for one in effects for change in one.changes)
    causes = list(dict.fromkeys(one.cause for one in effects if one.changes)) or [effects[0].cause]
    cause = causes[0] if len(causes) == 1 else f"{causes[0]} and {len(causes) - 1} more"
    last = effects[-1].record
    _follow(work, last.event, max(one.record.effective_at for one in effects))
    await _count(work, project_id, changes, last, cause)


def _follow(work: Work, event: Envelope, effective_at: int) -> None:
    work.set_cause(event.id, event.correlationid, event.traceparent, effective_at)


async def measure(work: Work, project_id: UUID, changes: Sequence[Change] = (), *, cause: str) -> None:
    """Bring the performance up to date with the sums; without budgeted work or cost there is none."""
    sums = await sums_now(work, str(project_id))
    budget = await budgets.current(work, project_id)
    base = measured(sums, budget.currency if budget else None)
    if base is None:
        return
    id = derived_id("performance", str(project_id))
    performance = await work.find_by_id(Performance, id) or _first(work, id, project_id, base.currency)
    bases = await bases_of(work, project_id)
    performance.baseline_id = UUID(bases[-1].baseline_id) if bases and bases[-1].baseline_id else None
    performance.bac_from = rules.bac_from(bases[-1] if bases else None)
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
