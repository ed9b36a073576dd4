"""The performance measurement baseline: its budget moves through approved changes only, and nothing is lost.

The entries are `baselined`, `rebaselined` and `in_force`. Every version stays. A measurement as of a date
uses the version in force then, so a later change rewrites no earlier figure (EIA-748: no retroactive
changes).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from services.finance.engines.valuation.minor_units import whole_minor
from services.finance.engines.valuation.work_packages import WorkPackage
from shared.base.exact import refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


@dataclass(frozen=True, slots=True)
class Change:
    """A decision on the baseline: its code, and the day it was approved (None: it is not)."""

    code: str
    approved: date | None


@dataclass(frozen=True, slots=True)
class Version:
    """What was planned from `effective` on, and the approved change that made it so."""

    number: int
    effective: date
    change: Change
    packages: tuple[WorkPackage, ...]

    @property
    def bac(self) -> int:
        return sum(package.budget for package in self.packages)


@dataclass(frozen=True, slots=True)
class Baseline:
    """All versions, oldest first."""

    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """How far one change moved the budget at completion (minor units)."""

    change: str
    effective: date
    before: int
    after: int


def baselined(packages: Sequence[WorkPackage], change: Change, effective: date) -> Baseline:
    """The first version, by the decision that approved the plan."""
    return Baseline((_version(1, effective, change, packages),))


def rebaselined(
    baseline: Baseline, packages: Sequence[WorkPackage], change: Change, effective: date
) -> Baseline:
    """The baseline with one more version, in force from `effective` on.

    Raises `Invalid` for a change that is not approved or was used before. The same holds for one that would
    take effect before its own approval, or not after the day of the version it follows.
    """
    _refuse_none(baseline)
    last = baseline.versions[-1]
    version = _version(last.number + 1, effective, change, packages)
    if effective <= last.effective:
        raise refused(
            "retroactive_change",
            Text(
                "version {number} is in force from {effective}", number=last.number, effective=last.effective
            ),
            "/effective",
        )
    if any(change.code == earlier.change.code for earlier in baseline.versions):
        raise refused(
            "change_already_used",
            Text("{code} has already moved the baseline", code=change.code),
            "/change/code",
        )
    return Baseline((*baseline.versions, version))


def in_force(baseline: Baseline, as_of: date) -> Version | None:
    """The version a measurement as of this day uses; None before the first."""
    _refuse_none(baseline)
    refuse_mistyped(as_of, date, "/as_of")
    return next((v for v in reversed(baseline.versions) if v.effective <= as_of), None)


def movements(baseline: Baseline) -> list[Movement]:
    """Where the budget at completion came from, change by change, beginning with the first approval."""
    _refuse_none(baseline)
    budgets = [0, *(version.bac for version in baseline.versions)]
    return [
        Movement(version.change.code, version.effective, before, after)
        for version, (before, after) in zip(baseline.versions, pairwise(budgets), strict=True)
    ]


def _refuse_none(baseline: Baseline) -> None:
    """Refuses what is no baseline, or one without a first version."""
    refuse_mistyped(baseline, Baseline, "/baseline")
    if not baseline.versions:
        raise refused("no_version", "a baseline has at least one version", "/baseline/versions")


def _version(number: int, effective: date, change: Change, packages: Sequence[WorkPackage]) -> Version:
    refuse_mistyped(packages, Sequence[WorkPackage], "/work_packages")
    refuse_mistyped(change, Change, "/change")
    refuse_mistyped(effective, date, "/effective")
    if change.approved is None:
        raise refused(
            "change_not_approved", Text("{code} is not approved", code=change.code), "/change/approved"
        )
    if effective < change.approved:
        raise refused(
            "retroactive_change",
            Text("{code} was approved on {approved}", code=change.code, approved=change.approved),
            "/effective",
        )
    for i, package in enumerate(packages):
        whole_minor(package.budget, f"/work_packages/{i}/budget", negative=False)
    return Version(number, effective, change, tuple(packages))
