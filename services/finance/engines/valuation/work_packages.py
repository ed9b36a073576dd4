"""Work packages: what a package had planned and has earned by a date, in minor units of one currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from services.finance.engines.valuation.minor_units import minor, whole_minor
from services.finance.engines.valuation.techniques import (
    Apportioned,
    LevelOfEffort,
    PercentComplete,
    Technique,
    Unknown,
    measured_share,
)
from shared.base.exact import refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

NOTHING_REPORTED = PercentComplete(None)


@dataclass(frozen=True, slots=True)
class BudgetPeriod:
    """Budget (minor units) planned evenly over the days from `start` to `finish`, both included."""

    start: date
    finish: date
    budget: int


@dataclass(frozen=True, slots=True)
class WorkPackage:
    """A package of a performance measurement baseline; `budget` (its BAC) is in minor units.

    Planned value follows `phased` where given (its budgets sum to `budget`), otherwise it accrues evenly over
    the calendar days from `planned_start` to `planned_finish`, both included. `to_complete` is the bottom-up
    estimate of the cost still to come (minor units), where somebody made one.
    """

    code: str
    budget: int
    planned_start: date | None = None
    planned_finish: date | None = None
    technique: Technique = NOTHING_REPORTED
    phased: tuple[BudgetPeriod, ...] = ()
    to_complete: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What one package had planned (PV) and has earned (EV) in minor units, or why that is not known."""

    code: str
    budget: int
    planned: int | Unknown
    earned: int | Unknown


def standings(packages: Sequence[WorkPackage], as_of: date) -> list[Standing]:
    """Planned and earned value of each package at the end of `as_of`, in the order given.

    Raises `Invalid`, which names the package, for a code used twice, a negative budget, or a finish before its
    start. The same holds for phases that do not sum to the budget, and for evidence out of range. Apportioned
    packages may not name none or each other. Without dates of its own, apportioned effort is planned in step with
    what it follows.
    """
    refuse_mistyped(packages, Sequence[WorkPackage], "/work_packages")
    refuse_mistyped(as_of, date, "/as_of")
    positions = _positions(packages)
    planned = [_planned_share(package, as_of, f"/work_packages/{i}") for i, package in enumerate(packages)]
    answer = []
    for i, (package, source) in enumerate(zip(packages, _sources(packages, positions), strict=True)):
        due = planned[source] if isinstance(planned[i], Unknown) else planned[i]
        earned = _earned_share(packages[source], planned[source], as_of, f"/work_packages/{source}/technique")
        answer.append(Standing(package.code, package.budget, _of(package, due), _of(package, earned)))
    return answer


def _positions(packages: Sequence[WorkPackage]) -> dict[str, int]:
    positions: dict[str, int] = {}
    for i, package in enumerate(packages):
        if positions.setdefault(package.code, i) != i:
            raise refused(
                "duplicate_code", Text("{code} appears twice", code=package.code), f"/work_packages/{i}/code"
            )
        whole_minor(package.budget, f"/work_packages/{i}/budget", negative=False)
    return positions


def _sources(packages: Sequence[WorkPackage], positions: dict[str, int]) -> list[int]:
    """Whose progress counts for each package: its own, or what its apportioned effort follows in the end."""
    sources: dict[int, int] = {}
    for start in range(len(packages)):
        chain = [start]
        while chain[-1] not in sources and isinstance(way := packages[chain[-1]].technique, Apportioned):
            chain.append(_followed(packages, positions, chain, way.to))
        source = sources.get(chain[-1], chain[-1])
        sources.update(dict.fromkeys(chain, source))
    return [sources[i] for i in range(len(packages))]


def _followed(packages: Sequence[WorkPackage], positions: dict[str, int], chain: list[int], code: str) -> int:
    pointer = f"/work_packages/{chain[-1]}/technique/to"
    if code not in positions:
        raise refused("unknown_package", Text("{code} is not among the work packages", code=code), pointer)
    following = positions[code]
    if len(chain) > len(packages):
        ring = [*chain[chain.index(following) :], following]
        names = " -> ".join(packages[i].code for i in ring[: ring.index(following, 1) + 1])
        raise refused(
            "apportioned_cycle", Text("apportioned effort goes round: {names}", names=names), pointer
        )
    return following


def _earned_share(
    source: WorkPackage, planned: Fraction | Unknown, as_of: date, pointer: str
) -> Fraction | Unknown:
    if isinstance(source.technique, LevelOfEffort):
        return planned
    assert not isinstance(source.technique, Apportioned), "a source measures itself"
    share = measured_share(source.technique, as_of, pointer)
    return Unknown(f"{source.code}: {share.reason}") if isinstance(share, Unknown) else share


def _of(package: WorkPackage, share: Fraction | Unknown) -> int | Unknown:
    return share if isinstance(share, Unknown) else minor(package.budget * share)


def _planned_share(package: WorkPackage, as_of: date, pointer: str) -> Fraction | Unknown:
    if package.phased:
        return _phased_share(package, as_of, f"{pointer}/phased")
    if package.planned_start is None or package.planned_finish is None:
        return Unknown(
            Text(
                "{code} has no planned {rest}",
                code=package.code,
                rest="finish" if package.planned_start else "start",
            )
        )
    return elapsed_share(package.planned_start, package.planned_finish, as_of, f"{pointer}/planned_finish")


def _phased_share(package: WorkPackage, as_of: date, pointer: str) -> Fraction | Unknown:
    total, due = 0, Fraction(0)
    for i, period in enumerate(package.phased):
        total += whole_minor(period.budget, f"{pointer}/{i}/budget", negative=False)
        due += period.budget * elapsed_share(period.start, period.finish, as_of, f"{pointer}/{i}/finish")
    if total != package.budget:
        raise refused(
            "phases_differ_from_budget",
            Text("phases of {total} against a budget of {budget}", total=total, budget=package.budget),
            pointer,
        )
    return due / total if total else Fraction(0)


def elapsed_share(start: date, finish: date, as_of: date, pointer: str) -> Fraction:
    """The share of the days from start to finish, both included, that have passed at the end of `as_of`."""
    if finish < start:
        raise refused(
            "finish_before_start", Text("{finish} is before {start}", finish=finish, start=start), pointer
        )
    days = (finish - start + timedelta(1)).days
    return Fraction(min(max((as_of - start).days + 1, 0), days), days)
