"""How a work package earns its budget: the techniques of earned value, each with the evidence it needs.

Source: PMI, *The Standard for Earned Value Management* (2019); EIA-748 for apportioned effort and level of
effort. Evidence that carries a date counts from that day on, so one package can be measured as of any date.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from shared.base.exact import Number, exact, refused, share_of_hundred
from shared.base.texts import Text


@dataclass(frozen=True, slots=True)
class Unknown:
    """A figure that cannot be given, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class FixedFormula:
    """A fixed part of the budget at the start, the rest at the finish: `zero_hundred`, `fifty_fifty`."""

    percent_at_start: Number
    started: date | None = None
    finished: date | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step of a work package; `weight` counts against the sum of the package's weights."""

    weight: Number
    achieved: date | None = None
    planned: date | None = None


@dataclass(frozen=True, slots=True)
class WeightedMilestones:
    """The weights of the milestones that are achieved, of the sum of all weights (PMI, weighted milestone)."""

    milestones: tuple[Milestone, ...]


@dataclass(frozen=True, slots=True)
class PercentComplete:
    """The percentage (0 to 100) reported for the date of measurement; None where nobody reported one."""

    percent: Number | None


@dataclass(frozen=True, slots=True)
class UnitsComplete:
    """Equal units; more than were planned earn no more than the budget."""

    done: Number
    planned: Number


@dataclass(frozen=True, slots=True)
class Apportioned:
    """Support that earns in step with the package of this code (the inspection of a build, say)."""

    to: str


@dataclass(frozen=True, slots=True)
class LevelOfEffort:
    """Work without a product: it earns what was planned, so its schedule variance is always zero."""


Measured: TypeAlias = FixedFormula | WeightedMilestones | PercentComplete | UnitsComplete
Technique: TypeAlias = Measured | Apportioned | LevelOfEffort


def zero_hundred(finished: date | None = None) -> FixedFormula:
    """Nothing is earned at the start, and all of the budget at the finish."""
    return FixedFormula(0, finished=finished)


def fifty_fifty(started: date | None = None, finished: date | None = None) -> FixedFormula:
    """Half of the budget is earned at the start, the rest at the finish."""
    return FixedFormula(50, started, finished)


def measured_share(technique: Measured, as_of: date, pointer: str) -> Fraction | Unknown:
    """The share of its budget (0 to 1) a package has earned by the end of `as_of`, on its own evidence."""
    match technique:
        case FixedFormula():
            return _fixed_share(technique, as_of, pointer)
        case WeightedMilestones(milestones):
            return _milestone_share(milestones, as_of, f"{pointer}/milestones")
        case PercentComplete(percent):
            if percent is None:
                return Unknown("no percent complete reported")
            return share_of_hundred(percent, f"{pointer}/percent")
        case UnitsComplete():
            return _unit_share(technique, pointer)


def _fixed_share(fixed: FixedFormula, as_of: date, pointer: str) -> Fraction:
    at_start = share_of_hundred(fixed.percent_at_start, f"{pointer}/percent_at_start")
    if fixed.started and fixed.finished and fixed.finished < fixed.started:
        raise refused(
            "finished_before_start",
            Text("{finished} is before {started}", finished=fixed.finished, started=fixed.started),
            f"{pointer}/finished",
        )
    if reached(fixed.finished, as_of):
        return Fraction(1)
    return at_start if reached(fixed.started, as_of) else Fraction(0)


def _milestone_share(milestones: tuple[Milestone, ...], as_of: date, pointer: str) -> Fraction:
    weights = milestone_weights(milestones, pointer)
    return sum(
        (w for w, m in zip(weights, milestones, strict=True) if reached(m.achieved, as_of)), Fraction(0)
    )


def milestone_weights(milestones: tuple[Milestone, ...], pointer: str) -> list[Fraction]:
    """The milestones' weights as shares that sum to 1; a negative one, or none above zero, is refused."""
    weights = [exact(m.weight, f"{pointer}/{i}/weight") for i, m in enumerate(milestones)]
    for i, weight in enumerate(weights):
        if weight < 0:
            raise refused(
                "negative_weight",
                Text("{weight} is below zero", weight=milestones[i].weight),
                f"{pointer}/{i}/weight",
            )
    total = sum(weights)
    if not total:
        raise refused("no_weight", "the milestones carry no weight", pointer)
    return [weight / total for weight in weights]


def _unit_share(units: UnitsComplete, pointer: str) -> Fraction:
    done, planned = exact(units.done, f"{pointer}/done"), exact(units.planned, f"{pointer}/planned")
    if planned <= 0:
        raise refused(
            "no_units_planned",
            Text("{planned} planned units cannot be earned", planned=units.planned),
            f"{pointer}/planned",
        )
    if done < 0:
        raise refused(
            "negative_units", Text("{done} units is below zero", done=units.done), f"{pointer}/done"
        )
    return min(done / planned, Fraction(1))


def reached(day: date | None, as_of: date) -> bool:
    """Whether the day is there and not after `as_of`."""
    return day is not None and day <= as_of
