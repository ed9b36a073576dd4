"""What is simulated: activities, their links, costs, risk events and correlations.

Durations, lags and delays are in working days of a calendar where the model has calendars, else in whatever
unit the caller uses throughout. Amounts of money are in one currency, the caller's. Keys are the caller's
identifiers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from .distributions import Constant, Distribution

LinkKind = Literal["FS", "SS", "FF", "SF"]
NOTHING = Constant(0.0)
UNCHANGED = Constant(1.0)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which share of a working day each day of the calendar offers.

    `week` runs from Monday to Sunday; `exceptions` replace single days (0 for a public holiday, 0.5 for a
    half day, 1 for a worked Saturday).
    """

    week: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0)
    exceptions: Mapping[date, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Activity:
    """A task that is not interrupted, with what it costs: `cost` once, and `cost_per_day` for each day it
    lasts.

    `not_before` counts calendar days (without calendars: units of duration) from the start of the model.
    `calendar` names one of the model's calendars; `None` is the model's default.
    """

    key: str
    duration: Distribution
    cost: Distribution = NOTHING
    cost_per_day: float = 0.0
    not_before: float = 0.0
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A precedence: FS, SS, FF or SF, with a lag in the predecessor's working days, or `elapsed` calendar
    days.

    FF and SF hold the successor's start back so that it ends in time: an activity is never stretched.
    """

    predecessor: str
    successor: str
    kind: LinkKind = "FS"
    lag: float = 0.0
    elapsed: bool = False


@dataclass(frozen=True, slots=True)
class CostItem:
    """Money that belongs to no single activity; `per_day` accrues as long as the whole network lasts."""

    key: str
    amount: Distribution
    per_day: float = 0.0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a risk event does to an activity: its duration times `factor`, plus `days`.

    Negative days and factors below 1 are opportunities; no duration falls below 0. Where several events hit
    one activity, all their factors come first, then all their days: their order means nothing.
    """

    activity: str
    days: Distribution = NOTHING
    factor: Distribution = UNCHANGED


@dataclass(frozen=True, slots=True)
class RiskEvent:
    """Something that happens with `probability` (0..1) and then hits all of `effects`, and costs `cost`."""

    key: str
    probability: float
    effects: tuple[Effect, ...] = ()
    cost: Distribution = NOTHING


@dataclass(frozen=True, slots=True, order=True)
class Variable:
    """One quantity: an activity's duration or cost, a cost item, an event's happening or what it does."""

    kind: Literal["duration", "activity_cost", "cost_item", "event", "event_cost", "delay", "factor"]
    key: str
    activity: str = ""

    def __str__(self) -> str:
        return f"{self.kind} of {self.key}" + (f" on {self.activity}" if self.activity else "")


@dataclass(frozen=True, slots=True)
class Correlation:
    """How the `variables` move together, as a symmetric, positive semi-definite matrix with a unit diagonal.

    `measure` says what the coefficients are: Spearman's `rank` correlation, or the `linear` (Pearson's) one.
    """

    variables: tuple[Variable, ...]
    matrix: tuple[tuple[float, ...], ...]
    measure: Literal["rank", "linear"] = "rank"


@dataclass(frozen=True, slots=True)
class Model:
    """A network with its costs and risks.

    With `calendars`, `start` is the first day, `calendar` the default calendar's name, and results are
    dates. Without them, time is a number that counts from 0. No variable stands in two correlations.
    """

    activities: tuple[Activity, ...] = ()
    links: tuple[Link, ...] = ()
    cost_items: tuple[CostItem, ...] = ()
    events: tuple[RiskEvent, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    start: date | None = None
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    calendar: str | None = None
