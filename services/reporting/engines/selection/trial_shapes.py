"""What a trial of a selection takes and gives, member by member as callers write it.

Amounts of money are texts, as anywhere in the interface, all in one currency. What a candidate is worth, and what a
role can do, are numbers in the caller's units.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from shared.base.typed_json import Within

Key = Annotated[str, Within(1, 100)]
Year = Annotated[int, Within(1950, 2200)]
Worth = Annotated[float, Within(-1e15, 1e15)]
Units = Annotated[float, Within(-1e15, 1e15)]


@dataclass(frozen=True, slots=True)
class SelectedCost:
    """What a candidate spends in a fiscal year if it starts as early as it can."""

    fiscal_year: Year
    """The fiscal year."""
    nature: Literal["capex", "opex"]
    """Investment or operating cost."""
    amount: Decimal
    """Negative: a saving."""


@dataclass(frozen=True, slots=True)
class SelectedDemand:
    """What a candidate needs of a role in a quarter if it starts as early as it can."""

    role: Key
    """The role."""
    fiscal_year: Year
    """The fiscal year."""
    quarter: Annotated[int, Within(1, 4)]
    """Of the fiscal year."""
    amount: Units
    """In the unit of the role's capacity."""


@dataclass(frozen=True, slots=True)
class SelectedStart:
    """A start that is possible, and what the candidate is worth then."""

    quarters_later: Annotated[int, Within(0, 400)]
    """After the earliest start."""
    value: Worth | None = None
    """As much as at its earliest, where it is left out."""


@dataclass(frozen=True, slots=True)
class SelectedCandidate:
    """A project that may be chosen."""

    key: Key
    """By which rules name it."""
    value: Worth
    """What is to be as large as possible: net present value, or a score."""
    costs: Annotated[tuple[SelectedCost, ...], Within(0, 1_000)] = ()
    """What it spends."""
    demands: Annotated[tuple[SelectedDemand, ...], Within(0, 1_000)] = ()
    """Whom it needs."""
    requires: Annotated[tuple[Key, ...], Within(0, 1_000)] = ()
    """Candidates that have to be chosen with it."""
    starts: Annotated[tuple[SelectedStart, ...], Within(1, 401)] = (SelectedStart(0),)
    """When it may start."""


@dataclass(frozen=True, slots=True)
class SelectedBudget:
    """The most that may be spent in a fiscal year."""

    fiscal_year: Year
    """The fiscal year."""
    limit: Decimal
    """The most."""
    nature: Literal["capex", "opex"] | None = None
    """Of one nature; of both together, where it is left out."""


@dataclass(frozen=True, slots=True)
class SelectedCapacity:
    """How much of a role there is in a quarter."""

    role: Key
    """The role."""
    fiscal_year: Year
    """The fiscal year."""
    quarter: Annotated[int, Within(1, 4)]
    """Of the fiscal year."""
    limit: Units
    """The most."""


@dataclass(frozen=True, slots=True)
class SelectedExclusion:
    """Candidates that exclude each other."""

    keys: Annotated[tuple[Key, ...], Within(1, 10_000)]
    """Which ones."""
    at_most: Annotated[int, Within(0, 10_000)] = 1
    """How many of them may be chosen."""


@dataclass(frozen=True, slots=True)
class SelectionTrial:
    """A portfolio of candidates, of which the best are to be chosen without anything being kept."""

    candidates: Annotated[tuple[SelectedCandidate, ...], Within(1, 10_000)]
    """At most 10,000."""
    budgets: Annotated[tuple[SelectedBudget, ...], Within(0, 1_000)] = ()
    """A year without one is not limited."""
    capacities: Annotated[tuple[SelectedCapacity, ...], Within(0, 10_000)] = ()
    """A quarter without one is not limited."""
    exclusions: Annotated[tuple[SelectedExclusion, ...], Within(0, 10_000)] = ()
    """Of which candidates only some may be chosen."""
    forced_in: Annotated[tuple[Key, ...], Within(0, 10_000)] = ()
    """What has to be chosen."""
    forced_out: Annotated[tuple[Key, ...], Within(0, 10_000)] = ()
    """What may not be chosen."""
    currency: Annotated[str, Within(3, 3)] = "CHF"
    """Of all amounts (ISO 4217)."""
    gap: Annotated[float, Within(0, 0.999)] = 0.001
    """How close to the best it has to be proved, as a share of its value."""
    seconds: Annotated[float, Within(0.01, 300)] = 10.0
    """After so long the best that was found is answered, with the gap it has."""
    frontier: Annotated[tuple[Annotated[float, Within(0, 1_000)], ...], Within(0, 21)] = ()
    """By what budgets are multiplied to see what more or less money would buy; each takes as long again."""


@dataclass(frozen=True, slots=True)
class TrialChoice:
    """A candidate that is chosen."""

    key: str
    """The candidate's key."""
    quarters_later: int
    """How long after its earliest start it starts."""
    value: float
    """What it is worth then."""


@dataclass(frozen=True, slots=True)
class TrialLimit:
    """A budget, or the capacity of a role."""

    kind: Literal["budget", "capacity"]
    """Which of the two."""
    fiscal_year: int
    """The fiscal year."""
    quarter: int | None
    """Of a capacity; null for a budget."""
    nature: str | None
    """Of a budget of one nature; null for others."""
    role: str | None
    """Of a capacity; null for a budget."""


@dataclass(frozen=True, slots=True)
class TrialUsage:
    """What the selection takes of a limit. Amounts of budgets are texts in the currency of the answer."""

    limit: TrialLimit
    """Which limit."""
    most: str
    """How much there is."""
    used: str
    """How much is taken."""
    slack: str
    """How much remains."""
    price: float | None
    """What one unit more would be worth if candidates could be divided; null where the solver gave none."""
    binds: bool | None
    """Whether that is above 0; null where the solver gave none."""


@dataclass(frozen=True, slots=True)
class TrialShortfall:
    """What a limit lacks for a candidate."""

    limit: TrialLimit
    """Which limit."""
    amount: str
    """How much is missing."""


@dataclass(frozen=True, slots=True)
class TrialNearMiss:
    """A candidate that was just not chosen."""

    key: str
    """The candidate's key."""
    quarters_later: int
    """The start at which it comes closest."""
    value: float
    """What it is worth then."""
    value_short: float | None
    """How much more it would have to be worth; null where the solver gave no prices."""
    shortfalls: tuple[TrialShortfall, ...]
    """The limits that have no room for it."""
    lacks: tuple[str, ...]
    """What it requires and was not chosen."""
    rivals: tuple[str, ...]
    """What was chosen and excludes it."""


@dataclass(frozen=True, slots=True)
class TrialPoint:
    """What other budgets would buy."""

    scale: float
    """By what every budget is multiplied."""
    budget: str
    """The sum of the budgets."""
    spent: str | None
    """What is used of them; null where nothing fits."""
    value: float | None
    """What the selection is worth; null where nothing fits."""
    keys: tuple[str, ...]
    """What is chosen."""
    reason: str | None
    """Why nothing fits; null where something does."""


@dataclass(frozen=True, slots=True)
class SelectionTrialResult:
    """The chosen candidates, with their proof."""

    choices: tuple[TrialChoice, ...]
    """In the order of the candidates."""
    value: float
    """The sum of their values."""
    bound: float | None
    """No selection can be worth more."""
    gap: float | None
    """How far the value is below that, as a share of it; null where that cannot be said."""
    proved: bool
    """Whether the gap is no larger than was asked for."""
    reason: str | None
    """Why there is no proof, or are no prices; null where there are."""
    currency: str
    """Of the budgets."""
    usages: tuple[TrialUsage, ...]
    """Of every limit: budgets, then capacities."""
    binding: tuple[TrialLimit, ...]
    """The limits that bind, those first whose last percent is worth most."""
    near_misses: tuple[TrialNearMiss, ...]
    """Ten at most."""
    frontier: tuple[TrialPoint, ...]
    """As it was asked for."""
