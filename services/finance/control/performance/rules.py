"""What a project has planned, earned and spent: what each work package contributes, and the figures of the sums; pure.

Until a baseline is approved, a project is measured against its work packages as they are planned: BAC follows them. From
then on a package counts as it was planned when the baseline was approved. Later edits and archiving change nothing, and
what is planned later does not count, until the next baseline takes over what is planned by then. The number of packages
that are planned differently by now, and the budget of the current plan, are given beside it.

A project that was approved before there were baselines keeps the plan of that day as its basis until its first one. Under
such a basis a package that is planned later counts as it was planned first, and no more once it is archived.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from services.finance.engines.valuation.earned_value import EarnedValue, Totals, figures
from services.finance.engines.valuation.minor_units import minor
from services.finance.engines.valuation.techniques import Unknown
from shared.base.clock import from_day, to_day
from shared.base.money import Money
from shared.contracts.finance.control import (
    BacFrom,
    Contribution,
    Performance,
    PerformanceMeasured,
    PlannedSpan,
    PlannedValue,
)
from shared.contracts.projects.structure import WorkPackage
from shared.domain.measured import NOTHING, Measured, Spans, Sums, curve, planned_value


class Plan(NamedTuple):
    """What is planned of a work package: `budget` in minor units, days as ordinals."""

    budget: int
    currency: str
    starts_on: int | None
    finishes_on: int | None


@dataclass(frozen=True, slots=True)
class PackageVersion:
    """A version of a work package as earned value needs it; `plan` is None where it has no budget."""

    version: int
    effective_at: int
    plan: Plan | None
    percent: int
    archived: bool
    approved: Plan | None = None
    """The plan that the package is measured against, from this version on."""
    added: bool = False
    """Whether it was planned only after the basis, and counts all the same: under one of before baselines."""

    @property
    def live(self) -> Plan | None:
        return None if self.archived else self.plan


def read(package: WorkPackage, effective_at: int) -> PackageVersion:
    start, finish = package.planned_start_on, package.planned_finish_on
    plan = None
    if package.budget is not None:
        days = (to_day(day) if day else None for day in (start, finish))
        plan = Plan(package.budget.minor, package.budget.currency, *days)
    return PackageVersion(
        package.version, effective_at, plan, package.percent_complete, package.archived_at is not None
    )


class Basis(NamedTuple):
    """A plan was agreed: what a project is measured by from then on."""

    at: int
    """When, in microseconds."""
    baseline_id: str | None
    """The approved baseline; None for the approval of a project before there were baselines."""

    @property
    def grows(self) -> bool:
        """Whether what is planned later counts, too."""
        return self.baseline_id is None


Bases = Sequence[Basis]
"""The plans that were agreed of a project, the earliest first."""


def bac_from(basis: Basis | None) -> BacFrom:
    if basis is None:
        return BacFrom.PACKAGES
    return BacFrom.APPROVED_PLAN if basis.baseline_id is None else BacFrom.BASELINE


def judged(version: PackageVersion, last: PackageVersion | None, basis: Basis | None) -> PackageVersion:
    """The version with what it is measured against. `last` is the version before as it stands under the basis; `basis` the
    one that counts when the version is told, None: no plan was agreed yet."""
    approved, added = version.live, False
    if basis is not None:
        approved, added = (last.approved, last.added) if last else (None, False)
        if approved is None and version.live is not None and basis.grows:
            approved, added = version.live, True
    return replace(version, approved=approved, added=added)


def rebased(version: PackageVersion) -> PackageVersion:
    """The version once the plan is agreed as it is."""
    return replace(version, approved=version.live, added=False)


Steps = list[tuple[int, PackageVersion | None, PackageVersion | None]]
"""(when, how a package stood before, how it stands from then on)."""


def walk(start: PackageVersion | None, versions: Iterable[PackageVersion], bases: Bases) -> Steps:
    """How a package stands step by step, by the versions told of it and by the bases agreed meanwhile.

    `start` is how it stood when its own version was told. What is told in the moment of a basis is part of it."""
    points: list[tuple[int, int, PackageVersion | None]] = [(one.effective_at, 0, one) for one in versions]
    since = None if start is None else start.effective_at
    points += [(basis.at, 1, None) for basis in bases if since is None or basis.at >= since]
    steps: Steps = []
    state = start
    for at, _, version in sorted(points, key=lambda one: one[:2]):
        before = state
        if version is not None:
            state = judged(version, before, basis_at(bases, at))
        elif before is not None:
            state = rebased(before)
        steps.append((at, before, state))
    return steps


def as_told(steps: Steps) -> dict[int, PackageVersion]:
    """Each version as it stood when it was told, by its number."""
    versions: dict[int, PackageVersion] = {}
    for _, _, after in steps:
        if after is not None:
            versions.setdefault(after.version, after)
    return versions


def basis_at(bases: Bases, at: int) -> Basis | None:
    """The last basis before a moment; `bases` are in their order."""
    return next((basis for basis in reversed(bases) if basis.at < at), None)


@dataclass(slots=True)
class Change:
    """What is added to the sums of a project from the day `counts_from` on: by currency, and by currency and span."""

    counts_from: int
    sums: dict[str, Sums] = field(default_factory=dict)
    spans: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def add(self, currency: str, sums: Sums, times: int = 1) -> None:
        self.sums[currency] = self.sums.get(currency, NOTHING).plus(sums, times)
        if self.sums[currency] == NOTHING:
            del self.sums[currency]

    def add_span(self, key: tuple[str, int, int], budget: int) -> None:
        self.spans[key] = self.spans.get(key, 0) + budget
        if not self.spans[key]:
            del self.spans[key]

    def __bool__(self) -> bool:
        return bool(self.sums or self.spans)


def change(before: PackageVersion | None, after: PackageVersion | None, day: int) -> Change:
    """What is changed from a day on, where a package stands otherwise."""
    result = Change(day)
    if after is not None:
        _contribute(result, after, 1)
    if before is not None:
        _contribute(result, before, -1)
    return result


def changes(old: Steps, new: Steps, day_of: Callable[[int], int]) -> list[Change]:
    """What is changed by day, where a package stands by `new` and not by `old`."""
    result: list[Change] = []
    for steps, times in ((new, 1), (old, -1)):
        for at, before, after in steps:
            turned = Change(day_of(at))
            _merge(turned, change(before, after, turned.counts_from), times)
            result.append(turned)
    return by_day(result)


def by_day(changes: Iterable[Change]) -> list[Change]:
    """Merged by the day from which they count, the earliest first; without what comes to nothing."""
    days: dict[int, Change] = {}
    for one in changes:
        _merge(days.setdefault(one.counts_from, Change(one.counts_from)), one, 1)
    return [days[day] for day in sorted(days) if days[day]]


def _contribute(result: Change, version: PackageVersion, times: int) -> None:
    live = version.live
    counted = None if version.added and version.archived else version.approved
    if counted is not None:
        undated = counted.starts_on is None or counted.finishes_on is None
        sums = Sums(
            bac=counted.budget,
            ev=earned(counted.budget, version.percent),
            packages=1,
            undated=int(undated),
            differing=int(counted != live),
        )
        result.add(counted.currency, sums, times)
        if counted.starts_on is not None and counted.finishes_on is not None and counted.budget:
            result.add_span(
                (counted.currency, counted.starts_on, counted.finishes_on), times * counted.budget
            )
    if live is not None:
        result.add(live.currency, Sums(current=live.budget, differing=int(counted is None)), times)


def spent(amount: int, currency: str, day: int) -> Change:
    """What a posted, archived or restored cost changes."""
    result = Change(day)
    result.add(currency, Sums(ac=amount))
    return result


def _merge(result: Change, other: Change, times: int) -> None:
    for currency, sums in other.sums.items():
        result.add(currency, sums, times)
    for key, budget in other.spans.items():
        result.add_span(key, times * budget)


def remeasure(
    performance: Performance, measured: Measured, spans: Spans | None, cause: str, changes: Iterable[Change]
) -> PerformanceMeasured:
    """Bring the performance up to date with the sums; `spans` is None where the plan is as it was.

    Packages in another currency wait for a rate: they are left out, and `reasons` say so. They also say which sums have
    more digits than money may have.
    """
    currency, sums = measured.currency, measured.sums
    performance.currency = currency
    performance.at_completion = Money.nearest(sums.bac, currency)
    performance.earned = Money.nearest(sums.ev, currency)
    performance.actual = Money.nearest(sums.ac, currency)
    has_budget = "bac_current" not in measured.reasons
    performance.current_at_completion = Money.of(sums.current, currency) if has_budget else None
    performance.differing = sums.differing
    performance.reasons = measured.reasons
    if "pv" in measured.reasons:
        performance.plan = []
    elif spans is not None:
        performance.plan = [
            PlannedValue(on=from_day(day), value=Money.of(planned, currency)) for day, planned in curve(spans)
        ]
    return PerformanceMeasured(
        cause=cause, contributions=[c for change in changes for c in contributions(change)]
    )


def contributions(change: Change) -> Iterator[Contribution]:
    """The change as the fact tells it, by currency."""
    for currency in sorted({*change.sums, *(key[0] for key in change.spans)}):
        sums = change.sums.get(currency, NOTHING)
        yield Contribution(
            counts_from=from_day(change.counts_from),
            at_completion=Money.of(sums.bac, currency),
            earned=Money.of(sums.ev, currency),
            actual=Money.of(sums.ac, currency),
            current_at_completion=Money.of(sums.current, currency),
            packages=sums.packages,
            undated=sums.undated,
            differing=sums.differing,
            plan=[
                PlannedSpan(
                    starts_on=from_day(first), finishes_on=from_day(last), budget=Money.of(budget, currency)
                )
                for (of, first, last), budget in sorted(change.spans.items())
                if of == currency
            ],
        )


def earned(budget: int, percent: int) -> int:
    """The share of the budget that is done, by percent complete."""
    return minor(Fraction(budget * percent, 100))


def earned_value(measured: Measured, spans: Spans, as_of: date) -> EarnedValue:
    """Every figure at the end of `as_of` from the sums of that day; None where the reasons say why."""
    why, sums = measured.reasons, measured.sums
    return figures(
        Totals(
            bac=Unknown(why["bac"]) if "bac" in why else sums.bac,
            pv=Unknown(why["pv"]) if "pv" in why else planned_value(curve(spans), to_day(as_of)),
            ev=Unknown(why["ev"]) if "ev" in why else sums.ev,
            ac=Unknown(why["ac"]) if "ac" in why else sums.ac,
        )
    )
