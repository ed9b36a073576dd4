"""What a trial of a simulation takes and gives, member by member as callers write it.

Amounts of money are texts, as anywhere in the interface, all in one currency; numbers that are no money are numbers.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from shared.base.typed_json import Within

Key = Annotated[str, Within(1, 100)]
Family = Literal["constant", "uniform", "triangular", "pert", "normal", "lognormal", "discrete"]
Days = Annotated[float, Within(-1e6, 1e6)]
Share = Annotated[float, Within(0, 1)]


@dataclass(frozen=True, slots=True)
class TrialEstimate:
    """How a quantity may turn out. Each kind has members of its own, and no others."""

    kind: Family
    """`constant` has value; `uniform` low and high; `triangular` and `pert` low, likely and high; `normal` and
    `lognormal` mean and sd; `discrete` values and probabilities."""
    value: Days | None = None
    """The only value."""
    low: Days | None = None
    """The least."""
    likely: Days | None = None
    """The most likely."""
    high: Days | None = None
    """The most."""
    mean: Days | None = None
    """The mean of the quantity itself."""
    sd: Days | None = None
    """Its standard deviation."""
    weight: Annotated[float, Within(0, 100)] | None = None
    """Of the likely value in `pert`; 4, where it is left out."""
    values: Annotated[tuple[Days, ...], Within(1, 1_000)] | None = None
    """What it may be."""
    probabilities: Annotated[tuple[Share, ...], Within(1, 1_000)] | None = None
    """How probable each value is; together 1."""


@dataclass(frozen=True, slots=True)
class TrialAmountEstimate:
    """How an amount of money may turn out, with the members of an estimate of a quantity."""

    kind: Family
    """As of an estimate of a quantity."""
    value: Decimal | None = None
    """The only value."""
    low: Decimal | None = None
    """The least."""
    likely: Decimal | None = None
    """The most likely."""
    high: Decimal | None = None
    """The most."""
    mean: Decimal | None = None
    """The mean of the amount itself."""
    sd: Decimal | None = None
    """Its standard deviation."""
    weight: Annotated[float, Within(0, 100)] | None = None
    """Of the likely value in `pert`; 4, where it is left out."""
    values: Annotated[tuple[Decimal, ...], Within(1, 1_000)] | None = None
    """What it may be."""
    probabilities: Annotated[tuple[Share, ...], Within(1, 1_000)] | None = None
    """How probable each value is; together 1."""


@dataclass(frozen=True, slots=True)
class SimulatedActivity:
    """A task that is not interrupted, with what it costs."""

    key: Key
    """By which links and others name it."""
    duration: TrialEstimate
    """In working days of its calendar."""
    cost: TrialAmountEstimate | None = None
    """What it costs once."""
    cost_per_day: Decimal | None = None
    """What it costs for each day that it lasts."""
    not_before_days: Annotated[float, Within(0, 1e6)] = 0.0
    """Calendar days after the start before which it does not begin."""
    calendar_key: Key | None = None
    """Its calendar; the default one, where it is left out."""


@dataclass(frozen=True, slots=True)
class SimulatedLink:
    """A link between two activities."""

    from_key: Key
    """The predecessor."""
    to_key: Key
    """The successor."""
    kind: Literal["fs", "ss", "ff", "sf"] = "fs"
    """Which end of the predecessor holds which end of the successor."""
    lag_days: Days = 0.0
    """Working days of the predecessor, or calendar days where it is `elapsed`; negative numbers are leads."""
    elapsed: bool = False
    """Whether it passes on every day."""


@dataclass(frozen=True, slots=True)
class SimulatedCost:
    """Money that belongs to no single activity."""

    key: Key
    """By which correlations name it."""
    amount: TrialAmountEstimate
    """What it costs once."""
    per_day: Decimal | None = None
    """What it costs for each day until the end."""


@dataclass(frozen=True, slots=True)
class SimulatedEffect:
    """What a risk does to an activity: its duration times the factor, plus the days."""

    activity_key: Key
    """Which one it hits."""
    days: TrialEstimate | None = None
    """By how many days it is longer; negative: shorter."""
    factor: TrialEstimate | None = None
    """By what its duration is multiplied."""


@dataclass(frozen=True, slots=True)
class SimulatedRisk:
    """A risk that happens or does not."""

    key: Key
    """By which correlations name it."""
    probability: Share
    """How probable it is, from 0 to 1."""
    effects: Annotated[tuple[SimulatedEffect, ...], Within(0, 10_000)] = ()
    """On durations."""
    cost: TrialAmountEstimate | None = None
    """What it then costs."""


@dataclass(frozen=True, slots=True)
class SimulatedQuantity:
    """One quantity of the model, to be correlated."""

    kind: Literal["duration", "activity_cost", "cost_item", "event", "event_cost", "delay", "factor"]
    """What of it: the last four are of a risk."""
    key: Key
    """Of the activity, cost item or risk."""
    activity_key: Key | None = None
    """Of the activity that a `delay` or `factor` concerns."""


@dataclass(frozen=True, slots=True)
class SimulatedCorrelation:
    """How quantities move together."""

    quantities: Annotated[tuple[SimulatedQuantity, ...], Within(1, 1_000)]
    """In the order of the matrix."""
    matrix: Annotated[
        tuple[Annotated[tuple[Annotated[float, Within(-1, 1)], ...], Within(1, 1_000)], ...], Within(1, 1_000)
    ]
    """Symmetric, with ones in its diagonal."""
    measure: Literal["rank", "linear"] = "rank"
    """Spearman's coefficients, or Pearson's."""


@dataclass(frozen=True, slots=True)
class SimulatedDay:
    """A day whose share of a working day differs."""

    on: date
    """The day."""
    share: Annotated[float, Within(0, 3)] = 0.0
    """0: off; 1: worked."""


@dataclass(frozen=True, slots=True)
class SimulatedCalendar:
    """Which share of a working day each day offers."""

    key: Key
    """By which activities name it."""
    week: Annotated[tuple[Annotated[float, Within(0, 3)], ...], Within(7, 7)] = (
        1.0,
        1.0,
        1.0,
        1.0,
        1.0,
        0.0,
        0.0,
    )
    """Monday to Sunday."""
    exceptions: Annotated[tuple[SimulatedDay, ...], Within(0, 10_000)] = ()
    """Days that differ."""


@dataclass(frozen=True, slots=True)
class SimulationTrial:
    """A network with its costs and risks, to be simulated without being kept."""

    activities: Annotated[tuple[SimulatedActivity, ...], Within(0, 50_000)] = ()
    """At most 50,000."""
    links: Annotated[tuple[SimulatedLink, ...], Within(0, 50_000)] = ()
    """The links between them."""
    cost_items: Annotated[tuple[SimulatedCost, ...], Within(0, 10_000)] = ()
    """Costs of the whole."""
    events: Annotated[tuple[SimulatedRisk, ...], Within(0, 10_000)] = ()
    """Risks."""
    correlations: Annotated[tuple[SimulatedCorrelation, ...], Within(0, 1_000)] = ()
    """No quantity stands in two of them."""
    currency: Annotated[str, Within(3, 3)] = "CHF"
    """Of all amounts (ISO 4217)."""
    starts_on: date | None = None
    """The first day; needed with calendars."""
    calendars: Annotated[tuple[SimulatedCalendar, ...], Within(0, 1_000)] = ()
    """With them, results are days; without, time is counted in days from 0, and every day is worked."""
    calendar_key: Key | None = None
    """The default calendar; needed with calendars."""
    runs: Annotated[int, Within(1, 1_000_000)] = 10_000
    """How many times it is run."""
    seed: Annotated[int, Within(0, 2**63 - 1)] = 0
    """The same model, number of runs and seed give the same answer on every machine."""
    percentiles: Annotated[tuple[Annotated[float, Within(0, 100)], ...], Within(1, 101)] = (
        5.0,
        10.0,
        50.0,
        80.0,
        90.0,
        95.0,
    )
    """Which ones are answered, in percent."""
    finish_by_on: date | None = None
    """The day whose probability is asked for; with calendars."""
    finish_by_days: Annotated[float, Within(0, 1e6)] | None = None
    """The number of days whose probability is asked for."""
    budget: Decimal | None = None
    """The amount whose probability is asked for."""


@dataclass(frozen=True, slots=True)
class TrialMoney:
    """An amount of money."""

    amount: str
    """A decimal text with as many places as the currency has."""
    currency: str
    """ISO 4217."""


@dataclass(frozen=True, slots=True)
class FinishPercentile:
    """By when a share of the runs is finished."""

    percentile: float
    """The share, in percent."""
    days: float
    """Days from the start; calendar days with calendars."""
    on: date | None
    """The day; null without calendars."""
    reserve_days: float
    """Less the planned finish."""


@dataclass(frozen=True, slots=True)
class CostPercentile:
    """What a share of the runs does not exceed."""

    percentile: float
    """The share, in percent."""
    amount: TrialMoney
    """The cost."""
    reserve: TrialMoney
    """Less the planned cost."""


@dataclass(frozen=True, slots=True)
class SimulatedFinish:
    """When it is finished."""

    mean_days: float
    """The mean over the runs, in days from the start."""
    sd_days: float | None
    """The standard deviation; null for a single run."""
    planned_days: float
    """With every quantity as planned and no risk happening."""
    percentiles: tuple[FinishPercentile, ...]
    """As they were asked for."""
    probability: float | None
    """Of the day or number of days that was asked for; null where none was."""


@dataclass(frozen=True, slots=True)
class SimulatedTotal:
    """What it costs."""

    mean: TrialMoney
    """The mean over the runs."""
    sd: TrialMoney | None
    """The standard deviation; null for a single run."""
    planned: TrialMoney
    """With every quantity as planned and no risk happening."""
    percentiles: tuple[CostPercentile, ...]
    """As they were asked for."""
    probability: float | None
    """That the budget is kept; null where none was asked for."""


@dataclass(frozen=True, slots=True)
class ActivityFigures:
    """One activity over all runs."""

    key: str
    """The activity's key."""
    criticality: float
    """The share of the runs in which it is critical, from 0 to 1."""
    mean_duration_days: float
    """In working days."""
    sd_duration_days: float
    """In working days."""
    schedule_sensitivity: float | None
    """Criticality times the ratio of standard deviations (SSI); null where the finish does not vary."""


@dataclass(frozen=True, slots=True)
class SimulatedDriver:
    """How the results go with one quantity."""

    kind: str
    """What of it: its duration, its cost, whether it happens."""
    key: str
    """Of the activity, cost item or risk."""
    activity_key: str | None
    """Of the activity that a delay or factor concerns; null for others."""
    finish_correlation: float | None
    """With the finish, from -1 to 1; null where it does not vary."""
    finish_low_days: float | None
    """The mean finish where the quantity is low; null where no run is."""
    finish_high_days: float | None
    """The mean finish where it is high; null where no run is."""
    cost_correlation: float | None
    """With the cost, from -1 to 1; null where it does not vary."""
    cost_low: TrialMoney | None
    """The mean cost where the quantity is low; null where no run is."""
    cost_high: TrialMoney | None
    """The mean cost where it is high; null where no run is."""


@dataclass(frozen=True, slots=True)
class SimulationTrialResult:
    """When it is finished and what it costs, with which probability."""

    runs: int
    """How many there were."""
    seed: int
    """The seed they began with."""
    finish: SimulatedFinish | None
    """Null where there are no activities."""
    cost: SimulatedTotal
    """The sum of all costs."""
    joint_probability: float | None
    """That both the time and the budget are kept; null where not both were asked for."""
    exposure: TrialMoney
    """The sum of what all risks cost if they happen, at their means."""
    expected_risk_cost: TrialMoney
    """The sum of probability times mean cost: the expected reserve."""
    activities: tuple[ActivityFigures, ...]
    """In the order of the model."""
    drivers: tuple[SimulatedDriver, ...]
    """Of every uncertain quantity, those that move the finish most first."""
    correlation_shrinkage: float
    """Below 1: the factor by which correlations had to be multiplied to be possible together."""
